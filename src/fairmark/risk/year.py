"""The law of one year at every outer node, exactly: no sampling inside.

With the inputs of a node known, the year is a constant (what is under foreign control for a share
of the time), plus events with a loss each, plus blows that come or do not, plus what publicity
brings; and a mass-exploited flaw of the model changes all of them at once. So the year is a
mixture of two laws, without and with the flaw, each a product of characteristic functions on a
lattice (see ``fairmark.numerics.lattice`` for the tilt).

Amounts of very different size share a year: thousands of small intrusions, and rarely one large
incident. One lattice would blur the small ones. So each law is split once more: *quiet* years, in
which nothing large happens, on a fine lattice, and *loud* years, all others, on a wide one. The
constant is on no lattice; it shifts the law exactly.

Steps are powers of two, so the transform of a severity is computed once for all nodes that
share a step, and those nodes are worked on together. What lies beyond the lattice of a node falls
like the tail of one event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from fairmark.numerics.distributions import Distribution, Floats
from fairmark.numerics.lattice import THETA, Complexes, mean_preserving, rounded, transform
from fairmark.risk.fleet import INTRUSION, READ, RESPONSE, Consequence, Pair, Terms
from fairmark.risk.inputs import Inputs

CELLS = 1024
BEYOND = 2e-3
"""Chance that a year lies beyond the lattice of its node. Less of it makes the lattice coarser where most years lie."""
_NEGLIGIBLE = 1e-9
_MOST_PUBLICATIONS = 3
_TOGETHER = 64
_SMALLEST_STEP = -10


@dataclass(frozen=True, slots=True)
class Sum:
    """A Poisson number of losses, with the rate without and with the flaw."""

    severity: Distribution
    rates: Pair


@dataclass(frozen=True, slots=True)
class Chance:
    """An amount that comes with a chance."""

    chance: Floats
    amount: Floats


@dataclass(frozen=True, slots=True)
class Loud:
    """Large incidents, and a Poisson number of publications (with the flaw perhaps one more) with what they bring."""

    incidents: Floats
    incident: Distribution
    rate: Floats
    named: Floats
    follow: tuple[Chance, ...]
    sales: Floats


@dataclass(frozen=True, slots=True)
class Relief:
    """Amounts taken off when the maker was named (lost sales that rivals gain), and on top when claims are paid."""

    rate: Floats
    named: Floats
    claim_chance: Floats
    claims: Floats
    sales: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """One side's year: constants, quiet sums, chances, and either loud incidents or relief; one value per node each."""

    count: int
    flaw: Floats
    constant: Pair
    quiet: tuple[Sum, ...]
    chances: tuple[Chance, ...]
    loud: Loud | None = None
    relief: Relief | None = None

    def at(self, chosen: NDArray[np.int64]) -> "Side":
        """Return the same side at some nodes only, every array of their length."""

        def pick(values: Floats) -> Floats:
            return np.broadcast_to(values, (self.count,))[chosen]

        def both(pair: Pair) -> Pair:
            return pick(pair[0]), pick(pair[1])

        def some(chances: tuple[Chance, ...]) -> tuple[Chance, ...]:
            return tuple(Chance(pick(each.chance), pick(each.amount)) for each in chances)

        loud, relief = self.loud, self.relief
        if loud is not None:
            parts = pick(loud.incidents), pick(loud.rate), pick(loud.named), pick(loud.sales)
            loud = Loud(parts[0], loud.incident, parts[1], parts[2], some(loud.follow), parts[3])
        if relief is not None:
            relief = Relief(*(pick(getattr(relief, field)) for field in Relief.__slots__))
        return Side(
            count=int(chosen.size),
            flaw=pick(self.flaw),
            constant=both(self.constant),
            quiet=tuple(Sum(each.severity, both(each.rates)) for each in self.quiet),
            chances=some(self.chances),
            loud=loud,
            relief=relief,
        )


