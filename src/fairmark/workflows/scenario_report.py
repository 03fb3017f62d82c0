"""Put together what a report on a file of scenarios shows."""

from collections.abc import Sequence

import numpy as np

from fairmark.model.risk import CurvePoint
from fairmark.model.scenario_report import Budget, ControlStep, Moved, ScenarioReport, YearRow
from fairmark.risk.annual import Annual
from fairmark.risk.bands import bands
from fairmark.risk.engine import CELLS
from fairmark.risk.portfolio import Portfolio, assess_portfolio, tail_shares
from fairmark.workflows.optimise import Chosen, Optimum, optimise
from fairmark.workflows.pricing import sensitivity, year_of_scenario
from fairmark.workflows.scenarios import ScenarioFile

_LEVEL = 0.95
_POINTS = 60


def scenario_report(given: ScenarioFile, name: str) -> ScenarioReport:
    """Price a file and, where it has controls, choose among them.

    Args:
        given: the file.
        name: to show.

    Raises:
        WrongUsageError: as ``price_together``, ``sensitivity`` and ``optimise``.
    """
    portfolio = given.portfolio()
    year = assess_portfolio(portfolio, cells=CELLS)
    points = losses_of(year)
    doubt = bands(portfolio, year, points)
    shares = tail_shares(portfolio, year, _LEVEL)
    found = optimise(given) if given.controls else None
    p99, tail = year.var(0.99), year.tvar(_LEVEL).value
    sensitive = sensitivity(given)
    return ScenarioReport(
        name=name,
        currency=given.currency,
        price_year=given.price_year,
        inputs=len(given.scenarios) + len(given.controls),
        assumed=sum(one.assumed or not one.source for one in given.scenarios)
        + sum(one.assumed or not one.source for one in given.controls),
        rows=tuple(
            _row(one.name, year_of_scenario(portfolio, index), shares[one.name] / tail if tail else None)
            for index, one in enumerate(given.scenarios)
        ),
        groups=tuple(_groups(given, portfolio, shares, tail)),
        total=_row("all together", year, None),
        bracket=(p99.low, min(p99.high, 1e300)),
        epistemic=doubt.mean,
        yearly=doubt.yearly,
        before=curve(year, points, doubt.low.tolist(), doubt.high.tolist()),
        after=_after(given, found, points),
        tolerance=tuple((one.loss, one.chance) for one in given.tolerance),
        beyond=tuple(
            (one.loss, seen) for one in given.tolerance if (seen := year.exceedance(one.loss).value) > one.chance
        ),
        moved=tuple(
            Moved(
                name=f"{one.scenario}: {one.field}",
                at=(one.low.at, one.high.at),
                mean=(one.low.mean, one.high.mean),
                p95=(one.low.p95, one.high.p95),
            )
            for one in sensitive.inputs
        ),
        **(_chosen(found) if found else {}),
    )


def losses_of(year: Annual) -> list[float]:
    """Return losses from the smallest that matters to the largest that the lattice knows."""
    if year.mean.value == 0:
        return [1.0]
    top = year.var(min(0.999, year.reach)).value or year.mean.value
    low = max(year.laws.step / 2, top * 1e-5)
    return [float(x) for x in np.geomspace(low, max(top, 2 * low), _POINTS)]


def curve(year: Annual, points: Sequence[float], low: Sequence[float], high: Sequence[float]) -> tuple[CurvePoint, ...]:
    """Return the exceedance curve at some losses, within its band."""
    found = []
    for loss, below, above in zip(points, low, high, strict=True):
        chance = min(max(year.exceedance(loss).value, 0.0), 1.0)
        found.append(
            CurvePoint(
                loss=loss,
                exceedance=chance,
                low=min(max(below, 0.0), chance),
                high=max(min(above, 1.0), chance),
            )
        )
    return tuple(found)


def _row(name: str, year: Annual, share: float | None) -> YearRow:
    return YearRow(
        name=name,
        mean=year.mean.value,
        p50=year.var(0.5).value,
        p95=year.var(_LEVEL).value,
        p99=year.var(0.99).value,
        tvar95=year.tvar(_LEVEL).value,
        any_loss=1 - year.prob_zero.value,
        tail_share=share,
    )


def _groups(given: ScenarioFile, portfolio: Portfolio, shares: dict[str, float], tail: float) -> list[YearRow]:
    """Return the year of each group of scenarios, with what strikes and drives its members."""
    found = []
    for group in sorted({one.group for one in given.scenarios if one.group}):
        members = {one.name for one in given.scenarios if one.group == group}
        year = assess_portfolio(portfolio.only(members), cells=CELLS)
        own = sum(shares[name] for name in members)
        found.append(_row(group, year, own / tail if tail else None))
    return found


def _after(given: ScenarioFile, found: Optimum | None, points: Sequence[float]) -> tuple[CurvePoint, ...]:
    """Return the curve at the social optimum."""
    if found is None:
        return ()
    year = assess_portfolio(given.choice().with_controls(found.social.controls), cells=CELLS)
    chances = [year.exceedance(loss).value for loss in points]
    return curve(year, points, chances, chances)


def _chosen(found: Optimum) -> dict[str, object]:
    return {
        "private": _budget(found.private),
        "social": _budget(found.social),
        "between": found.between,
        "steps": tuple(
            ControlStep(name=one.control, cost=one.cost, saved=one.saved, law=one.compulsory) for one in found.steps
        ),
        "frontier": tuple(_budget(one.chosen) for one in found.frontier),
        "gordon_loeb": found.gordon_loeb,
    }


def _budget(chosen: Chosen) -> Budget:
    return Budget(
        cost=chosen.cost,
        private=chosen.private,
        external=chosen.external,
        controls=chosen.controls,
        proven=chosen.proven,
    )
