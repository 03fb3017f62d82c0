"""FAIR in a notebook: say what may happen, see what it costs, choose what to do.

    from fairmark.notebook import Control, Dist, Portfolio, Scenario

    camera = Scenario(
        "camera taken over",
        tef=Dist.pert(2, 6, 20),
        vulnerability=Dist.beta90(0.1, 0.4),
        primary={"response": Dist.ln90(5e3, 8e4)},
        secondary=[(0.1, Dist.ln90(2e4, 5e5), "reputation")],
    )
    camera.assess()

Everything is per year and in one currency. Every figure is a ``Figure``: a value, and the ends of what the computation
leaves open; what is not known about the inputs is in the value. In a notebook each object shows itself as a table or
a chart; elsewhere ``print`` does as words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from fairmark.errors import WrongUsageError
from fairmark.model.data import read_data
from fairmark.numerics import distributions as laws
from fairmark.numerics.distributions import Distribution, Echo, Mixture, echo
from fairmark.render import charts_money
from fairmark.render.charts_money import Bar, Curve, Spent
from fairmark.render.wording import amount, count, figure, percent, visible
from fairmark.risk import portfolio as engine
from fairmark.risk.annual import Annual, Figure
from fairmark.risk.bands import bands
from fairmark.risk.controls import Acts, Choice, Effect
from fairmark.risk.controls import Control as _Control
from fairmark.risk.engine import CELLS
from fairmark.risk.scenario import LossForm, Secondary
from fairmark.risk.scenario import Scenario as _Scenario
from fairmark.risk.selection import frontier as selection_frontier
from fairmark.risk.selection.cuts import Selection, Selector
from fairmark.risk.sensitivity import Swing, swings
from fairmark.workflows.scenario_report import curve, losses_of

__all__ = ["Control", "Dist", "Figure", "Portfolio", "Scenario", "Tornado", "Year"]

_LEVELS = (0.5, 0.9, 0.95, 0.99)
_FINE = 1e-6


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain number. It shows what it implies: a modest range can have a mean far above its upper end."""

    law: Distribution
    said: str

    @property
    def implied(self) -> Echo:
        """Mean, 99 % point, and a warning where the mean lies far above the range."""
        return echo(self.law)

    def __repr__(self) -> str:
        implied = self.implied
        warning = f" {implied.warning}" if implied.warning else ""
        return f"{self.said}: mean {figure(implied.mean)}, P99 {figure(implied.p99)}.{warning}"

    def _repr_html_(self) -> str:
        return _page(f"<p>{escape(repr(self))}</p>")


class Dist:
    """The ways to say an uncertain number; amounts are zero or more."""

    @staticmethod
    def const(value: float) -> Range:
        """Return a certain number."""
        return Range(laws.Constant(value), figure(value))

    @staticmethod
    def pert(low: float, mode: float, high: float) -> Range:
        """Return least, likeliest, greatest (PERT, gamma 4)."""
        return Range(laws.pert(low, mode, high), f"pert {figure(low)}, {figure(mode)}, {figure(high)}")

    @staticmethod
    def ln90(low: float, high: float) -> Range:
        """Return a lognormal amount by its 5 % and 95 % points."""
        return Range(laws.ln90(low, high), f"lognormal, 90 % in {figure(low)} to {figure(high)}")

    @staticmethod
    def ci(low: float, high: float, level: float) -> Range:
        """Return a lognormal amount that lies between two ends in a share ``level`` of cases."""
        return Range(laws.ci(low, high, level), f"lognormal, {percent(level)} in {figure(low)} to {figure(high)}")

    @staticmethod
    def beta90(low: float, high: float) -> Range:
        """Return a share by its 5 % and 95 % points."""
        return Range(laws.beta90(low, high), f"share, 90 % in {figure(low)} to {figure(high)}")

    @staticmethod
    def uniform(low: float, high: float) -> Range:
        """Return anything between two ends, all alike."""
        return Range(laws.uniform(low, high), f"uniform {figure(low)} to {figure(high)}")

    @staticmethod
    def triangular(low: float, mode: float, high: float) -> Range:
        """Return least, likeliest, greatest, with straight sides."""
        return Range(laws.triangular(low, mode, high), f"triangular {figure(low)}, {figure(mode)}, {figure(high)}")

    @staticmethod
    def gamma(shape: float, scale: float) -> Range:
        """Return a gamma law by shape and scale; its mean is their product."""
        return Range(laws.Gamma(shape, scale), f"gamma {figure(shape)}, {figure(scale)}")

    @staticmethod
    def pareto(minimum: float, tail: float) -> Range:
        """Return a Pareto law by its least amount and how heavy its tail is, below 1."""
        return Range(laws.pareto(minimum, tail), f"pareto from {figure(minimum)}, tail {figure(tail)}")

    @staticmethod
    def empirical(values: Sequence[float]) -> Range:
        """Return what was seen, each value as likely as the others."""
        return Range(laws.empirical(values), count(len(values), "observed value"))

    @staticmethod
    def mixture(*parts: tuple[float, Range]) -> Range:
        """Return one of several ranges, each with its weight: ``mixture((9, usual), (1, rare))``."""
        said = "; or ".join(f"{part.said} ({figure(weight)})" for weight, part in parts)
        return Range(Mixture(tuple(part.law for _, part in parts), tuple(weight for weight, _ in parts)), said)


