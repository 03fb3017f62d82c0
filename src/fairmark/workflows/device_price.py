"""What the price takes a device to be, and whether an older assessment has the price already.

A price follows from three things: what the device is taken to be, what the findings say (which weakness, how near an
attacker), and the calibration. Where all three are those of an older assessment, and code and rules too, it is taken
over: most of the time of an assessment without much to read goes into it.
"""

from collections.abc import Sequence

from fairmark.model.device import Device
from fairmark.model.finding import Finding, Observation
from fairmark.model.risk import Risk
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import ExchangeRate, Settled, settle
from fairmark.risk.price import repeated
from fairmark.risk.weaknesses import read
from fairmark.workflows.carried import Older


def settled_of(
    device: Device,
    findings: Sequence[Finding],
    observations: Sequence[Observation],
    calibration: Calibration,
    *,
    examined: bool,
) -> Settled:
    """Return what the price takes a device to be; ``examined``: an image was opened and searched."""
    given = device.economics
    rate = ExchangeRate(given.usd_rate, str(given.usd_rate_date or "no date given")) if given.usd_rate else None
    return settle(
        device,
        findings,
        calibration,
        examined=examined,
        observations=observations,
        in_place=device.controls,
        rate=rate,
    )


def older_price(
    older: Older, device: Device, digest: str, settled: Settled, findings: Sequence[Finding], calibration: Calibration
) -> Risk | None:
    """Return the price of an older assessment of the same tool, if this build has the same.

    Args:
        older: the assessment; its caller vouches for tool and rules.
        device: the profile of this build.
        digest: SHA-256 of the file it is from. The older profile was written with nine digits, so both are compared.
        settled: what the price takes this build to be.
        findings: of this build.
        calibration: the numbers.
    """
    then = older.assessment
    if (then.inputs.device, then.inputs.calibration, then.device) != (digest, calibration.digest, device):
        return None
    was = settled_of(then.device, then.findings, then.observations, calibration, examined=bool(then.image.sha256))
    if was != settled or read(then.findings) != read(findings):
        return None
    return repeated(then.risk, settled, findings, calibration)
