"""What would change the answer most: every input at its 5 % and at its 95 % point, one at a time.

For a range that nobody knows better (a frequency) this is how much it would be worth to know it. For a range that
truly varies (the loss of one event) it is how much the answer hangs on that range being right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Distribution
from fairmark.risk.portfolio import Portfolio, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary

CELLS = 2_048
MOST_INPUTS = 400
_ENDS = (0.05, 0.95)
_LEVEL = 0.95
_FREQUENCIES = ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance", "state")


@dataclass(frozen=True, slots=True)
class End:
    """The year with an input held at one value: mean and 95 % point of the loss, in money."""

    at: float
    mean: float
    p95: float


@dataclass(frozen=True, slots=True)
class Swing:
    """One input: where it stands, and the year at its 5 % and at its 95 % point."""

    scenario: str
    field: str
    low: End
    high: End

    @property
    def of_mean(self) -> float:
        """How far the mean moves."""
        return abs(self.high.mean - self.low.mean)


def swings(portfolio: Portfolio, *, cells: int = CELLS) -> tuple[Swing, ...]:
    """Return every uncertain input of a portfolio, the one that moves the mean most first.

    Raises:
        WrongUsageError: more inputs than can be moved one by one in useful time.
    """
    found = []
    places = [place for place in _places(portfolio) if place.law.support[0] < place.law.support[1]]
    if len(places) > MOST_INPUTS:
        raise WrongUsageError(
            f"{len(places)} uncertain inputs; {MOST_INPUTS} can be moved one by one", hint="Ask for fewer scenarios."
        )
    for place in places:
        low, high = (_end(place, float(place.law.quantile(level)), cells) for level in _ENDS)
        found.append(Swing(place.scenario, place.field, low, high))
    return tuple(sorted(found, key=lambda swing: (-swing.of_mean, swing.scenario, swing.field)))


@dataclass(frozen=True, slots=True)
class _Place:
    """A law and the portfolio with another one in its place."""

    scenario: str
    field: str
    law: Distribution
    with_law: Callable[[Distribution], Portfolio]


def _end(place: _Place, value: float, cells: int) -> End:
    year = assess_portfolio(place.with_law(Constant(value)), cells=cells)
    return End(value, year.mean.value, year.var(_LEVEL).value)


def _places(portfolio: Portfolio) -> Iterator[_Place]:
    for row, scenario in enumerate(portfolio.scenarios):
        for field, law, changed in _laws(scenario):
            yield _Place(scenario.name, field, law, partial(_with_scenario, portfolio, row, changed))
    for row, shock in enumerate(portfolio.shocks):
        yield _Place(shock.name, "rate", shock.rate, partial(_with_shock, portfolio, row))
    for row, factor in enumerate(portfolio.factors):
        yield _Place(factor.name, "level", factor.level, partial(_with_level, portfolio, row))


def _with_scenario(
    portfolio: Portfolio, row: int, changed: Callable[[Distribution], Scenario], law: Distribution
) -> Portfolio:
    rows = portfolio.scenarios
    return replace(portfolio, scenarios=(*rows[:row], changed(law), *rows[row + 1 :]))


def _with_shock(portfolio: Portfolio, row: int, law: Distribution) -> Portfolio:
    rows = portfolio.shocks
    return replace(portfolio, shocks=(*rows[:row], replace(rows[row], rate=law), *rows[row + 1 :]))


def _with_level(portfolio: Portfolio, row: int, law: Distribution) -> Portfolio:
    rows = portfolio.factors
    return replace(portfolio, factors=(*rows[:row], replace(rows[row], level=law), *rows[row + 1 :]))


def _laws(scenario: Scenario) -> Iterator[tuple[str, Distribution, Callable[[Distribution], Scenario]]]:
    """Yield the field, the law, and how to replace it."""
    for field in _FREQUENCIES:
        if (law := getattr(scenario, field)) is not None:
            yield field, law, partial(_with_frequency, scenario, field)
    for form, loss in scenario.primary.items():
        yield f"primary.{form}", loss, partial(_with_primary, scenario, form)
    for row, follow in enumerate(scenario.secondary):
        at = f"secondary.{follow.form}"
        yield f"{at}.probability", follow.probability, partial(_with_chance, scenario, row)
        yield at, follow.severity, partial(_with_reaction, scenario, row)


def _with_frequency(scenario: Scenario, field: str, law: Distribution) -> Scenario:
    changes: dict[str, Any] = {field: law}
    return replace(scenario, **changes)


def _with_primary(scenario: Scenario, form: LossForm, law: Distribution) -> Scenario:
    return replace(scenario, primary={**scenario.primary, form: law})


def _with_chance(scenario: Scenario, row: int, law: Distribution) -> Scenario:
    return _with_secondary(scenario, row, replace(scenario.secondary[row], probability=law))


def _with_reaction(scenario: Scenario, row: int, law: Distribution) -> Scenario:
    return _with_secondary(scenario, row, replace(scenario.secondary[row], severity=law))


def _with_secondary(scenario: Scenario, row: int, follow: Secondary) -> Scenario:
    return replace(scenario, secondary=(*scenario.secondary[:row], follow, *scenario.secondary[row + 1 :]))
