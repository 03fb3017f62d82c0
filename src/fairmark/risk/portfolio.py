"""Several scenarios in one year: independent, struck together, or driven by one common level of threat.

One year on one lattice. Independent scenarios multiply their transforms. A *shock*, such as a flaw in
a software kit that several products share, strikes each of its members with a probability at the same moment.
A *factor*, such as how busy attackers are this year, multiplies the rates of its members; the year is
computed for each of its values and mixed. All three are exact; leaving a common cause out keeps
the mean and loses the tail.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Distribution
from fairmark.numerics.lattice import Complexes, Poisson
from fairmark.numerics.law import Floats
from fairmark.numerics.quadrature import nodes
from fairmark.risk.annual import Annual, nothing
from fairmark.risk.engine import HIGHEST, Joint, Sources, year_of
from fairmark.risk.rate import Rate, mixing, rate_of
from fairmark.risk.scenario import Scenario
from fairmark.risk.severity import Severity, severity_of

CELLS = 4_096


@dataclass(frozen=True, slots=True)
class Shock:
    """One cause that strikes several scenarios at once.

    Attributes:
        name: what happens.
        rate: shocks a year.
        hits: for each scenario, by name, the probability that a shock brings it one loss.
    """

    name: str
    rate: Distribution
    hits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Factor:
    """One uncertain level, usually with mean 1, that multiplies the rates of its members for the whole year."""

    level: Distribution
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Scenarios with distinct names and one currency, and what they have in common."""

    scenarios: tuple[Scenario, ...]
    shocks: tuple[Shock, ...] = ()
    factor: Factor | None = None

    def __post_init__(self) -> None:
        """Refuse doubled names, mixed currencies, strangers and impossible probabilities."""
        names = [scenario.name for scenario in self.scenarios]
        for name in names:
            if names.count(name) > 1:
                raise WrongUsageError(f"scenario {name!r} is there twice", hint="Give each its own name.")
        currencies = sorted({scenario.currency for scenario in self.scenarios})
        if len(currencies) > 1:
            raise WrongUsageError(f"currencies are mixed: {', '.join(currencies)}", hint="Convert them to one.")
        members = [(f"shock {shock.name!r}", name) for shock in self.shocks for name in shock.hits]
        members += [("factor", name) for name in (self.factor.members if self.factor else ())]
        for where, name in members:
            if name not in names:
                raise WrongUsageError(f"{where}: there is no scenario {name!r}", hint="Name one of the portfolio.")
        for shock in self.shocks:
            for name, hit in shock.hits.items():
                if not 0 <= hit <= 1:
                    raise WrongUsageError(f"shock {shock.name!r}: {name}: {hit} is no probability", hint="0 to 1.")

    def only(self, names: Collection[str]) -> "Portfolio":
        """Return some of the scenarios, struck and driven as they are among the others."""
        shocks = (
            replace(shock, hits={name: hit for name, hit in shock.hits.items() if name in names})
            for shock in self.shocks
        )
        members = tuple(name for name in (self.factor.members if self.factor else ()) if name in names)
        return Portfolio(
            tuple(scenario for scenario in self.scenarios if scenario.name in names),
            tuple(shock for shock in shocks if shock.hits),
            replace(self.factor, members=members) if self.factor and members else None,
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
    year = _year(portfolio)
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
    whole = _year(portfolio)
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


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """A portfolio whose frequencies may be told one by one.

    Attributes:
        uncertain: every law of a frequency, a shock or the factor, by a name of its own.
        slots: for each scenario, the names whose product with ``certain`` is its rate.
        certain: known part of each rate.
        shocks: for each shock the name of its rate, and its chance to hit each scenario.
        transforms: of one loss of each scenario.
        worth: mean of one loss of each scenario.
        cells: lattice points.
    """

    uncertain: tuple[tuple[str, Distribution], ...]
    slots: tuple[tuple[str, ...], ...]
    certain: tuple[float, ...]
    shocks: tuple[tuple[str, tuple[float, ...]], ...]
    transforms: tuple[Complexes, ...]
    worth: tuple[float, ...]
    cells: int

    def mean(self, known: Mapping[str, float]) -> float:
        """Return the yearly mean for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        events = self._rates(at)
        for slot, hits in self.shocks:
            events = [rate + at[slot] * hit for rate, hit in zip(events, hits, strict=True)]
        return math.fsum(rate * loss for rate, loss in zip(events, self.worth, strict=True))

    def law(self, known: Mapping[str, float]) -> Floats:
        """Return the masses of the year for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        exponent = np.zeros(self.cells // 2 + 1, dtype=np.complex128)
        for rate, z in zip(self._rates(at), self.transforms, strict=True):
            exponent += rate * (z - 1)
        for slot, hits in self.shocks:
            exponent += at[slot] * (_struck(hits, self.transforms) - 1)
        return lattice.invert(np.exp(exponent), self.cells)

    def _rates(self, at: Mapping[str, float]) -> list[float]:
        return [
            certain * math.prod(at[slot] for slot in slots)
            for certain, slots in zip(self.certain, self.slots, strict=True)
        ]


def spectra(portfolio: Portfolio, step: float, cells: int) -> Spectra:
    """Return a portfolio on a given lattice, ready to be computed for known frequencies."""
    year = _year(portfolio)
    uncertain: list[tuple[str, Distribution]] = []
    slots = []
    for scenario, rate, driven in zip(portfolio.scenarios, year.rates, year.driven, strict=True):
        own = [(f"{scenario.name}: {number}", law) for number, law in enumerate(rate.factors)]
        uncertain += own
        slots.append((*(slot for slot, _ in own), *(["factor"] if driven else [])))
    if portfolio.factor:
        uncertain.append(("factor", portfolio.factor.level))
    uncertain += [(f"shock {shock.name}", shock.rate) for shock in portfolio.shocks]
    return Spectra(
        uncertain=tuple(uncertain),
        slots=tuple(slots),
        certain=tuple(rate.certain for rate in year.rates),
        shocks=tuple((f"shock {x.name}", hits) for x, hits in zip(portfolio.shocks, year.hits, strict=True)),
        transforms=tuple(x.transform(lattice.mean_preserving, step, cells) for x in year.severities),
        worth=tuple(x.mean for x in year.severities),
        cells=cells,
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """The portfolio by scenario: ``hits`` has a row for each shock, ``driven`` says who follows the factor."""

    severities: tuple[Severity, ...]
    rates: tuple[Rate, ...]
    shocks: tuple[Rate, ...]
    hits: tuple[tuple[float, ...], ...]
    level: Distribution
    driven: tuple[bool, ...]

    def only(self, kept: Sequence[int]) -> "_Year":
        """Leave out scenarios that never lose anything, and shocks that never come."""
        shocks = [k for k, shock in enumerate(self.shocks) if shock.mean > 0]
        return _Year(
            severities=tuple(self.severities[k] for k in kept),
            rates=tuple(self.rates[k] for k in kept),
            shocks=tuple(self.shocks[k] for k in shocks),
            hits=tuple(tuple(self.hits[row][k] for k in kept) for row in shocks),
            level=self.level,
            driven=tuple(self.driven[k] for k in kept),
        )

    def event_means(self) -> list[float]:
        """Return expected losses a year of each scenario, 0 if it can cost nothing."""
        own = [
            rate.mean * (self.level.mean if driven else 1.0)
            for rate, driven in zip(self.rates, self.driven, strict=True)
        ]
        for shock, hits in zip(self.shocks, self.hits, strict=True):
            own = [mean + shock.mean * hit for mean, hit in zip(own, hits, strict=True)]
        return [mean if severity.mean > 0 else 0.0 for mean, severity in zip(own, self.severities, strict=True)]

    def moments(self) -> tuple[float, float]:
        """Return mean and variance of the year."""
        first, second = self.level.mean, self.level.second_moment
        means = [severity.mean for severity in self.severities]
        mean = math.fsum(events * x for events, x in zip(self.event_means(), means, strict=True))
        variance, common = 0.0, 0.0
        for rate, severity, driven in zip(self.rates, self.severities, self.driven, strict=True):
            variance += rate.mean * (first if driven else 1.0) * severity.second_moment if rate.mean else 0.0
            variance += rate.variance * (second if driven else 1.0) * severity.mean**2
            common += rate.mean * severity.mean if driven else 0.0
        variance += max(second - first**2, 0.0) * common**2 if common else 0.0
        for shock, hits in zip(self.shocks, self.hits, strict=True):
            one = Severity(
                tuple((hit * p, law) for hit, x in zip(hits, self.severities, strict=True) for p, law in x.parts)
            )
            struck = math.fsum(
                hit * x.second_moment - (hit * x.mean) ** 2
                for hit, x in zip(hits, self.severities, strict=True)
                if hit > 0
            )
            variance += shock.mean * (struck + one.mean**2) + shock.variance * one.mean**2
        return mean, variance

    def mix(self, transforms: Sequence[Complexes]) -> tuple[Joint, Joint, Joint]:
        """Cut the rates as finely as the losses need; see ``engine.Sources``."""
        own = [mixing(rate, z) for rate, z in zip(self.rates, transforms, strict=True)]
        struck = [_struck(hits, transforms) for hits in self.hits]
        common = [mixing(rate, z) for rate, z in zip(self.shocks, struck, strict=True)]
        levels = self._levels([near for _, near, _ in own], transforms)

        def joint(which: int) -> Joint:
            return lambda z: self._spectrum([m[which] for m in own], [m[which] for m in common], levels, z)

        exact = joint(1)
        is_exact = all(below is above for below, _, above in own + common)
        return (exact, exact, exact) if is_exact else (joint(0), exact, joint(2))

    def gradients(self, transforms: Sequence[Complexes]) -> list[Complexes]:
        """Return the derivative of the year's transform by the transform of one loss of each scenario."""
        own = [mixing(rate, z)[1] for rate, z in zip(self.rates, transforms, strict=True)]
        struck = [_struck(hits, transforms) for hits in self.hits]
        common = [mixing(rate, z)[1] for rate, z in zip(self.shocks, struck, strict=True)]
        levels = self._levels(own, transforms)
        shocked = [frequency.pgf(z) for frequency, z in zip(common, struck, strict=True)]
        by_shock = [np.zeros_like(transforms[0]) for _ in transforms]
        for frequency, z, hits, others in zip(common, struck, self.hits, _without_each(shocked), strict=True):
            spared = [1 - hit + hit * each for hit, each in zip(hits, transforms, strict=True)]
            for row, (hit, rest) in enumerate(zip(hits, _without_each(spared), strict=True)):
                if hit > 0:
                    by_shock[row] = by_shock[row] + hit * frequency.slope(z) * rest * others
        all_shocks = np.prod(shocked, axis=0) if shocked else np.ones_like(transforms[0])
        year, slopes = self._own_slopes(own, levels, transforms)
        return [slope * all_shocks + year * shock for slope, shock in zip(slopes, by_shock, strict=True)]

    def _own_slopes(
        self, own: list[Poisson], levels: Poisson, transforms: Sequence[Complexes]
    ) -> tuple[Complexes, list[Complexes]]:
        """Return the transform of the year without shocks, and its derivatives; one level after the other."""
        year, slopes = np.zeros_like(transforms[0]), [np.zeros_like(transforms[0]) for _ in transforms]
        for level, weight in zip(levels.rates, levels.weights, strict=True):
            counts = [
                Poisson(frequency.rates * (level if driven else 1.0), frequency.weights)
                for frequency, driven in zip(own, self.driven, strict=True)
            ]
            each = [count.pgf(z) for count, z in zip(counts, transforms, strict=True)]
            year = year + weight * np.prod(each, axis=0)
            for row, rest in enumerate(_without_each(each)):
                slopes[row] = slopes[row] + weight * counts[row].slope(transforms[row]) * rest
        return year, slopes

    def _levels(self, own: list[Poisson], transforms: Sequence[Complexes]) -> Poisson:
        """Return the factor's values, doubled in number until the year does not change."""
        if isinstance(self.level, Constant):
            return Poisson(*nodes(self.level, 1))
        size = transforms[0].size
        seen = np.unique(np.geomspace(1, size, 32).astype(int)) - 1
        probes = [z[seen] for z in transforms]
        last = self._spectrum(own, [], Poisson(*nodes(self.level, 6)), probes)
        for n in (12, 24, 48, 96):
            levels = Poisson(*nodes(self.level, n))
            finer = self._spectrum(own, [], levels, probes)
            if np.max(np.abs(finer - last)) < 1e-6:  # errors about square from n to 2 n points
                break
            last = finer
        return levels

    def _spectrum(
        self, own: list[Poisson], common: list[Poisson], levels: Poisson, transforms: Sequence[Complexes]
    ) -> Complexes:
        fixed = np.ones(transforms[0].shape, dtype=np.complex128)
        for frequency, hits in zip(common, self.hits, strict=False):
            fixed *= frequency.pgf(_struck(hits, transforms))
        for frequency, z, driven in zip(own, transforms, self.driven, strict=True):
            if not driven:
                fixed *= frequency.pgf(z)
        if not any(self.driven):
            return fixed
        members = [(f, z) for f, z, driven in zip(own, transforms, self.driven, strict=True) if driven]
        fading = np.sum([f.rates.min() * (1 - z.real) for f, z in members], axis=0)
        mixed = np.zeros_like(fixed)
        for level, weight in zip(levels.rates, levels.weights, strict=True):
            seen = level * fading < 45  # beyond, the year's transform is below exp(-45)
            given = np.full(int(np.count_nonzero(seen)), weight, dtype=np.complex128)
            for frequency, z in members:
                given *= Poisson(frequency.rates * level, frequency.weights).pgf(z[seen])
            mixed[seen] += given
        return fixed * mixed


def _without_each(factors: Sequence[Complexes]) -> list[Complexes]:
    """Return for each factor the product of all others, without dividing by what may be 0."""
    before, after = [np.ones_like(factors[0])] if factors else [], [np.ones_like(factors[0])] if factors else []
    for factor in factors[:-1]:
        before.append(before[-1] * factor)
    for factor in reversed(factors[1:]):
        after.append(after[-1] * factor)
    return [left * right for left, right in zip(before, reversed(after), strict=True)]


def _struck(hits: Sequence[float], transforms: Sequence[Complexes]) -> Complexes:
    """Return the transform of what one shock costs: each member is hit or spared on its own."""
    product = np.ones(transforms[0].shape, dtype=np.complex128)
    for hit, z in zip(hits, transforms, strict=True):
        if hit > 0:
            product *= 1 - hit + hit * z
    return product


def _year(portfolio: Portfolio) -> _Year:
    names = [scenario.name for scenario in portfolio.scenarios]
    factor = portfolio.factor
    return _Year(
        severities=tuple(severity_of(scenario) for scenario in portfolio.scenarios),
        rates=tuple(rate_of(scenario) for scenario in portfolio.scenarios),
        shocks=tuple(Rate(factors=(shock.rate,), certain=1.0) for shock in portfolio.shocks),
        hits=tuple(tuple(shock.hits.get(name, 0.0) for name in names) for shock in portfolio.shocks),
        level=factor.level if factor else Constant(1.0),
        driven=tuple(factor is not None and name in factor.members for name in names),
    )
