from fairmark.model.finding import Severity
from fairmark.model.risk import Plan
from fairmark.model.standard import Outcome
from fairmark.render.summary import summarise
from tests.doubles import assessments as given


def test_findings_are_parted_by_grade_and_hints_are_in_neither_part() -> None:
    summary = summarise(given.assessment(findings=(given.HINT, given.UNHARDENED, given.PASSWORD)))

    assert summary.proven == (given.PASSWORD,)
    assert summary.strong == (given.UNHARDENED,)


def test_the_worst_proof_comes_first() -> None:
    minor = given.finding("Minor", given.HTTPD, severity=Severity.LOW)

    summary = summarise(given.assessment(findings=(minor, given.PRIVATE_KEY, given.PASSWORD)))

    assert summary.proven == (given.PASSWORD, given.PRIVATE_KEY, minor)


def test_law_comes_before_standards_in_what_a_finding_breaks() -> None:
    summary = summarise(given.assessment(), given.catalogues())

    broken = [one.catalogue for one in summary.breaks[given.PASSWORD.id]]

    assert broken == ["cra", "psti", "en303645"]


def test_without_catalogues_the_plan_says_what_is_law() -> None:
    assert summarise(given.assessment()).laws == {"psti", "cra"}
    assert summarise(given.assessment(plan=Plan())).laws == frozenset()


def test_every_outcome_is_counted() -> None:
    summary = summarise(given.repaired())

    assert summary.counts[Outcome.FAIL] == 0
    assert sum(summary.counts.values()) == 49


def test_a_law_counts_where_the_device_is_sold_and_everywhere_while_that_is_not_stated() -> None:
    british = tuple(one.model_copy(update={"markets": ("UK",)}) for one in given.catalogues() if one.id == "psti")
    plan = given.flawed_plan().model_copy(update={"required_by_law": ()})

    def broken(*markets: str) -> set[str]:
        made = given.assessment(device=given.device(markets=markets), plan=plan)
        return {one.catalogue for one in summarise(made, british).law_broken}

    assert broken("UK", "EU") == {"psti"}
    assert broken("EU") == set()
    assert broken() == {"psti"}
