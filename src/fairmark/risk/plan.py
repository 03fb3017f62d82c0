"""What to do first: what a law requires, then what is worth its money to society, then the rest.

Law is never weighed. A weakness behind a legal failure gets its usual control, in the order of the
harm to others that it takes away, and no private figure moves it. Beside those the set is chosen that
leaves everybody the smallest sum of cost and loss (``enough``); controls compete for the same loss, so
each is shown alone and as a step after those before it, the best saving per dollar first.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairmark.model.finding import Finding
from fairmark.model.risk import Budget, Choice, Cost, Enough, Estimate, Plan, PlanItem, Reduction, Shipping
from fairmark.model.vocabulary import vocabulary
from fairmark.numerics.distributions import Floats
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Circumstances, Settled, counting
from fairmark.risk.costs import cost_of, entries_of, range_of
from fairmark.risk.enough import Found, Search
from fairmark.risk.gordon_loeb import ceiling
from fairmark.risk.open_controls import candidates, controls_of, owed_by_law
from fairmark.risk.price import NODES as RANGE_NODES
from fairmark.risk.price import social_curve
from fairmark.risk.shipping import Saved, ship_or_wait
from fairmark.risk.variants import Money, Weighing
from fairmark.risk.weaknesses import Signals, read

NODES = 512
CURVE_NODES = 256
BUDGETS = 12
_NOTHING = 1e-9
_LAW_FIRST = (
    "What a law requires comes first and is not weighed against money; no figure here is a reason to leave it undone."
)
_ARRIVED = (
    "Savings are those of a fleet in which the measure has arrived. Units already sold keep the weakness until they "
    "are updated or replaced."
)
_WORTH = (
    "Worth it means: it belongs to the set that leaves the maker and everybody else together the smallest sum of cost "
    "and loss, one-time cost spread over three years. What the maker alone would gain shows what incentives pay for; "
    "it is no advice."
)
_PRIVATE = "The private optimum is what incentives pay for, not advice. It too holds all that a law requires."
_PROOF = (
    "A set is proven for the means, with costs at theirs: the ranges beside them do not take part in the choice. The "
    "difference between the two sets is what liability has to close; its range is that of the losses alone."
)
_SHIP = (
    "Units sold in the meantime are counted with their part of the fleet's loss, as long as they keep the weakness; "
    "events that hit the whole model at once, such as press, are shared out in the same way."
)


def plan(
    settled: Settled,
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]],
    calibration: Calibration,
    *,
    admitted: Mapping[str, tuple[str, ...]] | None = None,
) -> Plan:
    """Order the controls that a device lacks, and say how many of them are enough.

    Args:
        settled: what the device is taken to be.
        findings: what was found; hints (grade C) ask for nothing.
        law: finding id -> provisions that fail because of it, of catalogues that are law in one of the
            device's markets.
        calibration: the numbers.
        admitted: capability -> provisions of such catalogues that fail by the maker's own word.

    Raises:
        WrongUsageError: a cost in a currency for which the calibration has no rate.
    """
    counted, signals = counting(findings), read(findings)
    owed = owed_by_law(counted, law, admitted or {}, settled.now, calibration)
    controls = sorted({*owed, *candidates(counted, settled.now, calibration)})
    scales = _Scales(calibration, settled.now, signals, controls)
    must = scales.set_of(owed)
    social = scales.search(must).enough(social=True)
    desk = _Desk(scales, counted, owed)
    required = sorted(owed, key=lambda name: (-scales.step(scales.set_of([name]), 0).external, name))
    chosen = scales.by_worth(social.chosen & ~must, must)
    first, taken = desk.items(required, 0)
    second, taken = desk.items(chosen, taken)
    rest = tuple(desk.item(name, taken) for name in scales.by_worth(scales.everything & ~taken, taken))
    return Plan(
        required_by_law=first,
        worth_it=second,
        not_worth_it=rest,
        enough=_enough(scales, must, social),
        shipping=desk.shipping((*first, *second)),
        notes=_notes((*first, *second, *rest), second),
    )


class _Scales:
    """One device with any set of its open controls; a set is a whole number as in ``variants``."""

    def __init__(self, calibration: Calibration, now: Circumstances, signals: Signals, controls: Sequence[str]) -> None:
        self.calibration = calibration
        self.now = now
        self.signals = signals
        self.controls = tuple(controls)
        self.everything = (1 << len(self.controls)) - 1
        self.costs = [cost_of(name, calibration, units=now.units, sales=now.sales) for name in self.controls]
        self.exact = Weighing(calibration, NODES, now, signals, controls)
        self._drawn = Weighing(calibration, NODES, now, signals, controls, linear_at_mean=False)
        self._at_nodes: dict[int, tuple[Floats, Floats]] = {}

    def set_of(self, names: Iterable[str]) -> int:
        """Return the set with these controls."""
        return sum(1 << self.controls.index(name) for name in names)

    def search(self, must: int) -> Search:
        """Return a search among the sets that hold ``must``."""
        return Search(self.exact, [max(cost.annualised, _NOTHING) for cost in self.costs], must)

    def cost(self, name: str) -> Cost:
        """Return what a control costs for this fleet."""
        return self.costs[self.controls.index(name)]

    def step(self, added: int, taken: int) -> Reduction:
        """Return what controls save on top of those taken."""
        before, after = self.exact.means([taken, taken | added])
        return Reduction(private=before.private - after.private, external=before.external - after.external)

    def by_worth(self, chosen: int, taken: int) -> list[str]:
        """Order controls by what they save everybody per dollar, each on top of those before it."""
        names: list[str] = []
        left = list(self.exact.names(chosen))
        while left:
            base, *after = self.exact.means([taken, *(taken | self.set_of([name]) for name in left)])
            worth = {name: _rate(base, money, self.cost(name)) for name, money in zip(left, after, strict=True)}
            best = min(left, key=lambda name: (-worth[name], name))
            names.append(best)
            left.remove(best)
            taken |= self.set_of([best])
        return names

    def at_nodes(self, *sets: int) -> list[tuple[Floats, Floats]]:
        """Return both sides' yearly means at every node, all inputs drawn; together for sets asked together."""
        if new := [each for each in dict.fromkeys(sets) if each not in self._at_nodes]:
            self._at_nodes |= dict(zip(new, zip(*self._drawn.at_nodes(new), strict=True), strict=True))
        return [self._at_nodes[each] for each in sets]

    def ranges(self, chosen: int) -> tuple[Floats, Floats]:
        """Return what ``at_nodes`` does; as it is, at the nodes of the price, which shows the same range."""
        if chosen:
            return self.at_nodes(chosen)[0]
        price = Weighing(self.calibration, RANGE_NODES, self.now, self.signals, (), linear_at_mean=False)
        private, external = price.at_nodes([0])
        return private[0], external[0]


