import json

from fairmark.model.finding import Confidence
from fairmark.render import openvex
from tests.doubles import assessments as given


def test_without_a_cve_there_is_nothing_to_state() -> None:
    assert openvex.render(given.assessment()) is None


def test_a_proven_flaw_affects_the_product_and_says_what_to_do() -> None:
    document = json.loads(openvex.render(given.assessment(findings=(given.KNOWN_FLAW,))) or b"")

    (statement,) = document["statements"]
    assert document["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert {"@id", "author", "timestamp", "version"} <= set(document)
    assert statement["vulnerability"] == {"name": "CVE-2021-3449"}
    assert statement["status"] == "affected"
    assert statement["action_statement"] == "Update openssl to 1.1.1k or newer."
    assert statement["products"][0]["@id"] == "pkg:generic/Example%20Maker/Pico%20Cam%202@1.4.2"


def test_what_is_not_proven_is_under_investigation_and_never_dropped() -> None:
    hint = given.KNOWN_FLAW.model_copy(update={"confidence": Confidence.C})

    document = json.loads(openvex.render(given.assessment(findings=(hint,))) or b"")

    assert document["statements"][0]["status"] == "under_investigation"


def test_one_statement_per_cve_led_by_its_best_proof() -> None:
    weaker = given.finding("openssl again", given.HTTPD, cve=given.KNOWN_FLAW.cve, confidence=Confidence.B)

    document = json.loads(openvex.render(given.assessment(findings=(weaker, given.KNOWN_FLAW))) or b"")

    (statement,) = document["statements"]
    assert statement["status"] == "affected"
    assert weaker.id in statement["status_notes"]
