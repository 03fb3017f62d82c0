from datetime import date

import pytest
from pydantic import ValidationError

from fairmark.model.device import Device, Economics


def test_what_nobody_said_is_unknown() -> None:
    device = Device()

    assert device.network is None
    assert device.economics.price is None


def test_a_date_is_a_date_and_a_currency_a_code() -> None:
    assert Device.model_validate({"support_until": "2031-12-31"}).support_until == date(2031, 12, 31)
    with pytest.raises(ValidationError):
        Economics(currency="dollars")


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ValidationError):
        Economics(price=-1)
