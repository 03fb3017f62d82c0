"""The pair of example devices, as the demonstration takes it."""

import pytest

from fairmark.demo.pair import PAIR, Example
from fairmark.model.device import Device
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.model.yaml_text import parse_yaml


def _device(example: Example) -> Device:
    return Device.model_validate(parse_yaml(example.profile()))


def test_the_flawed_camera_comes_first() -> None:
    assert [example.name for example in PAIR] == ["ip-camera", "ip-camera-fixed"]


@pytest.mark.parametrize("example", PAIR, ids=lambda example: example.name)
def test_a_profile_answers_every_fact_of_the_vocabulary(example: Example) -> None:
    words = vocabulary()

    facts = declared_facts(_device(example), words)

    assert set(facts) == set(words.facts)


@pytest.mark.parametrize("example", PAIR, ids=lambda example: example.name)
def test_a_claim_that_says_no_gives_a_reason(example: Example) -> None:
    claims = [(name, claim) for rows in _device(example).claims.values() for name, claim in rows.items()]

    assert len(claims) == 78 + 12
    assert not [name for name, claim in claims if claim.implemented is not True and not claim.reason]


def test_the_maker_claims_the_same_of_passwords_for_both() -> None:
    claims = [_device(example).claims for example in PAIR]

    assert all(rows["en303645"]["5.1-1"].implemented and rows["psti"]["1-2"].implemented for rows in claims)


def test_every_address_in_a_profile_is_one_that_nobody_can_own() -> None:
    for example in PAIR:
        given = [text for text in _device(example).documents.model_dump().values() if text]

        assert given
        assert all(".example/" in text or text.endswith(".example") for text in given)


def test_the_image_of_an_example_is_made_when_it_is_asked_for() -> None:
    assert PAIR[0].image()[:4] == b"HDR0"
