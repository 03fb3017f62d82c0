"""The charts of one device's money: values of the assessment, drawn by ``charts_money``."""

from fairmark.model.assessment import Assessment
from fairmark.render import charts_money
from fairmark.render.charts_money import Bar, Curve, Spent
from fairmark.render.money import distinct, moved, title_of

_LONGEST = 36


def charts(assessment: Assessment) -> dict[str, str]:
    """Return name -> SVG, empty where there is nothing to draw: before and after, waterfall, frontier, tornadoes."""
    risk, plan = assessment.risk, assessment.plan
    currency, enough = risk.currency, plan.enough
    drawn = {
        f"tornado_{side}": charts_money.tornado(
            [Bar(swing.id, low, high) for swing, low, high in moved(risk.swings, side)],
            getattr(risk, side).mean,
            currency,
            f"tornado-{side}",
        )
        for side in ("private", "external")
    }
    if enough is None:
        return drawn | dict.fromkeys(("after", "waterfall", "frontier"), "")
    curves = [Curve("social", "everybody, as it is", risk.social.curve)]
    curves.append(Curve("private", "everybody, at the social optimum", enough.after))
    items = (*plan.required_by_law, *plan.worth_it)
    return drawn | {
        "after": charts_money.exceedance(curves, (), currency, "after"),
        "waterfall": charts_money.waterfall(
            enough.as_is.social.mean,
            [(_brief(title_of(item.control)), item.step.private + item.step.external) for item in items],
            currency,
            "waterfall",
        ),
        "frontier": charts_money.frontier(
            [
                Spent(point.best.cost.mean, point.best.private.mean, point.best.external.mean)
                for point in distinct(enough.frontier)
            ],
            currency,
            "frontier",
        ),
    }


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip(' ,;:')}…"
