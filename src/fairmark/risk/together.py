"""The joint transform of several scenarios in one year, its moments, and how it changes with each of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.numerics.distributions import Constant, Distribution
from fairmark.numerics.lattice import Complexes, Losses, Poisson
from fairmark.numerics.quadrature import nodes
from fairmark.risk.common_causes import Factor, Shock
from fairmark.risk.engine import Joint
from fairmark.risk.rate import Rate, mixing, rate_of
from fairmark.risk.scenario import Scenario
from fairmark.risk.severity import Severity, severity_of


@dataclass(frozen=True, slots=True)
class Together:
    """The year by scenario: ``hits`` has a row for each shock, ``driven`` says which level each follows (-1: none)."""

    severities: tuple[Severity, ...]
    rates: tuple[Rate, ...]
    shocks: tuple[Rate, ...]
    hits: tuple[tuple[float, ...], ...]
    levels: tuple[Distribution, ...]
    driven: tuple[int, ...]

    def only(self, kept: Sequence[int]) -> "Together":
        """Leave out scenarios that never lose anything, and shocks that never come."""
        shocks = [k for k, shock in enumerate(self.shocks) if shock.mean > 0]
        return Together(
            severities=tuple(self.severities[k] for k in kept),
            rates=tuple(self.rates[k] for k in kept),
            shocks=tuple(self.shocks[k] for k in shocks),
            hits=tuple(tuple(self.hits[row][k] for k in kept) for row in shocks),
            levels=self.levels,
            driven=tuple(self.driven[k] for k in kept),
        )

    def event_means(self) -> list[float]:
        """Return expected losses a year of each scenario, 0 if it can cost nothing."""
        own = [rate.mean * self._level(row).mean for row, rate in enumerate(self.rates)]
        for shock, hits in zip(self.shocks, self.hits, strict=True):
            own = [mean + shock.mean * hit for mean, hit in zip(own, hits, strict=True)]
        return [mean if severity.mean > 0 else 0.0 for mean, severity in zip(own, self.severities, strict=True)]

    def moments(self) -> tuple[float, float]:
        """Return mean and variance of the year."""
        means = [severity.mean for severity in self.severities]
        mean = math.fsum(events * x for events, x in zip(self.event_means(), means, strict=True))
        variance = 0.0
        for row, (rate, severity) in enumerate(zip(self.rates, self.severities, strict=True)):
            level = self._level(row)
            if rate.once:
                variance += severity.second_moment - severity.mean**2
                continue
            variance += rate.mean * level.mean * severity.second_moment if rate.mean else 0.0
            variance += rate.variance * level.second_moment * severity.mean**2
        for level, rows in self._groups():
            common = math.fsum(self.rates[row].mean * means[row] for row in rows)
            variance += max(level.second_moment - level.mean**2, 0.0) * common**2 if common else 0.0
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
        hit = [struck(hits, transforms) for hits in self.hits]
        common = [mixing(rate, z) for rate, z in zip(self.shocks, hit, strict=True)]
        levels = self._points([near for _, near, _ in own], transforms)

        def joint(which: int) -> Joint:
            return lambda z: self._spectrum([m[which] for m in own], [m[which] for m in common], levels, z)

        exact = joint(1)
        is_exact = all(below is above for below, _, above in own + common)
        return (exact, exact, exact) if is_exact else (joint(0), exact, joint(2))

    def gradients(self, transforms: Sequence[Complexes]) -> list[Complexes]:
        """Return the derivative of the year's transform by the transform of one loss of each scenario."""
        own = [mixing(rate, z)[1] for rate, z in zip(self.rates, transforms, strict=True)]
        hit = [struck(hits, transforms) for hits in self.hits]
        common = [mixing(rate, z)[1] for rate, z in zip(self.shocks, hit, strict=True)]
        shocked = [frequency.pgf(z) for frequency, z in zip(common, hit, strict=True)]
        by_shock = [np.zeros_like(transforms[0]) for _ in transforms]
        for frequency, z, hits, others in zip(common, hit, self.hits, without_each(shocked), strict=True):
            spared = [1 - chance + chance * each for chance, each in zip(hits, transforms, strict=True)]
            for row, (chance, rest) in enumerate(zip(hits, without_each(spared), strict=True)):
                if chance > 0:
                    by_shock[row] = by_shock[row] + chance * frequency.slope(z) * rest * others
        all_shocks = np.prod(shocked, axis=0) if shocked else np.ones_like(transforms[0])
        year, slopes = self._own_slopes(own, self._points(own, transforms), transforms)
        return [slope * all_shocks + year * shock for slope, shock in zip(slopes, by_shock, strict=True)]

    def _level(self, row: int) -> Distribution:
        """Return the level that multiplies the rate of a scenario."""
        return self.levels[self.driven[row]] if self.driven[row] >= 0 else Constant(1.0)

    def _groups(self) -> list[tuple[Distribution, list[int]]]:
        """Return each level with its members; those without one follow a certain level of 1."""
        found = []
        for number, level in enumerate((*self.levels, Constant(1.0))):
            which = number if number < len(self.levels) else -1
            if rows := [row for row, driven in enumerate(self.driven) if driven == which]:
                found.append((level, rows))
        return found

    def _own_slopes(
        self, own: Sequence[Losses], points: Sequence[Poisson], transforms: Sequence[Complexes]
    ) -> tuple[Complexes, list[Complexes]]:
        """Return the transform of the year without shocks, and its derivatives; one level after the other."""
        slopes = [np.zeros_like(transforms[0]) for _ in transforms]
        years = []
        for (_, rows), levels in zip(self._groups(), points, strict=True):
            year = np.zeros_like(transforms[0])
            for level, weight in zip(levels.rates, levels.weights, strict=True):
                counts = [own[row].at_level(level) for row in rows]
                each = [count.pgf(transforms[row]) for count, row in zip(counts, rows, strict=True)]
                year = year + weight * np.prod(each, axis=0)
                for count, row, rest in zip(counts, rows, without_each(each), strict=True):
                    slopes[row] = slopes[row] + weight * count.slope(transforms[row]) * rest
            years.append(year)
        for (_, rows), others in zip(self._groups(), without_each(years), strict=True):
            for row in rows:
                slopes[row] = slopes[row] * others
        return np.asarray(np.prod(years, axis=0)), slopes

    def _points(self, own: Sequence[Losses], transforms: Sequence[Complexes]) -> list[Poisson]:
        """Return the values of each level, doubled in number until the year does not change."""
        seen = np.unique(np.geomspace(1, transforms[0].size, 32).astype(int)) - 1
        probes = [z[seen] for z in transforms]
        found = []
        for level, rows in self._groups():
            levels = Poisson(*nodes(level, 6))
            if not isinstance(level, Constant):
                last = _driven(own, rows, levels, probes)
                for n in (12, 24, 48, 96):
                    levels = Poisson(*nodes(level, n))
                    finer = _driven(own, rows, levels, probes)
                    if np.max(np.abs(finer - last)) < 1e-6:  # errors about square from n to 2 n points
                        break
                    last = finer
            found.append(levels)
        return found

    def _spectrum(
        self, own: Sequence[Losses], common: Sequence[Losses], points: Sequence[Poisson], z: Sequence[Complexes]
    ) -> Complexes:
        whole = np.ones(z[0].shape, dtype=np.complex128)
        for frequency, hits in zip(common, self.hits, strict=True):
            whole *= frequency.pgf(struck(hits, z))
        for (_, rows), levels in zip(self._groups(), points, strict=True):
            whole *= _driven(own, rows, levels, z)
        return whole


