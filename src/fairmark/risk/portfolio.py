"""Several scenarios in one year: independent, struck together, or driven by common levels of threat.

One year on one lattice. Independent scenarios multiply their transforms. A *shock*, such as a flaw in
a software kit that several products share, strikes each of its members with a probability at the same moment.
A *factor*, such as how busy attackers are this year, multiplies the rates of its members; the year is
computed for each of its values and mixed. All three are exact; leaving a common cause out keeps
the mean and loses the tail.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice
from fairmark.risk.annual import Annual, nothing
from fairmark.risk.common_causes import Factor, Shock
from fairmark.risk.engine import HIGHEST, Sources, year_of
from fairmark.risk.scenario import Scenario
from fairmark.risk.together import together

__all__ = ["CELLS", "Factor", "Portfolio", "Shock", "assess_portfolio", "tail_shares"]

CELLS = 4_096


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Scenarios with distinct names and one currency, and what they have in common."""

    scenarios: tuple[Scenario, ...]
    shocks: tuple[Shock, ...] = ()
    factors: tuple[Factor, ...] = ()

    def __post_init__(self) -> None:
        """Refuse doubled names, mixed currencies, strangers and impossible probabilities."""
        names = [scenario.name for scenario in self.scenarios]
        followed = [name for factor in self.factors for name in factor.members]
        for listed, problem, hint in (
            (names, "is there twice", "Give each its own name."),
            (followed, "follows two factors", "Let each scenario follow one."),
        ):
            if doubled := [name for name, count in Counter(listed).items() if count > 1]:
                raise WrongUsageError(f"scenario {doubled[0]!r} {problem}", hint=hint)
        currencies = sorted({scenario.currency for scenario in self.scenarios})
        if len(currencies) > 1:
            raise WrongUsageError(f"currencies are mixed: {', '.join(currencies)}", hint="Convert them to one.")
        members = [(f"shock {shock.name!r}", name) for shock in self.shocks for name in shock.hits]
        members += [(f"factor {factor.name!r}", name) for factor in self.factors for name in factor.members]
        for where, name in members:
            if name not in names:
                raise WrongUsageError(f"{where}: there is no scenario {name!r}", hint="Name one of the portfolio.")
        states = {scenario.name for scenario in self.scenarios if scenario.state is not None}
        for where, name in members:
            if name in states:
                hint = "Leave it out: a state lasts all year, and nothing strikes or drives it."
                raise WrongUsageError(f"{where}: {name!r} is a state, no event", hint=hint)
        chances = [(shock.name, name, hit) for shock in self.shocks for name, hit in shock.hits.items()]
        for shock, name, hit in chances:
            if not 0 <= hit <= 1:
                raise WrongUsageError(f"shock {shock!r}: {name}: {hit} is no probability", hint="0 to 1.")

    def only(self, names: Collection[str]) -> "Portfolio":
        """Return some of the scenarios, struck and driven as they are among the others."""
        shocks = (
            replace(shock, hits={name: hit for name, hit in shock.hits.items() if name in names})
            for shock in self.shocks
        )
        factors = (
            replace(factor, members=tuple(name for name in factor.members if name in names)) for factor in self.factors
        )
        return Portfolio(
            tuple(scenario for scenario in self.scenarios if scenario.name in names),
            tuple(shock for shock in shocks if shock.hits),
            tuple(factor for factor in factors if factor.members),
        )


def assess_portfolio(portfolio: Portfolio, *, cells: int = CELLS, highest: float = HIGHEST) -> Annual:
    """Return the law of the portfolio's loss in one year; an empty one costs nothing.

    Args:
        portfolio: the scenarios and their common causes.
        cells: lattice points, shared by all scenarios.
        highest: the highest level that will be asked.

    Raises:
        WrongUsageError: ``highest`` or ``cells`` make no sense, or no range holds the law.
    """
    year = together(portfolio.scenarios, portfolio.shocks, portfolio.factors)
    live = [k for k, mean in enumerate(year.event_means()) if mean > 0]
    if not live:
        return nothing()
    year = year.only(live)
    mean, variance = year.moments()
    events = tuple(year.event_means())
    sources = Sources("portfolio", year.severities, events, mean, variance, year.mix)
    return year_of(sources, cells=cells, highest=highest)


def tail_shares(portfolio: Portfolio, year: Annual, level: float) -> dict[str, float]:
    """Say who makes the bad years bad: E(S_s | S > q) of each scenario, in money; together they are TVaR.

    Exact but for the lattice: the joint transform is differentiated by each scenario's losses (D. Tasche, Capital
    allocation to business units and sub-portfolios: the Euler principle, 2008).

    Args:
        portfolio: with scenarios that can cost something.
        year: what ``assess_portfolio`` gave for it.
        level: of the value at risk q, within the year's reach.

    Raises:
        WrongUsageError: as ``Annual.var``.
    """
    names = [scenario.name for scenario in portfolio.scenarios]
    found = dict.fromkeys(names, 0.0)
    whole = together(portfolio.scenarios, portfolio.shocks, portfolio.factors)
    live = [k for k, mean in enumerate(whole.event_means()) if mean > 0]
    year.var(level)
    if not live:
        return found
    joint, cells, step = whole.only(live), year.laws.middle.size, year.laws.step
    transforms = [severity.transform(lattice.mean_preserving, step, cells) for severity in joint.severities]
    law = lattice.invert(joint.mix(transforms)[1](transforms), cells)
    below = lattice.cumulative(law)
    last = int(np.searchsorted(below, level))
    part = (below[last] - level) / max(law[last], 1e-300)  # of the years at q itself
    for row, gradient in zip(live, joint.gradients(transforms), strict=True):
        severity = whole.severities[row]
        own = lattice.invert(gradient * severity.weighted_transform(lattice.mean_preserving, step, cells), cells)
        mean = joint.event_means()[live.index(row)] * severity.mean
        found[names[row]] = float(mean - own[: last + 1].sum() + min(part, 1.0) * own[last]) / (1 - level)
    return found
