"""The model of one device model in the field for one year: what happens, and what each happening costs whom.

``terms`` turns circumstances and findings into rates, chances and amounts at every outer node;
``means`` adds them up, scenario by scenario, without any sampling; ``year`` builds the law of the
year from the same terms. The equations are those printed in ``SCENARIOS``.

Three kinds of loss. *Stock*: a share of time under foreign control, a plain amount once the inputs
are known. *Shock*: it happens to the whole model or not (a mass-exploited flaw, a bricking campaign,
a taken update server, being named in public). *Events*: Poisson counts with a loss drawn for each.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fairmark.model.device import DeviceClass
from fairmark.numerics.distributions import Floats
from fairmark.risk.circumstances import UNSIGNED, Circumstances
from fairmark.risk.compromise import Compromise, Factor, Ways, compromise
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import BOTS, BRICKING, CLOUD, FRAUD, PUBLIC, TAKEOVER, Signals

MODEL = "fairmark-fleet/1"
RESPONSE, INTRUSION, READ = "loss-incident-sme", "loss-camera-intrusion", "loss-personal-data-read"
Pair = tuple[Floats, Floats]
"""A value without and with the mass-exploited flaw."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way in which a device costs money."""

    title: str
    equation: str

    @property
    def inputs(self) -> frozenset[str]:
        """Names in the equation that may be entries of the calibration."""
        return frozenset(re.findall(r"[a-z]+(?:-[a-z]+)+", self.equation)) | {"reach-isolated"}


