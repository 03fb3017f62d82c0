"""Charts of money as accessible SVG: what inputs move, what controls take away, what budgets buy, who makes the tail.

As in ``charts``: a title and a description, no script, colours from CSS classes only, patterns and marks beside
every colour, ids that begin with ``ident``. Rows of text are cut so that nothing overlaps; the description and the
table beside a chart hold the whole words and figures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fairmark.model.risk import CurvePoint
from fairmark.render.charts import mark, svg
from fairmark.render.wording import amount, percent, visible

_WIDTH = 760
_ROW, _TOP = 26, 40
_LEFT, _LABELS, _END = 84, 296, 726
_MOST_ROWS = 14
_LONGEST = 42
_SHOWN = 1e-4


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label and where its bar begins and ends, in money."""

    label: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spent:
    """One point of a frontier: yearly cost and what it leaves to the maker and to others, in money."""

    cost: float
    private: float
    external: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One exceedance curve: ``name`` is private, external or social (its style); ``said`` is its legend."""

    name: str
    said: str
    points: Sequence[CurvePoint]


def tornado(rows: Sequence[Bar], base: float, currency: str, ident: str) -> str:
    """Draw how far each input moves the yearly mean from ``base``, the widest first; '' without rows."""
    if not rows:
        return ""
    shown = sorted(rows, key=lambda row: -abs(row.high - row.low))[:_MOST_ROWS]
    scale = _Scale(
        min(min(row.low, row.high, base) for row in shown), max(max(row.low, row.high, base) for row in shown)
    )
    height = _TOP + _ROW * len(shown) + 44
    body = [scale.grid(height - 44, currency, "mean of one year")]
    for number, row in enumerate(shown):
        y = _TOP + _ROW * number
        for end, style in ((row.low, "private"), (row.high, "external")):
            left, right = sorted((scale.x(base), scale.x(end)))
            width = max(right - left, 1)
            body.append(f'<rect class="beam {style}" x="{left:.1f}" y="{y + 4}" width="{width:.1f}" height="16"/>')
        body.append(_label(row.label, y))
    x = scale.x(base)
    body.append(f'<line class="base" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{height - 44}"/>')
    body.append(_key([("private", "at its 5 % point"), ("external", "at its 95 % point")]))
    said = "; ".join(f"{row.label}: {amount(row.low)} to {amount(row.high)}" for row in shown)
    more = f" {len(rows) - len(shown)} smaller ones are not drawn." if len(rows) > len(shown) else ""
    title = f"What would change the mean of {amount(base)} {currency} most"
    return svg(ident, (_WIDTH, height), title, f"{said}.{more}", "".join(body), "chart")


def waterfall(start: float, steps: Sequence[tuple[str, float]], currency: str, ident: str) -> str:
    """Draw what each control takes away from the loss ``start``, one after the other; '' without steps."""
    if not steps or start <= 0:
        return ""
    scale = _Scale(0.0, start)
    height = _TOP + _ROW * (len(steps) + 2) + 44
    body = [scale.grid(height - 44, currency, "mean loss of one year")]
    rows = [("nothing done", 0.0, start, "social")]
    left = start
    for label, saved in steps:
        rows.append((label, left - saved, left, "external"))
        left -= saved
    rows.append(("what is left", 0.0, left, "private"))
    for number, (label, low, high, style) in enumerate(rows):
        y = _TOP + _ROW * number
        width = max(scale.x(high) - scale.x(low), 1)
        body.append(f'<rect class="beam {style}" x="{scale.x(low):.1f}" y="{y + 4}" width="{width:.1f}" height="16"/>')
        body.append(_label(label, y))
    body.append(_key([("external", "taken away"), ("private", "left")]))
    said = "; ".join(f"{label} takes away {amount(saved)}" for label, saved in steps)
    title = f"From {amount(start)} to {amount(left)} {currency} a year, control by control"
    return svg(ident, (_WIDTH, height), title, f"{said}.", "".join(body), "chart")


def frontier(points: Sequence[Spent], currency: str, ident: str) -> str:
    """Draw what each budget leaves to everybody and to the maker; '' for fewer than two points."""
    if len(points) < 2:
        return ""
    across = _Scale(0.0, max(point.cost for point in points) or 1.0, first=float(_LEFT))
    top = max(point.private + point.external for point in points) or 1.0
    bottom, height = 292.0, 350

    def y(loss: float) -> float:
        return bottom - loss / top * (bottom - _TOP)

    body = [across.grid(bottom, currency, "spent a year")]
    for share in (0.0, 0.5, 1.0):
        body.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_END}" y1="{y(share * top):.1f}" y2="{y(share * top):.1f}"/>'
        )
        body.append(f'<text class="tick end" x="{_LEFT - 8}" y="{y(share * top) + 4:.1f}">{amount(share * top)}</text>')
    for name in ("social", "private"):
        places = [
            (across.x(p.cost), y(p.private + p.external if name == "social" else p.private))
            for p in sorted(points, key=lambda p: p.cost)
        ]
        body.append(f'<path class="line {name}" d="M{" L".join(f"{a:.1f} {b:.1f}" for a, b in places)}"/>')
        body += [mark(name, a, b) for a, b in places]
    body.append(_key([("social", "left to everybody"), ("private", "left to the maker")], lines=True))
    said = "; ".join(
        f"{amount(p.cost)} spent leaves {amount(p.private + p.external)}, of it {amount(p.private)} to the maker"
        for p in points
    )
    return svg(
        ident, (_WIDTH, height), f"Spending and what it leaves, {currency} a year", f"{said}.", "".join(body), "chart"
    )


def tail_share(shares: Sequence[tuple[str, float]], level: float, ident: str) -> str:
    """Draw whose losses make the worst years; ``shares`` sum to 1; '' without any."""
    shown = [(label, share) for label, share in sorted(shares, key=lambda row: -row[1]) if share > 0][:_MOST_ROWS]
    if not shown:
        return ""
    height = _TOP + _ROW * len(shown) + 12
    body = []
    for number, (label, share) in enumerate(shown):
        y = _TOP - 24 + _ROW * number
        width = share * (_END - _LABELS - 60)
        body.append(f'<rect class="beam social" x="{_LABELS}" y="{y + 4}" width="{max(width, 1):.1f}" height="16"/>')
        body.append(f'<text class="tick" x="{_LABELS + width + 8:.1f}" y="{y + 16}">{percent(share)}</text>')
        body.append(_label(label, y))
    said = "; ".join(f"{label} {percent(share)}" for label, share in shown)
    title = f"Who makes the worst {percent(1 - level)} of years"
    return svg(ident, (_WIDTH, height), title, f"{said}.", "".join(body), "chart")


def exceedance(curves: Sequence[Curve], tolerance: Sequence[tuple[float, float]], currency: str, ident: str) -> str:
    """Draw the chance that one year costs more than each amount, both axes logarithmic; '' without a loss.

    The band of the first curve is the 5 to 95 % range over what is not known. ``tolerance`` are losses with the share
    of years in which they may be exceeded: the curve should lie below these steps.
    """
    drawn = [(curve, [p for p in curve.points if p.loss > 0 and p.high >= _SHOWN]) for curve in curves]
    drawn = [(curve, points) for curve, points in drawn if points]
    if not drawn:
        return ""
    losses = [p.loss for _, points in drawn for p in points] + [loss for loss, _ in tolerance if loss > 0]
    first, last = math.floor(math.log10(min(losses))), math.ceil(math.log10(max(losses)))
    plane = _Plane(first, max(last, first + 1))
    body = [plane.grid(currency)]
    band = drawn[0][1]
    edge = [f"{plane.x(p.loss):.1f} {plane.y(p.high):.1f}" for p in band]
    edge += [f"{plane.x(p.loss):.1f} {plane.y(p.low):.1f}" for p in reversed(band)]
    body.append(f'<path class="band {drawn[0][0].name}" d="M{" L".join(edge)} Z"/>')
    for curve, points in drawn:
        path = " L".join(f"{plane.x(p.loss):.1f} {plane.y(p.exceedance):.1f}" for p in points)
        body.append(f'<path class="line {curve.name}" d="M{path}"/>')
        body += [mark(curve.name, plane.x(p.loss), plane.y(p.exceedance)) for p in points[:: max(1, len(points) // 4)]]
    if tolerance:
        body.append(f'<path class="tolerance" d="{plane.steps(tolerance)}"/>')
    body.append(_key([(curve.name, curve.said) for curve, _ in drawn], lines=True, tolerance=bool(tolerance)))
    said = "; ".join(f"{curve.said}: {_said(points)}" for curve, points in drawn)
    title = "Chance that one year costs more than each amount"
    return svg(ident, (_WIDTH, 350), title, f"{said}.", "".join(body), "chart")


@dataclass(frozen=True, slots=True)
class _Scale:
    """From money to places across the sheet, beginning at a round number."""

    low: float
    high: float
    first: float = float(_LABELS)

    def x(self, value: float) -> float:
        start, width = self._start(), (self.high - self._start()) or 1.0
        return self.first + (value - start) / width * (_END - self.first)

    def grid(self, bottom: float, currency: str, what: str) -> str:
        parts, start = [], self._start()
        for number in range(5):
            value = start + (self.high - start) * number / 4
            x = self.x(value)
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{bottom:.1f}"/>')
            parts.append(f'<text class="tick middle" x="{x:.1f}" y="{bottom + 16:.1f}">{amount(value)}</text>')
        middle = (self.first + _END) / 2
        label = f"{what}, {escape(visible(currency))}"
        return "".join(parts) + f'<text class="axis middle" x="{middle:.1f}" y="{bottom + 36:.1f}">{label}</text>'

    def _start(self) -> float:
        """Begin at 0 unless all values lie close together far from it."""
        return 0.0 if self.low < 0.5 * self.high else self.low - 0.1 * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Losses across, from 10^first to 10^last; chances up, from one in ten thousand to certain."""

    first: int
    last: int

    def x(self, loss: float) -> float:
        share = (math.log10(loss) - self.first) / (self.last - self.first)
        return _LEFT + min(1.0, max(0.0, share)) * (_END - _LEFT)

    def y(self, chance: float) -> float:
        share = math.log10(max(chance, _SHOWN)) / math.log10(_SHOWN)
        return _TOP + min(1.0, share) * (292 - _TOP)

    def steps(self, tolerance: Sequence[tuple[float, float]]) -> str:
        """Return the tolerance as steps that fall to the right."""
        place = float(_LEFT)
        path: list[str] = []
        for loss, chance in sorted(tolerance):
            path.append(f"{'L' if path else 'M'}{place:.1f} {self.y(chance):.1f}")
            place = self.x(loss) if loss > 0 else float(_LEFT)
            path.append(f"L{place:.1f} {self.y(chance):.1f}")
        return " ".join(path)

    def grid(self, currency: str) -> str:
        parts = []
        for chance, said in ((1.0, "always"), (0.1, "1 in 10"), (0.01, "1 in 100"), (0.001, "1 in 1,000")):
            y = self.y(chance)
            parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_END}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text class="tick end" x="{_LEFT - 8}" y="{y + 4:.1f}">{said}</text>')
        step = 1 if self.last - self.first <= 7 else 2
        for decade in range(self.first, self.last + 1, step):
            x, label = self.x(10.0**decade), amount(10.0**decade).replace(".0", "")
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="292"/>')
            parts.append(f'<text class="tick middle" x="{x:.1f}" y="310">{label}</text>')
        label = f"loss of one year, {escape(visible(currency))} (each step is ten times the last)"
        return "".join(parts) + f'<text class="axis middle" x="395" y="334">{label}</text>'


