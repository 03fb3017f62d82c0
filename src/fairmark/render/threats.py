"""The cybersecurity risk assessment as one HTML page, in the manner of the report: no script, no network."""

import base64
from datetime import UTC
from functools import cache
from hashlib import sha256

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from fairmark.model.assessment import Assessment
from fairmark.model.data import read_data
from fairmark.model.threat import Standing, ThreatModel
from fairmark.render import money, threat_words, wording
from fairmark.render.data_flow import data_flow

_PACKAGE, _TEMPLATE = "fairmark.render", "threats.html.j2"
_LONGEST_TEXT = 800
_ROWS = 500
_OPENED = 3


def render(model: ThreatModel, assessment: Assessment) -> str:
    """Return the page. ``assessment`` gives money, findings and the plan: the one that the model was made from."""
    style, policy = _style()
    places = threat_words.places(model)
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            t=model,
            a=assessment,
            style=style,
            policy=policy,
            headline=threat_words.headline(model),
            picture=Markup(data_flow(model, "flow")),  # noqa: S704 - our own SVG, escaped there
            places=places[:_ROWS],
            places_left=max(0, len(places) - _ROWS),
            flows={one.target: one for one in model.flows},
            conflicts=[f"{one.id}: {one.conflict}" for one in model.threats if one.conflict],
            is_open=any(one.standing is Standing.OPEN for one in model.threats),
            titles=threat_words.titles(model),
            scenarios={one.id: one.title for one in assessment.risk.scenarios},
            created=model.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({_TEMPLATE: read_data(_PACKAGE, _TEMPLATE).decode()}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_hostile,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"w": wording, "m": money, "s": threat_words, "rows": _ROWS, "opened": _OPENED}
    environment.globals |= {"Standing": Standing}
    environment.filters |= {"short": wording.shorten}
    return environment


def _hostile(value: object) -> object:
    """Make text of unknown origin harmless; what is markup already is ours."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.visible(wording.shorten(value, _LONGEST_TEXT))
    return value


@cache
def _style() -> tuple[Markup, Markup]:
    """Return the style sheet and the policy that admits it, and nothing else."""
    style = "".join(read_data(_PACKAGE, name).decode() for name in ("report.css", "threats.css"))
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return Markup(style), Markup(policy)  # noqa: S704 - files of ours
