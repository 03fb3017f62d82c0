"""A pyfair model becomes a scenario file where it means something, and is refused where it does not."""

import json
from typing import Any

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.workflows.pricing import price_together
from fairmark.workflows.pyfair_models import imported
from fairmark.workflows.scenarios import read_scenarios

MODEL: dict[str, Any] = {
    "Threat Event Frequency": {"low": 1, "mode": 2, "high": 9, "gamma": 4},
    "Threat Capability": {"low": 0.1, "mode": 0.3, "high": 0.8, "gamma": 4},
    "Control Strength": {"low": 0.1, "mode": 0.5, "high": 0.9, "gamma": 4},
    "Primary Loss": {"constant": 1000},
    "Secondary Loss Event Frequency": {"constant": 0.3},
    "Secondary Loss Event Magnitude": {"low": 10, "mode": 20, "high": 100, "gamma": 4},
    "name": "door",
    "n_simulations": 100,
    "random_seed": 42,
    "model_uuid": "914b5112-e80c-11f1-b0ae-02fc00000001",
    "type": "FairModel",
    "creation_date": "2026-11-24 13:40:10.008021",
}


def read(model: dict[str, Any]) -> str:
    return imported(json.dumps(model).encode(), "model.json", currency="USD", price_year=2026)


def changed(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in (MODEL | fields).items() if value is not None}


def test_a_model_keeps_its_ranges() -> None:
    given = read_scenarios(read(MODEL).encode(), "x")

    one = given.scenarios[0]
    assert (one.name, str(one.tef), str(one.resistance)) == ("door", "pert 1, 2, 9", "pert 0.1, 0.5, 0.9")
    assert (str(one.primary[0].loss), str(one.secondary[0].probability)) == ("1000", "0.3")
    assert one.assumed


def test_several_models_are_several_scenarios() -> None:
    meta = {"a": MODEL | {"name": "a"}, "b": MODEL, "name": "all", "type": "FairMetaModel"}

    given = read_scenarios(read(meta).encode(), "x")

    assert [one.name for one in given.scenarios] == ["a", "b"]
    assert price_together(given).total.mean.value > 0


def test_several_secondary_losses_are_kept_apart() -> None:
    pair = {key: MODEL[key] for key in ("Secondary Loss Event Frequency", "Secondary Loss Event Magnitude")}
    model = changed(**dict.fromkeys(pair), **{"multi_Secondary Loss": {"fines": pair, "lost buyers": pair}})

    assert len(read_scenarios(read(model).encode(), "x").scenarios[0].secondary) == 2


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (changed(**{"Primary Loss": {"mean": 10, "stdev": 3}}), "Primary Loss: a normal law reaches below 0"),
        (changed(**{"Primary Loss": {"low": 1, "mode": 2, "high": 3, "gamma": -10}}), "gamma -10 has no counterpart"),
        (changed(**{"Primary Loss": {"p": 0.4}}), "is no range"),
        (changed(Risk={"constant": 5}), "door: Risk has no meaning"),
        (changed(**{"Secondary Loss Event Frequency": None}), "half there"),
        (changed(**{"Secondary Loss Event Frequency": {"constant": 3}}), "3 is not valid"),
        (changed(**{"Loss Event Frequency": {"constant": 3}}), "given are lef and tef"),
        (changed(type="Other"), "no model of pyfair"),
    ],
)
def test_what_means_nothing_here_is_refused(model: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongUsageError, match=words):
        read(model)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="not JSON"):
        imported(b"{", "model.json", currency="USD", price_year=2026)