SCENARIOS: Mapping[str, Scenario] = {
    BOTS: Scenario(
        "Units recruited into a botnet",
        "lost = reach x v-keeps-default x v-default-exposed-year, with the other ways in as 1 - product(1 - p); "
        "lost2 = flaw x reach x (1 - taken) x v-kev-exposed-unpatched, flaw = [Poisson(tef-mass-flaw) > 0]; "
        "bot-years = units x stock-default-exposed x (lost + lost2 x unpatched), "
        "unpatched = 1 - v-patched-manual x patched-manual-year-share or, with automatic updates, "
        "(1 - v-patched-auto) + v-patched-auto x (v-maker-fix-days + rollout-lag-days) / days-year. "
        "External: bot-years x (loss-ddos-per-bot-year + loss-owner-per-bot-year + loss-isp-care-per-bot-year). "
        "Private: units x (lost + lost2) x slef-support-contact x loss-support-contact. "
        "reach is reach-internet-exposed, reach-behind-nat, reach-local or reach-isolated",
    ),
    TAKEOVER: Scenario(
        "Camera, microphone or data in foreign hands",
        "Events: Poisson(units x (lost + lost2) x share-camera-intrusion) and "
        "Poisson(units x tef-account-takeover x share-camera-intrusion), each loss-camera-intrusion; "
        "Poisson(units x reads), each loss-personal-data-read, reads = tef-network-position x v-weak-tls "
        "+ tef-physical-access x (v-debug-interface, v-secret-storage-plain, v-no-secure-boot) + tef-second-hand-data",
    ),
    BRICKING: Scenario(
        "Units destroyed in the field",
        "Shocks: [Poisson(tef-bricking-vulnerable or tef-bricking-fixed) > 0] x units x weak x v-brick-share, "
        "weak = reach x v-keeps-default or reach x v-kev-exposed-unpatched x unpatched x brick-fixed-share; "
        "[Poisson(tef-update-server-takeover) > 0] x units x polling share x v-unsigned-update x v-brick-share. "
        "Private, per dead unit: loss-warranty-share x loss-replace-unit x price + slef-support-contact-brick x "
        "loss-support-contact. External: loss-brick-owner",
    ),
    FRAUD: Scenario(
        "Tampering by or for the owner",
        "units x tef-meter-tampering x loss-meter-fraud; behind locked ports x v-physical-hardened / v-physical-open",
    ),
    CLOUD: Scenario(
        "Cloud or credential abuse at the maker",
        "Events: Poisson(-ln(1 - tef-cloud-breach-org) - ln(1 - tef-hardcoded-secret)), each loss-incident-sme",
    ),
    PUBLIC: Scenario(
        "Publicity, regulator, claims and recall",
        "press M = Poisson(tef-publicity-default or tef-publicity-fixed) + [flaw] Bernoulli(slef-publicity-mass-flaw). "
        "M losses of loss-incident-sme; once a year with chance 1 - (1 - p)^M: order (slef-regulator) "
        "loss-order-compliance, class action (slef-class-action x slef-claim-success) units x share-claimants x "
        "loss-per-affected-person, recall (slef-recall) units x loss-recall-return-share x price x "
        "loss-recall-multiple; min(M, 1) x loss-sales-drop x sales x price x margin; "
        "[slef-no-file] x delay-conformity-assessment / days-year x sales x price x margin. "
        "Off external, as transfers: class action x transfer-share-claims, lost sales x transfer-share-lost-sales",
    ),
}


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that happens to the whole model with a chance, and its amounts."""

    chance: Floats
    private: Floats
    external: Floats


@dataclass(frozen=True, slots=True)
class Consequence:
    """What may follow once a year when the maker is named: each publication brings it with ``chance``."""

    chance: Floats
    amount: Floats
    transfer: Floats


@dataclass(frozen=True, slots=True)
class Terms:
    """Rates, chances and amounts at the nodes. Arrays have one value per node, or one for all."""

    count: int
    flaw: Floats
    bot_years: Pair
    harm: Floats
    support: Pair
    intrusions: Pair
    accounts: Floats
    reads: Floats
    blows: tuple[Blow, ...]
    tampering: Floats
    cloud: Floats
    publicity: Floats
    named: Floats
    order: Consequence
    claims: Consequence
    recall: Consequence
    sales: Consequence
    stop: Consequence


def terms(inputs: Inputs, now: Circumstances, signals: Signals) -> Terms:
    """Reckon all terms of the year at every node."""
    ways = Ways(inputs, now, signals)
    lost = compromise(ways)
    of = inputs
    both = (lost.lost, lost.lost + lost.lost_more)
    stock = of["stock-default-exposed"] * ways.left("walled-garden", "effect-walled-garden")
    open_share = (lost.lost, lost.lost + lost.lost_more * lost.unpatched)
    call = of["slef-support-contact"] * of["loss-support-contact"]
    watched = of["share-camera-intrusion"] if now.watched else np.zeros(1)
    account = now.remote and now.watched and now.accounts
    taken = of["tef-account-takeover"] * ways.left("mfa", "effect-mfa") if account else np.zeros(1)
    order, claims, recall, sales = _public(ways)
    return Terms(
        count=inputs.count,
        flaw=lost.flaw,
        bot_years=(now.units * stock * open_share[0], now.units * stock * open_share[1]),
        harm=_harm(ways),
        support=(now.units * both[0] * call, now.units * both[1] * call),
        intrusions=(now.units * both[0] * watched, now.units * both[1] * watched),
        accounts=now.units * taken * watched,
        reads=now.units * _reads(ways),
        blows=_blows(ways, lost),
        tampering=np.atleast_1d(now.units * _tampered(ways)),
        cloud=_cloud(ways),
        publicity=_publicity(ways, lost),
        named=lost.named,
        order=order,
        claims=claims,
        recall=recall,
        sales=sales,
        stop=_stop(ways),
    )


def _harm(ways: Ways) -> Floats:
    """Loss per bot-year to others; nothing for kinds of device that cannot send an attack."""
    of = ways.of
    if not ways.now.attacks_others:
        return np.zeros(1)
    attack = of["loss-ddos-per-bot-year"] * ways.left("egress-profile", "effect-mud-egress")
    return np.asarray(attack + of["loss-owner-per-bot-year"] + of["loss-isp-care-per-bot-year"])


def _reads(ways: Ways) -> Floats:
    """Events per unit and year in which somebody reads personal data: on the line, in the hand, second-hand."""
    of, left, has = ways.of, ways.left, ways.signals.has
    rate = np.zeros(1)
    if not ways.now.personal:
        return rate
    if ways.now.remote and has("weak-tls", "personal-data-plain"):
        seen = ways.weight("weak-tls", "personal-data-plain") * of["v-weak-tls"] * left("tls", "effect-tls")
        rate = rate + of["tef-network-position"] * seen
    held: Factor = 1.0
    if has("debug-interface", "physical-port-open"):
        held = held * (1.0 - of["v-debug-interface"] * left("close-debug", "effect-close-debug"))
    if has("secret-storage-plain"):
        stored = left("encrypt-storage", "effect-encrypt-storage") * left("secure-element", "effect-secure-element")
        held = held * (1.0 - of["v-secret-storage-plain"] * stored)
    if has("no-secure-boot"):
        held = held * (1.0 - of["v-no-secure-boot"] * left("secure-boot", "effect-secure-boot"))
    if not isinstance(held, float):
        rate = rate + of["tef-physical-access"] * (1.0 - held)
    if has("no-data-deletion"):
        rate = rate + of["tef-second-hand-data"] * left("factory-reset", "effect-factory-reset")
    return np.asarray(rate)


def _blows(ways: Ways, lost: Compromise) -> tuple[Blow, ...]:
    """Return the bricking campaign and, for updates that are not authenticated, the taken update server."""
    of, now = ways.of, ways.now
    warranty = of["loss-warranty-share"] * of["loss-replace-unit"] * now.price
    private = warranty + of["slef-support-contact-brick"] * of["loss-support-contact"]
    dead, blows = of["v-brick-share"] * now.units, []
    if not now.cut_off:
        share = 1.0 - (1.0 - lost.weak_password) * (1.0 - lost.known_flaw)
        rate = _between(ways, share, "tef-bricking-vulnerable", "tef-bricking-fixed")
        patch = of["v-kev-exposed-unpatched"] * lost.unpatched
        weak = 1.0 - (1.0 - lost.weak_password * lost.keeps) * (1.0 - lost.known_flaw * patch)
        weak = lost.reach * (weak + (1.0 - share) * patch * of["brick-fixed-share"])
        blows.append(Blow(-np.expm1(-rate), dead * weak * private, dead * weak * of["loss-brick-owner"]))
    if ways.signals.has(*UNSIGNED):
        rate = of["tef-update-server-takeover"]
        polls = of["v-patched-auto" if now.automatic or "automatic-updates" in now.controls else "v-patched-manual"]
        units = dead * polls * of["v-unsigned-update"] * ways.left("signed-updates", "effect-signed-update")
        blows.append(Blow(-np.expm1(-rate), units * private, units * of["loss-brick-owner"]))
    return tuple(blows)


def _between(ways: Ways, share: Floats, flawed: str, fixed: str) -> Floats:
    """Mix two rates; an input that does not count is not asked for."""
    if share.size == 1 and share[0] in {0.0, 1.0}:
        return ways.of[flawed if share[0] else fixed]
    return share * ways.of[flawed] + (1.0 - share) * ways.of[fixed]


def _tampered(ways: Ways) -> Factor:
    """Yearly loss per unit by fraud. Locked ports are reckoned from the same attempts."""
    if not ways.now.fraud:
        return 0.0
    of, left = ways.of, ways.left
    share: Factor = of["tef-meter-tampering"] * left("tamper-protection", "effect-tamper")
    share = share * left("close-debug", "effect-close-debug") * left("secure-element", "effect-secure-element")
    return share * of["loss-meter-fraud"]


def _cloud(ways: Ways) -> Floats:
    """Incidents a year at the maker's services."""
    of = ways.of
    rate = np.zeros(1)
    if not ways.now.cut_off:
        rate = rate - np.log1p(-of["tef-cloud-breach-org"])
    if ways.signals.has("hardcoded-secret"):
        used = ways.weight("hardcoded-secret") * of["tef-hardcoded-secret"]
        rate = rate - np.log1p(-used * ways.left("remove-secrets", "effect-remove-secrets"))
    return rate


