"""Turn a model that pyfair saved as JSON into a scenario file, as far as it means something here.

What changes is said in words, because the two do not mean the same by it: pyfair multiplies a yearly frequency by one
loss; here every event of a year costs on its own, and the chance of a secondary loss is drawn for each event.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from fairmark.errors import WrongUsageError
from fairmark.workflows.foreign_json import read_json
from fairmark.workflows.scenarios import MAX_BYTES, MAX_SCENARIOS, read_scenarios

_HINT = "Give a file that pyfair's to_json() wrote."
_FIELDS = {
    "Loss Event Frequency": "lef",
    "Threat Event Frequency": "tef",
    "Contact Frequency": "contact",
    "Probability of Action": "action",
    "Vulnerability": "vulnerability",
    "Threat Capability": "capability",
    "Control Strength": "resistance",
}
_LOSSES = ("Loss Magnitude", "Primary Loss")
_CHANCE, _AMOUNT, _WHOLE, _MANY = (
    "Secondary Loss Event Frequency",
    "Secondary Loss Event Magnitude",
    "Secondary Loss",
    "multi_Secondary Loss",
)
_ABOUT = {"name", "n_simulations", "random_seed", "model_uuid", "type", "creation_date"}
_KNOWN = {*_FIELDS, *_LOSSES, _CHANCE, _AMOUNT, _WHOLE, _MANY, *_ABOUT}
NOTES = (
    "pyfair multiplies a frequency by one loss; here every event costs on its own: means agree, bad years do not.",
    "pyfair does not know forms of loss: primary losses are called response, secondary ones reputation. Change them.",
)


def imported(content: bytes, name: str, *, currency: str, price_year: int) -> str:
    """Return the text of a scenario file.

    Args:
        content: a FairModel or a FairMetaModel as JSON.
        name: of the file, for messages.
        currency: of its amounts, which pyfair does not say.
        price_year: of its amounts.

    Raises:
        UnreadableInputError: no JSON.
        WrongUsageError: no pyfair model, or one with something that means nothing here, with its place.
    """
    data = read_json(content, name, limit=MAX_BYTES, hint=_HINT)
    models = list(_models(data, name))
    if len(models) > MAX_SCENARIOS:
        raise WrongUsageError(f"{name} has {len(models)} models; {MAX_SCENARIOS} are possible", hint="Split it.")
    file = {
        "schema": "fairmark.scenarios/1",
        "currency": currency,
        "price_year": price_year,
        "scenarios": [_scenario(model, label) for label, model in models],
    }
    text = yaml.safe_dump(file, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    read_scenarios(text.encode(), name)  # what does not hold together is told before anything is written
    return text


def _models(data: Any, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "FairModel":
        yield str(data.get("name") or "scenario"), data
    elif kind == "FairMetaModel":
        for label, model in data.items():
            if isinstance(model, dict):
                yield label, model
    else:
        raise WrongUsageError(f"{name} is no model of pyfair: its type is {str(kind)[:60]!r}", hint=_HINT)


def _scenario(model: Mapping[str, Any], label: str) -> dict[str, Any]:
    if unknown := sorted(set(model) - _KNOWN):
        raise WrongUsageError(
            f"{label}: {unknown[0]} has no meaning here",
            hint="Give frequencies and losses; a risk that is given outright has neither.",
        )
    found: dict[str, Any] = {"name": label}
    found |= {field: _law(model[key], f"{label}: {key}") for key, field in _FIELDS.items() if key in model}
    primary = [_law(model[key], f"{label}: {key}") for key in _LOSSES if key in model]
    found["primary"] = [{"form": "response", "loss": primary[0] if primary else 0}]
    found["secondary"] = list(_secondary(model, label))
    return {**found, "source": "a pyfair model", "assumed": True}


def _secondary(model: Mapping[str, Any], label: str) -> Iterator[dict[str, Any]]:
    if _WHOLE in model:
        yield {"form": "reputation", "probability": 1, "loss": _law(model[_WHOLE], f"{label}: {_WHOLE}")}
    pairs = [(label, model)] if _CHANCE in model or _AMOUNT in model else []
    many = model.get(_MANY)
    pairs += [(f"{label}: {key}", one) for key, one in many.items()] if isinstance(many, dict) else []
    for where, one in pairs:
        if not isinstance(one, dict) or _CHANCE not in one or _AMOUNT not in one:
            raise WrongUsageError(
                f"{where}: a secondary loss is half there", hint=f"Give {_CHANCE} and {_AMOUNT} together."
            )
        chance, amount = _law(one[_CHANCE], f"{where}: {_CHANCE}"), _law(one[_AMOUNT], f"{where}: {_AMOUNT}")
        yield {"form": "reputation", "probability": chance, "loss": amount}


def _law(given: Any, where: str) -> Any:
    """Return the range in the words of a scenario file."""
    keys = set(given) if isinstance(given, dict) else set()
    if keys == {"constant"}:
        return given["constant"]
    if {"low", "mode", "high"} <= keys <= {"low", "mode", "high", "gamma"}:
        if given.get("gamma", 4) != 4:
            raise WrongUsageError(
                f"{where}: gamma {given['gamma']!r} has no counterpart", hint="A pert range here has gamma 4."
            )
        return {"pert": [given["low"], given["mode"], given["high"]]}
    if keys == {"mean", "stdev"}:
        raise WrongUsageError(
            f"{where}: a normal law reaches below 0, where no frequency and no loss lies",
            hint="Give a range instead, such as {ci: [low, high, 0.9]}.",
        )
    raise WrongUsageError(f"{where}: {sorted(keys)} is no range that is known here", hint=_HINT)
