"""Read a file of FAIR scenarios: every fault at once, each with its field, what was expected and an example.

Fields and numbers are checked one by one; what fields say together (two frequencies, a shock that hits
nobody) is checked beside that, so that one wrong number does not hide another fault.
"""

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from fairmark.errors import WrongUsageError
from fairmark.model.device import Currency
from fairmark.model.value import Value
from fairmark.numerics.scaling import scaled
from fairmark.risk.controls import Acts, Choice, Control, Effect
from fairmark.risk.portfolio import Factor, Portfolio, Shock
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.workflows.mapping import read_mapping
from fairmark.workflows.scenario_faults import START, all_faults, contradictions, listed
from fairmark.workflows.scenario_laws import Amount, Events, Hit, Kind, Law, Share

MODEL: Literal["fairmark-fair/1"] = "fairmark-fair/1"
"""Version of the model: compound Poisson years, uncertain frequencies, secondary losses for each event; states."""
MAX_BYTES = 1 << 20
MAX_SCENARIOS = 1000
_HORIZON_YEARS = 3.0

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]


_WHOLE, _NOTHING = Law(kind=Kind.CONST, points=(1.0,)), Law(kind=Kind.CONST, points=(0.0,))


class Bearer(StrEnum):
    """Who suffers a loss: whoever owns the file, or everybody else."""

    PRIVATE = "private"
    EXTERNAL = "external"


class GivenLoss(Value):
    """What one event costs, of one form."""

    form: LossForm
    loss: Amount


class GivenSecondary(GivenLoss):
    """What an event costs with a probability, because others react."""

    probability: Share


class GivenScenario(Value):
    """One scenario of the file; its branches are those of ``risk.scenario.Scenario``."""

    name: Name
    lef: Events | None = None
    tef: Events | None = None
    contact: Events | None = None
    action: Share | None = None
    vulnerability: Share | None = None
    capability: Amount | None = None
    resistance: Amount | None = None
    state: Share | None = Field(default=None, description="share of the year, or of the units, in a bad state")
    units: float | None = Field(default=None, ge=0, le=1e12, description="how many are in that state by that share")
    primary: tuple[GivenLoss, ...] = Field(min_length=1)
    secondary: tuple[GivenSecondary, ...] = ()
    currency: Currency | None = None
    bearer: Bearer = Bearer.PRIVATE
    group: Name | None = None
    source: str = Field(default="", max_length=2000)
    assumed: bool = False

    def laws(self) -> Iterator[tuple[str, Law]]:
        """Yield every range with its field's path."""
        for field in _BRANCHES:
            if (law := getattr(self, field)) is not None:
                yield field, law
        for one in self.primary:
            yield f"primary.{one.form}", one.loss
        for other in self.secondary:
            yield f"secondary.{other.form}.probability", other.probability
            yield f"secondary.{other.form}", other.loss


class GivenShock(Value):
    """One cause that strikes several scenarios at once."""

    name: Name = "shock"
    rate: Events
    hits: Annotated[dict[str, Hit], Field(min_length=1)]


class GivenFactor(Value):
    """One level that multiplies the frequencies of its members for the whole year."""

    name: Name = "factor"
    level: Amount
    members: tuple[str, ...] = Field(min_length=1)


class GivenEffect(Value):
    """What a control takes away from one factor of some scenarios."""

    scenarios: tuple[str, ...] = Field(min_length=1)
    acts: Acts
    coverage: Share = Field(default=_WHOLE)
    reliability: Share = Field(default=_WHOLE)
    intended: Share


class GivenControl(Value):
    """Something that may be done; see ``risk.controls.Control``."""

    name: Name
    effects: tuple[GivenEffect, ...] = Field(min_length=1, max_length=50)
    once: Amount = Field(default=_NOTHING)
    per_year: Amount = Field(default=_NOTHING)
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    compulsory: str = Field(default="", max_length=200)
    delay_days: Amount = Field(default=_NOTHING)
    source: str = Field(default="", max_length=2000)
    assumed: bool = False

    def control(self) -> Control:
        """Return the control, its costs and its delay at their means."""
        effects = tuple(
            Effect(
                one.scenarios,
                one.acts,
                one.coverage.distribution(),
                one.reliability.distribution(),
                one.intended.distribution(),
            )
            for one in self.effects
        )
        return Control(
            self.name,
            effects,
            once=self.once.distribution().mean,
            per_year=self.per_year.distribution().mean,
            requires=self.requires,
            excludes=self.excludes,
            compulsory=self.compulsory,
            delay_days=self.delay_days.distribution().mean,
        )