def _rate(before: Money, after: Money, cost: Cost) -> float:
    return (before.social - after.social) / max(cost.annualised, _NOTHING)


def _enough(scales: _Scales, must: int, social: Found) -> Enough:
    """Set the private optimum beside the social one, with the frontier and what lies between the two."""
    search = scales.search(must)
    private = search.enough(social=False)
    budgets = _budgets(scales, must)
    found: list[Found] = []
    for budget in budgets:
        found.append(search.under(budget, [each.chosen for each in found]))
    scales.at_nodes(0, must, private.chosen, social.chosen, *(each.chosen for each in found))
    cost = search.cost(social.chosen) - search.cost(private.chosen)
    (own, others), (own_after, others_after) = scales.at_nodes(private.chosen, social.chosen)
    now, less, more = scales.exact.means([0, private.chosen, social.chosen])
    placed = scales.now.controls | set(scales.exact.names(social.chosen))
    later = replace(scales.now, controls=placed)
    return Enough(
        as_is=_choice(scales, 0),
        law=_choice(scales, must),
        private=_choice(scales, private.chosen, private),
        social=_choice(scales, social.chosen, social),
        maker_pays=_estimate(cost + more.private - less.private, cost + own_after - own),
        others_save=_estimate(less.external - more.external, others - others_after),
        ceiling_private=ceiling(1.0, max(0.0, now.private)),
        ceiling_social=ceiling(1.0, max(0.0, now.social)),
        frontier=tuple(
            Budget(budget=budget, best=_choice(scales, each.chosen, each))
            for budget, each in zip(budgets, found, strict=True)
        ),
        after=social_curve(later, scales.signals, scales.calibration, nodes=CURVE_NODES),
        notes=(_PRIVATE, _PROOF),
    )


