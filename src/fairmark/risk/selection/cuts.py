"""The best set of controls, with a proof of how good it is.

exp is convex, so each of its tangents lies below it: t >= exp(y0) (1 + y - y0). A mixed-integer linear program with a
few tangents for every loss is too optimistic, and its optimum bounds the true one from below. Its set is worth at
most what it really leaves, which bounds the optimum from above. Tangents at that set are added until both bounds meet
(outer approximation: M. Duran, I. Grossmann, Mathematical Programming 36, 1986). Solver: HiGHS, through SciPy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Floats
from fairmark.risk.selection.greedy import greedy
from fairmark.risk.selection.problem import LEAST_LOG, Chosen, Problem

TOLERANCE = 1e-3
SECONDS = 20.0
_FIRST_TANGENTS = 12
_MOST_ROUNDS = 60
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A set of controls and how good it is known to be; money is per year.

    Attributes:
        chosen: the set.
        residual: expected loss that it leaves.
        cost: of the set.
        bound: no allowed set has a smaller objective (residual, plus cost where cost counts).
        gap: objective less bound, as a share of the loss without any control.
        proven: whether ``gap`` is within the tolerance.
        by: ``cuts`` or ``greedy``: who found the set.
    """

    chosen: tuple[int, ...]
    residual: float
    cost: float
    bound: float
    gap: float
    proven: bool
    by: str


class Selector:
    """Solves one problem for several budgets; what was learnt for one serves all."""

    def __init__(self, problem: Problem, *, tolerance: float = TOLERANCE, seconds: float = SECONDS) -> None:
        self._problem = problem
        self._tolerance = tolerance
        self._seconds = seconds
        self._tangents = _Tangents(problem)

    def under(self, budget: float) -> Selection:
        """Return the set that leaves least for at most ``budget`` a year."""
        return self._best(budget=budget, price=0.0)

    def enough(self) -> Selection:
        """Return the set with the smallest sum of cost and what it leaves: where one more control would not pay."""
        return self._best(budget=np.inf, price=1.0)

    def _best(self, *, budget: float, price: float) -> Selection:
        problem = self._problem
        must = problem.closed(np.flatnonzero(problem.compulsory))
        if problem.cost(must) > budget:
            raise WrongUsageError(
                f"budget: {budget:.6g} a year does not pay for what is compulsory, {problem.cost(must):.6g}",
                hint="Raise it: what a law demands is no choice.",
            )
        first = greedy(problem, budget=budget, price=price)
        best, by, bound = first, "greedy", 0.0
        allowed = self._tolerance * max(problem.residual(np.zeros(problem.count, dtype=np.bool_)), 1e-300)
        for _ in range(_MOST_ROUNDS):
            solved = self._solve(budget, price)
            if solved is None:
                break
            chosen, bound = solved[0], max(bound, solved[1])
            if self._objective(chosen, price) < self._objective(best, price):
                best, by = chosen, "cuts"
            if self._objective(best, price) - bound <= allowed or not self._tangents.add(problem.exponents(chosen)):
                break
        gap = max(0.0, self._objective(best, price) - bound)
        return Selection(
            chosen=tuple(np.flatnonzero(best).tolist()),
            residual=problem.residual(best),
            cost=problem.cost(best),
            bound=bound,
            gap=gap / allowed * self._tolerance,
            proven=gap <= allowed,
            by=by,
        )

    def _objective(self, chosen: Chosen, price: float) -> float:
        return self._problem.residual(chosen) + price * self._problem.cost(chosen)

    def _solve(self, budget: float, price: float) -> tuple[Chosen, float] | None:
        """Return the optimum of the program with the tangents so far, and its lower bound; None without a solution."""
        problem = self._problem
        scale = max(float(problem.losses.sum()), _ROUNDING)
        # Of two sets that leave the same the cheaper one is wanted.
        weigh = price or self._tolerance * 1e-3 / max(float(problem.costs.sum()), 1e-300) * scale
        goal = np.concatenate((weigh * problem.costs, problem.losses)) / scale
        free = np.zeros(goal.size)
        upper = np.ones(goal.size)
        free[: problem.count][problem.compulsory] = 1.0
        found = milp(
            goal,
            constraints=[*self._demands(budget), self._tangents.constraint()],
            integrality=np.concatenate((np.ones(problem.count), np.zeros(problem.losses.size))),
            bounds=Bounds(free, upper),
            options={"mip_rel_gap": self._tolerance / 10, "time_limit": self._seconds},
        )
        if found.x is None:
            return None
        chosen = found.x[: problem.count] > 0.5
        if not problem.allows(chosen) or problem.cost(chosen) > budget * (1 + _ROUNDING):
            return None
        added = 0.0 if price else float(np.max([0.0, (weigh * problem.costs).sum()]))
        return chosen, max(0.0, float(found.mip_dual_bound) * scale - added)

    def _demands(self, budget: float) -> list[LinearConstraint]:
        problem, terms = self._problem, self._problem.losses.size
        rows: list[tuple[dict[int, float], float]] = []
        if np.isfinite(budget):
            rows.append(({k: float(cost) for k, cost in enumerate(problem.costs)}, budget))
        rows += [({a: 1.0, b: -1.0}, 0.0) for a, b in problem.requires]
        rows += [({a: 1.0, b: 1.0}, 1.0) for a, b in problem.excludes]
        if not rows:
            return []
        matrix = sparse.lil_array((len(rows), problem.count + terms))
        for row, (entries, _) in enumerate(rows):
            for column, value in entries.items():
                matrix[row, column] = value
        return [LinearConstraint(matrix.tocsr(), -np.inf, [limit for _, limit in rows])]


class _Tangents:
    """The tangents so far: rows of t_s - exp(y0) sum_j x_j ln r_js >= exp(y0) (1 - y0)."""

    def __init__(self, problem: Problem) -> None:
        self._logs = sparse.csc_array(problem.logs)
        self._terms = problem.losses.size
        self._count = problem.count
        self._touched = np.flatnonzero(np.diff(self._logs.indptr))
        least = np.maximum(np.asarray(self._logs.sum(axis=0)).ravel(), LEAST_LOG)
        self._at: set[tuple[int, float]] = set()
        self._blocks: list[tuple[sparse.csr_array, Floats]] = []
        self._append([(term, 0.0) for term in range(self._terms)])
        self._append(
            [
                (int(term), float(place))
                for term in self._touched
                for place in np.linspace(least[term], 0.0, _FIRST_TANGENTS)[:-1]
            ]
        )

    def add(self, exponents: Floats) -> bool:
        """Add the tangents at a set's exponents; False if all are there already."""
        return self._append([(int(term), float(exponents[term])) for term in self._touched])

    def constraint(self) -> LinearConstraint:
        """Return all tangents as rows over controls and terms."""
        return LinearConstraint(
            sparse.vstack([rows for rows, _ in self._blocks], format="csr"),
            np.concatenate([sides for _, sides in self._blocks]),
            np.inf,
        )

    def _append(self, places: Sequence[tuple[int, float]]) -> bool:
        new = sorted({(term, round(place, 9)) for term, place in places} - self._at)
        if not new:
            return False
        self._at.update(new)
        terms, at = np.array([term for term, _ in new]), np.array([place for _, place in new])
        slopes = np.exp(at)
        controls = self._logs[:, terms].multiply(-slopes).T
        own = sparse.csr_array((np.ones(terms.size), (np.arange(terms.size), terms)), shape=(terms.size, self._terms))
        self._blocks.append((sparse.hstack([controls, own], format="csr"), slopes * (1 - at)))
        return True
