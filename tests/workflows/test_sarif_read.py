import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.model.reported import ReportedLevel
from fairmark.workflows.sarif_read import MOST_RESULTS, Result, read_sarif
from tests.doubles.sarif_logs import log, place, result, rule, run


def only(row: dict[str, Any], **more: Any) -> Result:
    (one,) = read_sarif(log(run(row, **more)), "scan.sarif")
    (found,) = one.results
    return found


def _single(driver: dict[str, Any], described: dict[str, Any]) -> Result:
    (one,) = read_sarif(log({"tool": {"driver": driver}, "results": [result(described["id"])]}), "scan.sarif")
    return one.results[0]


def test_a_result_keeps_its_tool_rule_level_place_and_cwe() -> None:
    (one,) = read_sarif(log(run(result())), "scan.sarif")
    (found,) = one.results

    assert (one.tool.name, one.tool.version) == ("semgrep", "1.90.0")
    assert (found.rule, found.level, found.file, found.line) == (
        "c/command-injection",
        ReportedLevel.ERROR,
        "src/cgi.c",
        12,
    )
    assert found.cwes == ("CWE-78",)
    assert one.complete


@pytest.mark.parametrize(
    "described",
    [
        rule("r", "external/cwe/cwe-078"),
        rule("r", "CWE-78: OS Command Injection"),
        {"id": "r", "properties": {"cwe": "CWE-78"}},
        {"id": "r", "properties": {"cwe": ["CWE-78: Improper Neutralization"]}},
        {"id": "r", "properties": {"cwe": 78}},
        {"id": "r", "relationships": [{"target": {"id": "78", "toolComponent": {"name": "CWE"}}}]},
        {"id": "r", "relationships": [{"target": {"id": "CWE-78", "toolComponent": {"name": "CWE"}}}]},
        {"id": "CWE-78/system"},
    ],
)
def test_the_cwe_is_found_wherever_tools_put_it(described: dict[str, Any]) -> None:
    assert _single({"name": "t", "rules": [described]}, described).cwes == ("CWE-78",)


def test_a_cwe_that_the_rule_calls_incomparable_is_none_of_its_own() -> None:
    related = [
        {"target": {"id": f"CWE-{number}", "toolComponent": {"name": "CWE"}}, "kinds": [kind]}
        for number, kind in ((119, "incomparable"), (120, "relevant"))
    ]
    described = {"id": "r", "relationships": related}

    assert _single({"name": "t", "rules": [described]}, described).cwes == ("CWE-120",)


def test_a_taxon_of_the_result_goes_first_and_other_numbers_are_no_cwes() -> None:
    row = result(
        taxa=[{"id": "120", "toolComponent": {"name": "CWE"}}, {"id": "5", "toolComponent": {"name": "OWASP"}}]
    )

    assert only(row).cwes == ("CWE-120", "CWE-78")
    assert _single({"name": "t", "rules": [rule("r", "security", "owasp-a03-2021")]}, rule("r")).cwes == ()


def test_the_level_comes_from_the_rule_where_the_result_has_none() -> None:
    row = {key: value for key, value in result().items() if key != "level"}
    driver = {"name": "t", "rules": [rule(defaultConfiguration={"level": "note"})]}

    assert only(row, tool={"driver": driver}).level is ReportedLevel.NOTE
    assert only(row).level is ReportedLevel.WARNING


def test_a_rule_is_found_by_index_in_the_driver_and_in_extensions() -> None:
    row = {key: value for key, value in result().items() if key != "ruleId"}
    tool = {
        "driver": {"name": "CodeQL", "rules": [rule("first")]},
        "extensions": [{"name": "queries", "rules": [rule("second"), rule("third", "CWE-787")]}],
    }

    assert only(row | {"ruleIndex": 0}, tool=tool).rule == "first"
    extended = only(row | {"rule": {"index": 1, "toolComponent": {"index": 0}}}, tool=tool)
    assert (extended.rule, extended.cwes) == ("third", ("CWE-787",))


