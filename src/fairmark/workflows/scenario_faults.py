"""What is wrong with a scenario file, in words: field path, what was found, what was expected, and an example."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from fairmark.errors import WrongUsageError
from fairmark.render.wording import visible
from fairmark.workflows.scenario_laws import shown

START = "Start from examples/scenarios/ransom.yaml; docs/howto/price-a-scenario.md explains each field."

_EXAMPLES = {
    "schema": "fairmark.scenarios/1",
    "currency": "USD",
    "price_year": "2026",
    "scenarios": "[{name: ransom, lef: 0.1, primary: [{form: response, loss: {ln90: [1e4, 1e6]}}]}]",
    "name": "ransom",
    "lef": "{pert: [0.1, 0.5, 2]}",
    "tef": "{pert: [1, 4, 10]}",
    "contact": "{pert: [1, 4, 10]}",
    "action": "{beta90: [0.1, 0.6]}",
    "vulnerability": "{beta90: [0.1, 0.6]}",
    "capability": "{pert: [0.2, 0.5, 0.9]}",
    "resistance": "{pert: [0.4, 0.6, 0.95]}",
    "state": "{beta90: [0.01, 0.3]}",
    "units": "20000",
    "primary": "[{form: response, loss: {ln90: [1e4, 1e6]}}]",
    "secondary": "[{probability: 0.2, form: fines_and_judgments, loss: {ln90: [1e4, 3e6]}}]",
    "form": "response",
    "loss": "{ln90: [1e3, 5e6]}",
    "probability": "{beta90: [0.1, 0.6]}",
    "source": '"own accounts, 2023 to 2025"',
    "assumed": "true",
    "shocks": "[{name: flaw in the kit, rate: 0.3, hits: {ransom: 0.5}}]",
    "rate": "{pert: [0.1, 0.3, 1]}",
    "hits": "{ransom: 0.5}",
    "factor": "{level: {gamma: [4, 0.25]}, members: [ransom]}",
    "level": "{gamma: [4, 0.25]}",
    "members": "[ransom]",
    "factors": "[{name: busy attackers, level: {gamma: [4, 0.25]}, members: [ransom]}]",
    "bearer": "external",
    "rates": '{date: 2026-11-02, source: "central bank", values: {EUR: 1.08}}',
    "values": "{EUR: 1.08}",
    "controls": "[{name: signed updates, effects: [{scenarios: [ransom], acts: vulnerability, intended: 0.8}]}]",
    "effects": "[{scenarios: [ransom], acts: vulnerability, coverage: 0.9, reliability: 0.95, intended: 0.8}]",
    "acts": "vulnerability",
    "coverage": "0.9",
    "reliability": "0.95",
    "intended": "{beta90: [0.5, 0.9]}",
    "once": "3e4",
    "per_year": "{pert: [5e3, 1e4, 3e4]}",
    "compulsory": '"CRA Annex I, part I (2)(c)"',
    "horizon_years": "3",
    "tolerance": "[{loss: 1e5, chance: 0.2}, {loss: 1e6, chance: 0.02}]",
    "chance": "0.02",
}

_EXPECTED = {
    "missing": "is missing",
    "too_short": "is empty; expected at least one",
    "model_type": "expected fields with values",
    "dict_type": "expected names with values",
    "tuple_type": "expected a list",
    "string_type": "expected text",
    "string_pattern_mismatch": "expected plain text of one line, for a currency an ISO 4217 code",
}
"""In our words, where pydantic speaks of its own types."""


def listed(error: ValidationError, fields: Sequence[str]) -> Iterator[str]:
    """Word what pydantic found; a list is not called empty because of the faults inside it."""
    errors = error.errors(include_url=False)
    inside = {one["loc"][:end] for one in errors for end in range(len(one["loc"]))}
    for one in errors:
        if one["type"] != "too_short" or one["loc"] not in inside:
            yield from _faults(one, fields)


def _faults(error: Any, fields: Sequence[str]) -> Iterator[str]:
    """Word one fault of pydantic's list: field path, what was found and expected, an example."""
    path = _path(error["loc"])
    field = next((str(part) for part in reversed(error["loc"]) if str(part) in _EXAMPLES), "")
    example = f", example: {field}: {_EXAMPLES[field]}" if field else ""
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), fields, n=1)
        yield f"{path}: is not a field{f' (did you mean {near[0]}?)' if near else ''}"
    elif error["type"] == "law":
        yield from (f"{path}{place}: {why}{example}" for place, why in error["ctx"]["faults"])
    else:
        expected = _EXPECTED.get(error["type"]) or error["msg"].replace("Input should be", "expected")
        found = error.get("input")
        text = f"{shown(found)} is not valid: " if isinstance(found, str | int | float) else ""
        yield f"{path}: {text}{expected}{example}"


