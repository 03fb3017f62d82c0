"""Money as people read it."""

import pytest

from fairmark.model.amounts import short


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (7.4, "7.4"),
        (93.2, "93"),
        (999.9, "1 k"),
        (80_123, "80 k"),
        (4.24e6, "4.2 m"),
        (3e9, "3 bn"),
        (-3e3, "-3 k"),
    ],
)
def test_amounts_have_two_digits_and_a_letter(amount: float, text: str) -> None:
    assert short(amount) == text
