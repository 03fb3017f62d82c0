"""Controls of scenarios: what each takes away, what it costs, and what follows for a portfolio.

The FAIR Institute's control model (FAIR-CAM) asks of every control how often it is there (coverage), how often it
works when it is (reliability), and what it does when it works (intended effect). We multiply the three; that the
product is the right form is our assumption, not the standard's word. A control acts on one factor of a scenario;
several controls on one factor multiply what they leave.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Distribution
from fairmark.numerics.law import Floats, require_amount
from fairmark.numerics.scaling import scaled
from fairmark.risk.portfolio import Portfolio, Shock
from fairmark.risk.rate import rate_of
from fairmark.risk.scenario import Scenario, Secondary
from fairmark.risk.selection.problem import Problem, problem


class Acts(StrEnum):
    """The factor of a scenario that a control lowers."""

    FREQUENCY = "frequency"  # how often it is tried: loss event, threat event or contact frequency
    VULNERABILITY = "vulnerability"  # how often an attempt succeeds, in shocks too
    PRIMARY = "primary"  # what every event costs
    SECONDARY_CHANCE = "secondary_chance"  # how often others react
    SECONDARY = "secondary"  # what their reaction costs


_OF_EVENTS = (Acts.FREQUENCY, Acts.VULNERABILITY)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a control does to one factor of some scenarios: three shares between 0 and 1, which may be uncertain."""

    scenarios: tuple[str, ...]
    acts: Acts
    coverage: Distribution
    reliability: Distribution
    intended: Distribution

    def __post_init__(self) -> None:
        """Refuse what may be no share."""
        for name in ("coverage", "reliability", "intended"):
            if getattr(self, name).support[1] > 1:
                raise WrongUsageError(f"{name}: may exceed 1", hint="A share lies between 0 and 1.")

    @property
    def multiplier(self) -> float:
        """What is left of the factor, on average."""
        return 1 - self.coverage.mean * self.reliability.mean * self.intended.mean


