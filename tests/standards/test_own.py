"""Where the user's own catalogues come from."""

from collections.abc import Iterator

import pytest

from fairmark.standards import library
from fairmark.standards.own import OwnFile, own_files, shelve


@pytest.fixture(autouse=True)
def nothing_shelved() -> Iterator[None]:
    yield
    shelve(None)
    library.forget()


def own(name: str = "b.yaml", identity: str = "acme") -> OwnFile:
    data = {
        "id": identity,
        "name": "Acme rules",
        "edition": "1",
        "kind": "guidance",
        "publisher": "Acme",
        "unit": "rule",
        "markets": [],
        "confidence": "high",
        "provenance": "own",
        "groups": {"A": "All"},
        "provisions": [
            {"id": "5.10", "title": "A rule", "status": "mandatory", "group": "A", "automation": "human"},
            {
                "id": "P-1",
                "title": "No shared password",
                "status": "mandatory",
                "group": "A",
                "automation": "automatable",
            },
        ],
        "links": {"no-default-password": {"links": {"P-1": "fail"}}},
    }
    return OwnFile(name, data, "0" * 64)


def test_nothing_is_there_until_a_source_is_named() -> None:
    assert own_files() == ()


def test_files_come_by_name_and_stand_beside_ours() -> None:
    shelve(lambda: (own("b.yaml", "bee"), own("a.yaml", "ant")))
    library.forget()

    assert [item.id for item in library.catalogues()][-2:] == ["ant", "bee"]
    assert library.catalogue_digests()["ant"] == "0" * 64
    assert [(i.capability, i.can.value) for i in library.crosswalk().links_to("ant", "P-1")] == [
        ("no-default-password", "fail")
    ]
    assert library.crosswalk().links_to("ant", "5.10") == ()


def test_an_own_catalogue_may_not_take_the_id_of_ours() -> None:
    shelve(lambda: (own(identity="psti"),))
    library.forget()

    with pytest.raises(Exception, match="two catalogues have the id psti"):
        library.catalogues()
