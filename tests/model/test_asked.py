"""Not every standard that a device is judged against binds it."""

import pytest

from fairmark.model.asked import is_asked
from fairmark.model.device import Claim, Device, Market
from fairmark.standards.library import catalogue


@pytest.mark.parametrize(
    ("name", "device", "asked"),
    [
        ("en303645", Device(markets=(Market.US,)), True),
        ("psti", Device(markets=(Market.US,)), True),
        ("cra", Device(markets=(Market.EU,)), True),
        ("cra", Device(markets=(Market.UK,)), False),
        ("cra", Device(), True),
        ("sb327", Device(markets=(Market.EU,)), False),
        ("isvs", Device(), False),
        ("isvs", Device(claims={"isvs": {"1.1.1": Claim(implemented=True)}}), True),
        ("en303645-v2.1.1", Device(), False),
    ],
)
def test_baseline_law_and_claimed_standards_are_asked_for(name: str, device: Device, asked: bool) -> None:  # noqa: FBT001
    assert is_asked(catalogue(name), device) is asked
