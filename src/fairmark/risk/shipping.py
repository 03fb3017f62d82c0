"""Ship now, or wait for the fix: what the units of the meantime cost either way.

Waiting costs the maker the margin of what is not sold for ``delay_days``; rivals earn a share of it. Shipping puts
units in the field that keep the weakness until something ends it:

- a measure of the organisation (a desk, a policy, a file) serves every unit from the day it is there;
- what is built into each unit (a password, a key, a chip: its control has a cost per unit) never reaches one that
  was sold: it keeps the weakness until it is replaced;
- anything else comes with an update, to the share of units that take it; the rest keep the weakness until replaced.

Each of those units bears its part of what the control saves a fleet. Where a law forbids shipping without the
control, that is said first, and neither amount is a reason to ship.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.model.device import DeviceClass
from fairmark.model.risk import Estimate, Shipping
from fairmark.model.vocabulary import vocabulary
from fairmark.numerics.distributions import Floats
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Circumstances
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import Signals

ORGANISATION = frozenset(
    {"conformity-assessment", "disclosure-policy", "patch-desk", "sbom-watch", "state-support-period"}
)
_EMBEDDED = (DeviceClass.INDUSTRIAL_GATEWAY, DeviceClass.MEDICAL_SENSOR)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a control saves a fleet in a year: means, and the values at the nodes for their range."""

    private: float
    external: float
    private_at_nodes: Floats
    external_at_nodes: Floats


def ship_or_wait(
    control: str, law: Sequence[str], saved: Saved, now: Circumstances, signals: Signals, calibration: Calibration
) -> Shipping:
    """Price shipping now against waiting for one control.

    Args:
        control: what would be waited for.
        law: provisions that forbid shipping without it.
        saved: by the control, on top of those before it.
        now: the device.
        signals: what was found.
        calibration: the numbers.
    """
    inputs = Inputs(calibration, saved.private_at_nodes.size)
    year = calibration.entry("days-year").mean
    wait = calibration.entry(vocabulary().controls[control].delay_days)
    days = Estimate(mean=wait.mean, range=(float(wait.law.quantile(0.05)), float(wait.law.quantile(0.95))))
    years = tuple(value / year for value in (days.range[0], days.mean, days.range[1]))
    earned = now.sales * now.price * now.margin
    gain = calibration.entry("transfer-share-lost-sales").law
    exposed = np.stack([_exposed(control, inputs, now, signals, each) for each in years])
    return Shipping(
        control=control,
        forbidden_by=tuple(law),
        delay_days=days,
        units=now.sales * years[1],
        exposed_years=float(exposed[1].mean()),
        wait=Estimate(mean=earned * years[1], range=(earned * years[0], earned * years[2])),
        wait_others_gain=Estimate(
            mean=earned * years[1] * gain.mean,
            range=(earned * years[0] * float(gain.quantile(0.05)), earned * years[2] * float(gain.quantile(0.95))),
        ),
        ship_private=_of_units(saved.private, saved.private_at_nodes, now, years, exposed),
        ship_external=_of_units(saved.external, saved.external_at_nodes, now, years, exposed),
    )


def _exposed(control: str, inputs: Inputs, now: Circumstances, signals: Signals, delay: float) -> Floats:
    """Years for which a unit that is sold during the delay keeps the weakness, at every node."""
    until_ready = np.full(inputs.count, delay / 2.0)
    if control in ORGANISATION:
        return until_ready
    low, high = inputs.calibration.classes[now.device_class].service_years
    service = float(np.sqrt(low * high))
    if vocabulary().controls[control].cost.per_unit is not None:
        return np.full(inputs.count, service)
    if now.automatic or "automatic-updates" in now.controls:
        taken, lag = inputs["v-patched-auto"], inputs["rollout-lag-days"] / inputs["days-year"]
    elif signals.has("no-update-path"):
        taken, lag = np.zeros(1), np.zeros(1)
    else:
        taken = inputs["v-patched-embedded" if now.device_class in _EMBEDDED else "v-patched-manual"]
        lag = 1.0 - inputs["patched-manual-year-share"]
    return np.asarray(taken * np.minimum(service, until_ready + lag) + (1.0 - taken) * service)


def _of_units(mean: float, at_nodes: Floats, now: Circumstances, years: Sequence[float], exposed: Floats) -> Estimate:
    """Loss by the units sold meanwhile; the ends also have the delay at its 5 and 95 % point."""
    if now.units == 0:
        return Estimate(mean=0.0, range=(0.0, 0.0))
    low, middle, high = (
        at_nodes / now.units * now.sales * each * years_of for each, years_of in zip(years, exposed, strict=True)
    )
    drawn = float(at_nodes.mean())
    scale = mean / drawn if drawn else 1.0
    return Estimate(
        mean=float(middle.mean()) * scale, range=(float(np.quantile(low, 0.05)), float(np.quantile(high, 0.95)))
    )
