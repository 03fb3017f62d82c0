"""The report on a file of scenarios: one page without scripts, which loads nothing."""

import base64
from functools import cache
from hashlib import sha256

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from fairmark.model.data import read_data
from fairmark.model.scenario_report import ScenarioReport
from fairmark.render import charts_money, wording
from fairmark.render.charts_money import Bar, Curve, Spent

_PACKAGE, _TEMPLATE = "fairmark.render", "scenario_report.html.j2"
_TAIL = 0.95


def html_of(report: ScenarioReport) -> bytes:
    """Return the page; the same report gives the same bytes."""
    style = read_data(_PACKAGE, "report.css").decode()
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = _environment().get_template(_TEMPLATE)
    return page.render(
        report=report,
        charts=_charts(report),
        style=Markup(style),  # noqa: S704 - a file of ours
        policy=Markup(policy),  # noqa: S704 - our own text
    ).encode()


def _charts(report: ScenarioReport) -> dict[str, Markup]:
    currency = report.currency
    curves = [Curve("social", "as it is", report.before)]
    if report.after:
        curves.append(Curve("private", "at the social optimum", report.after))
    drawn = {
        "exceedance": charts_money.exceedance(curves, report.tolerance, currency, "lec"),
        "tornado": charts_money.tornado(
            [Bar(row.name, *row.mean) for row in report.moved], report.total.mean, currency, "tornado"
        ),
        "waterfall": charts_money.waterfall(
            report.total.mean, [(step.name, step.saved) for step in report.steps], currency, "waterfall"
        ),
        "frontier": charts_money.frontier(
            [Spent(point.cost, point.private, point.external) for point in report.frontier], currency, "frontier"
        ),
        "tail": charts_money.tail_share([(row.name, row.tail_share or 0.0) for row in report.rows], _TAIL, "tail"),
    }
    return {name: Markup(chart) for name, chart in drawn.items()}  # noqa: S704 - escaped where they are drawn


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
    environment.filters |= {"short": lambda text: wording.visible(wording.shorten(text))}
    return environment
