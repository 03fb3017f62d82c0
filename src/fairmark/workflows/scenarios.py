"""Read a file of FAIR scenarios: every fault at once, each with its field, what was expected and an example.

A number is written as a range of a named kind, ``{pert: [1, 4, 10]}``, or as a bare number. Fields and
numbers are checked one by one; what fields say together (two frequencies, a shock that hits nobody) is
checked beside that, so that one wrong number does not hide another fault.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from fairmark.errors import WrongUsageError
from fairmark.model.device import Currency
from fairmark.model.value import Value
from fairmark.numerics import distributions as laws
from fairmark.numerics.distributions import Discrete, Distribution
from fairmark.render.wording import visible
from fairmark.risk.portfolio import Factor, Portfolio, Shock
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.workflows.mapping import read_mapping

MAX_BYTES = 1 << 20
MAX_SCENARIOS = 1000
START = "Start from examples/scenarios/ransom.yaml; docs/howto/price-a-scenario.md explains each field."

_BUSIEST = 1e6
"""Events a year; above, the count is a unit mistake rather than a scenario."""


class Kind(StrEnum):
    """How a range may be written."""

    CONST = "const"
    PERT = "pert"
    LN90 = "ln90"
    BETA90 = "beta90"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    GAMMA = "gamma"
    PARETO = "pareto"
    EMPIRICAL = "empirical"


_POINTS = {
    Kind.CONST: ("value",),
    Kind.PERT: ("minimum", "likeliest", "maximum"),
    Kind.LN90: ("5 % point", "95 % point"),
    Kind.BETA90: ("5 % point", "95 % point"),
    Kind.UNIFORM: ("minimum", "maximum"),
    Kind.TRIANGULAR: ("minimum", "likeliest", "maximum"),
    Kind.GAMMA: ("shape", "scale"),
    Kind.PARETO: ("minimum", "tail"),
}
_MAKERS: dict[Kind, Callable[..., Distribution]] = {
    Kind.CONST: laws.Constant,
    Kind.PERT: laws.pert,
    Kind.LN90: laws.ln90,
    Kind.BETA90: laws.beta90,
    Kind.UNIFORM: laws.uniform,
    Kind.TRIANGULAR: laws.triangular,
    Kind.GAMMA: laws.Gamma,
    Kind.PARETO: laws.pareto,
}
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


class Law(Value):
    """An uncertain number as it stands in the file."""

    kind: Kind
    points: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def distribution(self) -> Distribution:
        """Return the law.

        Raises:
            WrongUsageError: the points make no law of this kind.
        """
        if self.kind is Kind.EMPIRICAL:
            return Discrete(self.points, self.weights or (1.0,) * len(self.points))
        return _MAKERS[self.kind](*self.points)

    def __str__(self) -> str:
        """Return the range in the file's own words."""
        if self.kind is Kind.CONST:
            return f"{self.points[0]:.6g}"
        if self.kind is Kind.EMPIRICAL:
            return f"empirical, {len(self.points)} values"
        return f"{self.kind} {', '.join(f'{point:.6g}' for point in self.points)}"


def _amount(raw: Any) -> Law:
    return _read_law(raw, math.inf)


def _share(raw: Any) -> Law:
    return _read_law(raw, 1.0)


def _events(raw: Any) -> Law:
    law = _read_law(raw, math.inf)
    if law.distribution().mean > _BUSIEST:
        raise _wrong([("", f"more than {_BUSIEST:,.0f} a year; check the unit")])
    return law


def _hit(raw: Any) -> float:
    law = _share(raw)
    if law.kind is not Kind.CONST:
        raise _wrong([("", "is a range; expected one number from 0 to 1")])
    return law.points[0]


Amount = Annotated[Law, BeforeValidator(_amount)]
Share = Annotated[Law, BeforeValidator(_share)]
Events = Annotated[Law, BeforeValidator(_events)]
Hit = Annotated[float, Field(ge=0, le=1), BeforeValidator(_hit)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]


class GivenLoss(Value):
    """What one event costs, of one form."""

    form: LossForm
    loss: Amount


class GivenSecondary(GivenLoss):
    """What an event costs with a probability, because others react."""

    probability: Share


class GivenScenario(Value):
    """One scenario of the file; its branches are those of ``risk.scenario.Scenario``."""

    name: Name
    lef: Events | None = None
    tef: Events | None = None
    contact: Events | None = None
    action: Share | None = None
    vulnerability: Share | None = None
    capability: Amount | None = None
    resistance: Amount | None = None
    primary: tuple[GivenLoss, ...] = Field(min_length=1)
    secondary: tuple[GivenSecondary, ...] = ()
    currency: Currency | None = None
    source: str = Field(default="", max_length=2000)
    assumed: bool = False

    def laws(self) -> Iterator[tuple[str, Law]]:
        """Yield every range with its field's path."""
        for field in _BRANCHES:
            if (law := getattr(self, field)) is not None:
                yield field, law
        for one in self.primary:
            yield f"primary.{one.form}", one.loss
        for other in self.secondary:
            yield f"secondary.{other.form}.probability", other.probability
            yield f"secondary.{other.form}", other.loss


