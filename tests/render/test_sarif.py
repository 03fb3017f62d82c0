import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.render import sarif
from tests.doubles import assessments as given

SCHEMA = Path(".cache/npm/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
RULES = {
    "default-password": sarif.RuleText(
        title="Default password",
        what="Looks for accounts whose password is on lists of known defaults.",
        fix="Give every unit its own.",
        false_positives="An account that cannot log in.",
        cwe="CWE-1392",
        references=("https://cwe.mitre.org/data/definitions/1392.html",),
    )
}


@pytest.fixture(scope="module")
def schema() -> Any:
    if not SCHEMA.is_file():
        pytest.fail(
            f"the SARIF schema is missing at {SCHEMA}: run the set-up that installs the npm packages of the tests"
        )
    return json.loads(SCHEMA.read_text())


def valid(document: bytes, schema: Any) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(document)
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    return log


@pytest.mark.parametrize("made", [given.assessment(), given.repaired(), given.hostile("<\u202e%\\xff ä>" * 200)])
def test_the_log_keeps_to_the_official_schema(made: Any, schema: Any) -> None:
    log = valid(sarif.render(made, RULES), schema)

    assert log["version"] == "2.1.0"


def test_a_result_carries_rule_level_place_and_fingerprint(schema: Any) -> None:
    (run,) = valid(sarif.render(given.assessment(), RULES), schema)["runs"]
    result = run["results"][0]

    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "default-password"
    assert result["level"] == "error"
    assert result["partialFingerprints"] == {"fairmarkFinding/v1": given.PASSWORD.id}
    assert result["properties"]["reach"] == "exposed"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "etc/shadow", "uriBaseId": "IMAGE"},
        "region": {"startLine": 1, "snippet": {"text": "root:[redacted]:19000:"}},
    }


def test_further_evidence_is_related_and_offsets_stand_where_there_is_no_line(schema: Any) -> None:
    (run,) = valid(sarif.render(given.assessment(findings=(given.TELNET,)), {}), schema)["runs"]

    (related,) = run["results"][0]["relatedLocations"]

    assert related["physicalLocation"]["region"] == {"byteOffset": 0}


def test_hints_are_left_out() -> None:
    log = json.loads(sarif.render(given.assessment(findings=(given.HINT, given.UNHARDENED)), {}))

    assert [one["level"] for one in log["runs"][0]["results"]] == ["warning"]


def test_gaps_are_told_so_that_an_empty_list_is_not_taken_for_a_whole_one() -> None:
    (run,) = json.loads(sarif.render(given.repaired(), RULES))["runs"]

    told = run["invocations"][0]["toolExecutionNotifications"]

    assert run["results"] == []
    assert "encrypted or random" in told[0]["message"]["text"]


def test_a_claim_is_placed_in_the_profile(schema: Any) -> None:
    flaw = given.finding("No policy", given.NO_POLICY)

    (run,) = valid(sarif.render(given.assessment(findings=(flaw,)), {}), schema)["runs"]

    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "device.yaml"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "documents.disclosure_policy"


@pytest.mark.parametrize(
    ("root", "path", "uri"),
    [
        ("", "/etc/a b", "etc/a%20b"),
        ("", "/etc/\\xff", "etc/%FF"),
        ("", "/etc/\\x5cx41", "etc/%5Cx41"),
        ("", "/ä:#?", "%C3%A4%3A%23%3F"),
        ("0.1", "/bin/sh", "0.1/bin/sh"),
        ("", "/", "."),
    ],
)
def test_paths_become_relative_uris(root: str, path: str, uri: str) -> None:
    assert sarif.image_uri(root, path) == uri


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert sarif.render(given.assessment(), RULES) == sarif.render(given.assessment(), RULES)


def test_an_entry_of_the_makers_list_is_a_place_in_that_list(schema: Any) -> None:
    entry = Evidence(
        kind=EvidenceKind.DOCUMENT,
        where=Where(path="my bom.json#components/3"),
        tool=given.TOOL,
        statement="The maker's SBOM lists zlib 1.2.",
    )
    tagged = entry.model_copy(update={"where": Where(path="bom.spdx", line=7)})
    flaw = given.finding("Another version", entry, tagged)
    made = given.assessment(findings=(flaw,), evidence=(entry, tagged))

    (run,) = valid(sarif.render(made, RULES), schema)["runs"]

    (first,) = run["results"][0]["locations"]
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "my%20bom.json"
    assert first["logicalLocations"] == [{"fullyQualifiedName": "components/3"}]
