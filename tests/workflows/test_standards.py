"""The catalogues as a user sees them."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.standards import library
from fairmark.standards.own import OwnFile, shelve
from fairmark.workflows.standards import (
    compared,
    counted,
    links_as_written,
    listed,
    profile_shown,
    removed_editions,
    shown,
)
from tests.doubles.assessments import assessment


@pytest.fixture
def own_edition() -> Iterator[None]:
    """A later edition of a law: two paragraphs merged, one new, others gone."""
    data = deepcopy(load_yaml(library.PACKAGE, "catalogues/uk-psti-2023.yaml"))
    kept = [row for row in data["provisions"] if row["id"] == "1-2"]
    rows = [{**kept[0], "id": name, "title": name} for name in ("1-3", "9-1")]
    earlier = {"catalogue": "psti", "from": {"1-3": ["1-3a", "1-3b"]}}
    data |= {"id": "psti-2030", "provisions": [*kept, *rows], "earlier": earlier, "count": {}}
    shelve(lambda: (OwnFile("psti-2030.yaml", data, "0" * 64),))
    library.forget()
    yield
    shelve(None)
    library.forget()


def test_the_list_has_its_form_and_the_promised_size() -> None:
    rows = listed()

    keys = {"id", "edition", "title", "provisions", "automatic", "partly", "document", "human", "confidence"}
    assert all(set(row) == keys for row in rows)
    assert all(row["provisions"] == sum(row[k] for k in ("automatic", "partly", "document", "human")) for row in rows)
    assert len(rows) >= 10
    assert counted(rows)["provisions"] >= 470
    assert links_as_written() >= 600


def test_a_catalogue_and_a_provision_are_shown() -> None:
    whole, one = shown("sb327"), shown("en303645", "5.6-1")

    assert [item["id"] for item in whole["items"]] == ["a-1", "a-2", "a-3", "b-1", "b-2", "c"]
    assert {"capability": "attack-surface", "can": "both", "needs": ("firmware_static", "network_probe")} in one[
        "links"
    ]


def test_an_unknown_provision_is_answered_with_near_ones() -> None:
    with pytest.raises(WrongUsageError) as error:
        shown("en303645", "5.6-11")

    assert "Did you mean 5.6-1" in error.value.hint


def test_two_editions_are_compared_either_way_round() -> None:
    there = compared("en303645-v2.1.1", "en303645")
    kinds = {
        name: [c for c in there if c.kind == name] for name in ("same", "changed", "split", "merged", "new", "gone")
    }

    assert there == compared("en303645", "en303645-v2.1.1")
    assert {name: len(found) for name, found in kinds.items()} == {
        "same": 39,
        "changed": 25,
        "split": 4,
        "merged": 0,
        "new": 5,
        "gone": 0,
    }
    assert [c.before[0] for c in kinds["split"]] == ["5.3-6", "5.3-15", "5.6-4", "5.13-1"]
    assert [c.after[0] for c in kinds["new"]] == ["5.1-2A", "6-3B", "6-6", "6-7", "6-8"]


def test_catalogues_without_a_map_are_compared_by_their_ids() -> None:
    found = compared("en18031-1", "en18031-2")

    assert {c.before for c in found if c.kind == "gone"} == {("RLM-1",), ("NMM-1",), ("TCM-1",)}
    assert len([c for c in found if c.kind == "same"]) == 30
    assert len([c for c in found if c.kind == "new"]) == 13


def test_an_edition_of_ones_own_says_what_it_merged(own_edition: None) -> None:
    found = compared("psti", "psti-2030")

    assert [(c.kind, c.before, c.after) for c in found if c.kind != "same"][:3] == [
        ("merged", ("1-3a", "1-3b"), ("1-3",)),
        ("new", (), ("9-1",)),
        ("gone", ("1-3c",), ()),
    ]


def test_an_edition_that_was_taken_away_or_changed_is_told() -> None:
    one = assessment()
    inputs = one.inputs.model_copy(update={"catalogues": {"acme-2025": "0" * 64, "psti": "1" * 64}})

    told = removed_editions(one.model_copy(update={"inputs": inputs}))

    assert len(told) == 2
    assert told[0].startswith(
        "acme-2025 (edition not stated) is not here any more: its verdicts stay as they were given"
    )
    assert told[1].startswith("psti (")
    assert "has another content now" in told[1]


def test_a_profile_is_shown_with_how_its_levels_stand() -> None:
    profile = profile_shown("sg-cls", assessment())

    assert profile is not None
    assert [row["level"] for row in profile["levels"]] == ["1", "2", "3", "4"]
    assert profile["levels"][0]["asked"] == 13
    assert "outcomes" in profile["levels"][0]
    assert profile_shown("en303645") is None
