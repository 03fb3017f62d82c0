from typing import Any

from fairmark.model.evidence import EvidenceKind
from fairmark.model.reported import Reported, ReportedLevel
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.model.vocabulary import vocabulary
from fairmark.workflows.code_scanners import Reports, doubted, read_reports, unfinished
from tests.doubles.sarif_logs import log, place, result, run


def reports(*rows: dict[str, Any], **more: Any) -> Reports:
    return read_reports([(log(run(*rows, **more)), "scan.sarif")])


def ids(*rows: dict[str, Any], **more: Any) -> list[str]:
    return sorted(one.id for one in reports(*rows, **more).reported)


def verdict(outcome: Outcome = Outcome.PASS, provision: str = "5.13-1B") -> Verdict:
    return Verdict(
        catalogue="en303645",
        edition="V3.1.3",
        provision=provision,
        title="t",
        status=Status.MANDATORY,
        outcome=outcome,
        reason="All was seen.",
    )


def test_a_result_is_evidence_of_its_tool_and_speaks_of_a_weakness_by_its_cwe() -> None:
    found = reports(result())

    (one,), (proof,) = found.reported, found.evidence
    assert (one.weakness, one.capability, one.cwe) == ("unsafe-input", "input-validation", "CWE-78")
    assert (proof.kind, proof.tool.name, proof.tool.version) == (EvidenceKind.REPORT, "semgrep", "1.90.0")
    assert (proof.where.path, proof.where.line, proof.statement) == ("src/cgi.c", 12, "input reaches system()")
    assert one.evidence == proof.id


def test_a_cwe_that_fits_no_weakness_leads_nowhere() -> None:
    driver = {"name": "t", "rules": [{"id": "c/command-injection", "properties": {"cwe": "CWE-1121"}}]}
    (one,) = reports(result(), tool={"driver": driver}).reported

    assert (one.cwe, one.weakness, one.capability) == ("CWE-1121", "", "")


def test_every_weakness_that_a_cwe_leads_to_is_in_the_vocabulary() -> None:
    words = vocabulary()

    assert set(words.cwes.values()) <= set(words.weaknesses)
    assert all(name.startswith("CWE-") and name[4:].isdecimal() for name in words.cwes)


def test_the_id_stays_when_lines_and_versions_move_and_changes_with_the_place() -> None:
    row, moved = result(), result(locations=[place(line=99)])

    assert ids(row) == ids(moved) == ids(row, version="2.0.0")
    assert ids(row) != ids(result(locations=[place("src/other.c")]))
    assert ids(row) != ids(result("c/other"))
    assert ids(row) != ids(row, tool={"driver": {"name": "another"}})


def test_equal_results_in_one_file_are_told_apart_and_one_more_is_one_new() -> None:
    rows = [result(locations=[place(line=line)]) for line in (10, 20, 30)]

    two, three = set(ids(*rows[:2])), set(ids(*rows))

    assert (len(two), len(three), len(three - two)) == (2, 3, 1)


def test_numbers_in_a_message_do_not_change_the_id() -> None:
    one, other = (result(message={"text": f"buffer declared at line {line} is too small"}) for line in (8, 80))

    assert ids(one) == ids(other)


def test_a_fingerprint_of_the_tool_goes_before_file_and_message() -> None:
    before = result(fingerprints={"v1": "aa11"})
    renamed = result(fingerprints={"v1": "aa11"}, locations=[place("src/new.c")], message={"text": "other words"})
    partial = [result(partialFingerprints={"line": "x:1"}, message={"text": text}) for text in ("one", "two")]

    assert ids(before) == ids(renamed)
    assert ids(partial[0]) == ids(partial[1])
    assert ids(partial[0]) != ids(result(partialFingerprints={"line": "x:2"}, message={"text": "one"}))


def test_a_text_that_stands_in_every_result_is_no_fingerprint() -> None:
    prints = {"matchBasedId/v1": "requires login"}
    rows = [result(fingerprints=prints, locations=[place(name)]) for name in ("a.c", "b.c")]

    assert len(set(ids(*rows))) == 2
    assert set(ids(rows[0], rows[1])) == set(ids(result(locations=[place("a.c")]), result(locations=[place("b.c")])))


def test_the_order_of_results_and_logs_changes_nothing_and_a_log_counts_once() -> None:
    one, two = result(), result("c/other", locations=[place("b.c")])
    first, second = log(run(one, two)), log(run(two, one, named="other"))

    ahead = read_reports([(first, "a"), (second, "b"), (first, "again")])
    behind = read_reports([(second, "b"), (first, "a")])

    assert ahead == behind
    assert len(ahead.scanners) == 2


def test_the_open_and_grave_come_first_and_what_is_set_aside_stays() -> None:
    rows = [
        result("a", suppressions=[{"kind": "external", "justification": "test code"}]),
        result("b", level="note"),
        result("c"),
    ]

    found = reports(*rows)

    assert [(one.rule, one.suppressed) for one in found.reported] == [("c", False), ("b", False), ("a", True)]
    assert found.reported[2].suppression == "test code"
    assert (found.scanners[0].results, found.scanners[0].suppressed) == (3, 1)


def test_an_open_result_takes_a_pass_back_and_makes_no_fail() -> None:
    found = reports(result())

    (one,) = doubted([verdict()], found)

    assert one.outcome is Outcome.INCONCLUSIVE
    assert "semgrep c/command-injection in src/cgi.c" in one.reason
    assert found.evidence[0].id in one.because
    assert one.settled_by


def test_nothing_else_is_changed() -> None:
    given = [verdict(outcome) for outcome in Outcome if outcome is not Outcome.PASS] + [verdict(provision="5.1-1")]

    assert doubted(given, reports(result())) == tuple(given)


def test_what_is_set_aside_a_note_or_of_no_weakness_doubts_nothing() -> None:
    for row in (result(suppressions=[{"kind": "inSource"}]), result(level="note"), result("no-cwe")):
        driver = {"name": "t", "rules": [{"id": "no-cwe"}, {"id": "c/command-injection", "properties": {"cwe": 78}}]}
        assert doubted([verdict()], reports(row, tool={"driver": driver})) == (verdict(),)


def test_a_run_that_did_not_finish_is_said() -> None:
    assert unfinished(reports(result())) == ()
    (said,) = unfinished(reports(result(), invocations=[{"executionSuccessful": False}]))
    assert "semgrep 1.90.0" in said


def test_levels_have_an_order() -> None:
    assert sorted(ReportedLevel, key=lambda one: one.rank) == list(reversed(ReportedLevel))
    assert Reported.model_fields["suppressed"].default is False
