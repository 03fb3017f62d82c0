"""The data-flow picture: who stands outside, which boundaries lie on the way, each entry point and what is behind it.

One row per entry point, grouped by its outermost boundary, so that no line crosses another.
Standings have a sign of their own and lines a dash: no reader needs the colour. The tables below
the picture say the same in words.
"""

from collections.abc import Mapping, Sequence
from html import escape

from fairmark.model.threat import Boundary, Presence, Standing, ThreatModel
from fairmark.render.charts import svg
from fairmark.render.text_width import fitted, width
from fairmark.render.threat_words import CLASSES, SIGNS, Place, places
from fairmark.render.wording import count, visible

MOST_ROWS = 60
_WIDTH, _ROW, _BOX_HEIGHT, _GAP, _LABEL = 1012, 46, 36, 16, 14
_SOURCE, _FIRST, _BOX, _BOX_WIDTH, _BEHIND = 176, 204, 384, 352, 746
_INSET, _EDGE = 30, 8
"""Of the text in a box: from its left side, where the sign stands, and from its right side."""
NAME_SIZE, AXIS_SIZE = 13.0, 12.0
"""Of the letters, as threats.css sets them; names are bold."""
_DASHED = frozenset({Presence.DECLARED, Presence.UNKNOWN, Presence.POSSIBLE, Presence.DENIED})


def data_flow(model: ThreatModel, ident: str) -> str:
    """Draw the model; an empty string when there is nothing to draw. At most ``MOST_ROWS`` entry points."""
    shown = places(model)[:MOST_ROWS]
    if not shown:
        return ""
    boundaries = {one.id: one for one in model.boundaries}
    assets = {one.id: one.title for one in model.assets}
    body, y = [], 4
    for boundary in model.boundaries:
        group = [place for place in shown if place.point.boundaries[:1] == (boundary.id,)]
        if group:
            drawn, height = _group(boundary, group, boundaries, assets, y)
            body.append(drawn)
            y += height + _GAP
    said = _described(model, shown)
    return svg(ident, (_WIDTH, y), "Data flows into the device", said, "".join(body), "chart flow")


def _group(
    outer: Boundary, rows: Sequence[Place], boundaries: Mapping[str, Boundary], assets: Mapping[str, str], y: int
) -> tuple[str, int]:
    """Draw the entry points behind one boundary; return them and their height."""
    crossed = list(dict.fromkeys(name for place in rows for name in place.point.boundaries))
    levels = min(2, len(crossed))
    top = y + _LABEL * levels + 12
    bottom = top + _ROW * len(rows) - (_ROW - _BOX_HEIGHT)
    parts = [
        f'<rect class="zone" x="2" y="{top}" width="{_SOURCE - 2}" height="{bottom - top}" rx="4"/>',
        *_lines_of_text(outer.beyond, 14, (top + bottom) / 2, _SOURCE - 14 - _EDGE),
    ]
    step = (_BOX - 24 - _FIRST) / max(3, len(crossed) - 1)
    at = {name: _FIRST + index * step for index, name in enumerate(crossed)}
    for index, name in enumerate(crossed):
        x, low = at[name], top - 10 - _LABEL * (index % levels)
        label = boundaries[name].short if name in boundaries else name
        parts.append(f'<line class="boundary" x1="{x:.0f}" x2="{x:.0f}" y1="{low + 4}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="axis middle" x="{x:.0f}" y="{low}">{_axis(label, levels * step - 6)}</text>')
    for index, place in enumerate(rows):
        parts.append(_row(place, top + index * _ROW, [at[name] for name in place.point.boundaries], assets))
    return "".join(parts), bottom + 4 - y


def _row(place: Place, y: int, crossings: Sequence[float], assets: Mapping[str, str]) -> str:
    middle, point = y + _BOX_HEIGHT / 2, place.point
    name = CLASSES[place.worst]
    dashed = " doubtful" if point.presence in _DASHED else ""
    marks = "".join(f'<circle class="cross" cx="{x:.0f}" cy="{middle:.0f}" r="4"/>' for x in crossings)
    behind = [assets.get(one, one).partition(":")[0] for one in point.assets]
    more = f"and {len(behind) - 2} more" if len(behind) > 2 else ""
    room, far = _BOX_WIDTH - _INSET - _EDGE, _WIDTH - _BEHIND - _EDGE
    return (
        f'<path class="arrow{dashed}" d="M{_SOURCE} {middle:.0f} H{_BOX - 8}"/>'
        f'<path class="head" d="M{_BOX - 1} {middle:.0f} l-9 -4.5 v9 Z"/>{marks}'
        f'<rect class="door {name}{dashed}" x="{_BOX}" y="{y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="4"/>'
        f'<text class="sign" x="{_BOX + 12}" y="{middle + 5:.0f}">{SIGNS[place.worst]}</text>'
        f'<text class="name" x="{_BOX + _INSET}" y="{middle - 2:.0f}">{_name(point.title, room)}</text>'
        f'<text class="axis" x="{_BOX + _INSET}" y="{middle + 12:.0f}">{_axis(_brief(place), room)}</text>'
        f'<text class="axis" x="{_BEHIND}" y="{middle - 2:.0f}">{_axis("; ".join(behind[:2]), far)}</text>'
        f'<text class="axis" x="{_BEHIND}" y="{middle + 12:.0f}">{more}</text>'
    )


def _brief(place: Place) -> str:
    return place.summary.replace(Standing.ANSWERED.value, "answered")


def _lines_of_text(text: str, x: int, middle: float, room: float) -> list[str]:
    """Break a title into at most three lines around a middle."""
    lines = [""]
    for word in visible(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, NAME_SIZE, bold=True) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    lines = lines[:3]
    first = middle - 8 * (len(lines) - 1) + 4
    return [
        f'<text class="name" x="{x}" y="{first + 16 * n:.0f}">{_name(line, room)}</text>'
        for n, line in enumerate(lines)
    ]


def _name(text: str, room: float) -> str:
    return escape(fitted(visible(text), room, NAME_SIZE, bold=True))


def _axis(text: str, room: float) -> str:
    return escape(fitted(visible(text), room, AXIS_SIZE))


def _described(model: ThreatModel, shown: Sequence[Place]) -> str:
    number = {one: sum(place.worst is one for place in shown) for one in Standing}
    said = "; ".join(f"{number[one]} with the worst threat {one.value}" for one in Standing if number[one])
    rest = len(model.entry_points) - len(shown)
    more = f" {count(rest, 'more entry point')} stand only in the tables." if rest > 0 else ""
    return (
        f"{count(len(shown), 'entry point')}, grouped by who reaches them, with the boundaries on the way: {said}."
        f"{more} The tables below give each entry point, its boundaries, its threats and the assets behind it."
    )
