"""Uncertain numbers as they stand in a scenario file: ``{pert: [1, 4, 10]}``, or a bare number.

Every fault of a number is told at once, with its place inside the field, what was found and what was expected.
"""

import math
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_serializer
from pydantic_core import PydanticCustomError

from fairmark.errors import WrongUsageError
from fairmark.model.value import Value
from fairmark.numerics import distributions as laws
from fairmark.numerics.distributions import Discrete, Distribution, Mixture

_BUSIEST = 1e6
"""Events a year; above, the count is a unit mistake rather than a scenario."""
_MOST_PARTS = 10


class Kind(StrEnum):
    """How a range may be written."""

    CONST = "const"
    PERT = "pert"
    LN90 = "ln90"
    CI = "ci"
    BETA90 = "beta90"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    GAMMA = "gamma"
    PARETO = "pareto"
    GPD = "gpd"
    EMPIRICAL = "empirical"
    MIXTURE = "mixture"


_POINTS = {
    Kind.CONST: ("value",),
    Kind.PERT: ("minimum", "likeliest", "maximum"),
    Kind.LN90: ("5 % point", "95 % point"),
    Kind.CI: ("lower end", "upper end", "share of cases between them"),
    Kind.BETA90: ("5 % point", "95 % point"),
    Kind.UNIFORM: ("minimum", "maximum"),
    Kind.TRIANGULAR: ("minimum", "likeliest", "maximum"),
    Kind.GAMMA: ("shape", "scale"),
    Kind.PARETO: ("minimum", "tail"),
    Kind.GPD: ("threshold", "scale", "tail"),
}
_MAKERS: dict[Kind, Callable[..., Distribution]] = {
    Kind.CONST: laws.Constant,
    Kind.PERT: laws.pert,
    Kind.LN90: laws.ln90,
    Kind.CI: laws.ci,
    Kind.BETA90: laws.beta90,
    Kind.UNIFORM: laws.uniform,
    Kind.TRIANGULAR: laws.triangular,
    Kind.GAMMA: laws.Gamma,
    Kind.PARETO: laws.pareto,
    Kind.GPD: laws.GeneralisedPareto,
}


class Law(Value):
    """An uncertain number as it stands in the file; ``parts`` are those of a mixture."""

    kind: Kind
    points: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    parts: tuple["Law", ...] = ()

    def distribution(self) -> Distribution:
        """Return the law.

        Raises:
            WrongUsageError: the points make no law of this kind.
        """
        if self.kind is Kind.MIXTURE:
            return Mixture(tuple(part.distribution() for part in self.parts), self.weights)
        if self.kind is Kind.EMPIRICAL:
            return Discrete(self.points, self.weights or (1.0,) * len(self.points))
        return _MAKERS[self.kind](*self.points)

    def __str__(self) -> str:
        """Return the range in the file's own words."""
        if self.kind is Kind.CONST:
            return f"{self.points[0]:.6g}"
        if self.kind is Kind.EMPIRICAL:
            return f"empirical, {len(self.points)} values"
        if self.kind is Kind.MIXTURE:
            return "; or ".join(f"{part} ({weight:.6g})" for part, weight in zip(self.parts, self.weights, strict=True))
        return f"{self.kind} {', '.join(f'{point:.6g}' for point in self.points)}"

    @model_serializer
    def written(self) -> float | dict[str, Any]:
        """Return the range as it may stand in a file."""
        if self.kind is Kind.CONST:
            return self.points[0]
        if self.kind is Kind.MIXTURE:
            rows = zip(self.parts, self.weights, strict=True)
            return {"mixture": [{"weight": weight, "law": part.written()} for part, weight in rows]}
        if self.kind is Kind.EMPIRICAL and self.weights:
            return {"empirical": {"values": list(self.points), "weights": list(self.weights)}}
        return {self.kind.value: list(self.points)}


def wrong(faults: list[tuple[str, str]]) -> PydanticCustomError:
    """Return one error for all faults of a number, each with its place inside the field."""
    return PydanticCustomError("law", "no range", {"faults": faults})


def shown(found: Any) -> str:
    """Return what stands in the file, in one short line."""
    try:
        text = str(found)
    except ValueError:  # an integer of thousands of digits
        return "a huge number"
    return f"{text[:60]}{'...' if len(text) > 60 else ''}"


def _amount(raw: Any) -> Law:
    return _read_law(raw, math.inf)


def _share(raw: Any) -> Law:
    return _read_law(raw, 1.0)


def _events(raw: Any) -> Law:
    law = _read_law(raw, math.inf)
    if law.distribution().mean > _BUSIEST:
        raise wrong([("", f"more than {_BUSIEST:,.0f} a year; check the unit")])
    return law


def _hit(raw: Any) -> float:
    law = _share(raw)
    if law.kind is not Kind.CONST:
        raise wrong([("", "is a range; expected one number from 0 to 1")])
    return law.points[0]


