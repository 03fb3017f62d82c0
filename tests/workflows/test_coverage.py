"""What is counted as decided really is: every provision of the table gets both outcomes from constructed evidence."""

import re
from pathlib import Path

import pytest

import fairmark.examine.detectors
from fairmark.examine.detectors.erasing import ERASES_ALL
from fairmark.examine.detectors.update_mechanism import BY_ITSELF, CRYPTOGRAPHY, GATE
from fairmark.model.device import Claim, Device
from fairmark.model.finding import Finding, Observation
from fairmark.model.standard import Outcome, Provision, Status
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.condition import evaluate, facts_of
from fairmark.standards.library import catalogue, catalogues, crosswalk
from fairmark.workflows.coverage import (
    SEEN_IN_IMAGE,
    Decided,
    covered,
    matrix,
    measures,
    speakers,
    witnesses,
)
from fairmark.workflows.rules_of_findings import rules_of_findings
from tests.doubles.provisions import WORDS, device, finding, observation, verdicts

DECIDED = covered()
DUTIES = set(crosswalk().reason_duty.items())
BOTH = [one for one in DECIDED if one.fails_by and one.passes_by and (one.catalogue, one.provision) not in DUTIES]
FAILS = [one for one in DECIDED if one.fails_by and (one.catalogue, one.provision) not in DUTIES]


def name_of(one: Decided) -> str:
    return f"{one.catalogue} {one.provision}"


def provision_of(one: Decided) -> Provision:
    return next(p for p in catalogue(one.catalogue).provisions if p.id == one.provision)


def in_play(one: Decided) -> Device:
    """A device to which the provision applies, with the maker's claim for it."""
    condition = provision_of(one).condition
    facts = dict.fromkeys(WORDS.facts, True)
    for fact in facts_of(condition):
        facts[fact] = evaluate(condition, facts | {fact: False}) is not True
    assert evaluate(condition, facts) is True
    return device(facts, {one.catalogue: {one.provision: (True, "")}})


def against(one: Decided) -> list[tuple[str, Finding]]:
    """For every method that can fail it, a finding of a rule of that method."""
    links = [link for link in crosswalk().links_to(one.catalogue, one.provision) if link.can_fail]
    found = []
    for method in one.fails_by:
        speaker = next(
            s
            for link in links
            for s in speakers()
            if s.method is method
            and s.capability == link.capability
            and (not link.only or s.weakness in link.only)
            and (not link.rules or s.rule in link.rules)
        )
        made = finding("no-support-period", rule=speaker.rule)
        told = {"weakness": speaker.weakness, "capability": speaker.capability}
        found.append((method.value, Finding.model_validate(made.model_dump(exclude={"id"}) | told)))
    return found


def in_favour(one: Decided) -> tuple[Observation, ...]:
    """Complete observations by the methods that together pass it."""
    links = [link for link in crosswalk().links_to(one.catalogue, one.provision) if link.can_pass]
    return tuple(
        observation(link.capability, method=method, rule=witness.rule)
        for link in links
        for method in one.passes_by
        for witness in witnesses()
        if witness.method is method
        and witness.capability == link.capability
        and (not link.seen_by or witness.rule in link.seen_by)
    )


@pytest.mark.parametrize("one", BOTH, ids=name_of)
def test_every_provision_that_is_counted_as_decided_passes_on_whole_evidence(one: Decided) -> None:
    judged = verdicts(in_play(one), observations=in_favour(one))[one.catalogue, one.provision]

    assert judged.outcome is Outcome.PASS, judged.reason


@pytest.mark.parametrize("one", FAILS, ids=name_of)
def test_every_method_that_is_counted_fails_it_even_against_whole_evidence(one: Decided) -> None:
    for method, bad in against(one):
        told = in_favour(one) if one.passes_by else ()
        judged = verdicts(in_play(one), bad, observations=told)[one.catalogue, one.provision]

        assert judged.outcome is Outcome.FAIL, (method, judged.reason)
        assert bad.id in judged.because