class GivenShock(Value):
    """One cause that strikes several scenarios at once."""

    name: Name = "shock"
    rate: Events
    hits: Annotated[dict[str, Hit], Field(min_length=1)]


class GivenFactor(Value):
    """One level that multiplies the frequencies of its members for the whole year."""

    level: Amount
    members: tuple[str, ...] = Field(min_length=1)


class ScenarioFile(Value):
    """What a file of scenarios says."""

    format: Literal["fairmark.scenarios/1"] = Field(alias="schema")
    currency: Currency
    price_year: int = Field(ge=2000, le=2100)
    scenarios: tuple[GivenScenario, ...] = Field(max_length=MAX_SCENARIOS)
    shocks: tuple[GivenShock, ...] = Field(default=(), max_length=100)
    factor: GivenFactor | None = None

    def portfolio(self) -> Portfolio:
        """Return the scenarios and what they have in common, for the engine."""
        return Portfolio(
            tuple(_scenario(one, self.currency) for one in self.scenarios),
            tuple(Shock(one.name, one.rate.distribution(), one.hits) for one in self.shocks),
            Factor(self.factor.level.distribution(), self.factor.members) if self.factor else None,
        )


_BRANCHES = ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance")
_FIELDS = sorted(
    {
        field.alias or name
        for model in (ScenarioFile, GivenScenario, GivenSecondary, GivenShock, GivenFactor)
        for name, field in model.model_fields.items()
    }
)


def read_scenarios(text: bytes, name: str) -> ScenarioFile:
    """Return the scenarios that ``text`` (YAML) holds; ``name`` is the file's name, for messages.

    Raises:
        WrongUsageError: with every fault of the file, one a line.
    """
    if len(text) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint="Split it into several files.")
    data = read_mapping(text, name, hint=START)
    faults = list(_contradictions(data))
    try:
        given = ScenarioFile.model_validate(data)
    except ValidationError as error:
        raise _all_faults(name, [*_listed(error), *faults]) from None
    if faults:
        raise _all_faults(name, faults)
    return given


def _scenario(given: GivenScenario, currency: str) -> Scenario:
    branches = {field: law.distribution() for field in _BRANCHES if (law := getattr(given, field)) is not None}
    secondary = (Secondary(x.probability.distribution(), x.loss.distribution(), x.form) for x in given.secondary)
    return Scenario(
        name=given.name,
        primary={one.form: one.loss.distribution() for one in given.primary},
        secondary=tuple(secondary),
        currency=currency,
        **branches,
    )


def _read_law(raw: Any, highest: float) -> Law:
    """Return the range, no point of which lies above ``highest``; every fault in it goes into one error."""
    if isinstance(raw, Law):
        return raw
    kind, points, weights = _parts(raw)
    at = "" if kind is Kind.CONST else f".{kind}{'.values' if kind is Kind.EMPIRICAL else ''}"
    faults = [*_numbers(at, points, highest), *_numbers(f".{kind}.weights", weights, math.inf)]
    wanted = _POINTS.get(kind)
    if wanted and len(points) != len(wanted):
        faults.append((at, f"{len(points)} numbers; expected {len(wanted)}: {', '.join(wanted)}"))
    if faults:
        raise _wrong(faults)
    law = Law(kind=kind, points=tuple(map(float, points)), weights=tuple(map(float, weights)))
    try:
        reach = law.distribution().support[1]
    except WrongUsageError as error:
        raise _wrong([("", f"{error.message} ({error.hint.rstrip('.')})")]) from None
    if reach > highest:
        raise _wrong([(f".{kind}", "may exceed 1, which no share or probability does")])
    return law


def _parts(raw: Any) -> tuple[Kind, list[Any], list[Any]]:
    """Return kind, points and weights as they stand, not yet known to be numbers."""
    if not isinstance(raw, dict):
        if isinstance(raw, list):
            raise _wrong([("", "is a list without a kind; expected a number or one of " + ", ".join(Kind))])
        return Kind.CONST, [raw], []
    if len(raw) != 1 or next(iter(raw)) not in list(Kind):
        found = ", ".join(map(_shown, raw)) or "nothing"
        raise _wrong([("", f"has {found[:60]}; expected exactly one of {', '.join(Kind)}")])
    kind = Kind(next(iter(raw)))
    inside: Any = raw[kind]
    weights: Any = []
    if kind is Kind.EMPIRICAL and isinstance(inside, dict):
        if unknown := sorted(set(map(_shown, inside)) - {"values", "weights"}):
            raise _wrong([(f".empirical.{unknown[0]}", "is not a field; expected values and, if you like, weights")])
        weights, inside = inside.get("weights", []), inside.get("values", [])
    if kind is Kind.CONST:
        return kind, [inside], []
    if not isinstance(inside, list) or not isinstance(weights, list):
        raise _wrong([(f".{kind}", "expected a list of numbers")])
    return kind, inside, weights


