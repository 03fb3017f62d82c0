"""The catalogues: their figures, and a fault list that names every fault."""

from collections import Counter
from copy import deepcopy

import pytest
import yaml

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.data import load_yaml, read_data
from fairmark.model.standard import Automation, Status
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.library import (
    CATALOGUES,
    CROSSWALK,
    PACKAGE,
    assemble,
    catalogue,
    catalogue_digests,
    catalogues,
    crosswalk_digest,
)


def files() -> dict[str, object]:
    return {name: deepcopy(load_yaml(PACKAGE, name)) for name in CATALOGUES}


def crosswalk_data() -> object:
    return deepcopy(load_yaml(PACKAGE, CROSSWALK))


def test_en_303_645_has_its_78_provisions() -> None:
    provisions = catalogue("en303645").provisions

    assert len(provisions) == 78
    assert Counter(p.status for p in provisions) == {Status.MANDATORY: 36, Status.RECOMMENDED: 42}
    assert Counter(p.automation for p in provisions) == {
        Automation.AUTOMATABLE: 23,
        Automation.PARTLY: 27,
        Automation.DOCUMENT: 21,
        Automation.HUMAN: 7,
    }


def test_psti_has_its_12_paragraphs() -> None:
    assert Counter(p.status for p in catalogue("psti").provisions) == {Status.MANDATORY: 8, Status.CONDITIONAL: 4}


def test_a_standard_is_law_nowhere_and_psti_is_law_in_the_uk() -> None:
    assert {item.id: item.markets for item in catalogues() if item.markets} == {
        "psti": ("UK",),
        "cra": ("EU",),
        "sb327": ("US-CA",),
    }


def test_ids_never_pass_through_a_number() -> None:
    ids = [p.id for item in catalogues() for p in item.provisions]

    assert "5.10-1" in ids
    assert "5.1-2A" in ids
    assert all(isinstance(name, str) for name in ids)


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_id_in_the_file_is_quoted(name: str) -> None:
    lines = read_data(PACKAGE, name).decode().splitlines()

    assert all(line.startswith('  - id: "') for line in lines if line.startswith("  - id:"))


@pytest.mark.parametrize("name", [*CATALOGUES, CROSSWALK, "levels.yaml"])
def test_no_key_stands_twice_in_a_file(name: str) -> None:
    root = yaml.compose(read_data(PACKAGE, name).decode(), Loader=yaml.SafeLoader)

    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), keys
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def test_every_provision_says_what_would_settle_it() -> None:
    assert all(p.settled_by for item in catalogues() for p in item.provisions)


def test_digests_are_of_the_files() -> None:
    assert set(catalogue_digests()) == {item.id for item in catalogues()}
    assert all(len(text) == 64 for text in (*catalogue_digests().values(), crosswalk_digest()))


def test_an_unknown_catalogue_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(WrongUsageError) as error:
        catalogue("en303546")

    assert error.value.hint.startswith("Known: en303645, psti, cra, ")


def test_every_fault_of_every_file_is_listed_at_once() -> None:
    broken = files()
    standard, law = (broken[name] for name in CATALOGUES[:2])
    assert isinstance(standard, dict)
    assert isinstance(law, dict)
    standard["provisions"][1] |= {"condition": "auth.passwort", "group": "9.9", "marks": {"strange": ["x"]}}
    standard["provisions"][2]["code"] = "MF (zz)"
    law["provisions"][0]["id"] = 1.2
    law["typo"] = True

    with pytest.raises(UnreadableInputError) as error:
        assemble(broken, crosswalk_data(), vocabulary())

    for part in (
        "auth.passwort is not a fact of the vocabulary",
        "5.1-1: there is no group 9.9",
        "the mark strange is not explained",
        "its condition differs from code MF (a)",
        "code MF (zz) names rows that do not exist: zz",
        "provisions.0.id: input should be a valid string",
        "typo: extra inputs are not permitted",
    ):
        assert part in error.value.message


def test_a_lost_or_doubled_provision_does_not_go_unnoticed() -> None:
    broken = files()
    law = broken[CATALOGUES[1]]
    assert isinstance(law, dict)
    law["provisions"][-1] = law["provisions"][0]

    with pytest.raises(UnreadableInputError) as error:
        assemble(broken, crosswalk_data(), vocabulary())

    assert "psti: 1-2 stands 2 times" in error.value.message
    assert "psti soc" in error.value.message or "psti soc: there is no such provision" in error.value.message


def test_a_condition_that_is_none_is_a_fault() -> None:
    broken = files()
    law = broken[CATALOGUES[1]]
    assert isinstance(law, dict)
    law["provisions"][0] |= {"condition": "auth.password and", "condition_text": "passwords are used"}
    law["provisions"][1].pop("condition_text")

    with pytest.raises(UnreadableInputError) as error:
        assemble(broken, crosswalk_data(), vocabulary())

    assert 'psti: 1-2: condition: expected a fact, "not" or "(" at position 18, found the end' in error.value.message
    assert "psti: 1-3a: a condition needs its text, and a text its condition" in error.value.message


def test_two_catalogues_may_not_share_an_id() -> None:
    doubled = {**files(), "again.yaml": load_yaml(PACKAGE, CATALOGUES[1])}

    with pytest.raises(UnreadableInputError, match="two catalogues have the id psti"):
        assemble(doubled, crosswalk_data(), vocabulary())