def _budgets(scales: _Scales, must: int) -> list[float]:
    """Some budgets with two digits: what the law costs, then in equal ratios from the cheapest control to all."""
    least = sum(cost.annualised for k, cost in enumerate(scales.costs) if must >> k & 1)
    free = [cost.annualised for k, cost in enumerate(scales.costs) if not must >> k & 1]
    if not free:
        return [least]
    steps = np.geomspace(max(min(free), _NOTHING), max(sum(free), _NOTHING), BUDGETS - 1)
    return [least, *sorted({_two_digits_up(least + float(step)) for step in steps})]


def _two_digits_up(value: float) -> float:
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / unit) * unit


def _choice(scales: _Scales, chosen: int, found: Found | None = None) -> Choice:
    money, (private, external) = scales.exact.mean(chosen), scales.ranges(chosen)
    costs = [cost for k, cost in enumerate(scales.costs) if chosen >> k & 1]
    return Choice(
        controls=scales.exact.names(chosen),
        cost=Estimate(mean=sum(cost.annualised for cost in costs), range=range_of(costs)),
        private=_estimate(money.private, private),
        external=_estimate(money.external, external),
        social=_estimate(money.social, private + external),
        gap=found.gap if found else 0.0,
        proven=found.proven if found else True,
    )


def _estimate(mean: float, at_nodes: Floats) -> Estimate:
    low, high = np.quantile(at_nodes, (0.05, 0.95))
    return Estimate(mean=mean, range=(float(low), float(high)))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Writes the items of the plan."""

    scales: _Scales
    findings: tuple[Finding, ...]
    owed: Mapping[str, frozenset[str]]
    """Control -> the provisions of law that ask for it."""

    def items(self, names: Sequence[str], taken: int) -> tuple[tuple[PlanItem, ...], int]:
        """Write a list of items, each as a step after the last; return what is taken then."""
        found = []
        for name in names:
            found.append(self.item(name, taken))
            taken |= self.scales.set_of([name])
        return tuple(found), taken

    def item(self, name: str, taken: int) -> PlanItem:
        """Write one item as a step after what is taken."""
        calibration, own = self.scales.calibration, self.scales.set_of([name])
        control = vocabulary().controls[name]
        mended = [finding for finding in self.findings if name in controls_of(finding.weakness)]
        behind = [calibration.entry(control.effect), calibration.entry(control.delay_days)]
        behind += entries_of(control, calibration)
        once = calibration.entries[control.cost.once] if control.cost.once else None
        return PlanItem(
            control=name,
            title=control.title,
            cost=self.scales.cost(name),
            effort_days=once.mean if once is not None and once.unit == "engineer-days" else 0.0,
            delay_days=calibration.entry(control.delay_days).mean,
            alone=self.scales.step(own, 0),
            step=self.scales.step(own, taken),
            fixes=tuple(sorted(finding.id for finding in mended)),
            law=self._law(name),
            assumed=any(entry.assumed for entry in behind),
        )

    def shipping(self, items: Sequence[PlanItem]) -> tuple[Shipping, ...]:
        """Price shipping now against waiting, for each item as the step that it is."""
        scales, rows = self.scales, []
        sets = [0]
        for item in items:
            sets.append(sets[-1] | scales.set_of([item.control]))
        for item, before, after in zip(items, scales.at_nodes(*sets), scales.at_nodes(*sets)[1:], strict=False):
            saved = Saved(item.step.private, item.step.external, before[0] - after[0], before[1] - after[1])
            rows.append(
                ship_or_wait(
                    item.control, self._law(item.control), saved, scales.now, scales.signals, scales.calibration
                )
            )
        return tuple(rows)

    def _law(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(self.owed.get(name, ())))


def _notes(items: Sequence[PlanItem], worth_it: Sequence[PlanItem]) -> tuple[str, ...]:
    notes = [_LAW_FIRST, _ARRIVED, _WORTH, _SHIP]
    if unpaid := sorted(item.control for item in worth_it if item.step.private < item.cost.annualised):
        notes.append(f"Worth it to society, but not paid back to the maker: {', '.join(unpaid)}.")
    if {"signed-updates", "automatic-updates"} <= {item.control for item in items}:
        notes.append("The order is by value, not of work: let updates be signed before they install themselves.")
    silent = sorted(i.control for i in items if abs(i.alone.private) + abs(i.alone.external) < _NOTHING)
    if silent:
        gap = "The price has no place yet for the effect of"
        notes.append(f"{gap}: {', '.join(silent)}. Their 0 is a gap, no judgement.")
    return tuple(notes)
