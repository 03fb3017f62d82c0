"""What the price takes the device to be: declared, contradicted or generic.

A profile says little and may be wrong. Here each fact that the price needs is settled once, with
its origin: declared and not contradicted by a finding, or generic. Generic values lean to the
flawed side (no automatic updates, no test by others, the usual network of the device class) and
each becomes a ``Guess``, which the price lists with what it would change. They feed the price
only: no verdict ever rests on them.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairmark.errors import WrongUsageError
from fairmark.model.device import Asset, Device, DeviceClass, Economics, Network, PhysicalAccess
from fairmark.model.finding import Confidence, Finding, Observation
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.risk.calibration import CURRENCY, Calibration

REMOTE = (Network.BEHIND_NAT, Network.INTERNET_EXPOSED)
Change = Mapping[str, object]
CUT_OFF = (Network.NONE, Network.ISOLATED)
GENERIC_CLASS = DeviceClass.CAMERA
UNSIGNED = ("update-unsigned", "update-plain-http")
NOT_AUTOMATIC = ("no-auto-update", "no-update-path", "update-unsigned")
PASSWORDS = "no-default-password"
TEST = "penetration-test"
UNIQUE = "unique-passwords"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """An exchange rate: what one unit of the device's currency was worth in dollars, and on which day."""

    dollars: float
    date: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts behind one price. Money in US dollars, units and sales as counts.

    ``proven``: if no common password was found, that is because there is none.
    """

    device_class: DeviceClass
    network: Network
    units: float
    sales: float
    price: float
    margin: float
    personal: bool
    attacks_others: bool
    accounts: bool
    watched: bool
    claims: bool
    fraud: bool
    automatic: bool
    proven: bool
    controls: frozenset[str]

    @property
    def remote(self) -> bool:
        """Whether strangers on the internet can reach at least some units."""
        return self.network in REMOTE

    @property
    def cut_off(self) -> bool:
        """Whether only physical and supply-chain events are left."""
        return self.network in CUT_OFF


@dataclass(frozen=True, slots=True)
class Guess:
    """One generic value: the field that would replace it, and the circumstances with other answers."""

    field: str
    used: str
    others: tuple[tuple[str, Circumstances], ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """Circumstances with what was guessed on the way; ``price_year`` is that of the profile's amounts."""

    now: Circumstances
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    price_year: int


