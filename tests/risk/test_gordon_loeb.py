"""The note on what one asset's security can be worth."""

import math

import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.gordon_loeb import ceiling, class_one, class_two


@pytest.mark.parametrize("vulnerability", [0.01, 0.3, 0.65, 0.9])
def test_the_best_spending_never_passes_the_ceiling(vulnerability: float) -> None:
    for choice in (class_one(vulnerability, 4e5, 1e-5, 1), class_two(vulnerability, 1e6, 1e-5)):
        assert 0 <= choice.best <= choice.ceiling


def test_nothing_is_worth_spending_on_what_cannot_be_hurt_or_helped() -> None:
    assert class_one(0.0, 1e6, 1e-5, 1).best == 0
    assert class_two(0.0, 1e6, 1e-5).best == 0
    assert class_two(1.0, 1e6, 1e-5).best == 0
    assert class_one(0.5, 1.0, 1e-5, 1).best == 0


def test_nonsense_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="alpha"):
        class_one(0.5, 1.0, 0.0, 1.0)
    with pytest.raises(WrongUsageError, match="loss"):
        ceiling(0.5, math.nan)