def sides(of: Terms, inputs: Inputs) -> dict[str, Side]:
    """Split the terms into what the maker bears, what others bear, and both with transfers netted."""
    response = inputs.law(RESPONSE)
    harm = (of.bot_years[0] * of.harm + of.tampering, of.bot_years[1] * of.harm + of.tampering)
    seen = _watched(of, inputs)
    stop = Chance(of.stop.chance, of.stop.amount)
    private = Side(
        count=of.count,
        flaw=of.flaw,
        constant=of.support,
        quiet=(),
        chances=(*(Chance(b.chance, b.private) for b in of.blows), stop),
        loud=_loud(of, response, share=0.0),
    )
    gained = Chance(of.stop.chance, -of.stop.amount * of.stop.transfer)
    external = Side(
        count=of.count,
        flaw=of.flaw,
        constant=harm,
        quiet=seen,
        chances=(*(Chance(b.chance, b.external) for b in of.blows), gained),
        relief=_relief(of),
    )
    kept = Chance(of.stop.chance, of.stop.amount * (1.0 - of.stop.transfer))
    social = replace(
        private,
        constant=(of.support[0] + harm[0], of.support[1] + harm[1]),
        quiet=seen,
        chances=(*(Chance(b.chance, b.private + b.external) for b in of.blows), kept),
        loud=_loud(of, response, share=1.0),
    )
    return {"private": private, "external": external, "social": social}


def _watched(of: Terms, inputs: Inputs) -> tuple[Sum, ...]:
    found = []
    if of.intrusions[1].any() or of.accounts.any():
        rates = (of.intrusions[0] + of.accounts, of.intrusions[1] + of.accounts)
        found.append(Sum(inputs.law(INTRUSION), rates))
    if of.reads.any():
        found.append(Sum(inputs.law(READ), (of.reads, of.reads)))
    return tuple(found)


def _loud(of: Terms, response: Distribution, share: float) -> Loud:
    """Incidents and publicity, with ``share`` of the transfers taken off."""

    def net(follow: Consequence) -> Chance:
        return Chance(follow.chance, follow.amount * (1.0 - share * follow.transfer))

    follow = tuple(net(each) for each in (of.order, of.claims, of.recall) if each.chance.any())
    return Loud(of.cloud, response, of.publicity, of.named, follow, net(of.sales).amount)


def _relief(of: Terms) -> Relief:
    claims, sales = of.claims.amount * of.claims.transfer, of.sales.amount * of.sales.transfer
    return Relief(of.publicity, of.named, of.claims.chance, claims, sales)


def exceedance(side: Side, points: Floats, cells: int = CELLS) -> Floats:
    """P(loss of the year > x) at every node; shape (nodes, points). ``points`` rise from 0 or more."""
    return exceedances((side,), (points,), cells)[0]


def exceedances(sides: Sequence[Side], points: Sequence[Floats], cells: int = CELLS) -> list[Floats]:
    """Return ``exceedance`` of several sides, each at its own points.

    The sides have their nodes, the flaw and the quiet sums in common, so these sums are transformed once for all.
    """
    answers = [np.zeros((side.count, x.size)) for side, x in zip(sides, points, strict=True)]
    first = sides[0]
    flaws = (False, True) if first.flaw.any() else (False,)
    for flaw in flaws:
        for chosen, step in _groups(_quiet_exponents(first, cells, flaw=flaw)):
            parts = [side.at(chosen) for side in sides]
            below = _quiet_law(parts[0], step, cells, flaw=flaw)
            for answer, part, x in zip(answers, parts, points, strict=True):
                answer[chosen] += _quiet_part(part, x, step, below, flaw=flaw)
    for answer, side, x in zip(answers, sides, points, strict=True):
        if side.loud is not None:
            for chosen, step in _groups(_loud_exponents(side, cells)):
                answer[chosen] += _loud_part(side.at(chosen), x, step, cells)
    return [np.clip(answer, 0.0, 1.0, out=answer) for answer in answers]


