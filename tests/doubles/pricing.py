"""A device settled, priced and planned in one call, as the journey does it step by step."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairmark.model.device import Device
from fairmark.model.finding import Finding
from fairmark.model.risk import Plan, Risk
from fairmark.risk.calibration import Calibration, load
from fairmark.risk.circumstances import settle
from fairmark.risk.plan import plan
from fairmark.risk.price import NODES, price


def priced(
    device: Device, findings: Sequence[Finding], calibration: Calibration, *, nodes: int = NODES, **known: Any
) -> Risk:
    """Price a device; ``known`` goes to ``settle``."""
    return price(settle(device, findings, calibration, **known), findings, calibration, nodes=nodes)


def planned(
    device: Device,
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]] | None = None,
    *,
    calibration: Calibration | None = None,
    admitted: Mapping[str, tuple[str, ...]] | None = None,
    **known: Any,
) -> Plan:
    """Plan for a device; ``known`` goes to ``settle``."""
    numbers = calibration or load()
    return plan(settle(device, findings, numbers, **known), findings, law or {}, numbers, admitted=admitted)
