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
    private_range: Interval | None = Field(default=None, description="5 to 95 % range of that mean over the inputs")
    external_range: Interval | None = Field(default=None, description="5 to 95 % range of that mean over the inputs")
    inputs: tuple[str, ...]
    findings: tuple[str, ...] = Field(default=(), description="findings that raise it")
    equation: str = Field(description="the equation, with ids of inputs")


class Assumption(Value):
    """A generic value that stands in for something device.yaml does not say."""

    field: str = Field(description="field of device.yaml that would replace it")
    used: str
    effect: str = Field(description="what it would change")


class SwingEnd(Value):
    """The yearly means with one input, or one fact about the device, held at a value."""

    at: str = Field(description="the value, as text with its unit")
    private: float
    external: float = Field(description="below 0 where compensation and sales that others gain exceed the harm")


class Swing(Value):
    """What one input does to the price: at its 5 % and 95 % point, or at other answers of the profile."""

    id: str = Field(description="id of the input, or the field of device.yaml")
    what: str
    assumed: bool
    of_device: bool = Field(description="a fact that device.yaml does not state, rather than an input")
    ends: tuple[SwingEnd, ...]


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
    swings: tuple[Swing, ...] = Field(default=(), description="what moves the price, the largest social move first")
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


class Estimate(Value):
    """A mean with its 5 to 95 % range over the inputs."""

    mean: float
    range: Interval


class Choice(Value):
    """A set of controls: what it costs in a year and what loss it leaves."""

    controls: tuple[str, ...] = Field(description="those that the law requires among them")
    cost: Estimate = Field(description="of one year; the range has every part at its 5 % and 95 % point")
    private: Estimate = Field(description="yearly mean loss left to the maker")
    external: Estimate = Field(description="yearly mean loss left to everybody else")
    social: Estimate
    gap: float = Field(default=0.0, ge=0, description="money a year by which another set may be better at most")
    proven: bool = Field(default=True, description="no better set exists, by the bound of the search")


class LevelPrice(Value):
    """One assurance level: what it costs in a year, and what loss it leaves. Means carry no range where sums do."""

    level: int = Field(ge=1, le=4)
    controls: tuple[str, ...] = Field(description="open controls that this level leads to; all that law requires")
    cost: Estimate = Field(description="of these controls, of one year")
    evaluation: Estimate = Field(description="of the look itself and those below it, of one year")
    private: Estimate = Field(description="yearly mean loss left to the maker")
    external: Estimate = Field(description="yearly mean loss left to everybody else")
    social: Estimate
    private_total: float = Field(description="mean of cost, evaluation and loss to the maker")
    social_total: float = Field(description="mean of cost, evaluation and loss to everybody")


class Budget(Value):
    """The best set of controls for at most so much money a year."""

    budget: float = Field(ge=0)
    best: Choice


class Enough(Value):
    """How much security is enough: to the maker's own money, and to everybody's.

    Every set but ``as_is`` holds all controls that the law requires, whatever they cost.
    """

    as_is: Choice
    law: Choice = Field(description="what the law requires, and nothing more")
    private: Choice = Field(description="smallest cost and loss to the maker: what incentives pay for, not advice")
    social: Choice = Field(description="smallest cost and loss to everybody: the recommendation")
    maker_pays: Estimate = Field(description="what the social set costs the maker more in a year, own savings netted")
    others_save: Estimate = Field(description="what it saves everybody else in a year, against the private set")
    ceiling_private: float = Field(ge=0, description="Gordon and Loeb: expected loss / e, to the maker")
    ceiling_social: float = Field(ge=0, description="Gordon and Loeb: expected loss / e, to everybody")
    frontier: tuple[Budget, ...] = Field(default=(), description="least social loss for each budget")
    after: tuple[CurvePoint, ...] = Field(
        default=(), description="loss to everybody with the social set, as far out as a few nodes in 256 reach"
    )
    notes: tuple[str, ...] = ()


class Shipping(Value):
    """Ship now or wait for one control: what the units of the meantime cost either way. No price waives a duty."""

    control: str
    forbidden_by: tuple[str, ...] = Field(default=(), description="law that forbids shipping without it")
    delay_days: Estimate
    units: float = Field(ge=0, description="units that would be sold in the meantime")
    exposed_years: float = Field(ge=0, description="for which each of them keeps the weakness, mean")
    wait: Estimate = Field(description="margin that the maker does not earn")
    wait_others_gain: Estimate = Field(description="of that, what others earn instead")
    ship_private: Estimate = Field(description="loss to the maker by the units sold meanwhile")
    ship_external: Estimate = Field(description="loss to everybody else by them")


class Plan(Value):
    """Law first, never ranked by private money; then what is worth it, by social reduction per dollar."""

    required_by_law: tuple[PlanItem, ...] = ()
    worth_it: tuple[PlanItem, ...] = Field(default=(), description="the rest of the social optimum")
    not_worth_it: tuple[PlanItem, ...] = Field(default=(), description="costs society more than it saves, not required")
    enough: Enough | None = Field(default=None, description="none in documents of older versions")
    shipping: tuple[Shipping, ...] = ()
    notes: tuple[str, ...] = ()
