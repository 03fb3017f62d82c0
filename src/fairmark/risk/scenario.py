"""A FAIR scenario: how often it happens and what it costs, refused when it says two things at once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Distribution


class LossForm(StrEnum):
    """The six forms of loss of O-RT 3.0.1."""

    PRODUCTIVITY = "productivity"
    RESPONSE = "response"
    REPLACEMENT = "replacement"
    COMPETITIVE_ADVANTAGE = "competitive_advantage"
    FINES_AND_JUDGMENTS = "fines_and_judgments"
    REPUTATION = "reputation"


@dataclass(frozen=True, slots=True)
class Secondary:
    """A loss that follows an event with a probability, because others react.

    The probability is drawn anew for every event, independently of all else; of an uncertain one only the
    mean matters for the year.
    """

    probability: Distribution
    severity: Distribution
    form: LossForm

    def __post_init__(self) -> None:
        """Refuse a probability that may leave 0 to 1."""
        _require_share("secondary.probability", self.probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way to lose money, per year.

    How often, one of: ``lef`` (loss events); ``tef`` (threat events); ``contact`` (meetings)
    with ``action`` (the share that acts). With threat events or contacts also how often they
    succeed, one of: ``vulnerability`` (a share); ``capability`` of the threat with
    ``resistance`` of the device, on any common scale, where an event succeeds when the first
    exceeds the second.

    The primary losses of one event, by form, are independent and add up.

    Or no event at all: ``state`` is the share of the year, or of the ``units``, that is in a bad state; the primary
    loss is then what one unit costs in one year of it. See ``stock``.
    """

    name: str
    lef: Distribution | None = None
    tef: Distribution | None = None
    contact: Distribution | None = None
    action: Distribution | None = None
    vulnerability: Distribution | None = None
    capability: Distribution | None = None
    resistance: Distribution | None = None
    state: Distribution | None = None
    units: float = 1.0
    primary: Mapping[LossForm, Distribution] = field(default_factory=dict)
    secondary: tuple[Secondary, ...] = ()
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Refuse missing and doubled branches, naming the field."""
        if not self.name:
            raise WrongUsageError("name: a scenario needs one", hint="Say who does what to what.")
        if self.state is None:
            self._require_one_frequency()
            self._require_one_vulnerability()
        else:
            self._require_a_state_alone(self.state)
        if not self.primary:
            raise self._wrong("primary", "no loss is given", "Give at least one form of loss, a constant 0 if need be.")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise self._wrong("currency", f"{self.currency!r} is no currency code", "Use three letters, such as USD.")
        ordered = {form: self.primary[form] for form in sorted(self.primary)}
        object.__setattr__(self, "primary", MappingProxyType(ordered))

    def __reduce__(self) -> tuple[object, ...]:
        """Let scenarios travel to other processes, which a read-only mapping does not."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return _made, (values | {"primary": dict(self.primary)},)

    def _require_one_frequency(self) -> None:
        given = [name for name in ("lef", "tef", "contact", "action") if getattr(self, name) is not None]
        if given not in (["lef"], ["tef"], ["contact", "action"]):
            problem = f"{' and '.join(given)} given together" if given else "no frequency is given"
            if given in (["contact"], ["action"]):
                problem = f"{given[0]} alone is half a frequency"
            raise self._wrong(given[-1] if given else "lef", problem, "Give lef, or tef, or contact with action.")
        if self.action is not None:
            _require_share(f"{self.name}: action", self.action)

    def _require_one_vulnerability(self) -> None:
        given = [x for x in ("vulnerability", "capability", "resistance") if getattr(self, x) is not None]
        if self.lef is not None:
            if given:
                raise self._wrong(given[0], "given beside lef, which contains it", "Drop it, or give tef instead.")
            return
        if given not in (["vulnerability"], ["capability", "resistance"]):
            problem = f"{' and '.join(given)} given" if given else "how often threat events succeed is missing"
            raise self._wrong(
                given[0] if given else "vulnerability",
                problem,
                "Give vulnerability, or capability with resistance.",
            )
        if self.vulnerability is not None:
            _require_share(f"{self.name}: vulnerability", self.vulnerability)

    def _require_a_state_alone(self, state: Distribution) -> None:
        _require_share(f"{self.name}: state", state)
        if given := [name for name in _OF_EVENTS if getattr(self, name) is not None]:
            raise self._wrong(given[0], "given beside state, which is no event", "Make two scenarios of it.")
        if self.secondary:
            raise self._wrong("secondary", "a state has no events that others react to", "Make a scenario of it.")
        if len(self.primary) > 1 and state.support[0] < state.support[1]:
            raise self._wrong("primary", "several forms beside an uncertain state", "Give their sum as one form.")
        if not (math.isfinite(self.units) and self.units >= 0):
            raise self._wrong("units", f"{self.units} is no number of units", "Give 0 or more.")

    def _wrong(self, where: str, problem: str, hint: str) -> WrongUsageError:
        return WrongUsageError(f"{self.name}: {where}: {problem}", hint=hint)


_OF_EVENTS = ("lef", "tef", "contact", "action", "vulnerability", "capability", "resistance")


def _made(values: Mapping[str, Any]) -> Scenario:
    return Scenario(**values)


def _require_share(where: str, law: Distribution) -> None:
    if law.support[1] > 1:
        raise WrongUsageError(f"{where}: may exceed 1", hint="A share or probability lies between 0 and 1.")