@dataclass(frozen=True, slots=True)
class Control:
    """Something that may be done.

    Attributes:
        name: in a few words.
        effects: what it does.
        once: one-time cost, in money.
        per_year: cost of every year, in money.
        requires: names of controls without which it does not work.
        excludes: names of controls that cannot stand beside it.
        compulsory: the clause that demands it, "" if none does.
        delay_days: from the decision to the effect.
    """

    name: str
    effects: tuple[Effect, ...]
    once: float = 0.0
    per_year: float = 0.0
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    compulsory: str = ""
    delay_days: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no amount of money or time."""
        for name in ("once", "per_year", "delay_days"):
            require_amount(f"{self.name}: {name}", getattr(self, name))

    def cost(self, years: float) -> float:
        """Return the yearly cost, the one-time part shared over ``years``."""
        return self.once / years + self.per_year


@dataclass(frozen=True, slots=True)
class Choice:
    """A portfolio and the controls that may be chosen for it; ``years`` is how long a one-time cost serves."""

    portfolio: Portfolio
    controls: tuple[Control, ...]
    years: float = 3.0

    def __post_init__(self) -> None:
        """Refuse doubled names, strangers, and a horizon that is none."""
        require_amount("years", self.years, positive=True)
        names = [control.name for control in self.controls]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise WrongUsageError(f"control {doubled[0]!r} is there twice", hint="Give each its own name.")
        scenarios = {scenario.name for scenario in self.portfolio.scenarios}
        for control in self.controls:
            for other in (*control.requires, *control.excludes):
                if other not in names or other == control.name:
                    raise WrongUsageError(
                        f"{control.name}: there is no other control {other!r}", hint="Name one of the list."
                    )
            for effect in control.effects:
                for name in effect.scenarios:
                    if name not in scenarios:
                        raise WrongUsageError(
                            f"{control.name}: there is no scenario {name!r}", hint="Name one of the portfolio."
                        )

    def with_controls(self, chosen: Collection[str]) -> Portfolio:
        """Return the portfolio as it is with a set of controls, at their average effect.

        Raises:
            WrongUsageError: a control that is not in the list.
        """
        multipliers = self._multipliers(chosen)
        hit = {name: multipliers[name, Acts.VULNERABILITY] for name, _ in multipliers}
        shocks = tuple(
            Shock(shock.name, shock.rate, {name: chance * hit[name] for name, chance in shock.hits.items()})
            for shock in self.portfolio.shocks
        )
        scenarios = tuple(
            _lowered(scenario, {acts: multipliers[scenario.name, acts] for acts in Acts})
            for scenario in self.portfolio.scenarios
        )
        return replace(self.portfolio, scenarios=scenarios, shocks=shocks)

    def problem(self, counted: Collection[str] | None = None) -> Problem:
        """Return what ``selection`` chooses from: up to four loss terms for each scenario.

        Args:
            counted: names of the scenarios whose loss counts; None for all. What others bear is no loss of this side.
        """
        terms = [
            term
            for scenario in self.portfolio.scenarios
            if counted is None or scenario.name in counted
            for term in self._terms(scenario)
        ]
        rows = np.ones((len(self.controls), len(terms)))
        for row, control in enumerate(self.controls):
            for effect in control.effects:
                for column, (name, acts, _) in enumerate(terms):
                    if name in effect.scenarios and effect.acts in acts:
                        rows[row, column] *= effect.multiplier
        place = {control.name: row for row, control in enumerate(self.controls)}
        return problem(
            np.array([loss for _, _, loss in terms]),
            rows,
            self.costs(),
            requires=[(place[x.name], place[other]) for x in self.controls for other in x.requires],
            excludes=[(place[x.name], place[other]) for x in self.controls for other in x.excludes],
            compulsory=[place[x.name] for x in self.controls if x.compulsory],
        )

    def costs(self) -> Floats:
        """Return the yearly cost of each control."""
        return np.array([control.cost(self.years) for control in self.controls])

    def names(self, chosen: Sequence[int]) -> tuple[str, ...]:
        """Return the names of controls by their place in the list."""
        return tuple(self.controls[row].name for row in chosen)

    def _multipliers(self, chosen: Collection[str]) -> dict[tuple[str, Acts], float]:
        known = {control.name: control for control in self.controls}
        if strangers := sorted(set(chosen) - set(known)):
            raise WrongUsageError(f"there is no control {strangers[0]!r}", hint=f"Known: {', '.join(sorted(known))}.")
        found = {(scenario.name, acts): 1.0 for scenario in self.portfolio.scenarios for acts in Acts}
        for name in sorted(chosen):
            for effect in known[name].effects:
                for scenario in effect.scenarios:
                    found[scenario, effect.acts] *= effect.multiplier
        return found

    def _terms(self, scenario: Scenario) -> list[tuple[str, tuple[Acts, ...], float]]:
        """Return the expected yearly losses of a scenario, each with the factors that it is a product of."""
        primary = sum(law.mean for law in scenario.primary.values())
        secondary = sum(follow.probability.mean * follow.severity.mean for follow in scenario.secondary)
        levels = (factor.level.mean for factor in self.portfolio.factors if scenario.name in factor.members)
        own = rate_of(scenario).mean * math.prod(levels)
        if scenario.state is not None:
            own = scenario.state.mean * scenario.units
        struck = sum(shock.rate.mean * shock.hits.get(scenario.name, 0.0) for shock in self.portfolio.shocks)
        after = (Acts.SECONDARY_CHANCE, Acts.SECONDARY)
        terms = [
            (scenario.name, (*_OF_EVENTS, Acts.PRIMARY), own * primary),
            (scenario.name, (*_OF_EVENTS, *after), own * secondary),
            (scenario.name, (Acts.VULNERABILITY, Acts.PRIMARY), struck * primary),
            (scenario.name, (Acts.VULNERABILITY, *after), struck * secondary),
        ]
        return [term for term in terms if term[2] > 0]


def _lowered(scenario: Scenario, multipliers: Mapping[Acts, float]) -> Scenario:
    """Return a scenario with its factors multiplied; a share of successes lowers the frequency of attempts instead."""
    events = multipliers[Acts.FREQUENCY] * multipliers[Acts.VULNERABILITY]
    return replace(
        scenario,
        lef=scenario.lef and scaled(scenario.lef, events),
        tef=scenario.tef and scaled(scenario.tef, events),
        contact=scenario.contact and scaled(scenario.contact, events),
        state=scenario.state and scaled(scenario.state, events),
        primary={form: scaled(law, multipliers[Acts.PRIMARY]) for form, law in scenario.primary.items()},
        secondary=tuple(
            Secondary(
                # Of an uncertain chance only the mean matters for the year.
                Constant(follow.probability.mean * multipliers[Acts.SECONDARY_CHANCE]),
                scaled(follow.severity, multipliers[Acts.SECONDARY]),
                follow.form,
            )
            for follow in scenario.secondary
        ),
    )
