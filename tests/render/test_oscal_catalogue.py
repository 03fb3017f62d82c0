import json
from pathlib import Path

from fairmark.render import oscal_catalogue
from fairmark.standards.library import catalogues
from tests.doubles import oscal_validator
from tests.doubles.oscal_documents import catalogue


def test_an_independent_implementation_accepts_every_catalogue(tmp_path: Path) -> None:
    documents = {f"{one.id}.json": oscal_catalogue.render(one) for one in catalogues()}

    assert oscal_validator.faults(tmp_path, documents) == ""


def test_an_independent_implementation_accepts_hostile_words(tmp_path: Path) -> None:
    made = oscal_catalogue.render(catalogue("5.1-1", " ", "ä/ö", "a_b", "a b"))

    assert oscal_validator.faults(tmp_path, {"own.json": made}) == ""


def test_the_validator_refuses_what_is_wrong(tmp_path: Path) -> None:
    good = oscal_catalogue.render(catalogues()[0])
    bad = {
        "id.json": good.replace(b'"id": "en303645_5.0-1"', b'"id": "5.0-1"'),
        "version.json": good.replace(b'"oscal-version": "1.2.1"', b'"oscal-version": "9.9.9"'),
        "extra.json": good.replace(b'"metadata"', b'"metadatum"'),
    }

    said = oscal_validator.faults(tmp_path, bad)

    assert all(name in said for name in bad)


def test_a_control_keeps_the_id_that_people_cite_and_says_what_settles_it() -> None:
    found = json.loads(oscal_catalogue.render(catalogues()[0]))["catalog"]

    control = found["groups"][1]["controls"][0]

    assert control["id"] == "en303645_5.1-1"
    assert {"name": "label", "value": "5.1-1"} in control["props"]
    assert control["parts"][0]["name"] == "statement"
    assert control["parts"][-1]["name"] == "settled_by"


def test_the_normative_text_is_said_to_be_elsewhere() -> None:
    found = json.loads(oscal_catalogue.render(catalogues()[0]))["catalog"]["metadata"]

    assert "normative text stays with its publisher" in found["remarks"]
    assert found["version"] == catalogues()[0].edition


def test_same_catalogue_same_bytes() -> None:
    assert oscal_catalogue.render(catalogues()[0]) == oscal_catalogue.render(catalogues()[0])
