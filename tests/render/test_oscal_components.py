import json
from pathlib import Path

from fairmark.model.device import Claim
from fairmark.render import oscal_components
from tests.doubles import assessments as given
from tests.doubles import oscal_validator


def test_an_independent_implementation_accepts_the_definition(tmp_path: Path) -> None:
    documents = {
        "flawed.json": oscal_components.render(given.assessment()),
        "bare.json": oscal_components.render(given.assessment(verdicts=(), components=())),
        "hostile.json": oscal_components.render(given.hostile("<b>\u202e\n")),
    }

    assert oscal_validator.faults(tmp_path, documents) == ""


def test_a_claim_stands_beside_what_the_evidence_says_to_it() -> None:
    claims = {"psti": {"1-2": Claim(implemented=True), "2-2a": Claim(implemented=None, reason="sold to nobody.")}}
    assessment = given.assessment(device=given.device(claims=claims))

    made = json.loads(oscal_components.render(assessment))["component-definition"]

    device = made["components"][0]
    told = {
        one["control-id"]: one["description"]
        for one in device["control-implementations"][0]["implemented-requirements"]
    }
    assert told["psti_1-2"].startswith("The maker claims: implemented. The evidence contradicts it.")
    assert told["psti_2-2a"].startswith("The maker claims: not applicable: sold to nobody. ")


def test_what_nobody_claims_and_nothing_decides_is_left_out() -> None:
    made = json.loads(oscal_components.render(given.assessment()))["component-definition"]

    rows = [row for one in made["components"][0]["control-implementations"] for row in one["implemented-requirements"]]
    said = {prop["value"] for row in rows for prop in row["props"] if prop["name"] == "outcome"}
    assert said == {"PASS", "FAIL"}


def test_the_software_of_the_image_follows_the_device() -> None:
    made = json.loads(oscal_components.render(given.assessment()))["component-definition"]

    assert [one["title"] for one in made["components"][1:3]] == ["busybox 1.31.1", "linux 4.9.118"]
