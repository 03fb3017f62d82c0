"""Which controls, for how much money, up to where: the answer for a file of scenarios.

Two sides, each with an optimum of its own. *Private*: the smallest sum of what the owner of the file loses and pays.
*Social*: the smallest sum of what everybody loses and the owner pays. What a law demands is in both, whatever it costs.
The private one says what incentives pay for; it is no advice. What lies between them is what liability has to close.
"""

from collections.abc import Collection
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from fairmark.errors import WrongUsageError
from fairmark.model.value import Value
from fairmark.risk.controls import Choice
from fairmark.risk.engine import CELLS
from fairmark.risk.gordon_loeb import ceiling
from fairmark.risk.portfolio import assess_portfolio
from fairmark.risk.selection.cuts import TOLERANCE, Selection, Selector
from fairmark.risk.selection.frontier import BUDGETS, frontier
from fairmark.risk.selection.problem import Problem
from fairmark.workflows.pricing import Figures, figures_of
from fairmark.workflows.scenarios import Bearer, ScenarioFile

_FEW, _FINE = 40, 1e-6
"""Up to so many controls the gap is closed to a millionth of the loss, which costs nothing."""


class Chosen(Value):
    """A set of controls and what it leaves, per year in money.

    ``gap`` says by how much a better set could beat it at most, as a share of the loss without any control.
    """

    controls: tuple[str, ...]
    cost: float
    private: float = Field(description="mean loss that the owner of the file keeps")
    external: float = Field(description="mean loss that others keep")
    gap: float
    proven: bool
    total: Figures | None = Field(default=None, description="the year of everybody's loss")


class Step(Value):
    """One control after those before it: what it costs and takes away a year."""

    control: str
    cost: float
    saved: float
    compulsory: str = ""


class Point(Value):
    """One point of the frontier: the least that a budget leaves to everybody."""

    budget: float
    chosen: Chosen


class Optimum(Value):
    """The answer; ``between`` is what everybody loses and pays at the private optimum beyond the social one."""

    format: Literal["fairmark.risk-optimum/1"] = Field(default="fairmark.risk-optimum/1", alias="schema")
    currency: str
    price_year: int
    inputs: int = Field(description="scenarios and controls")
    assumed: int = Field(description="of the inputs: without a source")
    compulsory: tuple[tuple[str, str], ...] = Field(description="controls, and the clause that demands each")
    now: Chosen
    private: Chosen
    social: Chosen
    under_budget: Chosen | None = None
    between: float
    steps: tuple[Step, ...] = Field(description="the social optimum, control by control, best value first")
    frontier: tuple[Point, ...]
    gordon_loeb: float = Field(description="v L / e over everybody's loss: a note, no rule")


class Comparison(Value):
    """The file's year with and without a set of controls."""

    format: Literal["fairmark.risk-what-if/1"] = Field(default="fairmark.risk-what-if/1", alias="schema")
    currency: str
    price_year: int
    before: Chosen
    after: Chosen
    missing: tuple[str, ...] = Field(description="compulsory controls that the set leaves out")


def optimise(given: ScenarioFile, *, budget: float | None = None, points: int = BUDGETS) -> Optimum:
    """Return both optima, the best use of a budget, and the frontier.

    Args:
        given: the file.
        budget: the most that controls may cost a year, in its currency.
        points: of the frontier.

    Raises:
        WrongUsageError: no controls, a budget that does not pay for what is compulsory, or too few points.
    """
    if not given.controls:
        raise WrongUsageError("the file has no controls to choose from", hint="Add controls: to it.")
    if budget is not None and not budget >= 0:
        raise WrongUsageError(f"budget: {budget} is no amount", hint="Give 0 or more a year.")
    sides = _Sides(given)
    tolerance = _FINE if len(given.controls) <= _FEW else TOLERANCE
    whole = Selector(sides.social, tolerance=tolerance)
    private, social = Selector(sides.private, tolerance=tolerance).enough(), whole.enough()
    paid = sides.objective(private.chosen) - sides.objective(social.chosen)
    base = sides.social.residual(np.zeros(sides.social.count, dtype=np.bool_))
    return Optimum(
        currency=given.currency,
        price_year=given.price_year,
        inputs=len(given.scenarios) + len(given.controls),
        assumed=sum(one.assumed or not one.source for one in given.scenarios)
        + sum(one.assumed or not one.source for one in given.controls),
        compulsory=tuple((one.name, one.compulsory) for one in given.controls if one.compulsory),
        now=sides.chosen(None),
        private=sides.chosen(private, priced=True),
        social=sides.chosen(social, priced=True),
        under_budget=None if budget is None else sides.chosen(whole.under(budget), priced=True),
        between=max(0.0, paid),
        steps=sides.steps(social.chosen),
        frontier=tuple(
            Point(budget=amount, chosen=sides.chosen(one))
            for amount, one in zip(
                sides.budgets(points), frontier(sides.social, count=points, tolerance=tolerance), strict=True
            )
        ),
        gordon_loeb=ceiling(1.0, base),
    )


