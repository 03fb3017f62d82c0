"""The summary of many images as a table: CSV for programs and spreadsheets, HTML for people."""

import base64
import csv
import io
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from fairmark.model.data import read_data
from fairmark.model.fleet import FleetRow
from fairmark.model.value import plain
from fairmark.render import wording

_PACKAGE, _TEMPLATE = "fairmark.render", "fleet.html.j2"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BEFORE = ("image", "sha256", "device", "result")
_AFTER = (
    "currency",
    "private_mean",
    "private_p95",
    "social_mean",
    "level_reached",
    "level_required",
    "gaps",
    "error",
)


def csv_of(rows: Sequence[FleetRow], grades: Sequence[str]) -> bytes:
    """Return the table as CSV (RFC 4180, UTF-8); a text that a spreadsheet would compute gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*_BEFORE, *grades, *_AFTER))
    for row in rows:
        cells = plain(row)
        counts = [row.findings.get(grade, "") for grade in grades]
        writer.writerow(
            [*(_harmless(cells[name]) for name in _BEFORE), *counts, *(_harmless(cells[name]) for name in _AFTER)]
        )
    return out.getvalue().encode()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def html_of(rows: Sequence[FleetRow], grades: Sequence[str]) -> bytes:
    """Return the table as one page without scripts, which loads nothing."""
    style = read_data(_PACKAGE, "fleet.css").decode()
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    page = _environment().get_template(_TEMPLATE)
    return page.render(
        rows=rows,
        grades=grades,
        failed=sum(bool(row.error) for row in rows),
        style=Markup(style),  # noqa: S704 - a file of ours
        policy=Markup(f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"),  # noqa: S704 - our own text
    ).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({_TEMPLATE: read_data(_PACKAGE, _TEMPLATE).decode()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"w": wording}
    environment.filters |= {"harmless": lambda text: wording.visible(wording.shorten(text))}
    return environment