def _publicity(ways: Ways, lost: Compromise) -> Floats:
    if ways.now.cut_off:
        return np.zeros(1)
    return _between(ways, lost.weak_password, "tef-publicity-default", "tef-publicity-fixed")


def _public(ways: Ways) -> tuple[Consequence, Consequence, Consequence, Consequence]:
    """Return what may follow when the maker is named: order, claims, recall, lost sales."""
    of, now, none = ways.of, ways.now, np.zeros(1)
    if now.cut_off:
        never = Consequence(none, none, none)
        return never, never, never, never
    claims = Consequence(none, none, none)
    if now.claims:
        paid = now.units * of["share-claimants"] * of["loss-per-affected-person"]
        claims = Consequence(of["slef-class-action"] * of["slef-claim-success"], paid, of["transfer-share-claims"])
    returned = now.units * of["loss-recall-return-share"] * now.price * of["loss-recall-multiple"]
    drop = of["loss-sales-drop"] * now.sales * now.price * now.margin
    return (
        Consequence(of["slef-regulator"], of["loss-order-compliance"], none),
        claims,
        Consequence(of["slef-recall"], returned, none),
        Consequence(np.ones(1), drop, of["transfer-share-lost-sales"]),
    )


def _stop(ways: Ways) -> Consequence:
    """Sale stopped for a missing file: the margin of the time that making it takes."""
    of, now, none = ways.of, ways.now, np.zeros(1)
    if not ways.signals.has("no-conformity-file"):
        return Consequence(none, none, none)
    chance = of["slef-no-file"] * ways.left("conformity-assessment", "effect-conformity-assessment")
    years = np.minimum(1.0, of["delay-conformity-assessment"] / of["days-year"])
    return Consequence(chance, years * now.sales * now.price * now.margin, of["transfer-share-lost-sales"])


