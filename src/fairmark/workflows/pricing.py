"""Price the scenarios of a file: one year's loss of each, and of all together, every figure with its bracket."""

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from fairmark.model.value import Value
from fairmark.numerics.distributions import echo
from fairmark.risk.annual import Annual
from fairmark.risk.annual import Figure as Computed
from fairmark.risk.engine import CELLS
from fairmark.risk.portfolio import Portfolio, assess_portfolio
from fairmark.risk.sensitivity import swings
from fairmark.workflows.scenario_laws import Law
from fairmark.workflows.scenarios import GivenScenario, ScenarioFile

_ADDED_LEVELS = (0.95, 0.99)


class Figure(Value):
    """A value and the bracket that the computation leaves open; no ``high`` where nothing bounds it."""

    value: float
    low: float
    high: float | None


class Figures(Value):
    """One year's loss, in money; ``any_loss`` is the probability that there is one."""

    mean: Figure
    p50: Figure
    p90: Figure
    p95: Figure
    p99: Figure
    tvar95: Figure
    any_loss: Figure


class Implied(Value):
    """What a range implies, said back to whoever gave it."""

    field: str
    given: str
    mean: float
    p99: float
    warning: str = ""


class PricedScenario(Value):
    """One scenario with all that strikes it; ``assumed`` is true where the file names no source."""

    name: str
    figures: Figures
    inputs: tuple[Implied, ...]
    source: str = ""
    assumed: bool = False


class PriceReport(Value):
    """The scenarios of a file, each on its own."""

    format: Literal["fairmark.risk-price/1"] = Field(default="fairmark.risk-price/1", alias="schema")
    currency: str
    price_year: int
    scenarios: tuple[PricedScenario, ...]


class Together(Value):
    """What the scenarios' own values at risk add up to, beside that of their sum."""

    level: float
    sum_of_vars: Figure
    var_of_sum: Figure


class PortfolioReport(Value):
    """The scenarios of a file in one year; ``common`` says what the file's common causes imply."""

    format: Literal["fairmark.risk-portfolio/1"] = Field(default="fairmark.risk-portfolio/1", alias="schema")
    currency: str
    price_year: int
    scenarios: tuple[PricedScenario, ...]
    common: tuple[Implied, ...]
    total: Figures
    together: tuple[Together, ...]


class Held(Value):
    """The year with one input held at a value: mean and 95 % point, in money."""

    at: float
    mean: float
    p95: float


class Swing(Value):
    """One input held at its 5 % and at its 95 % point; ``scenario`` may also name a shock, or be factor."""

    scenario: str
    field: str
    low: Held
    high: Held


class SensitivityReport(Value):
    """Every range of a file, the one that moves the mean most first."""

    format: Literal["fairmark.risk-sensitivity/1"] = Field(default="fairmark.risk-sensitivity/1", alias="schema")
    currency: str
    price_year: int
    mean: float
    p95: float
    inputs: tuple[Swing, ...]


def sensitivity(given: ScenarioFile) -> SensitivityReport:
    """Hold each range at its ends and price all scenarios together each time.

    Raises:
        WrongUsageError: too many ranges, or no range holds the law.
    """
    portfolio = given.portfolio()
    year = assess_portfolio(portfolio)
    moved = tuple(
        Swing(
            scenario=one.scenario,
            field=one.field,
            low=Held(at=one.low.at, mean=one.low.mean, p95=one.low.p95),
            high=Held(at=one.high.at, mean=one.high.mean, p95=one.high.p95),
        )
        for one in swings(portfolio)
    )
    return SensitivityReport(
        currency=given.currency,
        price_year=given.price_year,
        mean=year.mean.value,
        p95=year.var(0.95).value,
        inputs=moved,
    )


def price(given: ScenarioFile) -> PriceReport:
    """Return the year of each scenario, with the file's shocks and factor where they concern it.

    Raises:
        WrongUsageError: no range holds the law of a scenario.
    """
    portfolio = given.portfolio()
    priced = tuple(_priced(one, year_of_scenario(portfolio, index)) for index, one in enumerate(given.scenarios))
    return PriceReport(currency=given.currency, price_year=given.price_year, scenarios=priced)


def price_together(given: ScenarioFile) -> PortfolioReport:
    """Return the year of each scenario and of their sum. Errors as ``price``."""
    portfolio = given.portfolio()
    years = [year_of_scenario(portfolio, index) for index in range(len(given.scenarios))]
    total = assess_portfolio(portfolio, cells=CELLS)
    return PortfolioReport(
        currency=given.currency,
        price_year=given.price_year,
        scenarios=tuple(map(_priced, given.scenarios, years)),
        common=_common(given),
        total=figures_of(total),
        together=tuple(_together(level, years, total) for level in _ADDED_LEVELS),
    )


def year_of_scenario(portfolio: Portfolio, index: int) -> Annual:
    """Return the year of one scenario, struck and driven as it is within the portfolio."""
    return assess_portfolio(portfolio.only({portfolio.scenarios[index].name}), cells=CELLS)


def _priced(given: GivenScenario, year: Annual) -> PricedScenario:
    return PricedScenario(
        name=given.name,
        figures=figures_of(year),
        inputs=tuple(_implied(field, law) for field, law in given.laws()),
        source=given.source,
        assumed=given.assumed or not given.source,
    )


def figures_of(year: Annual) -> Figures:
    """Return the figures of one year that people ask for."""
    none = year.prob_zero
    return Figures(
        mean=_figure(year.mean),
        p50=_figure(year.var(0.5)),
        p90=_figure(year.var(0.9)),
        p95=_figure(year.var(0.95)),
        p99=_figure(year.var(0.99)),
        tvar95=_figure(year.tvar(0.95)),
        any_loss=Figure(value=1 - none.value, low=1 - none.high, high=1 - none.low),
    )


def _figure(computed: Computed) -> Figure:
    high = computed.high if math.isfinite(computed.high) else None
    return Figure(value=computed.value, low=computed.low, high=high)


def _common(given: ScenarioFile) -> tuple[Implied, ...]:
    shocks = tuple(_implied(f"shocks.{one.name}.rate", one.rate) for one in given.shocks)
    return (*shocks, *(_implied(f"{one.name}.level", one.level) for one in given.levels()))


def _implied(field: str, law: Law) -> Implied:
    said = echo(law.distribution())
    return Implied(field=field, given=str(law), mean=said.mean, p99=said.p99, warning=said.warning)


def _together(level: float, years: Sequence[Annual], total: Annual) -> Together:
    own = [year.var(level) for year in years]
    added = Computed(*(math.fsum(getattr(one, end) for one in own) for end in ("value", "low", "high")))
    return Together(level=level, sum_of_vars=_figure(added), var_of_sum=_figure(total.var(level)))
