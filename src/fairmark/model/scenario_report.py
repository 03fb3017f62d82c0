"""What a report on a file of scenarios shows: figures, curves, and what controls change. All money is per year."""

from pydantic import Field

from fairmark.model.risk import CurvePoint, Interval
from fairmark.model.value import Value


class YearRow(Value):
    """One year's loss of a scenario, a group, or everything."""

    name: str
    mean: float
    p50: float
    p95: float
    p99: float
    tvar95: float
    any_loss: float
    tail_share: float | None = Field(default=None, description="share of the mean of the worst 5 % of years")


class Moved(Value):
    """The yearly mean with one input at its 5 % and at its 95 % point."""

    name: str
    at: Interval
    mean: Interval
    p95: Interval


class ControlStep(Value):
    """A control after those before it."""

    name: str
    cost: float
    saved: float
    law: str = ""


class Budget(Value):
    """What a yearly cost leaves."""

    cost: float
    private: float
    external: float
    controls: tuple[str, ...]
    proven: bool


class ScenarioReport(Value):
    """A file of scenarios, priced."""

    name: str
    currency: str
    price_year: int
    inputs: int
    assumed: int
    rows: tuple[YearRow, ...]
    groups: tuple[YearRow, ...]
    total: YearRow
    bracket: Interval = Field(description="of the total's P99: what the computation leaves open")
    epistemic: Interval = Field(description="5 to 95 % of the yearly mean over what is not known")
    yearly: Interval = Field(description="5 to 95 % of one year's loss, frequencies at their middle")
    before: tuple[CurvePoint, ...]
    after: tuple[CurvePoint, ...] = ()
    tolerance: tuple[Interval, ...] = Field(default=(), description="(loss, share of years)")
    beyond: tuple[Interval, ...] = Field(
        default=(), description="tolerances that are broken: (loss, share of years seen)"
    )
    moved: tuple[Moved, ...] = ()
    private: Budget | None = None
    social: Budget | None = None
    between: float = 0.0
    steps: tuple[ControlStep, ...] = ()
    frontier: tuple[Budget, ...] = ()
    gordon_loeb: float = 0.0
