"""Catalogues of others: taken over whole, or refused with every fault."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.standards import library
from fairmark.standards.own import OwnFile, shelve
from fairmark.workflows.catalogue_import import FILLED_IN, imported

TABLE = b"id,title,status,condition,condition_text\n5.10,One,mandatory,,\n5.1,Two,recommended,auth.password,passwords are used\n"
OSCAL: dict[str, Any] = {
    "catalog": {
        "uuid": "11111111-2222-4333-8444-555555555555",
        "metadata": {
            "title": "Little catalogue",
            "last-modified": "2026-01-01T00:00:00Z",
            "version": "2",
            "oscal-version": "1.2.1",
        },
        "groups": [
            {
                "id": "g",
                "title": "Group",
                "controls": [{"id": "c-1", "title": "First"}, {"id": "c-2", "title": "Second"}],
            }
        ],
    }
}


@pytest.fixture(autouse=True)
def nothing_shelved() -> Iterator[None]:
    yield
    shelve(None)
    library.forget()


def oscal(**change: Any) -> bytes:
    return json.dumps({"catalog": {**deepcopy(OSCAL["catalog"]), **change}}).encode()


def test_a_table_becomes_a_catalogue_and_its_ids_stay_text() -> None:
    made = imported(TABLE, "Check List.csv", edition="2026", title="Acme check list")

    data = json.loads(made.content)
    assert (made.id, made.edition, made.provisions, made.file) == ("check-list", "2026", 2, "check-list.json")
    assert [row["id"] for row in data["provisions"]] == ["5.10", "5.1"]
    assert data["provisions"][1]["condition"] == "auth.password"
    assert data["provisions"][0]["automation"] == "human"
    assert made.notes == (FILLED_IN,)


def test_a_table_with_semicolons_is_read_too() -> None:
    assert imported(b"\xef\xbb\xbfid;title\r\nA;One, and more\r\n", "a.csv").provisions == 1


def test_an_oscal_catalogue_is_taken_over() -> None:
    made = imported(oscal(), "little.json", catalogue="little")

    assert (made.id, made.edition, made.provisions) == ("little", "2", 2)


def test_yaml_of_ours_is_kept_byte_for_byte() -> None:
    text = (
        b'id: acme\nname: A\nedition: "1"\nkind: guidance\npublisher: A\nunit: rule\nmarkets: []\nconfidence: high\n'
        b'provenance: own\ngroups: {A: All}\nprovisions:\n  - {id: "1", title: One, status: mandatory, group: A, automation: human}\n'
    )

    made = imported(text, "acme.yaml")

    assert made.content == text
    assert made.file == "acme.yaml"
    assert made.notes == ()


def test_what_was_imported_is_judged_beside_ours() -> None:
    made = imported(TABLE, "list.csv")
    shelve(lambda: (OwnFile("list.json", json.loads(made.content), "0" * 64),))
    library.forget()

    assert [p.id for p in library.catalogue("list").provisions] == ["5.10", "5.1"]


@pytest.mark.parametrize(
    ("content", "name", "fault"),
    [
        (b"id,name\n1,a\n", "a.csv", "no column title"),
        (b"id,title,colour\n1,a,b\n", "a.csv", "a column 'colour' that is not known"),
        (b"id,id,title\n1,1,a\n", "a.csv", "a column stands twice"),
        (b"id,title\n1\n", "a.csv", "line 2: the row has another number of cells"),
        (b"id,title\n1,a,b\n", "a.csv", "line 2: the row has another number of cells"),
        (b"id,title,status\n1,a,maybe\n", "a.csv", "line 2: 'maybe' is not known"),
        (b"id,title\n1,a\n1,b\n", "a.csv", "1 stands 2 times"),
        (b'id,title\n1,"a\n', "a.csv", "line"),
        (b"id,title\n,a\n", "a.csv", "provisions.0.id"),
        (b"id,title\n1," + b"x" * 3000 + b"\n", "a.csv", "title is longer than 2000 characters"),
        (b"id,title,condition,condition_text\n1,a,auth.nothing,text\n", "a.csv", "auth.nothing is not a fact"),
        (b"id,title,condition\n1,a,auth.password\n", "a.csv", "a condition needs its text"),
        (b"", "a.csv", "no column id"),
        (b"id,title\n", "a.csv", "provisions"),
        (b"\xff\xfe", "a.csv", "not UTF-8"),
        (b"id,title\n" + b"1,a\n" * 20_001, "a.csv", "more than 20,000 rows"),
        (TABLE, "psti.csv", "two catalogues have the id psti"),
        (b"{}", "a.json", "provisions: field required"),
        (b"[" * 100_000, "a.json", "a.json"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(content: bytes, name: str, fault: str) -> None:
    with pytest.raises(UnreadableInputError) as error:
        imported(content, name)

    assert fault in error.value.message


@pytest.mark.parametrize(
    "groups",
    [
        [{"id": "g", "title": "G", "controls": [{"id": "c", "title": "One"}, {"id": "c", "title": "Two"}]}],
        [{"id": "g", "title": "G", "controls": [{"id": "c"}]}],
        [{"id": "g", "title": "G", "controls": "c"}],
        "groups",
    ],
)
def test_an_invalid_oscal_catalogue_is_refused(groups: object) -> None:
    with pytest.raises(FairmarkError):
        imported(oscal(groups=groups), "little.json")


def test_groups_without_end_are_refused() -> None:
    group: dict[str, Any] = {"id": "g", "title": "G", "controls": [{"id": "c", "title": "One"}]}
    for number in range(60):
        group = {"id": f"g{number}", "title": "G", "groups": [group]}

    with pytest.raises(FairmarkError):
        imported(oscal(groups=[group]), "little.json")


def test_an_unknown_ending_is_refused_and_the_accepted_ones_are_named() -> None:
    with pytest.raises(WrongUsageError) as error:
        imported(b"", "catalogue.pdf")

    assert "OSCAL" in error.value.hint


def test_the_same_id_may_be_replaced_and_not_doubled() -> None:
    made = imported(TABLE, "list.csv")
    shelve(lambda: (OwnFile("list.json", json.loads(made.content), "0" * 64),))
    library.forget()

    assert imported(TABLE, "list.csv", replace=True).provisions == 2
    with pytest.raises(UnreadableInputError, match="two catalogues have the id list"):
        imported(TABLE, "list.csv")