def _path(parts: tuple[Any, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in parts).lstrip(".")


def contradictions(data: dict[str, Any]) -> Iterator[str]:
    """Yield what the fields of the file say against each other, as far as they can be read."""
    listed = data.get("scenarios")
    scenarios = [(k, one) for k, one in enumerate(listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    names = Counter(name for _, one in scenarios if isinstance(name := one.get("name"), str))
    for k, one in scenarios:
        yield from (f"scenarios[{k}].{fault}" for fault in _branch_faults(one))
        yield from (f"scenarios[{k}].{fault}" for fault in _repeated_forms(one.get("primary")))
        own, common = one.get("currency"), data.get("currency")
        if own is not None and own != common and not _has_rate(data, own):
            yield (
                f"scenarios[{k}].currency: {shown(own)} beside {shown(common)}; give what 1 {shown(own)} is worth, "
                f"example: rates: {_EXAMPLES['rates']}"
            )
    yield from (
        f"scenarios: the name {name[:80]} stands {n} times; expected one each" for name, n in names.items() if n > 1
    )
    yield from _strangers(data, set(names))
    yield from _control_faults(data, set(names))


def _has_rate(data: dict[str, Any], currency: Any) -> bool:
    rates = data.get("rates")
    values = rates.get("values") if isinstance(rates, dict) else None
    return isinstance(values, dict) and isinstance(currency, str) and currency in values


def _control_faults(data: dict[str, Any], names: set[str]) -> Iterator[str]:
    """Yield every name that a control uses and nobody has, and every control that stands twice."""
    listed = data.get("controls")
    controls = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    own = Counter(name for one in controls if isinstance(name := one.get("name"), str))
    yield from (
        f"controls: the name {name[:80]} stands {n} times; expected one each" for name, n in own.items() if n > 1
    )
    for k, one in enumerate(controls):
        effects = one.get("effects")
        for row, effect in enumerate(effects if isinstance(effects, list) else []):
            used = effect.get("scenarios") if isinstance(effect, dict) else None
            where = f"controls[{k}].effects[{row}].scenarios"
            yield from _unknown(where, used, names, "scenario")
        others = set(own) - {one.get("name")}
        for field in ("requires", "excludes"):
            yield from _unknown(f"controls[{k}].{field}", one.get(field), others, "other control")


def _unknown(where: str, used: Any, names: set[str], what: str) -> Iterator[str]:
    for name in used if isinstance(used, list) else []:
        if isinstance(name, str) and name not in names:
            near = get_close_matches(name, sorted(names), n=1)
            yield f"{where}: there is no {what} {shown(name)}{f' (did you mean {near[0]}?)' if near else ''}"


def _branch_faults(one: dict[str, Any]) -> Iterator[str]:
    if one.get("state") is None:
        if one.get("units") is not None:
            yield f"units: counts units in a state, and no state is given; example: state: {_EXAMPLES['state']}"
        yield from _event_faults(one)
        return
    for field in ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance", "secondary"):
        if one.get(field):
            yield f"{field}: stands beside state, which is no event; make two scenarios of it"
    primary = one.get("primary")
    if isinstance(primary, list) and len(primary) > 1 and not isinstance(one["state"], int | float):
        yield "primary: several forms beside an uncertain state; give their sum as one form"


def _event_faults(one: dict[str, Any]) -> Iterator[str]:
    frequency = [field for field in ("lef", "tef", "contact", "action") if one.get(field) is not None]
    success = [field for field in ("vulnerability", "capability", "resistance") if one.get(field) is not None]
    if frequency not in (["lef"], ["tef"], ["contact", "action"]):
        said = f"given are {' and '.join(frequency)}" if frequency else "is missing, and so is any other frequency"
        expected = "expected lef, or tef, or contact with action (or state, for what is no event)"
        yield f"{frequency[-1] if frequency else 'lef'}: {said}; {expected}, example: lef: {_EXAMPLES['lef']}"
    if frequency[:1] == ["lef"]:
        yield from (f"{field}: stands beside lef, which contains it; drop it, or give tef instead" for field in success)
    elif frequency and success not in (["vulnerability"], ["capability", "resistance"]):
        said = (
            f"given are {' and '.join(success)}"
            if len(success) > 1
            else f"{success[0]} alone"
            if success
            else "is missing"
        )
        expected = "expected vulnerability, or capability with resistance"
        example = f"vulnerability: {_EXAMPLES['vulnerability']}"
        yield f"{success[0] if success else 'vulnerability'}: {said}; {expected}, example: {example}"


def _repeated_forms(primary: Any) -> Iterator[str]:
    rows = primary if isinstance(primary, list) else []
    forms = Counter(form for row in rows if isinstance(row, dict) and isinstance(form := row.get("form"), str))
    for form, n in forms.items():
        if n > 1:
            yield f"primary: {shown(form)} stands {n} times; expected each form once, add the amounts up"


def _strangers(data: dict[str, Any], names: set[str]) -> Iterator[str]:
    """Yield every name that a shock or the factor uses and no scenario has, or only a state."""
    rows = data.get("scenarios")
    states = {
        name
        for one in (rows if isinstance(rows, list) else [])
        if isinstance(one, dict) and one.get("state") is not None and isinstance(name := one.get("name"), str)
    }
    shocks, factor = data.get("shocks"), data.get("factor")
    for k, shock in enumerate(shocks if isinstance(shocks, list) else []):
        hits = shock.get("hits") if isinstance(shock, dict) else None
        hit = list(hits) if isinstance(hits, dict) else []
        yield from _unknown(f"shocks[{k}].hits", hit, names, "scenario")
        yield from (f"shocks[{k}].hits: {shown(name)} is a state, no event" for name in hit if name in states)
    listed = data.get("factors")
    rows = [("factor", factor)] + [
        (f"factors[{k}]", one) for k, one in enumerate(listed if isinstance(listed, list) else [])
    ]
    followed: Counter[str] = Counter()
    for where, one in rows:
        members = one.get("members") if isinstance(one, dict) else None
        yield from _unknown(f"{where}.members", members, names, "scenario")
        followers = members if isinstance(members, list) else []
        yield from (
            f"{where}.members: {shown(name)} is a state, no event"
            for name in followers
            if isinstance(name, str) and name in states
        )
        followed.update({name for name in members if isinstance(name, str)} if isinstance(members, list) else ())
    yield from (f"factors: {shown(name)} follows {n} of them; expected one" for name, n in followed.items() if n > 1)


def all_faults(name: str, faults: list[str]) -> WrongUsageError:
    """Return one error that lists every fault of a file."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = (visible(fault.replace("\n", " ")) for fault in faults)
    return WrongUsageError("\n  ".join([f"{name} has {count}:", *lines]), hint=START)
