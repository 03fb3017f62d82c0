"""Money: inputs with their sources, losses as intervals, controls and the plan."""

from enum import StrEnum

from pydantic import Field

from fairmark.model.value import Value

Interval = tuple[float, float]


class Bearer(StrEnum):
    """Who suffers a loss. ``social`` is a sum of both with transfers netted, never a bearer."""

    PRIVATE = "private"
    EXTERNAL = "external"


class Input(Value):
    """One number of the model: its range, and where it comes from."""

    id: str
    what: str
    kind: str = Field(description="ln90, beta, pert, const")
    low: float = Field(description="5 % point (ln90, beta), minimum (pert), or the value (const)")
    high: float
    mean: float
    unit: str
    currency: str = ""
    year: int | None = None
    source: str
    confidence: str = ""
    assumed: bool
    generic: bool = Field(default=False, description="used because device.yaml does not give it")
    note: str = ""


class LossBounds(Value):
    """Numerical brackets of the figures beside them: the error of the computation, not of the inputs."""

    mean: Interval
    p50: Interval
    p90: Interval
    p95: Interval
    p99: Interval


class CurvePoint(Value):
    """One point of a loss exceedance curve with its 90 % band over the inputs (what we do not know)."""

    loss: float = Field(ge=0)
    exceedance: float = Field(ge=0, le=1, description="P(loss of one year > loss), both uncertainties")
    low: float = Field(ge=0, le=1, description="5 % point over the inputs")
    high: float = Field(ge=0, le=1, description="95 % point over the inputs")


class Loss(Value):
    """The loss of one year to one side: point values, brackets and the curve.

    Quantiles carry both uncertainties, of the inputs (epistemic) and of the year.
    ``epistemic`` is the 5-95 % range of the yearly mean over the inputs alone; ``yearly`` is
    the 5-95 % range of a year's loss with all inputs at their middle.
    """

    mean: float = Field(ge=0)
    p50: float = Field(ge=0)
    p90: float = Field(ge=0)
    p95: float = Field(ge=0)
    p99: float = Field(ge=0)
    tvar95: float = Field(ge=0)
    any_loss: float = Field(ge=0, le=1, description="P(loss > 0)")
    bounds: LossBounds
    epistemic: Interval
    yearly: Interval
    curve: tuple[CurvePoint, ...] = ()


class ScenarioLoss(Value):
    """The yearly mean of one scenario to each side, with the inputs that move it."""

    id: str
    title: str
    private: float = Field(ge=0)
    external: float = Field(description="below 0 where compensation and sales that others gain exceed the harm")
    inputs: tuple[str, ...]
    findings: tuple[str, ...] = Field(default=(), description="findings that raise it")
    equation: str = Field(description="the equation, with ids of inputs")


class Assumption(Value):
    """A generic value that stands in for something device.yaml does not say."""

    field: str = Field(description="field of device.yaml that would replace it")
    used: str
    effect: str = Field(description="what it would change")


class Risk(Value):
    """The price of the device as it is, for one year."""

    currency: str
    price_year: int
    model: str = Field(description="version of the model")
    assumed_inputs: int = Field(ge=0)
    inputs: tuple[Input, ...]
    assumptions: tuple[Assumption, ...] = ()
    private: Loss
    external: Loss
    social: Loss
    scenarios: tuple[ScenarioLoss, ...]
    notes: tuple[str, ...] = ()


class Cost(Value):
    """What a control costs its bearer, as point values (means of the ranges)."""

    once: float = Field(ge=0)
    per_unit: float = Field(ge=0)
    per_year: float = Field(ge=0)
    annualised: float = Field(ge=0, description="once over three years, plus per unit made and per year")
    range: Interval = Field(description="annualised cost with each part at its 5 % and 95 % point")


class Reduction(Value):
    """By how much the yearly mean loss falls. Negative: it rises."""

    private: float
    external: float


class PlanItem(Value):
    """One control: what it mends, costs and saves."""

    control: str
    title: str
    cost: Cost
    effort_days: float = Field(ge=0, description="engineer-days, once")
    delay_days: float = Field(ge=0)
    alone: Reduction = Field(description="effect when only this control is added")
    step: Reduction = Field(description="effect when added after those listed before it")
    fixes: tuple[str, ...] = Field(default=(), description="ids of findings")
    law: tuple[str, ...] = Field(default=(), description="provisions, as 'psti 1-2'")
    assumed: bool = Field(description="whether any number behind it is an assumption")


class Plan(Value):
    """Law first, never ranked by private money; then what is worth it, by social reduction per dollar."""

    required_by_law: tuple[PlanItem, ...] = ()
    worth_it: tuple[PlanItem, ...] = ()
    not_worth_it: tuple[PlanItem, ...] = Field(default=(), description="costs society more than it saves, not required")
    notes: tuple[str, ...] = ()
