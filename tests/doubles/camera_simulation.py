"""A plain Monte Carlo of the reference camera, written apart from the engine that it checks.

Every trial is one year: inputs are drawn once, events are counted, each event has a loss of
its own. It shares nothing with ``fairmark.risk`` but the ranges in ``calibration.yaml``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from fairmark.model.data import load_yaml

Floats = NDArray[np.float64]
Z95 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Camera:
    """One row of the table of reference cases."""

    reach: str = "reach-internet-exposed"
    unique_password: bool = False
    all_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """What happened in each simulated year."""

    private: Floats
    external: Floats
    bot_years: Floats

    @property
    def social(self) -> Floats:
        """Both sides of each year."""
        return self.private + self.external


class Draws:
    """Inputs by id, each drawn once per trial and then kept."""

    def __init__(self, trials: int, seed: int) -> None:
        self._laws = {
            entry["id"]: entry["distribution"] for entry in load_yaml("fairmark.risk", "calibration.yaml")["entries"]
        }
        self._trials = trials
        self._kept: dict[str, Floats] = {}
        self.rng = np.random.default_rng(seed)

    def __call__(self, name: str) -> Floats:
        if name not in self._kept:
            self._kept[name] = self.fresh(name, self._trials)
        return self._kept[name]

    def fresh(self, name: str, count: int) -> Floats:
        """Draw ``count`` independent values."""
        law = self._laws[name]
        low, high = law["low"], law["high"]
        if law["kind"] == "const":
            return np.full(count, float(low))
        if law["kind"] == "ln90":
            middle, spread = (np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / (2 * Z95)
            return np.exp(middle + spread * self.rng.standard_normal(count))
        if law["kind"] == "beta":
            a, b = _beta_through(low, high)
            return self.rng.beta(a, b, count)
        mode = law["mode"]
        a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        return low + (high - low) * self.rng.beta(a, b, count)

    def sums(self, name: str, counts: NDArray[np.int64]) -> Floats:
        """Sum ``counts[i]`` independent losses for each trial ``i``."""
        owner = np.repeat(np.arange(self._trials), counts)
        return np.bincount(owner, weights=self.fresh(name, owner.size), minlength=self._trials)


def _beta_through(low: float, high: float) -> tuple[float, float]:
    def misfit(logs: Floats) -> Floats:
        a, b = np.exp(logs)
        return stats.beta.cdf([low, high], a, b) - np.array([0.05, 0.95])

    middle = (low + high) / 2
    strength = middle * (1 - middle) / ((high - low) / 3.3) ** 2
    found = optimize.root(misfit, np.log([middle * strength, (1 - middle) * strength]), tol=1e-12)
    a, b = np.exp(found.x)
    return float(a), float(b)


def simulate(camera: Camera, *, trials: int, seed: int) -> Years:
    """Live through ``trials`` years of 100,000 reference cameras."""
    of = Draws(trials, seed)
    rng, units, price = of.rng, of("ref-units"), of("ref-price")
    reach, keeps, k = of(camera.reach), of("v-keeps-default"), of("v-kev-exposed-unpatched")
    v = of("v-default-exposed-year") * (of("effect-unique-password") if camera.unique_password else 1.0)
    lost = reach * keeps * v
    flaw_rate = of("tef-mass-flaw") * (of("effect-pentest") if camera.all_fixed else 1.0)
    flaw = rng.poisson(flaw_rate) > 0
    lost2 = flaw * reach * (1 - keeps * v) * k
    unpatched = _share_of_time_unpatched(of, automatic=camera.all_fixed)
    bot_years = units * of("stock-default-exposed") * (lost + lost2 * unpatched)
    harm = of("loss-ddos-per-bot-year") + of("loss-owner-per-bot-year") + of("loss-isp-care-per-bot-year")
    watched = rng.poisson(units * (lost + lost2) * of("share-camera-intrusion"))
    accounts = rng.poisson(units * of("tef-account-takeover") * of("share-camera-intrusion"))
    seen = of.sums("loss-camera-intrusion", watched) + of.sums("loss-camera-intrusion", accounts)
    bricking = of("tef-bricking-fixed" if camera.unique_password else "tef-bricking-vulnerable")
    weak = reach * k * unpatched * of("brick-fixed-share") if camera.unique_password else reach * keeps
    dead = (rng.poisson(bricking) > 0) * units * weak * of("v-brick-share")
    warranty = of("loss-warranty-share") * of("loss-replace-unit") * price
    calls = of("slef-support-contact-brick") * of("loss-support-contact")
    support = units * (lost + lost2) * of("slef-support-contact") * of("loss-support-contact")
    publicity = of("tef-publicity-fixed" if camera.unique_password else "tef-publicity-default")
    press = rng.poisson(publicity) + flaw * (rng.random(trials) < of("slef-publicity-mass-flaw"))
    claims, orders, recalls = _consequences(of, press, units, price)
    sales = np.minimum(press, 1) * of("loss-sales-drop") * of("ref-sales-year") * price * of("ref-margin")
    cloud = rng.poisson(-np.log1p(-of("tef-cloud-breach-org")))
    response = of.sums("loss-incident-sme", press) + of.sums("loss-incident-sme", cloud)
    private = dead * (warranty + calls) + support + response + claims + orders + recalls + sales
    transfers = claims * of("transfer-share-claims") + sales * of("transfer-share-lost-sales")
    external = bot_years * harm + seen + dead * of("loss-brick-owner") - transfers
    return Years(private=private, external=external, bot_years=bot_years)


def _share_of_time_unpatched(of: Draws, *, automatic: bool) -> Floats:
    if not automatic:
        return 1 - of("v-patched-manual") * of("patched-manual-year-share")
    takers = of("v-patched-auto")
    return (1 - takers) + takers * np.minimum(1, (of("v-maker-fix-days") + of("rollout-lag-days")) / of("days-year"))


def _consequences(of: Draws, press: NDArray[np.int64], units: Floats, price: Floats) -> tuple[Floats, Floats, Floats]:
    def happens(chance: Floats) -> NDArray[np.bool_]:
        return of.rng.random(chance.size) < 1 - (1 - chance) ** press

    claims = units * of("share-claimants") * of("loss-per-affected-person")
    recall = units * of("loss-recall-return-share") * price * of("loss-recall-multiple")
    return (
        happens(of("slef-class-action") * of("slef-claim-success")) * claims,
        happens(of("slef-regulator")) * of("loss-order-compliance"),
        happens(of("slef-recall")) * recall,
    )
