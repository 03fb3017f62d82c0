"""What one loss event costs: its primary losses and, with some probability each, the secondary ones."""

import math
from dataclasses import dataclass

import numpy as np

from fairmark.numerics.distributions import Distribution
from fairmark.numerics.lattice import Complexes, Discretisation, smooth_transform, transform
from fairmark.risk.scenario import Scenario
from fairmark.risk.stock import stock_law


@dataclass(frozen=True, slots=True)
class Severity:
    """Independent parts of the loss of one event, each with the probability that it happens."""

    parts: tuple[tuple[float, Distribution], ...]

    @property
    def mean(self) -> float:
        """Expected loss of one event."""
        return sum(p * law.mean for p, law in self.parts)

    @property
    def second_moment(self) -> float:
        """E of the squared loss of one event; may be infinite."""
        variance = sum(p * law.second_moment - (p * law.mean) ** 2 for p, law in self.parts if p > 0)
        return variance + self.mean**2

    @property
    def prob_zero(self) -> float:
        """Probability that an event costs nothing."""
        return math.prod(1 - p * (1 - float(law.cdf(0.0))) for p, law in self.parts)

    def top(self, tail: float) -> float:
        """Return a loss that one event exceeds with a probability of about ``tail``.

        The means of the parts that always happen and the largest of the parts' own upper points.
        """
        always = sum(law.mean for p, law in self.parts if p == 1)
        return always + max(float(law.quantile(_upper(tail / p))) for p, law in self.parts if p > 0)

    def transform(self, discretise: Discretisation, step: float, n: int) -> Complexes:
        """Return the transformed law of one loss on the lattice, shape (n // 2 + 1,)."""
        return self._join([transform(discretise(law, step, n)) for _, law in self._possible()], n)

    def smooth_transform(self, step: float, n: int) -> Complexes:
        """Return the transform of one loss that was not moved to the lattice; see ``lattice.smooth_transform``."""
        return self._join([smooth_transform(law, step, n) for _, law in self._possible()], n)

    def weighted_transform(self, discretise: Discretisation, step: float, n: int) -> Complexes:
        """Return the transform of x P(X = x), in money: what one loss is worth where it falls."""
        points = np.arange(n) * step
        masses = [discretise(law, step, n) for _, law in self._possible()]
        parts = [transform(each) for each in masses]
        whole = np.zeros(n // 2 + 1, dtype=np.complex128)
        for place, (p, _) in enumerate(self._possible()):
            others = [
                1 - q + q * part
                for other, ((q, _), part) in enumerate(zip(self._possible(), parts, strict=True))
                if other != place
            ]
            whole += p * transform(masses[place] * points) * np.prod(others, axis=0)
        return whole

    def _possible(self) -> list[tuple[float, Distribution]]:
        return [(p, law) for p, law in self.parts if p > 0]

    def _join(self, transforms: list[Complexes], n: int) -> Complexes:
        spectrum = np.ones(n // 2 + 1, dtype=np.complex128)
        for (p, _), part in zip(self._possible(), transforms, strict=True):
            spectrum *= (1 - p) + p * part
        return spectrum


def severity_of(scenario: Scenario) -> Severity:
    """Return the loss magnitude of a scenario."""
    if scenario.state is not None:
        stocks = (stock_law(scenario.state, scenario.units, law) for law in scenario.primary.values())
        return Severity(tuple((1.0, law) for law in stocks))
    primary = tuple((1.0, law) for law in scenario.primary.values())
    return Severity(primary + tuple((item.probability.mean, item.severity) for item in scenario.secondary))


def _upper(tail: float) -> float:
    return min(1 - min(0.5, tail), 1 - 2.0**-53)
