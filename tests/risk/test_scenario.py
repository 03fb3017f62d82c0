"""A scenario says one thing, or is refused."""

import math

import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Distribution, Pert, ln90
from fairmark.risk.scenario import LossForm, Scenario, Secondary

LOSS: dict[LossForm, Distribution] = {LossForm.RESPONSE: ln90(10, 100)}
HALF, TWO = Constant(0.5), Constant(2.0)


@pytest.mark.parametrize(
    "branches",
    [
        {"lef": TWO},
        {"tef": TWO, "vulnerability": HALF},
        {"tef": TWO, "capability": HALF, "resistance": HALF},
        {"contact": TWO, "action": HALF, "vulnerability": HALF},
        {"contact": TWO, "action": HALF, "capability": HALF, "resistance": HALF},
        {"lef": Constant(0.0)},
    ],
)
def test_every_branch_of_the_taxonomy_is_taken(branches: dict[str, Distribution]) -> None:
    scenario = Scenario(name="x", primary=LOSS, **branches)  # type: ignore[arg-type]

    assert scenario.currency == "USD"


@pytest.mark.parametrize(
    ("branches", "field"),
    [
        ({}, "lef"),
        ({"lef": TWO, "tef": TWO}, "tef"),
        ({"tef": TWO}, "vulnerability"),
        ({"lef": TWO, "vulnerability": HALF}, "vulnerability"),
        ({"lef": TWO, "capability": HALF}, "capability"),
        ({"contact": TWO, "vulnerability": HALF}, "contact"),
        ({"action": HALF, "vulnerability": HALF}, "action"),
        ({"contact": TWO, "action": TWO, "vulnerability": HALF}, "action"),
        ({"tef": TWO, "capability": HALF}, "capability"),
        ({"tef": TWO, "vulnerability": HALF, "resistance": HALF}, "vulnerability"),
        ({"tef": TWO, "vulnerability": Pert(0, 0.5, 1.5)}, "vulnerability"),
    ],
)
def test_a_missing_or_doubled_branch_is_refused_by_name(branches: dict[str, Distribution], field: str) -> None:
    with pytest.raises(WrongUsageError, match=field) as caught:
        Scenario(name="x", primary=LOSS, **branches)  # type: ignore[arg-type]

    assert caught.value.hint


def test_a_scenario_needs_a_name_a_loss_and_a_currency() -> None:
    for wrong in ({"name": ""}, {"primary": {}}, {"currency": "dollars"}, {"currency": "usd"}):
        with pytest.raises(WrongUsageError):
            Scenario(**({"name": "x", "lef": TWO, "primary": LOSS} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize("probability", [math.nan, -0.1, 1.1])
def test_a_secondary_probability_is_one(probability: float) -> None:
    with pytest.raises(WrongUsageError):
        Secondary(Constant(probability), TWO, LossForm.REPUTATION)


def test_forms_of_loss_have_one_order() -> None:
    given = {LossForm.RESPONSE: TWO, LossForm.PRODUCTIVITY: HALF}

    one = Scenario(name="x", lef=TWO, primary=given)
    other = Scenario(name="x", lef=TWO, primary=dict(reversed(given.items())))

    assert one == other
    assert list(one.primary) == list(other.primary)
