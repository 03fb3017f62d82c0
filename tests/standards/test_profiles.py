"""Profiles: levels of a scheme over a catalogue, never reached by verdicts alone where they ask for more."""

from fairmark.model.standard import Outcome, Status
from fairmark.standards.library import catalogue, catalogues
from fairmark.standards.profiles import faults, profiles, states
from tests.doubles.provisions import device, finding, verdicts

CLS, GATEWAY = profiles()


def test_no_profile_names_what_is_not_there() -> None:
    assert list(faults(catalogues())) == []


def test_level_2_of_the_label_is_every_mandatory_provision_of_the_edition_of_2020() -> None:
    mandatory = {p.id for p in catalogue(CLS.catalogue).provisions if p.status is Status.MANDATORY}

    assert set(CLS.asked("2")) == mandatory
    assert len(CLS.asked("1")) == 13
    assert set(CLS.asked("1")) < set(GATEWAY.asked("1"))


def test_a_level_counts_the_verdicts_of_those_below_it() -> None:
    found = states(CLS, verdicts(device(), finding("default-password")).values())

    assert [one.failed for one in found] == [("5.1-1",)] * 4
    assert found[0].counts[Outcome.FAIL] == 1
    assert sum(found[1].counts.values()) == 33
    assert found[3].beyond[-1] == "structured penetration test by an approved laboratory"


def test_strangers_and_repetitions_are_faults() -> None:
    level = CLS.levels["1"]
    bad = CLS.model_copy(
        update={"levels": {**CLS.levels, "1": level.model_copy(update={"provisions": ("9-9", "5.1-1", "5.1-1")})}}
    )

    assert list(faults(catalogues(), [bad])) == [
        "profile sg-cls: en303645-v2.1.1 has no provision 9-9",
        "profile sg-cls: 5.1-1 stands twice",
    ]
    gone = [CLS.model_copy(update={"catalogue": "x"})]
    assert list(faults(catalogues(), gone)) == ["profile sg-cls: there is no catalogue x"]