@dataclass(slots=True)
class _Asked:
    """The questions still open while a profile is read."""

    device: Device
    seen: frozenset[str]
    calibration: Calibration
    guesses: list[tuple[str, str, tuple[tuple[str, Change], ...], str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def guess(self, name: str, used: str, *others: tuple[str, Change], remark: str = "") -> None:
        """Record a generic value with the alternatives to be priced."""
        self.guesses.append((name, used, others, remark))


def counting(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that move the price: proven or strong, never a mere hint (grade C)."""
    return tuple(finding for finding in findings if finding.confidence is not Confidence.C)


def settle(
    device: Device,
    findings: Sequence[Finding],
    calibration: Calibration,
    *,
    examined: bool = True,
    observations: Sequence[Observation] | None = None,
    in_place: Collection[str] = (),
    rate: ExchangeRate | None = None,
) -> Settled:
    """Settle every fact that the price and the plan need, once for both.

    Args:
        device: the profile.
        findings: what was found; hints are left out here.
        calibration: for what is typical.
        examined: whether an image was opened and searched; without one the share of devices with
            a guessable password stands in.
        observations: what was seen to be right; without a complete one on default passwords their absence is
            believed only where the maker declares unique passwords. None: the caller vouches for every place.
        in_place: controls of the vocabulary that the maker has in place and no finding contradicts.
        rate: needed when the profile is not in US dollars.

    Raises:
        WrongUsageError: another currency without a rate, or a control that is no word of the vocabulary.
    """
    asked = _Asked(device, frozenset(f.weakness for f in counting(findings)), calibration)
    kind = device.device_class or GENERIC_CLASS
    facts = declared_facts(device, vocabulary())
    typical = calibration.classes[kind]
    assets = device.assets if device.assets is not None else typical.assets
    personal = facts.get("personal.processed", Asset.PERSONAL in assets)
    controls = _controls(asked, in_place)
    network = _network(asked, kind)
    units, sales, price, margin = _economics(asked, kind, _price(device.economics, rate))
    now = Circumstances(
        device_class=kind,
        network=network,
        units=units,
        sales=sales,
        price=price,
        margin=margin,
        personal=personal,
        attacks_others=typical.botnet_value,
        accounts=_covers(calibration, "tef-account-takeover", kind) and facts.get("auth.user", True),
        watched=personal and _covers(calibration, "share-camera-intrusion", kind),
        claims=_covers(calibration, "slef-class-action", kind),
        fraud=_fraud(device, kind, assets),
        automatic=_automatic(asked, facts),
        proven=examined and (_all_searched(observations) or _vouched(asked, observations or (), controls)),
        controls=controls,
    )
    _ask_the_rest(asked, now, "searched in part" if examined else "not examined")
    guesses = tuple(
        Guess(name, used, tuple((label, replace(now, **change)) for label, change in others), remark)  # type: ignore[arg-type]
        for name, used, others, remark in asked.guesses
    )
    notes = asked.notes + ([f"Price of the device converted at {rate.dollars:g} USD ({rate.date})."] if rate else [])
    return Settled(now, guesses, tuple(notes), device.economics.price_year or int(calibration.date[:4]))


def _covers(calibration: Calibration, name: str, kind: DeviceClass) -> bool:
    return calibration.entry(name).applies_to.covers(kind)


def _controls(asked: _Asked, in_place: Collection[str]) -> frozenset[str]:
    words = vocabulary()
    if unknown := sorted(set(in_place) - set(words.controls)):
        raise WrongUsageError(f"no such control: {', '.join(unknown)}", hint="Controls are listed in vocabulary.yaml.")
    contradicted = {c for w in asked.seen if w in words.weaknesses for c in words.weaknesses[w].controls}
    for name in sorted(set(in_place) & contradicted):
        asked.notes.append(f"The control {name} is claimed, but a finding shows the weakness it mends: not credited.")
    return frozenset(set(in_place) - contradicted)


def _network(asked: _Asked, kind: DeviceClass) -> Network:
    usual = asked.calibration.classes[kind].network
    declared = asked.device.network
    contradicted = "undeclared-connectivity" in asked.seen and declared not in REMOTE
    if declared is not None and not contradicted:
        return declared
    open_ones = [network for network in usual if network in REMOTE]
    used = (open_ones or [Network.BEHIND_NAT])[0] if contradicted else usual[0]
    remark = f"declared {declared}, but the image holds what contradicts it" if contradicted and declared else ""
    others = [network for network in (*reversed(REMOTE), Network.ISOLATED) if network is not used]
    asked.guess("network", str(used), *((str(n), {"network": n}) for n in others), remark=remark)
    return used


def _price(economics: Economics, rate: ExchangeRate | None) -> float | None:
    currency = economics.currency or CURRENCY
    if currency != CURRENCY and rate is None:
        raise WrongUsageError(
            f"the device is priced in {currency}, the calibration in {CURRENCY}",
            hint=f"Give economics in {CURRENCY}, or an exchange rate and its date.",
        )
    if rate is not None and not (math.isfinite(rate.dollars) and rate.dollars > 0):
        raise WrongUsageError("the exchange rate must be above 0", hint="Give dollars for one unit of your currency.")
    if economics.price is None:
        return None
    return economics.price if currency == CURRENCY or rate is None else economics.price * rate.dollars


def _economics(asked: _Asked, kind: DeviceClass, price: float | None) -> tuple[float, float, float, float]:
    """Return units in the field, units sold a year, price and margin, generic where not given."""
    given, typical, entry = asked.device.economics, asked.calibration.classes[kind], asked.calibration.entry
    reference = kind is GENERIC_CLASS
    units = given.units_in_field
    if units is None:
        low, high = typical.fleet_per_model
        units = round(entry("ref-units").mean if reference else math.sqrt(low * high))
        asked.guess("economics.units_in_field", f"{units:,}", (f"{10 * units:,}", {"units": 10.0 * units}))
    sales = given.units_per_year
    if sales is None:
        sales = round(units * entry("ref-sales-year").mean / entry("ref-units").mean)
        asked.guess("economics.units_per_year", f"{sales:,}", ("0", {"sales": 0.0}))
    if price is None:
        low, high = typical.price_usd
        price = entry("ref-price").mean if reference else float(f"{math.sqrt(low * high):.2g}")
        asked.guess("economics.price", f"{price:g} USD", (f"{high:g} USD", {"price": high}))
    margin = given.margin
    if margin is None:
        margin = entry("ref-margin").mean
        asked.guess("economics.margin", f"{margin:g}", ("0.6", {"margin": 0.6}))
    return float(units), float(sales), price, margin


def _fraud(device: Device, kind: DeviceClass, assets: Collection[Asset]) -> bool:
    hostile = device.physical_access is PhysicalAccess.HOSTILE_OWNER and Asset.FINANCIAL in assets
    return kind is DeviceClass.SMART_METER or (hostile and kind is not DeviceClass.SMART_CARD)


def _automatic(asked: _Asked, facts: Mapping[str, bool]) -> bool:
    declared = facts.get("update.automatic")
    against = sorted(asked.seen & set(NOT_AUTOMATIC))
    if declared and against:
        asked.notes.append(f"Automatic updates are declared, but {', '.join(against)} was found: not credited.")
    elif declared is None and not against:
        asked.guess("facts.update.automatic", "false", ("true", {"automatic": True}))
    return bool(declared) and not against


def _all_searched(observations: Sequence[Observation] | None) -> bool:
    return observations is None or any(one.capability == PASSWORDS and one.complete for one in observations)


def _vouched(asked: _Asked, observations: Sequence[Observation], controls: Collection[str]) -> bool:
    """Take the maker's word for stores that nobody could search, where all that was searched agrees; list it."""
    agrees = any(one.capability == PASSWORDS for one in observations)
    if not (agrees and UNIQUE in controls):
        return False
    used = f"declared ({UNIQUE}); part of the stores was searched and agrees"
    asked.guess("controls", used, ("not believed where nobody searched", {"proven": False}))
    return True


def _ask_the_rest(asked: _Asked, now: Circumstances, seen: str) -> None:
    if asked.device.device_class is None:
        asked.guess("device_class", str(now.device_class), remark="price, fleet, network and privacy follow from it")
    if not now.proven and not asked.seen & {"default-password", "empty-password"}:
        used = f"{seen}: share of devices with a guessable password (v-weak-credential-prior)"
        asked.guess("the firmware image", used, ("searched, no common password", {"proven": True}))
    if TEST not in now.controls:
        with_test = {"controls": now.controls | {TEST}}
        found = "no-security-test" in asked.seen
        if not found:
            asked.guess("controls (penetration-test)", "none", ("done, findings fixed", with_test))
    if now.fraud and not {"tamper-protection", "close-debug", "secure-element"} & now.controls:
        protected = {"controls": now.controls | {"tamper-protection"}}
        asked.guess("controls (tamper-protection)", "none", ("seal, locked debug, analytics", protected))
