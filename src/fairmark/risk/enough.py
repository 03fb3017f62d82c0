"""Which controls, for how much money, up to where: the best set for one device, with a proof of how good it is.

Ways into a device compete, so its loss is no product of multipliers and ``selection`` cannot bound it by tangents.
But a control that only multiplies by a share never raises the loss. So what is left with every open control in
place, at the cost of those already decided, bounds all sets in between from below: branch and bound over sets, from
the most promising on. The few controls that choose another equation (``variants.STRUCTURAL``) may raise a loss, as
automatic updates do where nobody signs them: they are decided first, one way and the other.

The bound rests on no other control raising the loss. Every set that is weighed is also a test of that, and one
counterexample takes the proof away.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from fairmark.risk.variants import Money, Weighing

MOST_SETS = 1_000
"""Sets weighed for one optimum before the search stops with the gap it has."""
MOST_SETS_FOR_A_BUDGET = 150
TOLERANCE = 1e-3
"""Gap at which the search for a budget is content, as a share of the loss without any control."""
_TOGETHER = 8
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Found:
    """The best set found. No allowed set has an objective below ``bound``, if ``proven`` or not."""

    chosen: int
    objective: float
    bound: float
    proven: bool

    @property
    def gap(self) -> float:
        """By how much the best set of all may be better, in money."""
        return max(0.0, self.objective - self.bound)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is minimised: loss, plus cost where it counts, within a budget."""

    social: bool
    budget: float = float("inf")

    @property
    def counts_cost(self) -> bool:
        """Whether cost is part of the objective: without a budget it must be."""
        return self.budget == float("inf")

    def loss(self, money: Money) -> float:
        """Return the loss that counts."""
        return money.social if self.social else money.private


class Search:
    """Finds the best sets of one device; what was weighed for one goal serves all.

    Args:
        weighing: the device with any set of controls.
        costs: what each control costs a year, above 0.
        must: the controls in every set, whatever they cost.
    """

    def __init__(self, weighing: Weighing, costs: Sequence[float], must: int) -> None:
        self._weighing = weighing
        self._costs = tuple(costs)
        self._must = must
        self._all = (1 << len(costs)) - 1
        self._never_raises = True

    def cost(self, chosen: int) -> float:
        """Return what a set costs a year."""
        return sum(cost for k, cost in enumerate(self._costs) if chosen >> k & 1)

    def enough(self, *, social: bool, most: int = MOST_SETS) -> Found:
        """Return the set with the smallest sum of its cost and the loss it leaves."""
        return self._best(Goal(social=social), (), tolerance=0.0, most=most)

    def under(self, budget: float, known: Iterable[int] = (), *, most: int = MOST_SETS_FOR_A_BUDGET) -> Found:
        """Return the set that leaves everybody least for at most ``budget`` a year beside what it must hold.

        ``known`` are sets to start from, such as those of smaller budgets.
        """
        goal = Goal(social=True, budget=max(budget, self.cost(self._must)))
        allowed = TOLERANCE * goal.loss(self._weighing.mean(0))
        found = self._best(goal, known, tolerance=allowed, most=most)
        return Found(self._without_idle(found.chosen), found.objective, found.bound, found.proven)

    def _best(self, goal: Goal, known: Iterable[int], *, tolerance: float, most: int) -> Found:
        run = _Run(self, goal, tolerance)
        run.offer([self._must, *known])
        self._climb(run)
        self._test(self._all, self._all & ~self._must)
        for start in self._starts(goal):
            run.push(*start)
        last = self._weighing.weighed + most
        while self._weighing.weighed < last and (branches := run.pop(_TOGETHER)):
            self._expand(branches, run)
        bound = run.bound()
        if run.objective > bound:
            self._polish(run)
        proven = self._never_raises and run.objective - bound <= max(tolerance, _ROUNDING * abs(run.objective))
        return Found(run.best, run.objective, bound, proven)

    def _climb(self, run: "_Run") -> None:
        """Add, again and again, the control that improves most for its money; each set seen is offered."""
        now = self._must
        while True:
            room = run.goal.budget - self.cost(now) + _ROUNDING
            steps = [now | 1 << k for k in self._bits(self._all & ~now) if self._costs[k] <= room]
            run.offer(steps)
            self._test(now, sum(step & ~now for step in steps))
            loss = run.loss(now)
            rates = [(loss - run.loss(step)) / max(self.cost(step) - self.cost(now), _ROUNDING) for step in steps]
            if not steps or max(rates) <= (1.0 if run.goal.counts_cost else 0.0):
                return
            now = steps[rates.index(max(rates))]

    def _starts(self, goal: Goal) -> Iterator[tuple[int, int]]:
        """Yield every way to decide the structural controls: what is taken, and what is taken or open."""
        free = list(self._bits(self._weighing.structural & ~self._must))
        for choice in range(1 << len(free)):
            taken = sum(1 << k for place, k in enumerate(free) if choice >> place & 1)
            left_out = sum(1 << k for k in free) & ~taken
            if self.cost(self._must | taken) <= goal.budget + _ROUNDING:
                yield self._must | taken, self._all & ~left_out

    def _expand(self, branches: Sequence[tuple[int, int]], run: "_Run") -> None:
        """Decide what can be decided in each branch, and split it in two at the control that matters most."""
        without = [most & ~(1 << k) for least, most in branches for k in self._bits(most & ~least)]
        run.offer([*without, *(each for branch in branches for each in branch)])
        for branch in branches:
            least, most = self._decided(*branch, run)
            if not most & ~least or self.cost(least) > run.goal.budget + _ROUNDING:
                run.offer([least])
            elif not run.goal.counts_cost and self.cost(most) <= run.goal.budget + _ROUNDING:
                run.offer([most])
            else:
                split = self._split(*branch, most & ~least, run)
                run.push(least, most & ~(1 << split))
                run.push(least | 1 << split, most)

    def _decided(self, least: int, most: int, run: "_Run") -> tuple[int, int]:
        """Take what no better set can lack, and leave out what no better set can hold."""
        self._test(most, most & ~least)
        loss, spent = run.loss(most), run.priced(least)
        rise = {k: run.loss(most & ~(1 << k)) - loss for k in self._bits(most & ~least)}
        taken = least | sum(1 << k for k in rise if run.hopeless(loss + rise[k] + spent))
        spent = run.priced(taken)
        left_out = sum(1 << k for k in self._bits(most & ~taken) if run.hopeless(loss + spent + run.priced(1 << k)))
        return taken, self.affordable(taken, most & ~left_out, run.goal)

    def _test(self, chosen: int, controls: int) -> None:
        """Note it if one of these controls raises the loss of either side, in or beside a set."""
        places = list(self._bits(controls & ~self._weighing.structural))
        here, *others = self.weigh([chosen, *(chosen ^ 1 << k for k in places)])
        for k, other in zip(places, others, strict=True):
            with_it, without = (here, other) if chosen >> k & 1 else (other, here)
            slack = _ROUNDING * max(without.social, 1.0)
            if with_it.private - without.private > slack or with_it.social - without.social > slack:
                self._never_raises = False

    def _split(self, least: int, most: int, among: int, run: "_Run") -> int:
        """Return the control whose decision moves the bounds most, either way."""
        loss = run.loss(most)

        def moves(k: int) -> tuple[float, int]:
            rise = run.loss(most & ~(1 << k)) - loss
            return min(rise, run.priced(1 << k)) if run.goal.counts_cost else rise, -k

        return max(self._bits(among & most & ~least), key=moves)

    def affordable(self, least: int, most: int, goal: Goal) -> int:
        """Leave out what no longer fits into the budget."""
        room = goal.budget - self.cost(least) + _ROUNDING
        return most & ~sum(1 << k for k in self._bits(most & ~least) if self._costs[k] > room)

    def _polish(self, run: "_Run") -> None:
        """Leave out or add single controls as long as that improves a set that is not proven to be the best."""
        before = float("inf")
        while run.objective < before:
            before, now = run.objective, run.best
            run.offer([now ^ 1 << k for k in self._bits(self._all & ~self._must)])

    def _without_idle(self, chosen: int) -> int:
        """Leave out what changes nothing beside the others of a set."""
        while True:
            free = list(self._bits(chosen & ~self._must))
            whole, *fewer = self.weigh([chosen, *(chosen & ~(1 << k) for k in free)])
            slack = _ROUNDING * max(whole.social, 1.0)
            idle = [k for k, money in zip(free, fewer, strict=True) if money.social - whole.social <= slack]
            if not idle:
                return chosen
            chosen &= ~(1 << max(idle, key=lambda k: self._costs[k]))

    def weigh(self, sets: Sequence[int]) -> list[Money]:
        """Return the yearly means with each set in place."""
        return self._weighing.means(sets)

    @staticmethod
    def _bits(chosen: int) -> Iterator[int]:
        k = 0
        while chosen:
            if chosen & 1:
                yield k
            chosen >>= 1
            k += 1