@pytest.mark.parametrize("one", BOTH, ids=name_of)
def test_with_one_method_missing_or_not_whole_it_stays_open(one: Decided) -> None:
    told = in_favour(one)
    half = tuple(o.model_copy(update={"complete": False}) for o in told)

    without = verdicts(in_play(one), observations=told[1:] if len(told) == 1 else ())[one.catalogue, one.provision]
    unsure = verdicts(in_play(one), observations=half)[one.catalogue, one.provision]

    assert without.outcome is Outcome.INCONCLUSIVE
    assert unsure.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("name", "duty"), sorted(DUTIES))
def test_the_duty_to_record_reasons_passes_and_fails(name: str, duty: str) -> None:
    rows = {p.id: (False, "a reason") for p in catalogue(name).provisions if p.status is Status.RECOMMENDED}
    whole: dict[str, tuple[bool | None, str]] = {**rows, duty: (True, "")}
    first = next(iter(rows))

    assert verdicts(device(claims={name: whole}))[name, duty].outcome is Outcome.PASS
    assert verdicts(device(claims={name: whole | {first: (False, "")}}))[name, duty].outcome is Outcome.FAIL
    assert verdicts(device(claims={name: whole | {first: (True, "")}}))[name, duty].outcome is Outcome.INCONCLUSIVE


def test_the_measures_are_what_they_are() -> None:
    counts = {name: (row["count"], row["of"]) for name, row in measures().items()}

    assert counts == {
        "en303645_image_and_documents": (11, 36),
        "en303645_with_probe": (5, 36),
        "en303645_partial": (10, 36),
        "en303645_with_a_person": (11, 36),
        "en18031_1_automated": (20, 33),
        "cra_annex_i_automated": (13, 22),
    }


def test_the_matrix_counts_every_provision_once() -> None:
    rows = {str(row["catalogue"]): row for row in matrix()}

    for item in catalogues():
        kinds = ("tool", "partly", "document", "human", "open")
        assert sum(int(str(rows[item.id][kind])) for kind in kinds) == len(item.provisions)


def test_every_rule_that_the_crosswalk_names_is_there() -> None:
    known = {rule.id for rule in rules_of_findings()}
    seen = {one.rule for one in witnesses()}
    links = tuple(crosswalk())

    assert {rule for link in links for rule in link.rules} <= known
    assert {rule for link in links for rule in link.seen_by} <= seen
    assert {one.weakness for one in speakers() if not one.weakness.startswith("unmet-")} <= set(vocabulary().weaknesses)


def test_what_an_image_can_show_whole_stands_in_a_detector() -> None:
    folder = Path(fairmark.examine.detectors.__file__).parent
    sources = " ".join(re.sub(r"\s+", " ", path.read_text()) for path in sorted(folder.glob("*.py")))

    for rule, capability in SEEN_IN_IMAGE[:3]:
        assert re.search(rf'rule="{rule}", capability="{capability}", statement=statement, complete=complete', sources)
    assert 'rule="no-password-kept", capability="auth-strength", statement=statement, complete=not lacks' in sources
    for name, rule in (("GATE", GATE), ("CRYPTOGRAPHY", CRYPTOGRAPHY), ("BY_ITSELF", BY_ITSELF)):
        capability = dict(SEEN_IN_IMAGE)[rule]
        assert re.search(rf'self._observation\( ?{name}, "{capability}",', sources), rule
    assert "NO_CANARY.weakness].capability" in sources
    assert dict(SEEN_IN_IMAGE)[ERASES_ALL] == "data-deletion"
    assert len(SEEN_IN_IMAGE) == 9


def test_a_claim_of_the_profile_alone_decides_nothing() -> None:
    rows = {item.id: {p.id: Claim(implemented=True) for p in item.provisions} for item in catalogues()}
    judged = verdicts(Device(facts=dict.fromkeys(WORDS.facts, True), claims=rows))

    assert Outcome.PASS not in {one.outcome for one in judged.values()}
