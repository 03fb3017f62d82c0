"""What would change the price most: each input in turn at its 5 and 95 % point, and each fact that nobody stated.

All other inputs keep their spread, so an end is the yearly mean that one would reckon if this one input were known.
Losses that are drawn anew for every event are left out: their spread is what varies, not what is unknown.
"""

from collections.abc import Sequence

from fairmark.model.risk import Swing, SwingEnd
from fairmark.numerics.distributions import Constant
from fairmark.risk.calibration import Calibration, Entry
from fairmark.risk.circumstances import Circumstances, Settled
from fairmark.risk.fleet import INTRUSION, READ, RESPONSE
from fairmark.risk.inputs import Inputs
from fairmark.risk.variants import Varied, losses_at_nodes
from fairmark.risk.weaknesses import Signals

NODES = 512
LOW, HIGH = 0.05, 0.95
_DRAWN_PER_EVENT = frozenset({INTRUSION, READ, RESPONSE})
_TOGETHER = 64
_NOTHING = 1e-9


def swings(
    settled: Settled, signals: Signals, calibration: Calibration, used: Sequence[str], *, nodes: int = NODES
) -> tuple[Swing, ...]:
    """Return what each input and each unstated fact does to the yearly means, the largest social move first.

    Args:
        settled: what the device is taken to be, with the other answers to what was guessed.
        signals: what was found.
        calibration: the numbers.
        used: inputs of the price.
        nodes: outer nodes.
    """
    entries = [calibration.entry(name) for name in used if name not in _DRAWN_PER_EVENT]
    held = [(entry, entry.law) for entry in entries]
    uncertain = [entry for entry, law in held if not isinstance(law, Constant)]
    values = [(entry.id, float(entry.law.quantile(level))) for entry in uncertain for level in (LOW, HIGH)]
    ends: list[SwingEnd] = []
    for start in range(0, len(values), _TOGETHER):
        ends += _held(settled.now, signals, calibration, values[start : start + _TOGETHER], nodes)
    found = [
        Swing(id=entry.id, what=entry.what, assumed=entry.assumed, of_device=False, ends=(ends[2 * k], ends[2 * k + 1]))
        for k, entry in enumerate(uncertain)
    ]
    found += _facts(settled, signals, calibration, nodes)
    return tuple(sorted((each for each in found if _moves(each)), key=lambda each: (-social_move(each), each.id)))


def social_move(swing: Swing) -> float:
    """Return how far apart the ends are, to everybody together, in money a year."""
    values = [end.private + end.external for end in swing.ends]
    return max(values) - min(values)


def _held(
    now: Circumstances, signals: Signals, calibration: Calibration, values: Sequence[tuple[str, float]], nodes: int
) -> list[SwingEnd]:
    rows: dict[str, list[float | None]] = {name: [None] * len(values) for name, _ in values}
    for row, (name, value) in enumerate(values):
        rows[name][row] = value
    inputs = Varied(calibration, nodes, rows, linear_at_mean=True)
    private, external = losses_at_nodes(inputs, now, signals, len(values))
    return [
        SwingEnd(at=_said(value, calibration.entry(name)), private=float(a), external=float(b))
        for (name, value), a, b in zip(values, private.mean(axis=1), external.mean(axis=1), strict=True)
    ]


def _facts(settled: Settled, signals: Signals, calibration: Calibration, nodes: int) -> list[Swing]:
    inputs = Inputs(calibration, nodes, linear_at_mean=True)

    def end(at: str, now: Circumstances) -> SwingEnd:
        private, external = losses_at_nodes(inputs, now, signals, 1)
        return SwingEnd(at=at, private=float(private.mean()), external=float(external.mean()))

    return [
        Swing(
            id=guess.field,
            what=f"{guess.field}, which the profile does not say",
            assumed=True,
            of_device=True,
            ends=(end(guess.used, settled.now), *(end(label, now) for label, now in guess.others)),
        )
        for guess in settled.guesses
        if guess.others
    ]


def _moves(swing: Swing) -> bool:
    first = swing.ends[0]
    return any(abs(end.private - first.private) + abs(end.external - first.external) > _NOTHING for end in swing.ends)


def _said(value: float, entry: Entry) -> str:
    return f"{value:.3g} {entry.currency or entry.unit}"
