"""The form of a catalogue file: what is wrong with one is named."""

from copy import deepcopy
from typing import Any

import pytest

from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.model.data import load_yaml
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.catalogue_file import CatalogueFile, faults_of, in_order
from fairmark.standards.library import CATALOGUES, CROSSWALK, PACKAGE, assemble

WORDS = vocabulary()


def part_2(**change: Any) -> list[str]:
    data = deepcopy(load_yaml(PACKAGE, "catalogues/en18031-2-2024.yaml")) | change
    return list(faults_of(CatalogueFile.model_validate(data), WORDS))


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_file_of_ours_is_without_fault(name: str) -> None:
    assert list(faults_of(CatalogueFile.model_validate(load_yaml(PACKAGE, name)), WORDS)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"outcomes": {"access.managed": "ACM-9"}}, "outcomes: access.managed: there is no provision ACM-9"),
        ({"outcomes": {"access.mangled": "ACM-1"}}, "outcomes: access.mangled is not a fact of the vocabulary"),
        ({"outcomes": {"access.managed": "ACM-2"}}, "outcomes: ACM-2 wait for their own outcome, in a circle"),
        (
            {"outcomes": {"access.managed": "AUM-1-1", "access.managed_network": "ACM-2"}},
            "outcomes: ACM-2, AUM-1-1 wait for their own outcome, in a circle",
        ),
        ({"applies_from_by_group": {"XXX": "2027-01-01"}}, "applies_from_by_group: there is no group XXX"),
        ({"restrictions": [{"provisions": ["ZZZ-1"], "text": "t"}]}, "restrictions: there is no provision ZZZ-1"),
        ({"earlier": {"catalogue": "x", "from": {"ZZZ-1": []}}}, "earlier: there is no provision ZZZ-1"),
        ({"count": {"provisions": 1}}, "count says {'provisions': 1}, the file has"),
    ],
)
def test_a_fault_is_named(change: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in part_2(**change)), part_2(**change)


def test_requirements_come_after_those_whose_outcome_they_need() -> None:
    conditions = {"B": "fact.a", "A": "", "C": "fact.b and fact.a"}

    assert in_order({"fact.b": "B", "fact.a": "A", "fact.c": "C"}, conditions) == ("A", "B", "C")


def test_a_circle_is_refused() -> None:
    with pytest.raises(FairmarkError, match="A, B wait for their own outcome"):
        in_order({"fact.a": "A", "fact.b": "B"}, {"A": "fact.b", "B": "fact.a"})


def test_editions_in_a_circle_and_dangling_sources_are_refused() -> None:
    files = {name: deepcopy(load_yaml(PACKAGE, name)) for name in CATALOGUES}
    files["catalogues/en303645-v2.1.1.yaml"]["earlier"] = {"catalogue": "en303645", "from": {"5.1-1": ["9.9-9"]}}

    with pytest.raises(UnreadableInputError) as error:
        assemble(files, load_yaml(PACKAGE, CROSSWALK), WORDS)

    assert "en303645: earlier: the editions form a circle" in error.value.message
    assert "en303645-v2.1.1: earlier: en303645 has no provision 9.9-9" in error.value.message


def test_an_id_with_a_path_in_it_is_none() -> None:
    data = deepcopy(load_yaml(PACKAGE, CATALOGUES[1])) | {"id": "../../etc/passwd"}

    with pytest.raises(ValueError, match="string_pattern_mismatch"):
        CatalogueFile.model_validate(data)
