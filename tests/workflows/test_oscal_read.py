import json
from typing import Any

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.render import oscal_catalogue
from fairmark.standards.catalogue_file import CatalogueFile, bare
from fairmark.standards.library import catalogues
from fairmark.workflows.oscal_read import DEEPEST, MAX_OSCAL_BYTES, read_catalog, read_document
from tests.doubles.oscal_documents import control, foreign


def read(data: Any) -> dict[str, Any]:
    return read_catalog(json.dumps(data).encode(), "guild.json")


def test_a_foreign_catalogue_fits_into_a_catalogue_file() -> None:
    made = CatalogueFile.model_validate(read(foreign()))

    assert [(one.id, one.group) for one in made.provisions] == [
        ("loose-1", "controls"),
        ("AC-1", "ac"),
        ("ac-1.1", "ac"),
        ("ac-9", "ac-x"),
    ]
    assert made.groups == {"controls": "Controls", "ac": "Access", "ac-x": "Access: Inner *one*"}
    assert (made.id, made.edition, made.publisher) == ("rules-of-the-guild", "3", "The Guild")
    assert made.count == {"provisions": 4, "mandatory": 4}
    assert made.notes[0].text == "1 withdrawn controls are left out."


def test_nobody_pretends_to_know_who_can_judge_a_foreign_control() -> None:
    made = CatalogueFile.model_validate(read(foreign()))

    assert {one.automation.value for one in made.provisions} == {"human"}
    assert "not in it" in made.confidence
    assert made.markets == ()


@pytest.mark.parametrize("number", range(len(catalogues())))
def test_an_export_of_ours_can_be_taken_in_without_a_loss(number: int) -> None:
    one = catalogues()[number]

    made = CatalogueFile.model_validate(read_catalog(oscal_catalogue.render(one), "own.json"))

    without = [row.model_copy(update={"settled_by": ""}) for row in one.provisions]
    assert bare(made) == one.model_copy(update={"provisions": tuple(without)})


def metadata(**changes: Any) -> dict[str, Any]:
    return foreign()["catalog"]["metadata"] | changes


def nested(depth: int) -> dict[str, Any]:
    inner = control("deep")
    for number in range(depth):
        inner = control(f"c{number}", controls=[inner])
    return inner


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "one object of a known kind"),
        ({}, "one object of a known kind"),
        ({"catalog": {}, "profile": {}}, "one object of a known kind"),
        ({"profile": {}}, "holds 'profile'"),
        ({"catalog": []}, "must be an object"),
        (foreign(metadata=None), "metadata must be an object"),
        (foreign(metadata=metadata(**{"oscal-version": "2.0.0"})), "version '2.0.0'"),
        (foreign(metadata=metadata(**{"oscal-version": 1.2})), "must be text"),
        (foreign(metadata=metadata(title=" ")), "title is missing"),
        (foreign(metadata=metadata(parties={})), "parties must be a list"),
        (foreign(metadata=metadata(props=[{"name": "x"}])), "value is missing"),
        (foreign(groups="many"), "groups must be a list"),
        (foreign(groups=[1]), "groups must be a list"),
        (foreign(groups=[], controls=[]), "holds no control"),
        (foreign(controls=[control("a"), control("a")]), "two controls have the id 'a'"),
        (foreign(controls=[control(5)]), "id must be text"),  # type: ignore[arg-type]
        (foreign(controls=[{"id": "a"}]), "title is missing"),
        (foreign(controls=[control("a", "x" * 30_000)]), "too long"),
        (foreign(controls=[control("a", "\ud800")]), "halves of characters"),
        (foreign(controls=[control("a", props="none")]), "props must be a list"),
        (foreign(groups=[{"title": "Same", "id": "g"}, {"title": "Other", "id": "g"}]), "two groups"),
        (foreign(controls=[nested(DEEPEST + 1)]), "nested more than"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: Any, says: str) -> None:
    with pytest.raises(UnreadableInputError, match=says) as caught:
        read(data)

    assert caught.value.message.startswith("guild.json")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"<catalog/>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"catalog": {"uuid": "a", "uuid": "b"}}', "'uuid' stands twice"),
        (b"[" + b"0," * 3_000_001 + b"0]", "values"),
    ],
)
def test_hostile_bytes_end_in_our_words(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableInputError, match=says):
        read_catalog(content, "guild.json")


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    with pytest.raises(UnreadableInputError, match="larger"):
        read_document(b" " * (MAX_OSCAL_BYTES + 1), "guild.json", "catalog")


def test_too_many_controls_are_refused() -> None:
    many = [control(f"c{number}") for number in range(20_001)]

    with pytest.raises(UnreadableInputError, match="more than 20,000 controls"):
        read(foreign(controls=many))


def test_control_characters_do_not_travel() -> None:
    made = read(foreign(controls=[control("a\u202e\n b", "x\x00\ny")], groups=[]))

    assert (made["provisions"][0]["id"], made["provisions"][0]["title"]) == ("a b", "x y")