def _driven(own: Sequence[Losses], rows: Sequence[int], levels: Poisson, transforms: Sequence[Complexes]) -> Complexes:
    """Return the transform of what scenarios cost that follow one level, mixed over its values."""
    fading = np.sum([own[row].least * (1 - transforms[row].real) for row in rows], axis=0)
    mixed = np.zeros(fading.shape, dtype=np.complex128)
    for level, weight in zip(levels.rates, levels.weights, strict=True):
        seen = level * fading < 45  # beyond, the transform is below exp(-45)
        given = np.full(int(np.count_nonzero(seen)), weight, dtype=np.complex128)
        for row in rows:
            given *= own[row].at_level(level).pgf(transforms[row][seen])
        mixed[seen] += given
    return mixed


def without_each(factors: Sequence[Complexes]) -> list[Complexes]:
    """Return for each factor the product of all others, without dividing by what may be 0."""
    before, after = [np.ones_like(factors[0])] if factors else [], [np.ones_like(factors[0])] if factors else []
    for factor in factors[:-1]:
        before.append(before[-1] * factor)
    for factor in reversed(factors[1:]):
        after.append(after[-1] * factor)
    return [left * right for left, right in zip(before, reversed(after), strict=True)]


def struck(hits: Sequence[float], transforms: Sequence[Complexes]) -> Complexes:
    """Return the transform of what one shock costs: each member is hit or spared on its own."""
    product = np.ones(transforms[0].shape, dtype=np.complex128)
    for hit, z in zip(hits, transforms, strict=True):
        if hit > 0:
            product *= 1 - hit + hit * z
    return product


def together(scenarios: Sequence[Scenario], shocks: Sequence[Shock], factors: Sequence[Factor]) -> Together:
    """Return scenarios with what they have in common, ready to be computed."""
    names = [scenario.name for scenario in scenarios]
    follows = {name: number for number, factor in enumerate(factors) for name in factor.members}
    return Together(
        severities=tuple(severity_of(scenario) for scenario in scenarios),
        rates=tuple(rate_of(scenario) for scenario in scenarios),
        shocks=tuple(Rate(factors=(shock.rate,), certain=1.0) for shock in shocks),
        hits=tuple(tuple(shock.hits.get(name, 0.0) for name in names) for shock in shocks),
        levels=tuple(factor.level for factor in factors),
        driven=tuple(follows.get(name, -1) for name in names),
    )
