"""The reference camera in five conditions, and findings made by hand."""

from dataclasses import dataclass

from fairmark.model.device import Device, DeviceClass, Economics, Network
from fairmark.model.finding import Confidence, Finding, Reach, Severity

ECONOMICS = Economics(currency="USD", units_in_field=100_000, units_per_year=40_000, price=25, margin=0.3)
TEST = "penetration-test"


def finding(
    weakness: str,
    reach: Reach = Reach.EXPOSED,
    confidence: Confidence = Confidence.A,
    *,
    title: str = "",
    epss: float | None = None,
) -> Finding:
    """Return a finding of this weakness."""
    return Finding(
        rule=f"rule-{weakness}",
        weakness=weakness,
        capability="some-capability",
        title=title or f"found: {weakness}",
        severity=Severity.HIGH,
        confidence=confidence,
        reach=reach,
        epss=epss,
        fix="mend it",
        evidence=("ev-1",),
    )


def camera(network: Network | None = Network.INTERNET_EXPOSED, *, automatic: bool | None = False) -> Device:
    """Return the reference camera."""
    facts = {} if automatic is None else {"update.automatic": automatic}
    return Device(device_class=DeviceClass.CAMERA, network=network, economics=ECONOMICS, facts=facts)


FLAWS = (finding("default-password"), finding("service-telnet"), finding("no-auto-update"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of reference cases: what is priced, and what comes out elsewhere."""

    name: str
    device: Device
    findings: tuple[Finding, ...]
    in_place: tuple[str, ...]
    private: tuple[float, float, float]
    external: tuple[float, float, float]
    social: tuple[float, float, float]


# Mean, P50 and P95 of a plain simulation with two digits (mean of eight seeds of 40,000 years each).
ROWS = (
    Row("flawed", camera(), FLAWS, (), (80e3, 12e3, 0.19e6), (4.2e6, 1.6e6, 13e6), (4.3e6, 1.7e6, 14e6)),
    Row(
        "password and telnet fixed",
        camera(),
        (finding("no-auto-update"),),
        (),
        (46e3, 0.1e3, 90e3),
        (0.48e6, 27e3, 1.9e6),
        (0.53e6, 31e3, 2.2e6),
    ),
    Row(
        "fixed twin",
        camera(automatic=True),
        (),
        (TEST,),
        (35e3, 0.1e3, 58e3),
        (0.22e6, 23e3, 0.78e6),
        (0.26e6, 26e3, 0.98e6),
    ),
    Row(
        "flawed behind NAT",
        camera(Network.BEHIND_NAT),
        FLAWS,
        (),
        (62e3, 0.9e3, 0.14e6),
        (0.38e6, 0.12e6, 1.3e6),
        (0.44e6, 0.14e6, 1.6e6),
    ),
    Row(
        "fixed behind NAT",
        camera(Network.BEHIND_NAT, automatic=True),
        (),
        (TEST,),
        (34e3, 0.0, 47e3),
        (0.037e6, 5e3, 0.16e6),
        (0.071e6, 7e3, 0.25e6),
    ),
)
