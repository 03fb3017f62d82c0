"""What to do first: what a law requires, then what is worth its money to society, then the rest.

Law is never weighed. A weakness behind a legal failure gets its usual control, in the order of the
harm to others that it takes away, and no private figure moves it. What remains is chosen greedily by
what it saves everybody for each dollar of its yearly cost; controls compete for the same loss, so each
is shown alone and as a step after those before it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairmark.errors import WrongUsageError
from fairmark.model.device import Device
from fairmark.model.finding import Finding, Observation
from fairmark.model.risk import Bearer, Cost, Plan, PlanItem, Reduction
from fairmark.model.vocabulary import Control, vocabulary
from fairmark.risk.calibration import CURRENCY, Calibration, Entry
from fairmark.risk.circumstances import TEST, Circumstances, ExchangeRate, counting, settle
from fairmark.risk.inputs import Inputs
from fairmark.risk.price import yearly_means
from fairmark.risk.weaknesses import Signals, read

NODES = 1024
_DAY, _HORIZON, _EURO = "cost-engineer-day", "ref-horizon-years", "rate-eur"
_NOTHING = 1e-9
_LAW_FIRST = (
    "What a law requires comes first and is not weighed against money; no figure here is a reason to leave it undone."
)
_ARRIVED = (
    "Savings are those of a fleet in which the measure has arrived. Units already sold keep the weakness until they "
    "are updated or replaced."
)
_WORTH = (
    "Worth it means: it saves the maker and everybody else together more than it costs, one-time cost spread over "
    "three years. What the maker alone would gain shows what incentives pay for; it is no advice."
)


def plan(  # noqa: PLR0913 - each comes from another step of the journey
    device: Device,
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]],
    calibration: Calibration,
    *,
    examined: bool = True,
    observations: Sequence[Observation] | None = None,
    in_place: Collection[str] = (),
    rate: ExchangeRate | None = None,
    admitted: Mapping[str, tuple[str, ...]] | None = None,
) -> Plan:
    """Order the controls that a device lacks.

    Args:
        device: the profile.
        findings: what was found; hints (grade C) ask for nothing.
        law: finding id -> provisions that fail because of it, of catalogues that are law in one of the
            device's markets.
        calibration: the numbers.
        examined: whether an image was opened and searched.
        observations: see ``price``.
        in_place: controls that the maker has in place.
        rate: see ``price``.
        admitted: capability -> provisions of such catalogues that fail by the maker's own word.

    Raises:
        WrongUsageError: another currency without a rate, or an unknown control.
    """
    settled = settle(
        device,
        findings,
        calibration,
        examined=examined,
        observations=observations,
        in_place=in_place,
        rate=rate,
    )
    scales = _Scales(Inputs(calibration, NODES, linear_at_mean=True), settled.now, read(findings))
    counted = counting(findings)
    owed = _owed(counted, law, admitted or {}, settled.now, calibration)
    required = sorted(owed, key=lambda name: (-scales.step(name, settled.now.controls).external, name))
    candidates = _candidates(counted, settled.now, calibration) - set(required)
    chosen, rest = _worth_it(candidates, settled.now.controls | set(required), scales)
    desk = _Desk(scales, counted, owed)
    taken = settled.now.controls
    lists: list[tuple[PlanItem, ...]] = []
    for names in (required, chosen):
        items, taken = desk.items(names, taken)
        lists.append(items)
    leftover = tuple(desk.item(name, taken) for name in rest)
    return Plan(
        required_by_law=lists[0],
        worth_it=lists[1],
        not_worth_it=leftover,
        notes=_notes((*lists[0], *lists[1], *leftover), lists[1]),
    )


@dataclass(frozen=True, slots=True)
class Money:
    """Yearly mean loss to both sides."""

    private: float
    external: float

    def less(self, after: "Money") -> Reduction:
        """Return by how much it falls."""
        return Reduction(private=self.private - after.private, external=self.external - after.external)


class _Scales:
    """Weighs sets of controls: the yearly means with them in place, each set reckoned once."""

    def __init__(self, inputs: Inputs, now: Circumstances, signals: Signals) -> None:
        self.inputs = inputs
        self.now = now
        self._signals = signals
        self._known: dict[frozenset[str], Money] = {}

    def with_controls(self, controls: frozenset[str]) -> Money:
        """Return the yearly means with these controls in place; about a millisecond."""
        if controls not in self._known:
            found = yearly_means(self.inputs, replace(self.now, controls=controls), self._signals).values()
            self._known[controls] = Money(
                sum(float(side.private.mean()) for side in found), sum(float(side.external.mean()) for side in found)
            )
        return self._known[controls]

    def step(self, control: str, taken: frozenset[str]) -> Reduction:
        """Return what a control saves on top of those taken."""
        return self.with_controls(taken).less(self.with_controls(taken | {control}))

    def cost(self, control: str) -> Cost:
        """Return what a control costs for this fleet."""
        return cost_of(control, self.inputs.calibration, units=self.now.units, sales=self.now.sales)


def _owed(
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]],
    admitted: Mapping[str, tuple[str, ...]],
    now: Circumstances,
    calibration: Calibration,
) -> dict[str, frozenset[str]]:
    """Control -> provisions: the usual control of every weakness behind a legal failure, proven or admitted."""
    behind = [(finding.weakness, law[finding.id]) for finding in findings if law.get(finding.id)]
    first = {weakness.capability: name for name, weakness in reversed(vocabulary().weaknesses.items())}
    behind += [(first[capability], provisions) for capability, provisions in admitted.items() if capability in first]
    owed: dict[str, frozenset[str]] = {}
    for weakness, provisions in behind:
        if control := _usual(weakness, now, calibration):
            owed[control] = owed.get(control, frozenset()) | set(provisions)
    return owed


def _usual(weakness: str, now: Circumstances, calibration: Calibration) -> str | None:
    for name in _controls_of(weakness):
        if name not in now.controls and _of_the_maker(name, calibration):
            return name
    return None


def _controls_of(weakness: str) -> tuple[str, ...]:
    known = vocabulary().weaknesses
    return known[weakness].controls if weakness in known else ()


def _candidates(findings: Sequence[Finding], now: Circumstances, calibration: Calibration) -> set[str]:
    """Controls that would mend something found, or something the price has to assume."""
    names = {name for finding in findings for name in _controls_of(finding.weakness)}
    names |= {name for weakness in _assumed_weaknesses(now) if (name := _usual(weakness, now, calibration))}
    return {name for name in names if name not in now.controls and _of_the_maker(name, calibration)}


def _assumed_weaknesses(now: Circumstances) -> Iterable[str]:
    if TEST not in now.controls and now.remote:
        yield "no-security-test"
    if not now.automatic and now.remote:
        yield "no-auto-update"
    if not now.proven and now.remote:
        yield "default-password"
    if now.remote and now.accounts and now.watched:
        yield "no-mfa"
    if now.fraud:
        yield "debug-interface"


def _of_the_maker(control: str, calibration: Calibration) -> bool:
    """Whether the maker would bear its costs; a measure of access providers is no item of a maker's plan."""
    return all(entry.bearer is not Bearer.EXTERNAL for entry in _costs(vocabulary().controls[control], calibration))