Number = Range | float
"""A range, or a number that is certain."""


class Scenario:
    """One way to lose money.

    How often, one of ``lef`` (loss events a year), ``tef`` (attempts a year), ``contact`` with ``action``. With
    attempts also how often they succeed: ``vulnerability`` (a share), or ``capability`` with ``resistance``.
    Or no event: ``state``, the share of the year (or of the ``units``) in a bad state.

    Args:
        name: who does what to what.
        primary: what every event (or one unit in one year of the state) costs, by form of loss ("response", ...).
        secondary: what others' reaction costs: (chance, amount, form) each; drawn for every event.
        currency: three letters.
        units: how many are in the state by that share.
        branches: the frequencies above.

    Raises:
        WrongUsageError: a branch that is missing, doubled or no number.
    """

    def __init__(
        self,
        name: str,
        *,
        primary: Mapping[str, Number],
        secondary: Sequence[tuple[Number, Number, str]] = (),
        currency: str = "USD",
        units: float = 1.0,
        **branches: Number,
    ) -> None:
        if unknown := sorted(set(branches) - set(_BRANCHES)):
            raise WrongUsageError(f"{name}: {unknown[0]} is no branch", hint=f"Give some of {', '.join(_BRANCHES)}.")
        self.value = _Scenario(
            name=name,
            primary={LossForm(form): _law(loss) for form, loss in primary.items()},
            secondary=tuple(Secondary(_law(p), _law(loss), LossForm(form)) for p, loss, form in secondary),
            currency=currency,
            units=units,
            **{key: _law(number) for key, number in branches.items()},
        )

    def assess(self) -> "Year":
        """Return the loss of one year."""
        return Portfolio([self]).assess()


@dataclass(frozen=True)
class Control:
    """Something that may be done; see ``docs/howto/choose-controls.md``.

    Attributes:
        name: in a few words.
        effects: (scenarios, factor, share taken away) each; the factor is one of "frequency", "vulnerability",
            "primary", "secondary_chance", "secondary".
        once: one-time cost.
        per_year: cost of each year.
        requires: names of others without which it does not work.
        excludes: names of others that cannot stand beside it.
        compulsory: the clause that demands it.
    """

    name: str
    effects: Sequence[tuple[Sequence[str], str, Number]]
    once: float = 0.0
    per_year: float = 0.0
    requires: Sequence[str] = ()
    excludes: Sequence[str] = ()
    compulsory: str = ""

    def value(self) -> _Control:
        """Return the control as the engine knows it."""
        whole = laws.Constant(1.0)
        effects = tuple(
            Effect(tuple(scenarios), Acts(acts), whole, whole, _law(share)) for scenarios, acts, share in self.effects
        )
        return _Control(
            self.name,
            effects,
            self.once,
            self.per_year,
            tuple(self.requires),
            tuple(self.excludes),
            self.compulsory,
        )


