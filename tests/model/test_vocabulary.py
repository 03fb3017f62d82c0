"""Nothing hangs loose: every word leads somewhere and comes from somewhere."""

import pytest

from fairmark.examine.detectors import DETECTORS
from fairmark.model.device import Device, Network
from fairmark.model.vocabulary import declared_facts, vocabulary, with_implied
from fairmark.risk.calibration import load as load_calibration
from fairmark.standards.condition import facts_of
from fairmark.standards.library import catalogues, crosswalk

WORDS = vocabulary()
CALIBRATION = load_calibration()


@pytest.mark.parametrize("rule", [rule for detector in DETECTORS for rule in detector.rules], ids=lambda rule: rule.id)
def test_every_rule_names_a_weakness_of_the_vocabulary(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.weakness in WORDS.weaknesses


@pytest.mark.parametrize("name", WORDS.weaknesses)
def test_every_weakness_has_a_capability_a_factor_and_a_control(name: str) -> None:
    weakness = WORDS.weaknesses[name]

    assert weakness.capability in WORDS.capabilities
    assert weakness.factors
    assert all(factor in CALIBRATION.entries for factor in weakness.factors)
    assert weakness.controls
    assert set(weakness.controls) <= set(WORDS.controls)


@pytest.mark.parametrize("name", WORDS.controls)
def test_every_control_has_its_effect_costs_and_delay_in_the_calibration_and_mends_something(name: str) -> None:
    control = WORDS.controls[name]
    numbers = [control.effect, control.delay_days, control.cost.once, control.cost.per_unit, control.cost.per_year]

    assert all(number in CALIBRATION.entries for number in numbers if number)
    assert any(name in weakness.controls for weakness in WORDS.weaknesses.values())


def test_every_link_of_the_crosswalk_joins_a_capability_to_a_provision() -> None:
    known = {(one.id, provision.id) for one in catalogues() for provision in one.provisions}
    links = crosswalk()

    assert {link.capability for link in links} <= set(WORDS.capabilities)
    assert {(link.catalogue, link.provision) for link in links} == known


def test_conditions_and_derivations_speak_of_known_facts_only() -> None:
    spoken = {fact for one in catalogues() for p in one.provisions if p.condition for fact in facts_of(p.condition)}
    derived = {fact for table in WORDS.derived.values() for row in table.values() for fact in row}
    implied = {fact for left, row in WORDS.implied.items() for fact in (left, *row)}

    assert spoken | derived | implied <= set(WORDS.facts)


def test_derivations_cover_enumerations_that_exist() -> None:
    assert set(WORDS.derived) <= set(Device.model_fields)
    assert set(WORDS.derived["network"]) == set(Network)


def test_stated_facts_are_joined_by_what_follows_from_them() -> None:
    facts = declared_facts(Device(network=Network.NONE, facts={"auth.password": True}), WORDS)

    assert facts["interface.network"] is False
    assert facts["auth.cryptographic"] is True
    assert "auth.user" not in facts


def test_an_implication_never_overwrites_what_was_stated() -> None:
    assert with_implied({"auth.password": True, "auth.mechanism": False}, WORDS)["auth.mechanism"] is False
