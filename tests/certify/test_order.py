"""What is printed beside a code, and orders that are refused."""

import re
from pathlib import Path

import pytest

from fairmark.certify.order import read_order
from fairmark.errors import WrongUsageError
from tests.doubles import orders as given


def test_a_test_says_so_before_everything_else() -> None:
    assert given.order().lines == (
        "TEST, not a certificate",
        "EC-100",
        "Level: Declared (maker's statement, not tested by others)",
        "Security updates until 05/2029",
        "Automatic updates: yes",
        "Sensors: camera, microphone",
        "Scheme: demo",
        "Issuer: Trial Issuer",
        "Certificate 9-204501 at trial.example.org",
    )


def test_what_nobody_stated_is_printed_as_such() -> None:
    lines = given.real().lines

    assert "Automatic updates: not stated" in lines
    assert "Sensors: not stated" in lines
    assert "Level: Tested" in lines
    assert not any("TEST" in line for line in lines)


def test_no_sensors_is_an_answer() -> None:
    printed = given.ROW["printed"] | {"sensors": [], "automatic_updates": False}

    assert {"Sensors: none", "Automatic updates: no"} <= set(given.order(printed=printed).lines)


def test_the_word_demo_makes_a_test_of_any_number() -> None:
    assert given.order(scheme=3).is_test


def test_days_are_counted_from_1970() -> None:
    claims = given.order().claims

    assert (claims.issued, claims.gtin) == (20_781, 4006381333931)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"gtin": "04006381333932"}, "check digit"),
        ({"gtin": "4006"}, "gtin"),
        ({"host": "Trial"}, "host"),
        ({"evidence": "ab"}, "evidence"),
        ({"issued": "yesterday"}, "issued"),
        ({"other": 1}, "other"),
        ({"printed": {"issuer": "a\nb", "scheme": "demo", "level": "x"}}, "printed.issuer"),
    ],
    ids=str,
)
def test_an_order_with_a_fault_names_it(changed: dict[str, object], what: str) -> None:
    with pytest.raises(WrongUsageError, match=what):
        read_order(given.order_file(**changed), "claims.json")


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(WrongUsageError):
        read_order(b"[" * 100_000, "claims.json")


def test_the_example_of_the_guide_is_an_order() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs/howto/verify-a-label.md").read_text()
    (example,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)

    assert read_order(example.encode(), "claims.json").is_test