class Portfolio:
    """Scenarios in one year, with what they have in common.

    Args:
        scenarios: of one currency, with names of their own.
        shocks: (name, rate a year, {scenario: chance that it is hit}) each: one cause that strikes several at once.
        factors: (level, names) each: a level, usually with mean 1, that multiplies the members' frequencies.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        *,
        shocks: Sequence[tuple[str, Number, Mapping[str, float]]] = (),
        factors: Sequence[tuple[Range, Sequence[str]]] = (),
    ) -> None:
        self.value = engine.Portfolio(
            tuple(scenario.value for scenario in scenarios),
            tuple(engine.Shock(name, _law(rate), dict(hits)) for name, rate, hits in shocks),
            tuple(
                engine.Factor(level.law, tuple(members), f"factor {number}")
                for number, (level, members) in enumerate(factors, 1)
            ),
        )

    def assess(self) -> "Year":
        """Return the loss of one year."""
        return Year(engine.assess_portfolio(self.value, cells=CELLS), self.value)

    def sensitivity(self) -> "Tornado":
        """Return what each input would change at its 5 % and 95 % point, the widest first."""
        return Tornado(swings(self.value), self.assess())

    def tail_shares(self, level: float = 0.95) -> dict[str, float]:
        """Return what each scenario adds to the mean of the worst years, in money."""
        return engine.tail_shares(self.value, engine.assess_portfolio(self.value, cells=CELLS), level)

    def what_if(self, controls: Sequence[Control]) -> "Year":
        """Return the year with controls in place."""
        chosen = Choice(self.value, tuple(control.value() for control in controls))
        changed = chosen.with_controls([control.name for control in controls])
        return Year(engine.assess_portfolio(changed, cells=CELLS), changed)

    def select(self, controls: Sequence[Control], *, budget: float | None = None, years: float = 3) -> "Chosen":
        """Return the best set: under a yearly budget, or where one more control would not pay.

        Args:
            controls: to choose from; compulsory ones are in every set.
            budget: a year; None for the smallest sum of loss and cost.
            years: how long what is paid once serves.
        """
        choice = Choice(self.value, tuple(control.value() for control in controls), years)
        selector = Selector(choice.problem(), tolerance=_FINE)
        found = selector.enough() if budget is None else selector.under(budget)
        return Chosen(choice.names(found.chosen), found)

    def frontier(self, controls: Sequence[Control], *, points: int = 12, years: float = 3) -> "Frontier":
        """Return the best set for each of many budgets."""
        choice = Choice(self.value, tuple(control.value() for control in controls), years)
        found = selection_frontier.frontier(choice.problem(), count=points, tolerance=_FINE)
        return Frontier(tuple(Chosen(choice.names(one.chosen), one) for one in found), self._currency())

    def _currency(self) -> str:
        return self.value.scenarios[0].currency if self.value.scenarios else ""


@dataclass(frozen=True)
class Year:
    """The loss of one year."""

    value: Annual
    of: engine.Portfolio

    @property
    def mean(self) -> Figure:
        """The mean."""
        return self.value.mean

    @property
    def any_loss(self) -> float:
        """Chance of any loss."""
        return 1 - self.value.prob_zero.value

    def var(self, level: float) -> Figure:
        """Return what a share ``level`` of years does not exceed."""
        return self.value.var(level)

    def tvar(self, level: float) -> Figure:
        """Return the mean of the worst 1 - level of years."""
        return self.value.tvar(level)

    def exceedance(self, loss: float) -> Figure:
        """Return the chance that the year costs more."""
        return self.value.exceedance(loss)

    def __repr__(self) -> str:
        rows = "; ".join(f"P{100 * level:.0f} {amount(self.var(level).value)}" for level in _LEVELS)
        return f"mean {amount(self.mean.value)}; {rows}; any loss in {percent(self.any_loss)} of years"

    def _repr_html_(self) -> str:
        currency = self.of.scenarios[0].currency if self.of.scenarios else ""
        losses = losses_of(self.value)
        doubt = bands(self.of, self.value, losses)
        points = curve(self.value, losses, doubt.low.tolist(), doubt.high.tolist())
        rows = [("mean", self.mean), *((f"P{100 * x:.0f}", self.var(x)) for x in _LEVELS), ("TVaR95", self.tvar(0.95))]
        table = "".join(
            f"<tr><th>{name}</th><td>{amount(x.value)}</td><td>{amount(x.low)}</td><td>{amount(x.high)}</td></tr>"
            for name, x in rows
        )
        head = f"<tr><th>one year, {escape(currency)}</th><th>value</th><th>from</th><th>to</th></tr>"
        chart = charts_money.exceedance([Curve("social", "with what is not known", points)], (), currency, "lec")
        return _page(f"<table>{head}{table}</table>{chart}")


@dataclass(frozen=True)
class Tornado:
    """What would change the answer most."""

    swings: tuple[Swing, ...]
    year: Year

    def __repr__(self) -> str:
        return "\n".join(
            f"{one.scenario}: {one.field}: mean {amount(one.low.mean)} to {amount(one.high.mean)}"
            for one in self.swings
        )

    def _repr_html_(self) -> str:
        rows = [Bar(f"{one.scenario}: {one.field}", one.low.mean, one.high.mean) for one in self.swings]
        currency = self.year.of.scenarios[0].currency if self.year.of.scenarios else ""
        return _page(charts_money.tornado(rows, self.year.mean.value, currency, "tornado"))


@dataclass(frozen=True)
class Chosen:
    """A set of controls: names, what it leaves and costs a year, and how good it is proven to be."""

    controls: tuple[str, ...]
    found: Selection = field(repr=False)

    def __repr__(self) -> str:
        proof = f"no set is better by more than {percent(self.found.gap)} of the loss"
        return (
            f"{'; '.join(self.controls) or 'no control'}: costs {amount(self.found.cost)}, "
            f"leaves {amount(self.found.residual)}; {proof}"
        )

    def _repr_html_(self) -> str:
        return _page(f"<p>{escape(visible(repr(self)))}</p>")


@dataclass(frozen=True)
class Frontier:
    """What each budget buys."""

    points: tuple[Chosen, ...]
    currency: str

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.points))

    def _repr_html_(self) -> str:
        points = [Spent(one.found.cost, one.found.residual, 0.0) for one in self.points]
        return _page(charts_money.frontier(points, self.currency, "frontier"))


_BRANCHES = ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance", "state")


def _law(number: Number) -> Distribution:
    return number.law if isinstance(number, Range) else laws.Constant(number)


def _page(body: str) -> str:
    style = read_data("fairmark.render", "notebook.css").decode()
    return f'<div class="fairmark"><style>{style}</style>{body}</div>'
