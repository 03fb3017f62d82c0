"""Many variants of one device weighed together: sets of controls, or inputs held at a value.

The equations of ``fleet`` take one value per node. Here an input that varies has a row for each variant, shape
(variants, nodes), and everything that rests on it follows; what no variant touches stays one row. A dozen variants
cost about as much as one, since each operation is a call into NumPy.

A control multiplies something by the share that it leaves, and a share of 1 is the same as no control: so all
controls are taken as in place, and a variant that lacks one has a 1 in its row. Three controls choose another
equation instead (``STRUCTURAL``); variants that agree in those are reckoned together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairmark.model.vocabulary import vocabulary
from fairmark.numerics.distributions import Floats
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Circumstances
from fairmark.risk.fleet import means, terms
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import Signals

STRUCTURAL = frozenset({"automatic-updates", "remove-telnet", "unique-passwords"})
_TOGETHER = 64


class Varied(Inputs):
    """Inputs of which some have a row of their own for each variant.

    Args:
        rows: input -> one value for each variant, or None where it keeps its values at the nodes; see ``Inputs``.
    """

    def __init__(
        self, calibration: Calibration, count: int, rows: Mapping[str, Sequence[float | None]], *, linear_at_mean: bool
    ) -> None:
        super().__init__(calibration, count, linear_at_mean=linear_at_mean)
        self._rows = rows
        self._made: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        """Return the values of one input: shape (count,) or (1,), and (variants, count) where it varies."""
        usual = super().__getitem__(name)
        if name not in self._rows:
            return usual
        if name not in self._made:
            held = np.array([np.nan if value is None else value for value in self._rows[name]])[:, None]
            self._made[name] = np.where(np.isnan(held), usual[None, :], held)
        return self._made[name]


@dataclass(frozen=True, slots=True)
class Money:
    """Yearly mean loss to both sides."""

    private: float
    external: float

    @property
    def social(self) -> float:
        """To both together."""
        return self.private + self.external


def losses_at_nodes(inputs: Inputs, now: Circumstances, signals: Signals, variants: int) -> tuple[Floats, Floats]:
    """Return the yearly mean to the maker and to everybody else, each of shape (variants, nodes)."""
    found = means(terms(inputs, now, signals), inputs).values()
    shape = (variants, inputs.count)
    private, external = np.zeros(shape), np.zeros(shape)
    for each in found:
        private += each.private
        external += each.external
    return private, external


class Weighing:
    """The yearly loss of one device with any set out of some controls, on top of those it has.

    A set is a whole number: bit k stands for control k.

    Args:
        calibration: the numbers.
        nodes: outer nodes.
        now: the device as it is.
        signals: what was found.
        controls: those to choose from, none of them in place yet.
        linear_at_mean: see ``Inputs``: True for exact means, False for what single nodes say.
    """

    def __init__(
        self,
        calibration: Calibration,
        nodes: int,
        now: Circumstances,
        signals: Signals,
        controls: Sequence[str],
        *,
        linear_at_mean: bool = True,
    ) -> None:
        self.controls = tuple(controls)
        self.calibration = calibration
        self.now = now
        self.structural = sum(1 << k for k, name in enumerate(controls) if name in STRUCTURAL)
        self._nodes = nodes
        self._signals = signals
        self._linear_at_mean = linear_at_mean
        self._known: dict[int, Money] = {}

    @property
    def weighed(self) -> int:
        """How many sets were weighed so far."""
        return len(self._known)

    def means(self, sets: Sequence[int]) -> list[Money]:
        """Return the yearly means with each set in place; no set is reckoned twice."""
        new = [each for each in dict.fromkeys(sets) if each not in self._known]
        if new:
            private, external = (side.mean(axis=1) for side in self.at_nodes(new))
            for each, a, b in zip(new, private.tolist(), external.tolist(), strict=True):
                self._known[each] = Money(a, b)
        return [self._known[each] for each in sets]

    def mean(self, chosen: int) -> Money:
        """Return the yearly means with one set in place."""
        return self.means([chosen])[0]

    def at_nodes(self, sets: Sequence[int]) -> tuple[Floats, Floats]:
        """Return the loss to the maker and to everybody else at every node, each of shape (sets, nodes)."""
        private, external = np.zeros((len(sets), self._nodes)), np.zeros((len(sets), self._nodes))
        alike: dict[int, list[int]] = {}
        for row, each in enumerate(sets):
            alike.setdefault(each & self.structural, []).append(row)
        for members in alike.values():
            for start in range(0, len(members), _TOGETHER):
                rows = members[start : start + _TOGETHER]
                private[rows], external[rows] = self._together([sets[row] for row in rows])
        return private, external

    def _together(self, sets: Sequence[int]) -> tuple[Floats, Floats]:
        """Weigh sets that have the same structural controls."""
        words, rows = vocabulary().controls, {}
        for k, name in enumerate(self.controls):
            if not self.structural >> k & 1:
                rows[words[name].effect] = [None if each >> k & 1 else 1.0 for each in sets]
        inputs = Varied(self.calibration, self._nodes, rows, linear_at_mean=self._linear_at_mean)
        placed = {n for k, n in enumerate(self.controls) if not self.structural >> k & 1 or sets[0] >> k & 1}
        now = replace(self.now, controls=self.now.controls | placed)
        return losses_at_nodes(inputs, now, self._signals, len(sets))

    def names(self, chosen: int) -> tuple[str, ...]:
        """Return the controls of a set."""
        return tuple(name for k, name in enumerate(self.controls) if chosen >> k & 1)