def _groups(exponents: Floats) -> Iterator[tuple[NDArray[np.int64], float]]:
    """Nodes that share a step, some at a time so that the work stays in the processor's cache."""
    for exponent in np.unique(exponents):
        members = np.flatnonzero(exponents == exponent)
        for start in range(0, members.size, _TOGETHER):
            yield members[start : start + _TOGETHER], 2.0 ** int(exponent)


def _quiet_law(side: Side, step: float, cells: int, *, flaw: bool) -> Floats | None:
    """The law of the quiet sums; None where there are none."""
    if not side.quiet:
        return None
    nothing = np.exp(-_rates(side, flaw=flaw))
    return _cumulative(_quiet_spectrum(side, step, cells, flaw=flaw), nothing, np.ones(side.count), cells)


def _quiet_part(side: Side, points: Floats, step: float, below: Floats | None, *, flaw: bool) -> Floats:
    """P(quiet year with this state of the flaw, and loss > x); ``below`` is the law of the quiet sums."""
    state = side.flaw if flaw else 1.0 - side.flaw
    total = np.zeros((side.count, points.size))
    for share, shift in _atoms(side, flaw=flaw):
        weight = state * share
        if weight.max() < _NEGLIGIBLE:
            continue
        y = points[None, :] - (side.constant[flaw] + shift)[:, None]
        if below is None:
            above = (y < 0.0).astype(np.float64)
        else:
            above = _above(below, y, step, np.ones(side.count), side.quiet[0].severity)
        total += weight[:, None] * above
    return total


def _loud_part(side: Side, points: Floats, step: float, cells: int) -> Floats:
    """P(year with a large incident, a blow or publicity, and loss > x), in both states of the flaw."""
    loud = side.loud
    if loud is None:
        return np.zeros((side.count, points.size))
    spectra = _named(loud, step, cells)
    common = np.exp(loud.incidents[:, None] * (_severity(loud.incident, step, cells, keep=False) - 1.0))
    for chance in side.chances:
        if chance.chance.max() > _NEGLIGIBLE:
            common = common * (1.0 + chance.chance[:, None] * (_point(chance.amount, step, cells) - 1.0))
    total = np.zeros((side.count, points.size))
    for flaw, spectrum in enumerate(spectra):
        state = side.flaw if flaw else 1.0 - side.flaw
        if not state.any():
            continue
        silent = _silent(side, flaw=bool(flaw))
        whole = common * spectrum - silent[:, None]
        if side.quiet:
            whole = whole * _quiet_spectrum(side, step, cells, flaw=bool(flaw))
        mass = 1.0 - silent
        below = _cumulative(whole, np.zeros(side.count), mass, cells)
        y = points[None, :] - side.constant[flaw][:, None]
        total += state[:, None] * _above(below, y, step, mass, loud.incident)
    return total


def _cumulative(spectrum: Complexes, nothing: Floats, mass: Floats, cells: int) -> Floats:
    """P(random part <= (k + 1/2) h) for k = -1, 0, 1, ...; the first is such that ``nothing`` comes out at 0."""
    masses = np.fft.irfft(spectrum, cells, axis=1) * np.exp(THETA * np.arange(cells) / cells)
    below = np.clip(np.maximum.accumulate(np.cumsum(masses, axis=1), axis=1), 0.0, mass[:, None])
    first = 2.0 * np.minimum(nothing, below[:, 0]) - below[:, 0]
    return np.concatenate((first[:, None], below), axis=1)


def _above(below: Floats, y: Floats, step: float, mass: Floats, heaviest: Distribution) -> Floats:
    """P(random part > y): linear between half steps, all below 0, and like the tail of one event beyond the lattice."""
    cells = below.shape[1] - 1
    place = y / step
    place += 0.5
    np.maximum(place, 0.0, out=place)
    np.minimum(place, cells - 1e-9, out=place)
    index = place.astype(np.int64)
    place -= index
    index += np.arange(below.shape[0])[:, None] * below.shape[1]
    flat = below.ravel()
    low = flat.take(index)
    index += 1
    rise = flat.take(index)
    rise -= low
    rise *= place
    low += rise
    value = np.subtract(mass[:, None], low, out=low)
    np.copyto(value, mass[:, None], where=y < 0.0)
    last = (cells - 0.5) * step
    if y.max() > last:
        beyond = y > last
        edge = 1.0 - float(heaviest.cdf(last))
        value[beyond] *= (1.0 - heaviest.cdf(y[beyond])) / edge if edge > 0.0 else 0.0
    return value