def test_a_message_that_is_named_by_its_id_is_looked_up() -> None:
    described = rule(messageStrings={"default": {"text": "{0} reaches {1}"}})
    row = result(message={"id": "default", "arguments": ["query", "system()"]})

    assert only(row, tool={"driver": {"name": "t", "rules": [described]}}).message == "query reaches system()"


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("src/cgi.c", "src/cgi.c"),
        ("./src/cgi.c", "src/cgi.c"),
        ("src%20x/cgi.c", "src x/cgi.c"),
        ("file:///builds/1234/src/cgi.c", "src/cgi.c"),
        ("src\\win\\cgi.c", "src/win/cgi.c"),
        ("file:///elsewhere/cgi.c", "/elsewhere/cgi.c"),
    ],
)
def test_paths_are_the_same_on_every_machine(uri: str, file: str) -> None:
    bases = {"SRCROOT": {"uri": "file:///builds/1234/"}}

    assert only(result(locations=[place(uri)]), originalUriBaseIds=bases).file == file


def test_a_place_may_be_an_index_into_the_artifacts_or_missing() -> None:
    row = result(locations=[{"physicalLocation": {"artifactLocation": {"index": 0}}}])

    assert only(row, artifacts=[{"location": {"uri": "src/a.c"}}]).file == "src/a.c"
    assert only(result(locations=[])).file == ""


@pytest.mark.parametrize(
    ("suppressions", "suppressed"),
    [
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted", "justification": "only in tests"}], True),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
        ([], False),
    ],
)
def test_set_aside_is_what_no_suppression_leaves_open(suppressions: list[dict[str, str]], *, suppressed: bool) -> None:
    assert only(result(suppressions=suppressions)).suppressed is suppressed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "pass"}, "passed checks"),
        ({"kind": "notApplicable"}, "checks that do not apply"),
        ({"kind": "informational"}, "information"),
        ({"baselineState": "absent"}, "no longer there"),
    ],
)
def test_what_reports_no_problem_is_left_out_and_counted(change: dict[str, str], reason: str) -> None:
    (one,) = read_sarif(log(run(result(**change), result(kind="review"))), "scan.sarif")

    assert one.left_out == {reason: 1}
    assert len(one.results) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"invocations": [{"executionSuccessful": False}]},
        {"results": None},
        {"externalPropertyFileReferences": {"results": [{"location": {"uri": "more.sarif"}}]}},
    ],
)
def test_a_run_that_did_not_finish_or_is_not_all_here_is_not_complete(change: dict[str, Any]) -> None:
    (one,) = read_sarif(log(run(**change)), "scan.sarif")

    assert not one.complete


def test_a_secret_in_a_message_or_a_snippet_is_never_taken() -> None:
    region = {"startLine": 3, "snippet": {"text": 'password = "hunter2xyz"'}}
    where = {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": region}}
    rows = [
        result("B105", message={"text": "Possible hardcoded password: 'hunter2xyz'"}, locations=[where]),
        result(
            "generic",
            message={"text": "password=hunter2xyz in a.py"},
            suppressions=[{"kind": "external", "justification": "pwd: hunter2xyz"}],
        ),
        result("x", message={"text": "the literal `hunter2xyz` is compared"}, taxa=[{"id": "CWE-798"}]),
    ]

    (one,) = read_sarif(log(run(*rows)), "scan.sarif")

    assert "hunter2xyz" not in repr(one)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "no SARIF log"),
        (b"{}", "no SARIF log"),
        (b'{"version": "2.1.0", "runs": {}}', "no SARIF log"),
        (log(run(), version="2.0.0"), "SARIF 2.0.0"),
        (b'{"runs": [{}]}', "without a version"),
        (log(), "no run"),
        (log(*[run()] * 101), "too many runs"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_sarif_is_refused_in_our_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableInputError, match=words) as caught:
        read_sarif(content, "scan.sarif")

    assert (caught.value.exit_code, "scan.sarif" in caught.value.message) == (3, True)
    assert caught.value.hint


def test_a_flood_of_results_is_refused() -> None:
    content = b'{"version":"2.1.0","runs":[{"results":[' + b"{}," * MOST_RESULTS + b"{}]}]}"

    with pytest.raises(UnreadableInputError, match="50,001 results"):
        read_sarif(content, "scan.sarif")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["ruleId", "ruleIndex", "rule", "level", "message", "locations", "taxa", "suppressions", "fingerprints"]
FIELDS += ["partialFingerprints", "kind", "baselineState", "properties"]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.dictionaries(st.sampled_from(["tool", "artifacts", "invocations", "originalUriBaseIds"]), JSON),
)
def test_any_row_and_any_run_is_read_or_passed_over(row: dict[str, Any], extra: dict[str, Any]) -> None:
    content = json.dumps({"version": "2.1.0", "runs": [run(result()) | extra, run(row)]}).encode()

    assert len(read_sarif(content, "scan.sarif")) == 2
