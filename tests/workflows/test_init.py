import json

from jsonschema import Draft202012Validator

from fairmark.model.device import DeviceClass, Market, Network
from fairmark.model.yaml_text import parse_foreign_yaml
from fairmark.workflows.init import Answers, device_schema, profile_template
from fairmark.workflows.profile import read_profile


def test_the_open_template_is_a_profile_that_says_nothing() -> None:
    device = read_profile(profile_template(Answers()), "device.yaml")

    assert device.network is None
    assert device.markets == ()


def test_answers_are_filled_in() -> None:
    answers = Answers(
        maker='Say "hi" Ltd', device_class=DeviceClass.LOCK, network=Network.LOCAL, markets=(Market.EU, Market.US_CA)
    )

    device = read_profile(profile_template(answers), "device.yaml")

    assert device.maker == 'Say "hi" Ltd'
    assert device.device_class is DeviceClass.LOCK
    assert device.markets == (Market.EU, Market.US_CA)


def test_every_commented_example_is_valid_once_uncommented() -> None:
    text = profile_template(Answers()).decode()
    fields = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith("# ") and ":" in line and "`" not in line
    ]
    lines = [line for line in fields if line[0].islower() or line.startswith(" ")]

    device = read_profile(
        "\n".join(line for line in lines if not line.startswith("yaml-language")).encode(), "device.yaml"
    )

    assert device.economics.units_in_field == 100_000
    assert device.claims["en303645"]["5.1-1"].implemented is True
    assert device.documents.security_contact


def test_the_schema_accepts_what_the_program_accepts_and_refuses_what_it_refuses() -> None:
    validator = Draft202012Validator(json.loads(device_schema()))

    assert validator.is_valid(parse_foreign_yaml("network: local\nmarkets: [EU]\nfacts: {auth.password: true}"))
    assert not validator.is_valid(parse_foreign_yaml("network: wifi"))
    assert not validator.is_valid(parse_foreign_yaml("colour: red"))