@dataclass(frozen=True, slots=True)
class Sides:
    """Yearly means at the nodes to the maker and to everybody else."""

    private: Floats
    external: Floats


def means(of: Terms, inputs: Inputs) -> dict[str, Sides]:
    """Return the yearly mean of each scenario at every node, the year's own chance integrated exactly."""
    none = np.zeros(1)

    def expected(pair: Pair) -> Floats:
        return pair[0] + of.flaw * (pair[1] - pair[0])

    seen = (expected(of.intrusions) + of.accounts) * inputs.law(INTRUSION).mean if of.intrusions[1].any() else none
    read = of.reads * inputs.law(READ).mean if of.reads.any() else none
    response = inputs.law(RESPONSE).mean
    private, transfers = _public_means(of, response)
    found = {
        BOTS: Sides(expected(of.support), expected(of.bot_years) * of.harm),
        TAKEOVER: Sides(none, seen + read),
        BRICKING: Sides(
            sum((blow.chance * blow.private for blow in of.blows), none),
            sum((blow.chance * blow.external for blow in of.blows), none),
        ),
        CLOUD: Sides(of.cloud * response, none),
        PUBLIC: Sides(private, -transfers),
    }
    if of.tampering.any():
        found[FRAUD] = Sides(none, of.tampering)
    return {name: found[name] for name in SCENARIOS if name in found}


def _public_means(of: Terms, response: float) -> tuple[Floats, Floats]:
    """Return what publication costs the maker, and what of it others get."""
    private = (of.publicity + of.flaw * of.named) * response
    transfers = np.zeros(1)
    for follow in (of.order, of.claims, of.recall, of.sales):
        chance = 1.0 - never(of, follow.chance)
        private = private + chance * follow.amount
        transfers = transfers + chance * follow.amount * follow.transfer
    private = private + of.stop.chance * of.stop.amount
    return private, transfers + of.stop.chance * of.stop.amount * of.stop.transfer


def never(of: Terms, chance: Floats) -> Floats:
    """P(a consequence does not come this year): E (1 - chance)^M over the number M of publications."""
    by_flaw = 1.0 - of.flaw + of.flaw * (1.0 - of.named * chance)
    return np.exp(-of.publicity * chance) * by_flaw


def kinds_without_figure(kind: DeviceClass, *, watched: bool) -> tuple[str, ...]:
    """Say which harm of this kind of device has no figure in the calibration and so is missing from the price."""
    missing = {
        DeviceClass.LOCK: "burglary through a lock",
        DeviceClass.SMART_METER: "loss of supply by remote disconnection",
        DeviceClass.MEDICAL_SENSOR: "harm to patients, and the visit a repair needs",
        DeviceClass.INDUSTRIAL_GATEWAY: "loss of production or harm in the plant behind the gateway",
        DeviceClass.SMART_CARD: "fraud with cards",
        DeviceClass.ROUTER: "spying on the traffic of a home",
        DeviceClass.BULB_PLUG: "fire or cold from what the plug switches",
    }
    if kind in missing:
        return (f"Not priced, because no figure was found: {missing[kind]}.",)
    return () if watched else ("Not priced: being watched, since the profile says that no personal data is processed.",)
