"""Inputs keep one value for a node, the same in every price."""

import numpy as np
import pytest

from fairmark.risk.calibration import load
from fairmark.risk.inputs import LINEAR, ORDER, Inputs


def test_every_input_has_one_place_and_is_in_the_calibration() -> None:
    assert len(ORDER) == len(set(ORDER)) <= 128
    assert set(ORDER) <= set(load().entries)
    assert set(ORDER) >= LINEAR


def test_an_input_is_the_same_wherever_it_is_asked_for() -> None:
    first, second = Inputs(load(), 64), Inputs(load(), 64)

    assert np.array_equal(first["reach-behind-nat"], second["reach-behind-nat"])
    assert first.used == {"reach-behind-nat"}


@pytest.mark.parametrize("name", ["reach-internet-exposed", "tef-mass-flaw", "loss-recall-multiple"])
def test_nodes_fill_the_range_evenly(name: str) -> None:
    values = Inputs(load(), 1024)[name]

    assert values.mean() == pytest.approx(load().entry(name).mean, rel=0.01)
    assert not values.flags.writeable


def test_linear_inputs_can_stand_at_their_mean_and_all_in_their_middle() -> None:
    name = "loss-ddos-per-bot-year"

    assert Inputs(load(), 64, linear_at_mean=True)[name] == pytest.approx(load().entry(name).mean)
    assert Inputs(load(), 64, middle=True)[name] == pytest.approx(40)


def test_an_input_without_a_place_counts_with_its_mean() -> None:
    row = load().entry("ref-horizon-years").model_dump(mode="json")
    wide = row | {"distribution": {"kind": "pert", "low": 1, "mode": 3, "high": 5}}

    assert Inputs(load({"entries": [wide]}), 64)["ref-horizon-years"] == pytest.approx(3)