class GivenRates(Value):
    """What one unit of other currencies is worth in that of the file, on a day."""

    day: date = Field(alias="date")
    source: str = Field(min_length=1, max_length=2000)
    values: dict[Currency, Annotated[float, Field(gt=0, le=1e6)]] = Field(min_length=1)


class Tolerance(Value):
    """A loss that may be exceeded in at most this share of years."""

    loss: float = Field(ge=0, le=1e15)
    chance: float = Field(ge=0, le=1)


class ScenarioFile(Value):
    """What a file of scenarios says."""

    format: Literal["fairmark.scenarios/1"] = Field(alias="schema")
    model: Literal["fairmark-fair/1"] = Field(default=MODEL, description="what the figures mean")
    currency: Currency
    price_year: int = Field(ge=2000, le=2100)
    scenarios: tuple[GivenScenario, ...] = Field(max_length=MAX_SCENARIOS)
    shocks: tuple[GivenShock, ...] = Field(default=(), max_length=100)
    factor: GivenFactor | None = None
    factors: tuple[GivenFactor, ...] = Field(default=(), max_length=20)
    rates: GivenRates | None = None
    controls: tuple[GivenControl, ...] = Field(default=(), max_length=500)
    horizon_years: float = Field(default=_HORIZON_YEARS, gt=0, le=100)
    tolerance: tuple[Tolerance, ...] = Field(default=(), max_length=50)

    def written(self) -> bytes:
        """Return the file as JSON that ``read_scenarios`` reads to the same values; what was left out stays out."""
        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(given | {"model": MODEL}, indent=2, ensure_ascii=False).encode() + b"\n"

    def portfolio(self) -> Portfolio:
        """Return the scenarios and what they have in common, for the engine, all in the file's currency."""
        return Portfolio(
            tuple(self._scenario(one) for one in self.scenarios),
            tuple(Shock(one.name, one.rate.distribution(), one.hits) for one in self.shocks),
            tuple(Factor(one.level.distribution(), one.members, one.name) for one in self.levels()),
        )

    def levels(self) -> tuple[GivenFactor, ...]:
        """Return every common factor, the single one first."""
        return (*([self.factor] if self.factor else []), *self.factors)

    def choice(self) -> Choice:
        """Return the portfolio with the controls that may be chosen for it."""
        return Choice(self.portfolio(), tuple(one.control() for one in self.controls), self.horizon_years)

    def _scenario(self, given: GivenScenario) -> Scenario:
        own = given.currency or self.currency
        rate = 1.0 if own == self.currency or self.rates is None else self.rates.values[own]
        branches = {field: law.distribution() for field in _BRANCHES if (law := getattr(given, field)) is not None}
        return Scenario(
            name=given.name,
            primary={one.form: scaled(one.loss.distribution(), rate) for one in given.primary},
            secondary=tuple(
                Secondary(x.probability.distribution(), scaled(x.loss.distribution(), rate), x.form)
                for x in given.secondary
            ),
            currency=self.currency,
            units=1.0 if given.units is None else given.units,
            **branches,
        )


_BRANCHES = ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance", "state")
_MODELS = (
    ScenarioFile,
    GivenScenario,
    GivenSecondary,
    GivenShock,
    GivenFactor,
    GivenControl,
    GivenEffect,
    GivenRates,
    Tolerance,
)
_FIELDS = sorted({field.alias or name for model in _MODELS for name, field in model.model_fields.items()})


def read_scenarios(text: bytes, name: str) -> ScenarioFile:
    """Return the scenarios that ``text`` (YAML) holds; ``name`` is the file's name, for messages.

    Raises:
        WrongUsageError: with every fault of the file, one a line.
    """
    if len(text) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint="Split it into several files.")
    data = read_mapping(text, name, hint=START)
    faults = list(contradictions(data))
    try:
        given = ScenarioFile.model_validate(data)
    except ValidationError as error:
        raise all_faults(name, [*listed(error, _FIELDS), *faults]) from None
    if faults:
        raise all_faults(name, faults)
    return given
