"""An assessment whose money is that of the reference camera: priced and planned as the journey does it."""

from functools import cache

from fairmark.model.assessment import Assessment
from fairmark.risk.calibration import load
from tests.doubles import assessments as given
from tests.doubles.cameras import FLAWS, camera
from tests.doubles.pricing import planned, priced

LAW = {FLAWS[0].id: ("psti 1-2",)}


@cache
def assessment() -> Assessment:
    """The flawed camera; the law asks for passwords of their own."""
    device = camera(None)
    money = {"risk": priced(device, FLAWS, load(), nodes=64), "plan": planned(device, FLAWS, LAW)}
    return given.assessment().model_copy(update=money)
