"""How units are lost: who can reach them, which ways in are open, and for how long.

A device can be lost only once until it is cleaned, so ways in compete: they combine as
1 - product(1 - p) and never add up. ``lost`` are the units under foreign control in an ordinary
year, ``lost_more`` those a mass-exploited flaw of the model adds, all at once, when it comes.

Names in quotation marks are entries of the calibration. Every array has one value per node.
"""

from dataclasses import dataclass

import numpy as np

from fairmark.model.device import DeviceClass, Network
from fairmark.model.finding import Reach
from fairmark.numerics.distributions import Floats
from fairmark.risk.circumstances import UNSIGNED, Circumstances
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import EFFECTS, Counts, Signals

Factor = Floats | float
MOST_SERVICES = 5.0
"""Largest multiplier on "tef-mass-flaw" from services that nobody declared."""


@dataclass(frozen=True, slots=True)
class Compromise:
    """Shares of the fleet and chances, at each node."""

    reach: Floats
    lost: Floats
    lost_more: Floats
    flaw: Floats
    unpatched: Floats
    weak_password: Floats
    known_flaw: Floats
    keeps: Floats
    named: Floats


class Ways:
    """The numbers behind one device: inputs at the nodes, weighed by what was found and what is in place."""

    def __init__(self, inputs: Inputs, now: Circumstances, signals: Signals) -> None:
        self.of = inputs
        self.now = now
        self.signals = signals
        self.reach = self._reach()

    def left(self, control: str, effect: str) -> Factor:
        """Return what a control leaves: its effect where it is in place, else 1."""
        return self.of[effect] if control in self.now.controls else 1.0

    def weight(self, *weaknesses: str) -> Factor:
        """Return the weight of the nearest finding of these weaknesses; 0 if there is none."""
        found = [w for w in weaknesses if w in self.signals.nearest]
        if not found:
            return 0.0
        weights = [self.weight_at(EFFECTS[w].counts, self.signals.nearest[w]) for w in found]
        return np.maximum.reduce(np.broadcast_arrays(*weights)) if len(weights) > 1 else weights[0]

    def weight_at(self, counts: Counts, reach: Reach) -> Factor:
        """Return the weight of a finding by how near an attacker it lies (see ``weaknesses``)."""
        if counts is Counts.CARRIED or reach is Reach.EXPOSED:
            return 1.0
        if reach is not Reach.STARTED:
            return self.of["reach-linked-share"]
        if counts is Counts.CLIENT or self.now.network is not Network.INTERNET_EXPOSED:
            return 1.0
        return np.minimum(1.0, self.of["tef-lateral-home"] / np.maximum(self.reach, 1e-12))

    def _reach(self) -> Floats:
        match self.now.network:
            case Network.INTERNET_EXPOSED:
                return self.of["reach-internet-exposed"]
            case Network.BEHIND_NAT:
                return self.of["reach-behind-nat"]
            case Network.LOCAL:
                return self.of["reach-local"]
            case Network.NONE | Network.ISOLATED:
                return self.of["reach-isolated"]


def compromise(ways: Ways) -> Compromise:
    """Reckon how units are lost."""
    of, reach = ways.of, ways.reach
    unpatched, named = _unpatched(ways)
    password, keeps, success = _password(ways)
    known = _known_flaw(ways)
    of_kev = of["v-kev-exposed-unpatched"] * unpatched
    closed: Factor = 1.0 - success
    for chance in (*_logins(ways), known * of_kev, _other_flaws(ways, unpatched)):
        closed = closed * (1.0 - chance)
    path = _path(ways)
    lost = 1.0 - (1.0 - reach * (1.0 - closed)) * (1.0 - path)
    taken = np.minimum(1.0, of["v-kev-exposed-unpatched"] * _success_multiplier(ways)) if ways.now.remote else 0.0
    return Compromise(
        reach=reach,
        lost=np.atleast_1d(lost),
        lost_more=np.atleast_1d(reach * closed * taken),
        flaw=_mass_flaw(ways),
        unpatched=np.atleast_1d(unpatched),
        weak_password=np.atleast_1d(np.asarray(password, dtype=np.float64)),
        known_flaw=np.atleast_1d(np.asarray(known, dtype=np.float64)),
        keeps=np.atleast_1d(keeps),
        named=np.atleast_1d(named),
    )