def _rates(side: Side, *, flaw: bool) -> Floats:
    return sum((each.rates[flaw] for each in side.quiet), np.zeros(side.count))


def _quiet_spectrum(side: Side, step: float, cells: int, *, flaw: bool) -> Complexes:
    """Transform of the small events; shape (nodes, cells // 2 + 1)."""
    power = np.zeros((side.count, cells // 2 + 1), dtype=np.complex128)
    for each in side.quiet:
        power += each.rates[flaw][:, None] * (_severity(each.severity, step, cells, keep=True) - 1.0)
    return np.exp(power)


def _named(of: Loud, step: float, cells: int) -> tuple[Complexes, Complexes]:
    """Transforms of what publicity costs, without and with the flaw."""
    counts = _publications(of.rate, of.named)
    totals = [np.repeat(chances[0][:, None], cells // 2 + 1, axis=1).astype(np.complex128) for chances in counts]
    once = _severity(of.incident, step, cells, keep=False)
    points = [_point(each.amount, step, cells) for each in of.follow]
    response = _point(of.sales, step, cells)
    for m in range(1, _MOST_PUBLICATIONS + 1):
        if max(float(chances[m].max()) for chances in counts) < _NEGLIGIBLE:
            break
        response = response * once
        brought = response
        for each, point in zip(of.follow, points, strict=True):
            spared = ((1.0 - each.chance) ** m)[:, None]
            brought = brought * (spared + (1.0 - spared) * point)
        for each_total, chances in zip(totals, counts, strict=True):
            np.add(each_total, chances[m][:, None] * brought, out=each_total)
    return totals[0], totals[1]


def _silent(side: Side, *, flaw: bool) -> Floats:
    """P(no large incident, no blow, no publication)."""
    loud = side.loud
    if loud is None:
        return np.ones(side.count)
    chance = np.exp(-loud.incidents - loud.rate) * (1.0 - (loud.named if flaw else 0.0))
    for each in side.chances:
        chance = chance * (1.0 - each.chance)
    return np.asarray(chance)


def _atoms(side: Side, *, flaw: bool) -> Iterator[tuple[Floats, Floats]]:
    """Chances of the quiet years and the amounts that shift them.

    Beside loud years there is one: nothing of that kind happens. Without them, blows and relief are
    few enough to be taken one by one, which also allows for relief below zero.
    """
    if side.loud is not None:
        yield _silent(side, flaw=flaw), np.zeros(side.count)
        return
    cases = [list(_relieved(side, flaw=flaw))]
    cases += [
        [(1.0 - each.chance, np.zeros(side.count)), (each.chance, each.amount)]
        for each in side.chances
        if each.chance.max() > _NEGLIGIBLE
    ]
    for combination in product(*cases):
        share, shift = np.ones(side.count), np.zeros(side.count)
        for chance, amount in combination:
            share, shift = share * chance, shift + amount
        yield share, shift


def _relieved(side: Side, *, flaw: bool) -> Iterator[tuple[Floats, Floats]]:
    """Chances and amounts of relief: none, lost sales, lost sales and claims."""
    relief = side.relief
    none = np.zeros(side.count)
    if relief is None:
        yield np.ones(side.count), none
        return
    named = relief.named if flaw else none
    silent = np.exp(-relief.rate) * (1.0 - named)
    unpaid = np.exp(-relief.rate * relief.claim_chance) * (1.0 - named * relief.claim_chance)
    yield silent, none
    yield unpaid - silent, -relief.sales
    yield 1.0 - unpaid, -relief.sales - relief.claims


def _publications(rate: Floats, named: Floats) -> tuple[list[Floats], list[Floats]]:
    """P(M = m) for m = 0, 1, 2 and 3 or more, without and with the flaw."""
    plain = [np.exp(-rate)]
    for m in range(1, _MOST_PUBLICATIONS):
        plain.append(plain[-1] * rate / m)
    plain.append(np.maximum(0.0, 1.0 - sum(plain)))
    flawed = [plain[0] * (1.0 - named)]
    flawed += [plain[m] * (1.0 - named) + plain[m - 1] * named for m in range(1, _MOST_PUBLICATIONS)]
    flawed.append(np.maximum(0.0, 1.0 - sum(flawed)))
    return plain, flawed


def _quiet_exponents(side: Side, cells: int, *, flaw: bool) -> Floats:
    """The power of two of each node's fine step."""
    return _exponents(sum((_span(each, side.count, flaw=flaw) for each in side.quiet), np.zeros(side.count)), cells)


def _loud_exponents(side: Side, cells: int) -> Floats:
    """The power of two of each node's wide step: every likely amount fits, and one large incident."""
    loud = side.loud
    span = sum((_span(each, side.count, flaw=True) for each in side.quiet), np.zeros(side.count))
    amounts = list(side.chances)
    if loud is not None:
        published = loud.rate + side.flaw * loud.named
        rate = np.broadcast_to(loud.incidents + published, (side.count,))
        span = span + _span(Sum(loud.incident, (rate, rate)), side.count, flaw=True)
        amounts += [Chance(published * each.chance, each.amount) for each in loud.follow]
        amounts.append(Chance(published, loud.sales))
    for each in amounts:
        span = span + np.where(each.chance > BEYOND / 4, each.amount, 0.0)
    return _exponents(span, cells)


def _exponents(span: Floats, cells: int) -> Floats:
    return np.ceil(np.log2(np.maximum(span / cells, 2.0**_SMALLEST_STEP)))


def _span(of: Sum, count: int, *, flaw: bool) -> Floats:
    """An amount that the sum exceeds with a chance of about ``BEYOND``: one large loss on top of the usual ones."""
    rates = np.broadcast_to(of.rates[flaw], (count,))
    chance = np.minimum(0.5, BEYOND / np.maximum(rates, 1e-300))
    largest = of.severity.quantile(1.0 - chance)
    usual = rates * of.severity.mean
    spread = 3.0 * np.sqrt(rates * np.minimum(of.severity.second_moment, largest**2))
    return np.where(rates > BEYOND, largest + usual + spread, 0.0)


def _point(amounts: Floats, step: float, cells: int) -> Complexes:
    """Transform of an amount, shared between its two lattice points so that its mean stays."""
    place = np.minimum(amounts / step, 4.0 * cells)
    index = np.floor(place)
    share = (place - index)[:, None]
    turns = _turns(cells)
    whole = turns[(index.astype(np.int64)[:, None] * np.arange(cells // 2 + 1)) & (cells - 1)]
    damped = np.exp(-THETA * index / cells)[:, None]
    return np.asarray(whole * damped * (1.0 - share * (1.0 - turns[: cells // 2 + 1] * np.exp(-THETA / cells))))


@lru_cache(maxsize=8)
def _turns(cells: int) -> Complexes:
    return np.asarray(np.exp(-2j * np.pi * np.arange(cells) / cells), dtype=np.complex128)


def _severity(severity: Distribution, step: float, cells: int, *, keep: bool) -> Complexes:
    """Transform of one loss. Many small ones keep their mean; a rare large one keeps its place."""
    return _transformed(_Key(severity, step, cells, keep))


@dataclass(frozen=True, slots=True)
class _Key:
    severity: Distribution
    step: float
    cells: int
    keep: bool


@lru_cache(maxsize=512)
def _transformed(key: _Key) -> Complexes:
    severity, step, cells, keep = key.severity, key.step, key.cells, key.keep
    move = mean_preserving if keep else rounded
    return transform(move(severity, step, cells))
