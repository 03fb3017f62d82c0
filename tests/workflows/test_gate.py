from datetime import date

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.device import Market
from fairmark.model.reported import ReportedLevel
from fairmark.model.standard import Level
from fairmark.model.value import canonical_json
from fairmark.workflows.code_scanners import read_reports
from fairmark.workflows.gate import Conditions, GateReport, Result, Waiver, gate, read_assessment, read_waivers
from tests.doubles.assessments import PASSWORD, PRIVATE_KEY, TELNET, assessment, device, repaired
from tests.doubles.sarif_logs import log, place, result, run

TODAY = date(2026, 11, 24)
ANYTHING = Conditions()


def ask(subject=None, conditions: Conditions = ANYTHING, **more) -> GateReport:  # type: ignore[no-untyped-def]
    return gate(subject or assessment(), conditions, today=TODAY, **more)


def subjects(report: GateReport) -> set[str]:
    return {reason.subject for reason in report.reasons}


def waiver(waives: str, expires: date = date(2027, 1, 31)) -> Waiver:
    return Waiver(waives=waives, owner="head of product", reason="removed in the next release", expires=expires)


def test_a_proven_high_finding_and_a_mandatory_failure_close_the_gate() -> None:
    report = ask()

    assert report.result is Result.FAILED
    assert {PASSWORD.id, TELNET.id, PRIVATE_KEY.id} <= subjects(report)
    assert "psti 1-2" in subjects(report)


def test_a_build_without_failures_passes_though_much_is_inconclusive() -> None:
    assert ask(repaired()) == GateReport(result=Result.PASSED)


def test_a_recommendation_that_fails_does_not_close_the_gate() -> None:
    assert "cra I.2.b" not in subjects(ask())


def test_with_a_baseline_only_what_is_new_counts_and_the_rest_is_said() -> None:
    old = assessment(findings=tuple(f for f in assessment().findings if f.id != TELNET.id))

    report = ask(baseline=old)

    assert subjects(report) == {TELNET.id}
    assert "known from the baseline" in report.notes[0]


def test_an_unchanged_build_passes_against_its_own_baseline() -> None:
    assert ask(baseline=assessment()).result is Result.PASSED


def test_the_minimum_is_what_the_law_of_the_markets_requires() -> None:
    found = subjects(ask(conditions=Conditions(minimum=True)))

    assert {name for name in found if name.startswith("psti")} == {"psti 1-2"}
    assert {name.split()[0] for name in found} == {"psti", "cra"}


def test_a_law_to_come_is_part_of_the_minimum_and_names_its_day() -> None:
    one = assessment()
    days = {"cra": date(2027, 12, 11), "psti": date(2024, 4, 29)}
    dated = tuple(v.model_copy(update={"applies_from": days.get(v.catalogue)}) for v in one.verdicts)

    report = ask(one.model_copy(update={"verdicts": dated}), Conditions(minimum=True))

    texts = {reason.subject: reason.text for reason in report.reasons}
    assert texts["cra I.2.j"].endswith("(law from 2027-12-11)")
    assert "law from" not in texts["psti 1-2"]


def test_a_law_whose_file_was_taken_away_is_named_and_still_counts() -> None:
    one = assessment()
    old = {"catalogue": "acme-law", "applies_from": date(2025, 1, 1)}
    moved = tuple(v.model_copy(update=old) if v.catalogue == "psti" else v for v in one.verdicts)
    inputs = one.inputs.model_copy(update={"catalogues": {"acme-law": "0" * 64}})

    report = ask(one.model_copy(update={"verdicts": moved, "inputs": inputs}), Conditions(minimum=True))

    assert "acme-law 1-2" in subjects(report)
    assert any(note.startswith("acme-law (") and "is not here any more" in note for note in report.notes)


def test_a_law_of_another_market_is_not_part_of_the_minimum() -> None:
    elsewhere = assessment(device=device(markets=(Market.US,)))

    assert ask(elsewhere, Conditions(minimum=True)).result is Result.PASSED


def test_only_the_named_standard_counts_beside_proven_flaws() -> None:
    report = ask(conditions=Conditions(standards=("en303645",)))

    assert {name.split()[0] for name in subjects(report) if " " in name} == {"en303645"}


def test_a_standard_that_is_not_there_is_wrong_usage() -> None:
    with pytest.raises(WrongUsageError, match="iso"):
        ask(conditions=Conditions(standards=("iso",)))


def test_a_level_that_was_not_reached_closes_the_gate() -> None:
    low = repaired().model_copy(update={"level": Level(required=2, reached=1, why=("self-run",))})

    assert subjects(ask(low, Conditions(level=2))) == {"level"}
    assert ask(low, Conditions(level=1)).result is Result.PASSED


def test_a_loss_below_the_limit_passes_above_it_fails_and_between_it_is_undecided() -> None:
    low, high = repaired().risk.private.bounds.p95

    assert ask(repaired(), Conditions(max_loss=high)).result is Result.PASSED
    assert ask(repaired(), Conditions(max_loss=low / 2)).result is Result.FAILED
    assert ask(repaired(), Conditions(max_loss=(low + high) / 2)).result is Result.UNDECIDED