def _password(ways: Ways) -> tuple[Factor, Floats, Floats]:
    """Return the weight of a common password, the share of owners that keep it, and the chance it lets somebody in.

    Where the absence of one is not proven, the share of devices with a guessable credential stands in
    for both. A model without a common password is left with "effect-unique-password" of the chance.
    """
    of, now = ways.of, ways.now
    found = ways.signals.has("default-password", "empty-password")
    weight: Factor = 0.0
    keeps = of["v-keeps-default"] * ways.left("forced-password-change", "effect-forced-password-change")
    if "unique-passwords" not in now.controls:
        weight = ways.weight("default-password", "empty-password")
        if not found and not now.proven:
            weight, keeps = of["v-weak-credential-prior"], np.ones(1)
    chance = keeps * of["v-default-exposed-year"]
    if isinstance(weight, float) and weight == 1.0:
        return weight, keeps, chance * _without_telnet(ways)
    rest = of["effect-unique-password"]
    return weight, keeps, chance * (weight * np.maximum(_without_telnet(ways), rest) + (1.0 - weight) * rest)


def _without_telnet(ways: Ways) -> Factor:
    """Share of the password's chance that is left when telnet is gone: what does not go through telnet, and a rest."""
    if "remove-telnet" not in ways.now.controls:
        return 1.0
    through = ways.of["tef-telnet-share"]
    return 1.0 - through * (1.0 - ways.of["effect-telnet-removed"])


def _logins(ways: Ways) -> tuple[Factor, ...]:
    """Chances of the other ways in by login, for a reachable unit."""
    of, left, weight = ways.of, ways.left, ways.weight
    chances: list[Factor] = []
    own = left("unique-passwords", "effect-unique-password")
    if ways.signals.has("service-telnet"):
        gone = left("remove-telnet", "effect-telnet-removed")
        chances.append(weight("service-telnet") * of["v-telnet-unique"] * gone)
    if ways.signals.has("derivable-password"):
        changed = own * left("forced-password-change", "effect-forced-password-change")
        chances.append(weight("derivable-password") * of["v-derivable-password"] * changed)
    if ways.signals.has("weak-password-hash"):
        recovered = of["tef-hash-sought"] * of["v-weak-hash"] * left("strong-hash", "effect-strong-hash")
        works = of["v-keeps-default"] * of["v-default-exposed-year"]
        chances.append(weight("weak-password-hash") * recovered * works * own)
    if ways.signals.has("no-rate-limit"):
        chosen = (1.0 - of["v-keeps-default"]) * left("rate-limit", "effect-rate-limit")
        chances.append(weight("no-rate-limit") * of["v-brute-no-limit"] * chosen)
    if ways.signals.has("missing-authentication"):
        open_ones = of["v-missing-authentication"] * left("add-authentication", "effect-add-authentication")
        chances.append(weight("missing-authentication") * open_ones)
    return tuple(chances)


def _known_flaw(ways: Ways) -> Factor:
    if not ways.signals.has("kev-cve-exposed"):
        return 0.0
    return ways.weight("kev-cve-exposed") * ways.left("patch-kev", "effect-patch-kev")


def _other_flaws(ways: Ways, unpatched: Floats) -> Factor:
    """Chance that a reachable, unpatched unit falls to any of the other known flaws.

    EPSS is the chance within 30 days that a flaw is exploited anywhere: a year has 1 - (1 - EPSS)^12
    at most. A flaw without a score counts with the share of all flaws that are ever exploited.
    """
    if not ways.signals.flaws:
        return 0.0
    hit = ways.of["v-epss-prevalence"] * unpatched * ways.left("patch-cve", "effect-patch-cve")
    closed: Factor = 1.0
    for reach, epss in ways.signals.flaws:
        anywhere = ways.of["v-cve-ever-exploited"] if epss is None else 1.0 - (1.0 - epss) ** 12
        closed = closed * (1.0 - np.minimum(1.0, ways.weight_at(Counts.SERVICE, reach) * anywhere * hit))
    return 1.0 - closed


def _path(ways: Ways) -> Factor:
    """Chance per unit that somebody on its line takes it: through an update, or with a key of the model."""
    if not ways.now.remote:
        return 0.0
    of, left = ways.of, ways.left
    closed: Factor = 1.0
    if ways.signals.has(*UNSIGNED, "no-rollback-guard"):
        refused: Factor = 1.0
        if ways.signals.has(*UNSIGNED):
            refused = 1.0 - of["v-unsigned-update"] * left("signed-updates", "effect-signed-update")
        if ways.signals.has("no-rollback-guard"):
            old = of["v-no-rollback"] * of["v-kev-exposed-unpatched"] * left("anti-rollback", "effect-anti-rollback")
            refused = refused * (1.0 - old)
        on_path = np.minimum(1.0, of["tef-update-path-mitm"] * left("tls", "effect-tls"))
        closed = 1.0 - on_path * (1.0 - refused)
    if ways.signals.has("private-key-in-image", "shared-key"):
        opened = of["v-private-key-in-image"] * left("per-device-keys", "effect-per-device-keys")
        closed = closed * (1.0 - np.minimum(1.0, of["tef-network-position"]) * opened)
    return 1.0 - closed