def _label(text: str, y: float) -> str:
    short = visible(text)
    if len(short) > _LONGEST:
        short = f"{short[: _LONGEST - 18].rstrip()}…{short[-16:].lstrip()}"
    return f'<text class="tick end" x="{_LABELS - 8}" y="{y + 16}">{escape(short)}</text>'


def _key(rows: Sequence[tuple[str, str]], *, lines: bool = False, tolerance: bool = False) -> str:
    parts, x = [], float(_LEFT)
    for style, said in rows:
        if lines:
            parts.append(f'<path class="line {style}" d="M{x:.0f} 16 h34"/>{mark(style, x + 17, 16)}')
        else:
            parts.append(f'<rect class="beam {style}" x="{x:.0f}" y="9" width="34" height="14"/>')
        parts.append(f'<text class="tick" x="{x + 42:.0f}" y="20">{escape(visible(said))}</text>')
        x += 62 + 7 * len(said)
    if tolerance:
        parts.append(
            f'<path class="tolerance" d="M{x:.0f} 16 h34"/><text class="tick" x="{x + 42:.0f}" y="20">tolerance</text>'
        )
    return "".join(parts)


def _said(points: Sequence[CurvePoint]) -> str:
    """Say the curve at the chances that people ask for."""
    found = []
    for chance, words in ((0.5, "one year in two"), (0.05, "one in twenty"), (0.01, "one in a hundred")):
        nearest = min(points, key=lambda point: abs(math.log(max(point.exceedance, 1e-9) / chance)))
        if 0.5 < nearest.exceedance / chance < 2:
            found.append(f"{words} costs about {amount(nearest.loss)} or more")
    return ", ".join(found) or "hardly ever a loss"
