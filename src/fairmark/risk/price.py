"""What a device costs in a year as it is: to its maker, to everybody else, and together.

Three computations from the same terms. *Means* are exact in what the year brings and in every input
that only multiplies; the rest is averaged over fixed nodes. *Quantiles* come from the law of the
year at each node (``year``), mixed over the nodes on one common grid, so they carry both what we do
not know and what varies. *Bands* keep the two apart: ``epistemic`` over the nodes' means,
``yearly`` for a year with every input at its middle.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.model.amounts import short
from fairmark.model.finding import Finding
from fairmark.model.risk import Assumption, CurvePoint, Input, Interval, Loss, LossBounds, Risk, ScenarioLoss
from fairmark.model.value import canonical_json
from fairmark.numerics.distributions import Floats
from fairmark.risk.calibration import CURRENCY, Calibration
from fairmark.risk.circumstances import Circumstances, Guess, Settled, counting
from fairmark.risk.device_sensitivity import swings
from fairmark.risk.fleet import MODEL, SCENARIOS, Sides, kinds_without_figure, means, terms
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import EFFECTS, Signals, read
from fairmark.risk.year import Side, exceedance, exceedances, sides

NODES = 2048
_CELLS = 512  # errors of the lattices of two thousand nodes even out; what is left is in the bounds
_PER_OCTAVE, _FINE_OCTAVES, _OCTAVES = 8, 25, 37
_LEVELS = (0.5, 0.9, 0.95, 0.99)
_CURVE_POINTS = 40
_ZERO = (0.0, 0.0)
_NO_LOSS = Loss(
    mean=0.0,
    p50=0.0,
    p90=0.0,
    p95=0.0,
    p99=0.0,
    tvar95=0.0,
    any_loss=0.0,
    bounds=LossBounds(mean=_ZERO, p50=_ZERO, p90=_ZERO, p95=_ZERO, p99=_ZERO),
    epistemic=_ZERO,
    yearly=_ZERO,
)
_BOUNDS = (
    "Bounds estimate the error of the computation alone: that of the fixed nodes, from halves and quarters of them, "
    "and that of the lattice, from a finer one. They do not cover wrong inputs or a wrong model."
)
_BOTH = "Quantiles carry both what is not known and what varies by year; epistemic and yearly show them apart."
_REFERENCES = {
    "economics.units_in_field": "ref-units",
    "economics.units_per_year": "ref-sales-year",
    "economics.price": "ref-price",
    "economics.margin": "ref-margin",
}


def price(settled: Settled, findings: Sequence[Finding], calibration: Calibration, *, nodes: int = NODES) -> Risk:
    """Price one device model for one year, in US dollars.

    Args:
        settled: what the device is taken to be; what was assumed about it is listed.
        findings: what was found; hints (grade C) never count.
        calibration: the numbers.
        nodes: outer nodes, a power of two; the error they leave is in ``bounds``.
    """
    signals = read(findings)
    exact, drawn = Inputs(calibration, nodes, linear_at_mean=True), Inputs(calibration, nodes)
    by_scenario = yearly_means(exact, settled.now, signals)
    now = terms(drawn, settled.now, signals)
    drawn_means = means(now, drawn)
    middle = Inputs(calibration, 1, middle=True)
    usual = sides(terms(middle, settled.now, signals), middle)
    of_year = sides(now, drawn)
    exact_means = {name: _total(by_scenario, name, nodes) for name in of_year}
    mixtures = _mixtures(of_year, {name: float(of.mean()) for name, of in exact_means.items()})
    losses = {
        name: _loss(side, usual[name], mixtures.get(name), exact_means[name], _total(drawn_means, name, nodes))
        for name, side in of_year.items()
    }
    used = drawn.used | exact.used
    inputs = _inputs(calibration, used, settled.guesses)
    return Risk(
        currency=CURRENCY,
        price_year=settled.price_year,
        model=MODEL,
        assumed_inputs=sum(each.assumed for each in inputs),
        inputs=inputs,
        assumptions=tuple(_assumption(each, settled, signals, exact) for each in settled.guesses),
        private=losses["private"],
        external=losses["external"],
        social=losses["social"],
        scenarios=_scenarios(by_scenario, drawn_means, used, findings),
        swings=swings(settled, signals, calibration, sorted(used)),
        notes=_notes(settled, signals, by_scenario),
    )


def repeated(
    risk: Risk, settled: Settled, findings: Sequence[Finding], calibration: Calibration, *, nodes: int = NODES
) -> Risk | None:
    """Return a price that was worked out before, for findings of which ``read`` says the same as of those of then.

    The price follows from ``settled``, that reading and the calibration alone; the caller vouches that all three are
    those of then. What differs is the ids by which the scenarios name the findings. The means are worked out again,
    which takes a hundredth of the time; None where they are not those of ``risk`` in the nine digits of a file.
    """
    counted = counting(findings)
    means_now = yearly_means(Inputs(calibration, nodes, linear_at_mean=True), settled.now, read(findings))
    then = {one.id: (one.private, one.external) for one in risk.scenarios}
    now = {name: (float(each.private.mean()), float(each.external.mean())) for name, each in means_now.items()}
    total = {name: float(_total(means_now, name, nodes).mean()) for name in ("private", "external", "social")}
    whole = {"private": risk.private.mean, "external": risk.external.mean, "social": risk.social.mean}
    if canonical_json([then, whole]) != canonical_json([now, total]):
        return None
    rows = (
        one.model_copy(update={"findings": tuple(sorted(each.id for each in _raising(one.id, counted)))})
        for one in risk.scenarios
    )
    return risk.model_copy(update={"scenarios": tuple(rows)})


def yearly_means(inputs: Inputs, now: Circumstances, signals: Signals) -> dict[str, Sides]:
    """Return the yearly mean of every scenario at every node: one call costs about half a millisecond."""
    return means(terms(inputs, now, signals), inputs)


def social_curve(
    now: Circumstances, signals: Signals, calibration: Calibration, *, nodes: int
) -> tuple[CurvePoint, ...]:
    """Return the loss exceedance of one year to everybody, for circumstances that may be.

    What less than three nodes in all decide is left out: a single bad node draws a step there.
    """
    inputs = Inputs(calibration, nodes)
    found = terms(inputs, now, signals)
    mean = float(_total(means(found, inputs), "social", nodes).mean())
    mixture = _mixtures({"social": sides(found, inputs)["social"]}, {"social": mean}).get("social")
    return tuple(point for point in _curve(mixture) if point.exceedance >= 3 / nodes) if mixture else ()


@dataclass(frozen=True, slots=True)
class _Mixture:
    """P(loss > x) at the points of a common grid, for every node; point 0 is x = 0."""

    points: Floats
    above: Floats

    def quantile(self, level: float, chosen: slice = slice(None)) -> float:
        """Smallest loss that a year exceeds with chance 1 - level at most, over the chosen nodes."""
        above = self.above[chosen].mean(axis=0)
        target = 1.0 - level
        k = int(np.argmax(above <= target)) if above[-1] <= target else above.size - 1
        if k == 0:
            return 0.0
        left, right, x, y = above[k - 1], above[k], self.points[k - 1], self.points[k]
        if right >= target or x == 0.0:
            return float(y)
        if right <= 0.0:
            return float(x + (y - x) * (left - target) / (left - right))
        share = np.log(left / target) / np.log(left / right)
        return float(x * (y / x) ** share)

    def limited_mean(self, loss: float) -> float:
        """E min(S, loss): the area under the exceedance up to the loss."""
        above = self.above.mean(axis=0)
        x = np.append(self.points[self.points < loss], loss)
        return float(np.trapezoid(np.interp(x, self.points, above), x))


def _total(of: Mapping[str, Sides], side: str, count: int) -> Floats:
    """Add the scenarios up for one side, at every node."""
    total = np.zeros(count)
    for each in of.values():
        total = total + (each.private if side != "external" else 0.0) + (each.external if side != "private" else 0.0)
    return total


def _mixtures(of_year: Mapping[str, Side], means: Mapping[str, float]) -> dict[str, _Mixture]:
    """The law of the year of each side that loses anything; sides that share their quiet sums are done together."""
    together: dict[int, list[str]] = {}
    for name, side in of_year.items():
        if means[name] > 0.0:
            together.setdefault(id(side.quiet), []).append(name)
    found: dict[str, _Mixture] = {}
    for names in together.values():
        grids = [_grid(means[name]) for name in names]
        above = exceedances([of_year[name] for name in names], grids, _CELLS)
        found |= {name: _Mixture(*pair) for name, pair in zip(names, zip(grids, above, strict=True), strict=True)}
    return found


def _loss(side: Side, usual: Side, mixture: _Mixture | None, exact: Floats, drawn: Floats) -> Loss:
    if mixture is None:
        return _NO_LOSS
    mean, points = float(exact.mean()), mixture.points
    p50, p90, p95, p99 = (mixture.quantile(level) for level in _LEVELS)
    year = _Mixture(points, exceedance(usual, points, _CELLS))
    band = np.quantile(drawn, (0.05, 0.95))
    return Loss(
        mean=mean,
        p50=p50,
        p90=p90,
        p95=p95,
        p99=p99,
        tvar95=max(p95, p95 + (mean - mixture.limited_mean(p95)) / 0.05),
        any_loss=float(mixture.above[:, 0].mean()),
        bounds=_bounds(side, mixture, exact, mean),
        epistemic=(max(0.0, float(band[0])), max(0.0, float(band[1]))),
        yearly=(year.quantile(0.05), year.quantile(0.95)),
        curve=_curve(mixture),
    )


def _grid(mean: float) -> Floats:
    """0 and powers of two up to a thousand times the mean, which a year exceeds with a chance of 1e-3 at most (Markov).

    Some to an octave; one to an octave far below the mean.
    """
    top = int(np.ceil(np.log2(mean * 1e3)))
    fine = np.arange((top - _FINE_OCTAVES) * _PER_OCTAVE, top * _PER_OCTAVE + 1) / _PER_OCTAVE
    coarse = np.arange(top - _OCTAVES, top - _FINE_OCTAVES)
    return np.concatenate(([0.0], 2.0**coarse, 2.0**fine))


def _bounds(side: Side, mixture: _Mixture, exact: Floats, mean: float) -> LossBounds:
    """Bracket each figure by the nodes' error (see ``_nodes_error``) and the lattice's."""
    finer = _lattice_errors(side, mixture)

    def around(value: float, part: Callable[[slice], float], lattice: float) -> tuple[float, float]:
        width = _nodes_error(value, part, exact.size) + lattice * value
        return max(0.0, value - width), value + width

    def level(p: float) -> Callable[[slice], float]:
        return lambda chosen: mixture.quantile(p, chosen)

    brackets = [around(mixture.quantile(p), level(p), error) for p, error in zip(_LEVELS, finer, strict=True)]
    of_mean = around(mean, lambda chosen: float(exact[chosen].mean()), 0.0)
    return LossBounds(mean=of_mean, p50=brackets[0], p90=brackets[1], p95=brackets[2], p99=brackets[3])


def _nodes_error(value: float, part: Callable[[slice], float], count: int) -> float:
    """Estimate the nodes' error: the largest deviation of a half of them, or half that of a quarter.

    Consecutive halves and quarters fill the cube evenly by themselves. Were the nodes random, either
    measure would be about one standard error; they are better than random.
    """
    width = 0.0
    for pieces, share in ((2, 1.0), (4, 0.5)):
        size = max(1, count // pieces)
        for start in range(0, size * pieces, size):
            width = max(width, share * abs(part(slice(start, start + size)) - value) if start < count else 0.0)
    return width


def _lattice_errors(side: Side, mixture: _Mixture) -> list[float]:
    """Relative change of each quantile, over a few nodes, when the lattice is twice as fine."""
    some = np.arange(0, side.count, max(1, side.count // 64))
    few = side.at(some)
    coarse = _Mixture(mixture.points, mixture.above[some])
    fine = _Mixture(mixture.points, exceedance(few, mixture.points, 2 * _CELLS))
    errors = []
    for level in _LEVELS:
        a, b = coarse.quantile(level), fine.quantile(level)
        errors.append(2.0 * abs(a - b) / b if b > 0.0 else 0.0)
    return errors


def _curve(mixture: _Mixture) -> tuple[CurvePoint, ...]:
    """Return some forty points of the exceedance curve, with its band over the nodes.

    Far out a few bad nodes lift the mean above nineteen in twenty of the others; the band then ends at the mean.
    """
    above = mixture.above.mean(axis=0)
    shown = np.flatnonzero((above[1:] < 0.99 * above[0]) & (above[1:] > 1e-3)) + 1
    if not shown.size:
        return ()
    first, last = max(1, int(shown[0]) - 1), min(above.size - 1, int(shown[-1]) + 1)
    chosen = np.unique(np.linspace(first, last, _CURVE_POINTS).round().astype(int))
    low, high = np.quantile(mixture.above[:, chosen], (0.05, 0.95), axis=0)
    return tuple(
        CurvePoint(
            loss=float(mixture.points[k]),
            exceedance=float(above[k]),
            low=float(min(a, above[k])),
            high=float(max(b, above[k])),
        )
        for k, a, b in zip(chosen, low, high, strict=True)
    )


def _inputs(calibration: Calibration, used: Collection[str], guesses: Sequence[Guess]) -> tuple[Input, ...]:
    generic = {_REFERENCES[guess.field] for guess in guesses if guess.field in _REFERENCES}
    found = []
    for name in sorted({*used, *generic}):
        entry = calibration.entry(name)
        found.append(
            Input(
                id=name,
                what=entry.what,
                kind=entry.distribution.kind,
                low=entry.distribution.low,
                high=entry.distribution.high,
                mean=entry.mean,
                unit=entry.unit,
                currency=entry.currency or "",
                year=entry.year,
                source=entry.source,
                confidence=entry.confidence,
                assumed=entry.assumed,
                generic=name in generic,
                note=entry.note,
            )
        )
    return tuple(found)


def _scenarios(
    of: Mapping[str, Sides], drawn: Mapping[str, Sides], used: Collection[str], findings: Sequence[Finding]
) -> tuple[ScenarioLoss, ...]:
    counted = counting(findings)
    rows = []
    for name, each in of.items():
        scenario = SCENARIOS[name]
        raising = _raising(name, counted)
        named = scenario.inputs.union(*(EFFECTS[f.weakness].inputs for f in raising))
        rows.append(
            ScenarioLoss(
                id=name,
                title=scenario.title,
                private=float(each.private.mean()),
                external=float(each.external.mean()),
                private_range=_range(drawn[name].private),
                external_range=_range(drawn[name].external),
                inputs=tuple(sorted(named & set(used))),
                findings=tuple(sorted(f.id for f in raising)),
                equation=scenario.equation,
            )
        )
    return tuple(rows)


def _raising(scenario: str, counted: Iterable[Finding]) -> list[Finding]:
    """Return the findings that make a scenario likelier or dearer."""
    return [one for one in counted if one.weakness in EFFECTS and scenario in EFFECTS[one.weakness].scenarios]


def _range(at_nodes: Floats) -> Interval:
    low, high = np.quantile(at_nodes, (0.05, 0.95))
    return float(low), float(high)


def _assumption(guess: Guess, settled: Settled, signals: Signals, inputs: Inputs) -> Assumption:
    """Say what another answer would change, with the means recomputed for it."""

    def both(now: Circumstances) -> str:
        found = yearly_means(inputs, now, signals)
        private, external = (float(_total(found, side, inputs.count).mean()) for side in ("private", "external"))
        return f"private {short(private)}, external {short(external)}"

    parts = [f"{label}: {both(now)}" for label, now in guess.others]
    effect = "; ".join(parts) + f" (now {both(settled.now)}) {CURRENCY} a year" if parts else ""
    return Assumption(field=guess.field, used=guess.used, effect="; ".join(filter(None, (guess.remark, effect))))


def _notes(settled: Settled, signals: Signals, of: Mapping[str, Sides]) -> tuple[str, ...]:
    now = settled.now
    notes = [_BOUNDS, _BOTH, *settled.notes, *kinds_without_figure(now.device_class, watched=now.watched)]
    confirming = sorted(w for w in signals.nearest if EFFECTS[w].inputs and not EFFECTS[w].moves)
    if confirming:
        notes.append(f"Found, and already in the generic price, which they confirm: {', '.join(confirming)}.")
    if "hardcoded-secret" in signals.nearest:
        notes.append("Not priced, because no figure was found: harm to users when a secret found opens the cloud.")
    if now.cut_off:
        notes.append(f"Network {now.network}: only physical and supply-chain events are priced, if any were found.")
    if now.fraud:
        notes.append("Penalties that a contract with a utility may bring are not in the price: ask for them.")
    if float(sum(np.mean(each.external) for each in of.values())) < 0.0:
        notes.append("Compensation exceeds the harm that has a figure, so external loss is shown as 0.")
    return tuple(notes)