def _worth_it(candidates: set[str], taken: frozenset[str], scales: _Scales) -> tuple[list[str], list[str]]:
    """Take, again and again, what saves society most per dollar, as long as it saves more than it costs."""
    chosen: list[str] = []
    left = set(candidates)

    def worth(name: str) -> float:
        saved = scales.step(name, taken)
        return (saved.private + saved.external) / max(scales.cost(name).annualised, _NOTHING)

    while left:
        best = min(left, key=lambda name: (-worth(name), name))
        if worth(best) < 1.0:
            break
        chosen.append(best)
        left.remove(best)
        taken |= {best}
    return chosen, sorted(left, key=lambda name: (-worth(name), name))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Writes the items of the plan."""

    scales: _Scales
    findings: tuple[Finding, ...]
    owed: Mapping[str, frozenset[str]]
    """Control -> the provisions of law that ask for it."""

    def items(self, names: Sequence[str], taken: frozenset[str]) -> tuple[tuple[PlanItem, ...], frozenset[str]]:
        """Write a list of items, each as a step after the last; return what is taken then."""
        found = []
        for name in names:
            found.append(self.item(name, taken))
            taken |= {name}
        return tuple(found), taken

    def item(self, name: str, taken: frozenset[str]) -> PlanItem:
        """Write one item as a step after what is taken."""
        calibration = self.scales.inputs.calibration
        control = vocabulary().controls[name]
        mended = [finding for finding in self.findings if name in _controls_of(finding.weakness)]
        behind = [calibration.entry(control.effect), calibration.entry(control.delay_days)]
        behind += _costs(control, calibration)
        once = calibration.entries[control.cost.once] if control.cost.once else None
        return PlanItem(
            control=name,
            title=control.title,
            cost=self.scales.cost(name),
            effort_days=once.mean if once is not None and once.unit == "engineer-days" else 0.0,
            delay_days=calibration.entry(control.delay_days).mean,
            alone=self.scales.step(name, self.scales.now.controls),
            step=self.scales.step(name, taken),
            fixes=tuple(sorted(finding.id for finding in mended)),
            law=tuple(sorted(self.owed.get(name, ()))),
            assumed=any(entry.assumed for entry in behind),
        )


def cost_of(control: str, calibration: Calibration, *, units: float, sales: float) -> Cost:
    """Return what a control costs in US dollars: means, and the annualised cost with each part at 5 % and 95 %.

    Args:
        control: id of the vocabulary.
        calibration: the numbers.
        units: units in the field, for costs per unit and year.
        sales: units made a year, for costs per unit.

    Raises:
        WrongUsageError: a cost in a currency for which the calibration has no rate.
    """
    parts = vocabulary().controls[control].cost
    years = calibration.entry(_HORIZON).mean
    kinds = ((parts.once, 1.0 / years), (parts.per_unit, sales), (parts.per_year, 1.0))
    mean, low, high, annualised = [], 0.0, 0.0, 0.0
    for name, weight in kinds:
        entry = calibration.entry(name) if name else None
        amounts = _amount(entry, calibration, units) if entry is not None else (0.0, 0.0, 0.0)
        mean.append(amounts[1])
        low, annualised, high = (total + weight * a for total, a in zip((low, annualised, high), amounts, strict=True))
    return Cost(once=mean[0], per_unit=mean[1], per_year=mean[2], annualised=annualised, range=(low, high))


def _amount(entry: Entry, calibration: Calibration, units: float) -> tuple[float, float, float]:
    """5 % point, mean and 95 % point of a cost in dollars."""
    factors = [entry]
    if entry.unit == "engineer-days":
        factors.append(calibration.entry(_DAY))
    elif entry.currency == "EUR":
        factors.append(calibration.entry(_EURO))
    elif entry.currency != CURRENCY:
        raise WrongUsageError(
            f"{entry.id} is in {entry.currency or entry.unit}, for which there is no rate",
            hint=f"Give it in {CURRENCY} or EUR.",
        )
    scale = units if entry.per == "unit_year" else 1.0
    low, mean, high = scale, scale, scale
    for factor in factors:
        low *= float(factor.law.quantile(0.05))
        mean *= factor.mean
        high *= float(factor.law.quantile(0.95))
    return low, mean, high


def _costs(control: Control, calibration: Calibration) -> list[Entry]:
    names = (control.cost.once, control.cost.per_unit, control.cost.per_year)
    return [calibration.entry(name) for name in names if name]


def _notes(items: Sequence[PlanItem], worth_it: Sequence[PlanItem]) -> tuple[str, ...]:
    notes = [_LAW_FIRST, _ARRIVED, _WORTH]
    if unpaid := sorted(item.control for item in worth_it if item.step.private < item.cost.annualised):
        notes.append(f"Worth it to society, but not paid back to the maker: {', '.join(unpaid)}.")
    if {"signed-updates", "automatic-updates"} <= {item.control for item in items}:
        notes.append("The order is by value, not of work: let updates be signed before they install themselves.")
    silent = sorted(i.control for i in items if abs(i.alone.private) + abs(i.alone.external) < _NOTHING)
    if silent:
        gap = "The price has no place yet for the effect of"
        notes.append(f"{gap}: {', '.join(silent)}. Their 0 is a gap, no judgement.")
    return tuple(notes)
