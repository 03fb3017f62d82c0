"""The acceptance cases of "how much is enough", from the profile to the level."""

from typing import Any

import pytest

from fairmark.model.device import Device
from fairmark.model.standard import Level
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.standards.condition import evaluate
from fairmark.standards.library import catalogue
from fairmark.workflows.enough_level import enough_level

WEBCAM = {
    "device_class": "camera",
    "network": "internet_exposed",
    "physical_access": "owner",
    "assets": ("personal",),
    "cra_class": "important_I",
    "economics": {"currency": "USD", "price": 25},
}
METER = {
    "device_class": "smart_meter",
    "network": "isolated",
    "physical_access": "hostile_owner",
    "assets": ("financial",),
    "cra_class": "default",
}
CARD = {
    "device_class": "smart_card",
    "network": "none",
    "physical_access": "hostile_owner",
    "assets": ("financial",),
    "cra_class": "critical",
}
SECURITY_MODULE = {"network": "isolated", "physical_access": "owner", "assets": ("critical",), "cra_class": "critical"}
BULB = {
    "device_class": "bulb_plug",
    "network": "local",
    "physical_access": "owner",
    "assets": ("low",),
    "cra_class": "default",
}


def enough(profile: dict[str, Any]) -> Level:
    calibration = load()
    device = Device.model_validate(profile)
    return enough_level(device, lambda one: settle(one, (), calibration, examined=False), (), (), {}, {}, calibration)


def test_a_cheap_webcam_on_the_internet_needs_two_or_three() -> None:
    result = enough(WEBCAM)

    assert result.required in (2, 3)
    assert result.by_private_money == 1
    assert not {"tamper-protection", "secure-element"} & {name for one in result.prices for name in one.controls}


def test_without_the_harm_to_others_the_same_webcam_would_end_at_its_floor() -> None:
    private = min(enough(WEBCAM).prices, key=lambda one: one.private_total)

    assert private.level == 1


def test_an_isolated_meter_is_hardened_against_its_owner() -> None:
    result = enough(METER)

    assert (result.required, result.by_money) == (4, 4)
    assert {"close-debug", "tamper-protection"} & set(result.prices[3].controls)
    assert result.prices[3].social.mean < 0.5 * result.prices[2].social.mean


def test_of_an_isolated_meter_that_answers_no_network_is_asked_only_what_has_nothing_to_do_with_one() -> None:
    told = dict.fromkeys(("auth.network", "update.network", "config.network_change", "interface.unused_network"), False)
    facts = declared_facts(Device.model_validate(METER | {"facts": told}), vocabulary())

    out_of_play = {one.id for one in catalogue("en303645").provisions if evaluate(one.condition, facts) is False}

    assert out_of_play == {"5.1-5", "5.3-10", "5.5-5", "5.6-1"}


@pytest.mark.parametrize("profile", [CARD, SECURITY_MODULE])
def test_smart_cards_and_security_modules_are_hardened_by_component_certificate(profile: dict[str, Any]) -> None:
    result = enough(profile)

    assert result.required == 4
    assert any("certificate of a component" in why for why in result.why)


def test_a_bulb_on_a_local_radio_needs_no_more_than_a_declaration() -> None:
    result = enough(BULB)

    assert (result.required, result.floor, result.by_money) == (1, 1, 1)


def test_the_answers_that_would_change_it_are_named_with_their_level() -> None:
    turns = {(one.field, one.value): one.level for one in enough(BULB).turns}

    assert turns["cra_class", "critical"] == 4
    assert turns["network", "internet_exposed"] in (2, 3)
    assert all(level != 1 for level in turns.values())