@dataclass(slots=True)
class _Run:
    """One search: the best set so far, and the branches still open, most promising first.

    A branch is what is taken for certain, and that with all that is still open.
    """

    search: Search
    goal: Goal
    tolerance: float
    best: int = 0
    objective: float = float("inf")
    _open: list[tuple[float, int, int, int]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _cut: float = float("inf")

    def priced(self, chosen: int) -> float:
        """Return what a set costs, where cost counts."""
        return self.search.cost(chosen) if self.goal.counts_cost else 0.0

    def loss(self, chosen: int) -> float:
        """Return the loss that counts, with a set in place."""
        return self.goal.loss(self.search.weigh([chosen])[0])

    def offer(self, sets: Sequence[int]) -> None:
        """Weigh sets, and keep the best of those that the budget pays for."""
        for each, money in zip(sets, self.search.weigh(sets), strict=True):
            objective = self.goal.loss(money) + self.priced(each)
            if objective < self.objective and self.search.cost(each) <= self.goal.budget + _ROUNDING:
                self.best, self.objective = each, objective

    def hopeless(self, bound: float) -> bool:
        """Whether nothing better than the best, by more than the tolerance, can lie above a bound; remembers it."""
        hopeless = bound >= self.objective - self.tolerance - _ROUNDING * abs(self.objective)
        if hopeless:
            self._cut = min(self._cut, bound)
        return hopeless

    def push(self, least: int, most: int) -> None:
        """Add a branch, unless nothing better can lie in it."""
        most = self.search.affordable(least, most, self.goal)
        bound = self.loss(most) + self.priced(least)
        if not self.hopeless(bound):
            heapq.heappush(self._open, (bound, next(self._order), least, most))

    def pop(self, most: int) -> list[tuple[int, int]]:
        """Return the most promising branches, none when the best set is proven to be good enough."""
        found: list[tuple[int, int]] = []
        while self._open and len(found) < most and not self.hopeless(self._open[0][0]):
            _, _, least, widest = heapq.heappop(self._open)
            found.append((least, widest))
        return found

    def bound(self) -> float:
        """Return what no allowed set falls below."""
        return min(self.objective, self._cut, *(entry[0] for entry in self._open[:1]))
