"""Charts as accessible SVG: a title, a description, no script, no colour of their own.

Every colour comes from a CSS class of the page, so that light, dark and print each set
theirs; every line also has its own dash and mark, every field its own pattern, so that no
reader needs the colour. Ids start with the ``ident`` that the caller gives, which must be
unique on the page. The same values give the same bytes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from fairmark.model.risk import CurvePoint, Loss, Risk
from fairmark.model.standard import Outcome
from fairmark.render.wording import OUTCOMES, amount, money, visible

_WIDTH, _HEIGHT = 600, 350
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 572, 40, 292
_SHOWN = 0.004  # below this chance the curve is cut: the table gives the far tail in figures
_NAMES = ("private", "external", "social")


@dataclass(frozen=True, slots=True)
class _Axes:
    """From losses and chances to places on the sheet; the loss axis is logarithmic."""

    first: int
    last: int

    def x(self, loss: float) -> float:
        share = (math.log10(loss) - self.first) / (self.last - self.first)
        return _LEFT + min(1.0, max(0.0, share)) * (_RIGHT - _LEFT)

    def y(self, chance: float) -> float:
        return _BOTTOM - chance * (_BOTTOM - _TOP)


def loss_exceedance(risk: Risk, ident: str) -> str:
    """Draw the chance that one year costs more than each amount, for both sides and together.

    The band is the 5 to 95 % range over the inputs: what is not known. Returns an empty string
    when there is no positive loss to draw.
    """
    curves = {name: _drawn(loss) for name, loss in zip(_NAMES, _losses(risk), strict=True)}
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return ""
    axes = _axes(points)
    body = [_grid(axes, risk.currency)]
    body += [_band(curves[name], axes, name) for name in ("social", "private")]
    body += [_line(curves[name], axes, name) for name in _NAMES]
    body += [_legend([name for name in _NAMES if curves[name]])]
    return svg(ident, (_WIDTH, _HEIGHT), "Loss exceedance of one year", _described(risk), "".join(body), "chart")


def outcome_bar(counts: Mapping[Outcome, int], ident: str, subject: str) -> str:
    """Draw how many provisions of ``subject`` have which outcome, as one bar of 400 by 16."""
    total = sum(counts.values())
    patterns = (
        f'<defs><pattern id="{ident}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="hatch" width="2.4" height="6"/></pattern>'
        f'<pattern id="{ident}-dots" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<circle class="dot" cx="3" cy="3" r="1"/></pattern></defs>'
    )
    parts, start = [], 0.0
    for outcome in OUTCOMES:
        width = 400 * counts.get(outcome, 0) / total if total else 0.0
        if width:
            parts.append(_field(outcome, start, width, ident))
        start += width
    said = ", ".join(f"{OUTCOMES[outcome].lower()} {counts.get(outcome, 0)}" for outcome in OUTCOMES)
    return svg(ident, (400, 16), f"Outcomes: {subject}", said, patterns + "".join(parts), "bar")


def _field(outcome: Outcome, start: float, width: float, ident: str) -> str:
    name = outcome.value.lower()
    box = f'x="{start + 0.5:.1f}" y="0.5" width="{max(0.8, width - 1.5):.1f}" height="15"'
    over = {Outcome.INCONCLUSIVE: "hatch", Outcome.NOT_APPLICABLE: "dots"}.get(outcome)
    pattern = f'<rect {box} fill="url(#{ident}-{over})"/>' if over else ""
    return f'<rect class="field {name}" {box}/>{pattern}'


def svg(ident: str, box: tuple[int, int], title: str, description: str, body: str, kind: str) -> str:
    """Return a whole drawing of a class ``kind`` with its title and description."""
    return (
        f'<svg class="{kind}" viewBox="0 0 {box[0]} {box[1]}" role="img" '
        f'aria-labelledby="{ident}-title {ident}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{ident}-title">{escape(visible(title))}</title>'
        f'<desc id="{ident}-desc">{escape(visible(description))}</desc>{body}</svg>'
    )


def _losses(risk: Risk) -> tuple[Loss, Loss, Loss]:
    return risk.private, risk.external, risk.social


def _drawn(loss: Loss) -> list[CurvePoint]:
    ordered = sorted((point for point in loss.curve if point.loss >= 1), key=lambda point: point.loss)
    return [point for point in ordered if point.high >= _SHOWN]


def _axes(points: Sequence[CurvePoint]) -> _Axes:
    # The flat left end says nothing: start where the first curve begins to fall.
    falling = [point.loss for point in points if point.low < 0.995]
    first = math.floor(math.log10(min(falling or [point.loss for point in points])))
    last = math.ceil(math.log10(max(point.loss for point in points)))
    return _Axes(first, max(last, first + 1))


def _grid(axes: _Axes, currency: str) -> str:
    parts = []
    for percentage in (0, 25, 50, 75, 100):
        y = axes.y(percentage / 100)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 8}" y="{y + 4:.1f}">{percentage} %</text>')
    step = 1 if axes.last - axes.first <= 7 else 2
    for decade in range(axes.first, axes.last + 1, step):
        x, label = axes.x(10.0**decade), amount(10.0**decade).replace(".0", "")
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>')
        parts.append(f'<text class="tick middle" x="{x:.1f}" y="{_BOTTOM + 18}">{label}</text>')
    middle = (_LEFT + _RIGHT) / 2
    label = f"loss of one year, {escape(visible(currency))} (each step is ten times the last)"
    return "".join(parts) + f'<text class="axis middle" x="{middle:.1f}" y="{_BOTTOM + 42}">{label}</text>'


def _band(curve: Sequence[CurvePoint], axes: _Axes, name: str) -> str:
    if not curve:
        return ""
    upper = [f"{axes.x(p.loss):.1f} {axes.y(p.high):.1f}" for p in curve]
    lower = [f"{axes.x(p.loss):.1f} {axes.y(p.low):.1f}" for p in reversed(curve)]
    return f'<path class="band {name}" d="M{" L".join(upper + lower)} Z"/>'


def _line(curve: Sequence[CurvePoint], axes: _Axes, name: str) -> str:
    if not curve:
        return ""
    places = [(axes.x(p.loss), axes.y(p.exceedance)) for p in curve]
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = "".join(mark(name, *_crossing(curve, axes, chance)) for chance in (0.8, 0.5, 0.2, 0.05))
    return f'<path class="line {name}" d="M{path}"/>{marks}'


def _crossing(curve: Sequence[CurvePoint], axes: _Axes, chance: float) -> tuple[float, float]:
    nearest = min(curve, key=lambda point: abs(point.exceedance - chance))
    return axes.x(nearest.loss), axes.y(nearest.exceedance)


def mark(name: str, x: float, y: float) -> str:
    """Return the sign that tells a side apart without colour: circle private, square external, triangle social."""
    if name == "private":
        return f'<circle class="mark {name}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    if name == "external":
        return f'<rect class="mark {name}" x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>'
    return f'<path class="mark {name}" d="M{x:.1f} {y - 5:.1f} l4.8 8.4 h-9.6 Z"/>'


def _legend(names: Sequence[str]) -> str:
    parts = []
    for index, name in enumerate(names):
        x = _LEFT + index * 110
        parts.append(f'<path class="line {name}" d="M{x} 16 h34"/>{mark(name, x + 17, 16)}')
        parts.append(f'<text class="tick" x="{x + 42}" y="20">{name}</text>')
    return "".join(parts)


def _described(risk: Risk) -> str:
    said = "; ".join(
        f"{name}: one year in two costs more than {money(loss.p50, risk.currency)}, "
        f"one in twenty more than {money(loss.p95, risk.currency)}"
        for name, loss in zip(_NAMES, _losses(risk), strict=True)
    )
    return f"Chance that one year costs more than each amount. {said}. The table below gives the figures."