Amount = Annotated[Law, BeforeValidator(_amount)]
Share = Annotated[Law, BeforeValidator(_share)]
Events = Annotated[Law, BeforeValidator(_events)]
Hit = Annotated[float, Field(ge=0, le=1), BeforeValidator(_hit)]


def _read_law(raw: Any, highest: float) -> Law:
    """Return the range, no point of which lies above ``highest``; every fault in it goes into one error."""
    if isinstance(raw, Law):
        return raw
    if isinstance(raw, dict) and list(raw) == ["mixture"]:
        return _read_mixture(raw["mixture"], highest)
    kind, points, weights = _parts(raw)
    at = "" if kind is Kind.CONST else f".{kind}{'.values' if kind is Kind.EMPIRICAL else ''}"
    faults = [*_numbers(at, points, highest), *_numbers(f".{kind}.weights", weights, math.inf)]
    wanted = _POINTS.get(kind)
    if wanted and len(points) != len(wanted):
        faults.append((at, f"{len(points)} numbers; expected {len(wanted)}: {', '.join(wanted)}"))
    if faults:
        raise wrong(faults)
    law = Law(kind=kind, points=tuple(map(float, points)), weights=tuple(map(float, weights)))
    try:
        reach = law.distribution().support[1]
    except WrongUsageError as error:
        raise wrong([("", f"{error.message} ({error.hint.rstrip('.')})")]) from None
    if reach > highest:
        raise wrong([(f".{kind}", "may exceed 1, which no share or probability does")])
    return law


def _read_mixture(raw: Any, highest: float) -> Law:
    """Return a law that is one of several; a mixture of mixtures is none."""
    if not isinstance(raw, list) or not 2 <= len(raw) <= _MOST_PARTS:
        raise wrong([(".mixture", f"expected a list of 2 to {_MOST_PARTS} laws, each with its weight")])
    faults, parts, weights = [], [], []
    for index, row in enumerate(raw):
        at = f".mixture[{index}]"
        if not isinstance(row, dict) or set(row) != {"weight", "law"}:
            faults.append((at, "expected weight and law, example: {weight: 0.2, law: {ln90: [1e4, 1e6]}}"))
            continue
        faults += _numbers(f"{at}.weight", [row["weight"]], math.inf, single=True)
        try:
            if isinstance(row["law"], dict) and "mixture" in row["law"]:
                raise wrong([("", "is a mixture itself; expected one of the other kinds")])
            parts.append(_read_law(row["law"], highest))
        except PydanticCustomError as error:
            faults += [(f"{at}.law{place}", why) for place, why in (error.context or {})["faults"]]
        weights.append(row["weight"])
    if faults:
        raise wrong(faults)
    law = Law(kind=Kind.MIXTURE, parts=tuple(parts), weights=tuple(map(float, weights)))
    try:
        law.distribution()
    except WrongUsageError as error:
        raise wrong([("", f"{error.message} ({error.hint.rstrip('.')})")]) from None
    return law


def _parts(raw: Any) -> tuple[Kind, list[Any], list[Any]]:
    """Return kind, points and weights as they stand, not yet known to be numbers."""
    if not isinstance(raw, dict):
        if isinstance(raw, list):
            raise wrong([("", "is a list without a kind; expected a number or one of " + ", ".join(Kind))])
        return Kind.CONST, [raw], []
    if len(raw) != 1 or next(iter(raw)) not in list(Kind):
        found = ", ".join(map(shown, raw)) or "nothing"
        raise wrong([("", f"has {found[:60]}; expected exactly one of {', '.join(Kind)}")])
    kind = Kind(next(iter(raw)))
    inside: Any = raw[kind]
    weights: Any = []
    if kind is Kind.EMPIRICAL and isinstance(inside, dict):
        if unknown := sorted(set(map(shown, inside)) - {"values", "weights"}):
            raise wrong([(f".empirical.{unknown[0]}", "is not a field; expected values and, if you like, weights")])
        weights, inside = inside.get("weights", []), inside.get("values", [])
    if kind is Kind.CONST:
        return kind, [inside], []
    if not isinstance(inside, list) or not isinstance(weights, list):
        raise wrong([(f".{kind}", "expected a list of numbers")])
    return kind, inside, weights


def _numbers(at: str, found: list[Any], highest: float, *, single: bool = False) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each number of a list, with its place."""
    for index, one in enumerate(found):
        place = at if single else f"{at}[{index}]" if at else ""
        try:
            number = math.nan if isinstance(one, bool | None) else float(one)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        text = shown(one)
        if not math.isfinite(number):
            yield place, f"{text} is not valid: expected a finite number"
        elif number < 0:
            yield place, f"{text} is not valid: expected 0 or more"
        elif number > highest:
            yield place, f"{text} is not valid: expected a share or probability from 0 to 1"