def _unpatched(ways: Ways) -> tuple[Floats, Floats]:
    """Return the share of time for which a unit is open to a mass-exploited flaw, and the chance the maker is named."""
    of = ways.of
    automatic = ways.now.automatic or "automatic-updates" in ways.now.controls
    late = _late_days(ways)
    if automatic:
        taken = of["v-patched-auto"]
        days = of["v-maker-fix-days"] * ways.left("patch-desk", "effect-patch-desk") + of["rollout-lag-days"] + late
        still: Factor = (1.0 - taken) + taken * np.minimum(1.0, days / of["days-year"])
    elif ways.signals.has("no-update-path"):
        still = np.ones(1)
    else:
        embedded = (DeviceClass.INDUSTRIAL_GATEWAY, DeviceClass.MEDICAL_SENSOR)
        taken = of["v-patched-embedded" if ways.now.device_class in embedded else "v-patched-manual"]
        in_time = np.maximum(0.0, 1.0 - late / of["days-year"])
        still = 1.0 - taken * of["patched-manual-year-share"] * in_time
    named = of["slef-publicity-mass-flaw"]
    if ways.signals.has("no-disclosure-policy"):
        early = of["slef-uncoordinated"] * ways.left("disclosure-policy", "effect-disclosure-policy")
        still, named = still + early * (1.0 - still), named + early * (1.0 - named)
    return np.asarray(still), np.asarray(named)


def _late_days(ways: Ways) -> Factor:
    """Extra days until a fix: the maker learns late that it is concerned, or nobody sees the compromise."""
    days: Factor = 0.0
    if ways.signals.has("no-sbom", "end-of-life-component", "slow-fix"):
        weight = ways.weight("no-sbom", "end-of-life-component", "slow-fix")
        desk = ways.left("patch-desk", "effect-patch-desk")
        days = days + weight * ways.of["v-no-sbom-days"] * ways.left("sbom-watch", "effect-sbom-watch") * desk
    if ways.signals.has("no-logging"):
        days = days + ways.of["v-no-logging-days"] * ways.left("security-logging", "effect-security-logging")
    return days


def _mass_flaw(ways: Ways) -> Floats:
    """Chance that a flaw of the model is mass-exploited within the year: one draw for all units."""
    if not ways.now.remote:
        return np.zeros(1)
    of, left = ways.of, ways.left
    tested = left("penetration-test", "effect-pentest")
    rate = of["tef-mass-flaw"] * tested * _service_multiplier(ways) * _support_multiplier(ways)
    if ways.signals.has("unsafe-input"):
        mended = left("fix-input", "effect-fix-input") * left("binary-hardening", "effect-binary-hardening")
        rate = np.maximum(rate, ways.weight("unsafe-input") * of["tef-unsafe-input"] * mended * tested)
    return np.asarray(-np.expm1(-rate))


def _service_multiplier(ways: Ways) -> Factor:
    count: Factor = 1.0 if ways.signals.has("undeclared-connectivity") else 0.0
    for reach in ways.signals.open_services:
        count = count + ways.weight_at(Counts.SERVICE, reach)
    if isinstance(count, float) and count == 0.0:
        return 1.0
    each = _tempered(ways.of["v-undeclared-service"], ways.left("close-services", "effect-close-services"))
    return np.minimum(MOST_SERVICES, each**count)


def _support_multiplier(ways: Ways) -> Factor:
    if not ways.signals.has("end-of-life-component", "no-support-period"):
        return 1.0
    weight = ways.weight("end-of-life-component", "no-support-period")
    mended: list[tuple[str, str]] = [
        ("replace-eol-component", "effect-replace-eol-component"),
        ("state-support-period", "effect-state-support-period"),
    ]
    left: Factor = 1.0
    for control, effect in mended:
        left = left * ways.left(control, effect)
    return _tempered(ways.of["v-eol-component"], weight * left)


def _success_multiplier(ways: Ways) -> Factor:
    """Multiply the success of a mass-exploited flaw: missing hardening, rights of root, files that all may write."""
    multiplier: Factor = 1.0
    for weakness, name, control, effect in (
        ("unhardened-daemon", "v-unhardened-daemon", "binary-hardening", "effect-binary-hardening"),
        ("root-daemon", "v-root-daemon", "drop-privileges", "effect-drop-privileges"),
        ("world-writable", "v-world-writable", "file-permissions", "effect-file-permissions"),
    ):
        if ways.signals.has(weakness):
            multiplier = multiplier * _tempered(ways.of[name], ways.weight(weakness) * ways.left(control, effect))
    return multiplier


def _tempered(multiplier: Floats, share: Factor) -> Floats:
    """Let a multiplier act in a share only: 1 + (m - 1) share."""
    return 1.0 + (multiplier - 1.0) * share