def test_a_waiver_covers_a_finding_by_its_rule_and_names_who_took_it() -> None:
    report = ask(waivers=(waiver(TELNET.rule),))

    assert TELNET.id not in subjects(report)
    assert "head of product until 2027-01-31" in report.waived[0].waived_by


def test_a_waiver_covers_a_provision_by_its_name() -> None:
    assert "psti 1-2" not in subjects(ask(waivers=(waiver("psti 1-2"),)))


def test_an_expired_waiver_covers_nothing() -> None:
    report = ask(waivers=(waiver(TELNET.rule, date(2026, 11, 23)),))

    assert TELNET.id in subjects(report)
    assert any("ended on 2026-11-23" in reason.text for reason in report.reasons)


def test_a_waiver_that_covers_nothing_is_reported() -> None:
    assert "covers nothing any more" in " ".join(ask(waivers=(waiver("no-such-rule"),)).notes)


def test_an_assessment_is_read_back_as_it_was_written() -> None:
    content = canonical_json(assessment())

    again = read_assessment(content, "assessment.json")

    assert canonical_json(again) == content


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"schema": "fairmark.assessment/2"}', b"[" * 10_000])
def test_what_is_no_assessment_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read_assessment(content, "assessment.json")

    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_waivers_are_read_from_yaml() -> None:
    text = b"waivers: [{waives: psti 1-2, owner: QA, reason: fixed next week, expires: 2027-01-31}]"

    (one,) = read_waivers(text, "waivers.yaml")

    assert (one.waives, one.expires) == ("psti 1-2", date(2027, 1, 31))


@pytest.mark.parametrize(
    "text",
    [
        b"waivers: [{waives: x}]",
        b"waivers: [{waives: x, owner: QA, reason: short, expires: 2027-01-31}]",
        b"[",
        b"",
        b"waivers: 1",
        b"\xff",
    ],
)
def test_a_waiver_without_owner_reason_or_end_is_wrong_usage(text: bytes) -> None:
    with pytest.raises(WrongUsageError) as caught:
        read_waivers(text, "waivers.yaml")

    assert "waivers:" in caught.value.hint


def test_while_the_markets_are_not_stated_the_law_of_every_market_is_part_of_the_minimum() -> None:
    found = subjects(ask(assessment(device=device(markets=())), Conditions(minimum=True)))

    assert {name.split()[0] for name in found} == {"psti", "cra"}


CODE = Conditions(reported=ReportedLevel.WARNING)


def scanned(*rows: dict, **more: object) -> Assessment:  # type: ignore[type-arg]
    """The mended build with the report of a code scanner."""
    reports = read_reports([(log(run(*rows, **more)), "scan.sarif")])  # type: ignore[arg-type]
    one = repaired()
    proofs = (*one.evidence, *reports.evidence)
    return one.model_copy(update={"reported": reports.reported, "scanners": reports.scanners, "evidence": proofs})


def test_results_of_code_scanners_count_only_when_asked_for() -> None:
    assert ask(scanned(result())).result is Result.PASSED

    report = ask(scanned(result(), result("quiet", level="note")), CODE)

    (reason,) = report.reasons
    assert report.result is Result.FAILED
    assert reason.text == "semgrep reports error c/command-injection in src/cgi.c:12: input reaches system()"


def test_what_the_team_set_aside_does_not_close_the_gate() -> None:
    assert ask(scanned(result(suppressions=[{"kind": "inSource"}])), CODE).result is Result.PASSED


def test_old_results_are_no_noise_when_lines_move_and_a_new_one_counts() -> None:
    old = scanned(result(), result("b", locations=[place("b.c", 7)]))
    moved = [result(locations=[place(line=40)]), result("b", locations=[place("b.c", 70)])]

    assert ask(scanned(*moved), CODE, baseline=old).result is Result.PASSED
    new = ask(scanned(*moved, result("fresh")), CODE, baseline=old)
    assert [reason.text.split()[3] for reason in new.reasons] == ["fresh"]
    assert "2 known from the baseline" in new.notes[0]


def test_a_result_that_became_graver_is_new() -> None:
    old = scanned(result(level="note"))

    assert ask(scanned(result(level="error")), CODE, baseline=old).result is Result.FAILED


def test_no_report_or_one_of_a_run_that_failed_is_undecided_whatever_the_baseline() -> None:
    unfinished = scanned(invocations=[{"executionSuccessful": False}])

    for subject in (repaired(), unfinished):
        for baseline in (None, subject):
            assert ask(subject, CODE, baseline=baseline).result is Result.UNDECIDED


def test_a_waiver_covers_a_result_by_its_rule() -> None:
    report = ask(scanned(result()), CODE, waivers=(waiver("c/command-injection"),))

    assert (report.result, len(report.waived)) == (Result.PASSED, 1)