def _numbers(at: str, found: list[Any], highest: float) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each number of a list, with its place."""
    for index, one in enumerate(found):
        place = f"{at}[{index}]" if at else ""
        try:
            number = math.nan if isinstance(one, bool | None) else float(one)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        shown = _shown(one)
        if not math.isfinite(number):
            yield place, f"{shown} is not valid: expected a finite number"
        elif number < 0:
            yield place, f"{shown} is not valid: expected 0 or more"
        elif number > highest:
            yield place, f"{shown} is not valid: expected a share or probability from 0 to 1"


def _wrong(faults: list[tuple[str, str]]) -> PydanticCustomError:
    return PydanticCustomError("law", "no range", {"faults": faults})


def _listed(error: ValidationError) -> Iterator[str]:
    """Word what pydantic found; a list is not called empty because of the faults inside it."""
    errors = error.errors(include_url=False)
    inside = {one["loc"][:end] for one in errors for end in range(len(one["loc"]))}
    for one in errors:
        if one["type"] != "too_short" or one["loc"] not in inside:
            yield from _faults(one)


def _faults(error: Any) -> Iterator[str]:
    """Word one fault of pydantic's list: field path, what was found and expected, an example."""
    path = _path(error["loc"])
    field = next((str(part) for part in reversed(error["loc"]) if str(part) in _EXAMPLES), "")
    example = f", example: {field}: {_EXAMPLES[field]}" if field else ""
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), _FIELDS, n=1)
        yield f"{path}: is not a field{f' (did you mean {near[0]}?)' if near else ''}"
    elif error["type"] == "law":
        yield from (f"{path}{place}: {why}{example}" for place, why in error["ctx"]["faults"])
    else:
        expected = _EXPECTED.get(error["type"]) or error["msg"].replace("Input should be", "expected")
        found = error.get("input")
        shown = f"{_shown(found)} is not valid: " if isinstance(found, str | int | float) else ""
        yield f"{path}: {shown}{expected}{example}"


def _path(parts: tuple[Any, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in parts).lstrip(".")


def _contradictions(data: dict[str, Any]) -> Iterator[str]:
    """Yield what the fields of the file say against each other, as far as they can be read."""
    listed = data.get("scenarios")
    scenarios = [(k, one) for k, one in enumerate(listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    names = Counter(name for _, one in scenarios if isinstance(name := one.get("name"), str))
    for k, one in scenarios:
        yield from (f"scenarios[{k}].{fault}" for fault in _branch_faults(one))
        yield from (f"scenarios[{k}].{fault}" for fault in _repeated_forms(one.get("primary")))
        own, common = one.get("currency"), data.get("currency")
        if own is not None and own != common:
            yield f"scenarios[{k}].currency: {_shown(own)} beside {_shown(common)}; convert it: a file has one currency"
    yield from (
        f"scenarios: the name {name[:80]} stands {n} times; expected one each" for name, n in names.items() if n > 1
    )
    yield from _strangers(data, set(names))


def _branch_faults(one: dict[str, Any]) -> Iterator[str]:
    frequency = [field for field in ("lef", "tef", "contact", "action") if one.get(field) is not None]
    success = [field for field in ("vulnerability", "capability", "resistance") if one.get(field) is not None]
    if frequency not in (["lef"], ["tef"], ["contact", "action"]):
        said = f"given are {' and '.join(frequency)}" if frequency else "is missing, and so is any other frequency"
        expected = "expected lef, or tef, or contact with action"
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
            yield f"primary: {_shown(form)} stands {n} times; expected each form once, add the amounts up"


def _strangers(data: dict[str, Any], names: set[str]) -> Iterator[str]:
    """Yield every name that a shock or the factor uses and no scenario has."""
    used: list[tuple[str, Any]] = []
    shocks, factor = data.get("shocks"), data.get("factor")
    for k, shock in enumerate(shocks if isinstance(shocks, list) else []):
        hits = shock.get("hits") if isinstance(shock, dict) else None
        used += [(f"shocks[{k}].hits", name) for name in (hits if isinstance(hits, dict) else {})]
    members = factor.get("members") if isinstance(factor, dict) else None
    used += [("factor.members", name) for name in (members if isinstance(members, list) else [])]
    for where, name in used:
        if isinstance(name, str) and name not in names:
            near = get_close_matches(name, sorted(names), n=1)
            yield f"{where}: there is no scenario {_shown(name)}{f' (did you mean {near[0]}?)' if near else ''}"


def _shown(found: Any) -> str:
    """Return what stands in the file, in one short line."""
    try:
        text = str(found)
    except ValueError:  # an integer of thousands of digits
        return "a huge number"
    return f"{text[:60]}{'...' if len(text) > 60 else ''}"


def _all_faults(name: str, faults: list[str]) -> WrongUsageError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = (visible(fault.replace("\n", " ")) for fault in faults)
    return WrongUsageError("\n  ".join([f"{name} has {count}:", *lines]), hint=START)
