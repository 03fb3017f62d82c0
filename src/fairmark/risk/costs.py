"""What a control costs its maker, in US dollars a year."""

from collections.abc import Iterable

from fairmark.errors import WrongUsageError
from fairmark.model.risk import Cost, Interval
from fairmark.model.vocabulary import Control, vocabulary
from fairmark.risk.calibration import CURRENCY, Calibration, Entry

_DAY, _HORIZON, _EURO = "cost-engineer-day", "ref-horizon-years", "rate-eur"


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


def price_of(entry: str, calibration: Calibration, *, units: float) -> tuple[float, float, float]:
    """Return the 5 % point, the mean and the 95 % point of one entry that is a cost, in US dollars.

    Args:
        entry: id in the calibration.
        calibration: the numbers.
        units: units in the field, for a cost per unit and year.

    Raises:
        WrongUsageError: a currency for which the calibration has no rate.
    """
    return _amount(calibration.entry(entry), calibration, units)


def range_of(costs: Iterable[Cost]) -> Interval:
    """Return the cost of several controls with every part at its 5 % and at its 95 % point."""
    ranges = [cost.range for cost in costs]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def entries_of(control: Control, calibration: Calibration) -> list[Entry]:
    """Return the entries of the calibration that a control's cost is made of."""
    names = (control.cost.once, control.cost.per_unit, control.cost.per_year)
    return [calibration.entry(name) for name in names if name]


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