def what_if(given: ScenarioFile, names: Collection[str]) -> Comparison:
    """Return the year with a set of controls beside the year without.

    Raises:
        WrongUsageError: an unknown control, or one without what it requires or beside what it excludes.
    """
    sides = _Sides(given)
    known = [one.name for one in given.controls]
    for name in names:
        if name not in known:
            raise WrongUsageError(f"there is no control {name!r}", hint=f"Known: {', '.join(known) or 'none'}.")
    rows = tuple(row for row, name in enumerate(known) if name in names)
    for one in (given.controls[row] for row in rows):
        if lacking := sorted(set(one.requires) - set(names)):
            raise WrongUsageError(f"{one.name} requires {lacking[0]}", hint="Add it.")
        if beside := sorted(set(one.excludes) & set(names)):
            raise WrongUsageError(f"{one.name} excludes {beside[0]}", hint="Leave one of them out.")
    left_out = tuple(one.name for one in given.controls if one.compulsory and one.name not in names)
    return Comparison(
        currency=given.currency,
        price_year=given.price_year,
        before=sides.of((), priced=True),
        after=sides.of(rows, priced=True),
        missing=left_out,
    )


class _Sides:
    """One choice seen from both sides."""

    def __init__(self, given: ScenarioFile) -> None:
        own = {one.name for one in given.scenarios if one.bearer is Bearer.PRIVATE}
        self._choice: Choice = given.choice()
        self.private: Problem = self._choice.problem(own)
        self.social: Problem = self._choice.problem()

    def objective(self, rows: Collection[int]) -> float:
        """Return what a set costs everybody: the loss it leaves and its own cost."""
        mask = self._mask(rows)
        return self.social.residual(mask) + self.social.cost(mask)

    def budgets(self, count: int) -> list[float]:
        """Return the budgets of the frontier, as ``selection.frontier`` takes them."""
        must = self.social.cost(self.social.closed(np.flatnonzero(self.social.compulsory).tolist()))
        return [float(x) for x in np.linspace(must, max(float(self.social.costs.sum()), must), count)]

    def chosen(self, selection: Selection | None, *, priced: bool = False) -> Chosen:
        """Return what a selection means; None is no control at all."""
        if selection is None:
            return self.of((), priced=True)
        return self.of(selection.chosen, gap=selection.gap, proven=selection.proven, priced=priced)

    def of(self, rows: Collection[int], *, gap: float = 0.0, proven: bool = True, priced: bool = False) -> Chosen:
        """Return a set of controls with what it leaves to whom, and the law of the year if it is wanted."""
        mask, names = self._mask(rows), self._choice.names(sorted(rows))
        own, everybody = self.private.residual(mask), self.social.residual(mask)
        year = assess_portfolio(self._choice.with_controls(names), cells=CELLS) if priced else None
        return Chosen(
            controls=names,
            cost=self.social.cost(mask),
            private=own,
            external=max(0.0, everybody - own),
            gap=gap,
            proven=proven,
            total=figures_of(year) if year else None,
        )

    def steps(self, rows: Collection[int]) -> tuple[Step, ...]:
        """Return a set control by control: what is compulsory first, then what saves most for its money."""
        order = [row for row in sorted(rows) if self.social.compulsory[row]]
        left = [row for row in sorted(rows) if row not in order]
        while left:
            best = max(left, key=lambda row: self._saved(order, row) / max(float(self.social.costs[row]), 1e-9))
            order.append(best)
            left.remove(best)
        found = []
        for before, after in pairwise(order[:end] for end in range(len(order) + 1)):
            control = self._choice.controls[after[-1]]
            found.append(
                Step(
                    control=control.name,
                    cost=float(self.social.costs[after[-1]]),
                    saved=self._saved(before, after[-1]),
                    compulsory=control.compulsory,
                )
            )
        return tuple(found)

    def _saved(self, before: Collection[int], row: int) -> float:
        return self.social.residual(self._mask(before)) - self.social.residual(self._mask([*before, row]))

    def _mask(self, rows: Collection[int]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        mask = np.zeros(self.social.count, dtype=np.bool_)
        mask[list(rows)] = True
        return mask
