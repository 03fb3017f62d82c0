"""What each weakness does to the price: one visible table, and the weight of each finding in it.

A finding moves the price through one place of the model. ``EFFECTS`` names the place, the numbers
that it uses there, the scenarios that rise, and what the model does not yet use. A weakness whose
``moves`` is false only confirms a generic value that the price carries anyway; it is listed so
that its control can be priced.

How much a finding weighs depends on how near an attacker it lies, by ``Counts``:

- ``SERVICE``: needs a way in. Exposed weighs 1. Started weighs 1 behind NAT and in a local network; on
  an exposed device it is reached through the home alone (tef-lateral-home against the reach). Linked
  or present weighs reach-linked-share.
- ``CLIENT``: the device itself goes out. Started and exposed weigh 1, linked or present reach-linked-share.
- ``CARRIED``: it counts wherever it lies: a key in a public image, a debug port, a missing paper.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairmark.model.finding import Finding, Reach
from fairmark.risk.circumstances import counting


class Counts(StrEnum):
    """How the reach of a finding turns into its weight."""

    SERVICE = "service"
    CLIENT = "client"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class Effect:
    """The place of one weakness in the model."""

    counts: Counts
    place: str
    inputs: tuple[str, ...]
    scenarios: tuple[str, ...]
    moves: bool = True
    unused: tuple[str, ...] = ()
    why_unused: str = ""


BOTS, TAKEOVER, BRICKING = "botnet-recruitment", "takeover", "bricking"
FRAUD, CLOUD, PUBLIC = "tampering", "cloud-abuse", "recall-regulator"
_UNITS = (BOTS, TAKEOVER)
_FLAW = (BOTS, TAKEOVER, PUBLIC)
_S, _C, _A = Counts.SERVICE, Counts.CLIENT, Counts.CARRIED

_PASSWORD = Effect(
    _S,
    "opens a way into every reachable unit whose owner keeps the password; raises bricking and publicity",
    (
        "v-keeps-default",
        "v-default-exposed-year",
        "stock-default-exposed",
        "tef-bricking-vulnerable",
        "tef-publicity-default",
    ),
    (BOTS, TAKEOVER, BRICKING, PUBLIC),
    unused=("tef-default-login-exposed", "tef-first-login-minutes"),
    why_unused="attempts and minutes explain v-default-exposed-year; using both would count twice",
)
_PHYSICAL = Effect(
    _A,
    "whoever holds one device reads it out; a meter is altered at the generic rate",
    ("tef-physical-access", "v-debug-interface"),
    (TAKEOVER,),
    unused=("tef-meter-tampering", "v-physical-open"),
    why_unused="meters carry the open-port rate until a control is in place; no image can show a closed port",
)
_UPDATE = Effect(
    _A,
    "opens a way in on the update path of one unit, and a common shock through the update server",
    ("tef-update-path-mitm", "tef-update-server-takeover", "v-unsigned-update"),
    (BOTS, TAKEOVER, BRICKING),
)
_PAPER = Effect(
    _A,
    "moves nothing: a policy with a gap warns better than none, and a maker who shows none pays nothing for that",
    (),
    (),
    moves=False,
    unused=("slef-uncoordinated",),
    why_unused="nobody has counted what an incomplete policy costs",
)

_TEXT = Effect(
    _A,
    "moves nothing: a text that says too little is a breach of duty; nobody attacks through it",
    (),
    (),
    moves=False,
    unused=("slef-no-file",),
    why_unused="the price of a missing technical file would count a second time",
)

EFFECTS: Mapping[str, Effect] = {
    "default-password": _PASSWORD,
    "empty-password": _PASSWORD,
    "derivable-password": Effect(_S, "opens a way into reachable units", ("v-derivable-password",), _UNITS),
    "weak-password-hash": Effect(
        _S,
        "in the chance that somebody recovers the hash and uses it, works as a default password",
        ("v-weak-hash", "tef-hash-sought"),
        _UNITS,
    ),
    "no-mfa": Effect(
        _A,
        "confirms the generic rate of account takeover, which knows no second factor",
        ("tef-account-takeover",),
        (TAKEOVER,),
        moves=False,
    ),
    "clear-text-login": Effect(
        _S,
        "moves nothing: whoever sits on the line learns the password, which the price of weak-tls already holds",
        (),
        (),
        moves=False,
        unused=("tef-network-position", "v-weak-tls"),
        why_unused="the weak transport is a finding of its own and counts there",
    ),
    "no-rate-limit": Effect(
        _S, "opens a way into reachable units whose owner chose the password", ("v-brute-no-limit",), _UNITS
    ),
    "missing-authentication": Effect(_S, "opens a way into reachable units", ("v-missing-authentication",), _UNITS),
    "service-telnet": Effect(
        _S,
        "opens a way into reachable units through the daemon or a leaked list; the factory password counts once",
        ("v-telnet-unique", "tef-telnet-share"),
        _UNITS,
        unused=("v-undeclared-service",),
        why_unused="a service that nobody declared is a finding of its own and multiplies there",
    ),
    "undeclared-service": Effect(
        _S, "multiplies tef-mass-flaw for each such service, at most by 5", ("v-undeclared-service",), _FLAW
    ),
    "information-disclosure": Effect(
        _S,
        "moves nothing: a told version makes the search for a known flaw quicker, and the flaw itself counts",
        (),
        (),
        moves=False,
        unused=("v-undeclared-service",),
        why_unused="nobody has counted what a told version costs",
    ),
    "debug-interface": _PHYSICAL,
    "physical-port-open": _PHYSICAL,
    "private-key-in-image": Effect(
        _A,
        "opens a way in for whoever sits on the line of a unit",
        ("v-private-key-in-image", "tef-network-position"),
        _UNITS,
    ),
    "shared-key": Effect(
        _A,
        "opens a way in for whoever sits on the line of a unit",
        ("v-private-key-in-image", "tef-network-position"),
        _UNITS,
    ),
    "hardcoded-secret": Effect(
        _A,
        "adds a cloud incident of the maker; the harm to users of an opened cloud has no figure yet and is left out",
        ("tef-hardcoded-secret",),
        (CLOUD,),
    ),
    "secret-storage-plain": Effect(
        _A, "whoever holds one device reads it out", ("v-secret-storage-plain", "tef-physical-access"), (TAKEOVER,)
    ),
    "kev-cve-exposed": Effect(
        _S,
        "opens a way into reachable, unpatched units, once for all such flaws; raises bricking",
        ("v-kev-exposed-unpatched", "tef-bricking-vulnerable"),
        (BOTS, TAKEOVER, BRICKING),
        unused=("tef-first-exploit-hours", "tef-kev-exploit-exposed", "v-time-to-exploit", "share-time-unpatched"),
        why_unused="attempts and delays explain the yearly chance; time unpatched comes from v-patched-manual or -auto",
    ),
    "cve-exposed": Effect(
        _S,
        "opens a way into reachable, unpatched units with 1 - (1 - EPSS)^12 times v-epss-prevalence, for each flaw",
        ("v-epss-prevalence", "v-cve-ever-exploited"),
        _UNITS,
        unused=("share-time-unpatched",),
        why_unused="time unpatched comes from v-patched-manual or -auto",
    ),
    "end-of-life-component": Effect(
        _S, "multiplies tef-mass-flaw once; adds days until a fix", ("v-eol-component", "v-no-sbom-days"), _FLAW
    ),
    "no-sbom": Effect(_A, "adds days until a fix, as the maker learns late", ("v-no-sbom-days",), (BOTS,)),
    "sbom-inaccurate": Effect(
        _A,
        "moves nothing: a list with faults warns no later than no list, and a maker without one pays nothing for that",
        (),
        (),
        moves=False,
        unused=("v-no-sbom-days",),
        why_unused="nobody has counted the days that a wrong line costs",
    ),
    "update-unsigned": _UPDATE,
    "update-plain-http": Effect(
        _A,
        "as an update that is not authenticated",
        _UPDATE.inputs,
        _UPDATE.scenarios,
        unused=("tef-network-position",),
        why_unused="tef-update-path-mitm is the same attacker on this path",
    ),
    "no-rollback-guard": Effect(
        _A,
        "opens a way in on the update path through an old image with a known flaw",
        ("v-no-rollback", "tef-update-path-mitm"),
        _UNITS,
    ),
    "no-update-path": Effect(
        _A,
        "units stay unpatched all year",
        ("v-patched-manual",),
        (BOTS,),
        unused=("share-time-unpatched",),
        why_unused="derived from v-patched-manual",
    ),
    "no-auto-update": Effect(
        _A,
        "confirms the generic share of units that their owner updates; overrides a claim of automatic updates",
        ("v-patched-manual", "v-patched-embedded"),
        (BOTS,),
        moves=False,
        unused=("share-time-unpatched",),
        why_unused="derived from v-patched-manual",
    ),
    "weak-tls": Effect(
        _C,
        "whoever sits on the line of a unit reads personal data",
        ("tef-network-position", "v-weak-tls"),
        (TAKEOVER,),
    ),
    "personal-data-plain": Effect(
        _C,
        "whoever sits on the line of a unit reads personal data",
        ("tef-network-position", "v-weak-tls"),
        (TAKEOVER,),
    ),
    "unsafe-input": Effect(
        _S, "replaces tef-mass-flaw where its own rate is larger, never beside it", ("tef-unsafe-input",), _FLAW
    ),
    "unhardened-daemon": Effect(
        _S, "multiplies the success of a mass-exploited flaw, at most to 1", ("v-unhardened-daemon",), _UNITS
    ),
    "root-daemon": Effect(
        _S,
        "multiplies the success of a mass-exploited flaw, at most to 1; stands in for a larger loss per taken unit",
        ("v-root-daemon",),
        _UNITS,
    ),
    "world-writable": Effect(
        _S,
        "multiplies the success of a mass-exploited flaw, at most to 1; stands in for a larger loss per taken unit",
        ("v-world-writable",),
        _UNITS,
    ),
    "no-secure-boot": Effect(
        _A, "whoever holds one device alters or reads it", ("tef-physical-access", "v-no-secure-boot"), (TAKEOVER,)
    ),
    "no-data-deletion": Effect(_A, "the next holder finds data", ("tef-second-hand-data",), (TAKEOVER,)),
    "no-logging": Effect(_A, "adds days until a fix", ("v-no-logging-days",), (BOTS,)),
    "no-egress-limit": Effect(
        _A,
        "confirms the generic harm of a bot, whose uplink is not limited",
        ("stock-default-exposed", "loss-ddos-per-bot-year"),
        (BOTS,),
        moves=False,
        unused=("v-no-egress-limit",),
        why_unused="contained in loss-ddos-per-bot-year",
    ),
    "no-disclosure-policy": Effect(
        _A,
        "a flaw is made public before a fix: for that share the fleet is unpatched and the maker is named",
        ("slef-uncoordinated",),
        (BOTS, PUBLIC),
    ),
    "no-report-contact": _PAPER,
    "no-report-times": _PAPER,
    "stale-security-txt": _PAPER,
    "slow-fix": Effect(
        _A,
        "adds days until a fix",
        ("v-no-sbom-days",),
        (BOTS,),
        unused=("v-maker-fix-days",),
        why_unused="in every price with automatic updates, with or without the finding",
    ),
    "no-support-period": Effect(
        _A, "multiplies tef-mass-flaw once, together with end-of-life components", ("v-eol-component",), _FLAW
    ),
    "no-security-test": Effect(
        _A,
        "confirms the generic rate of mass flaws in a model nobody else tested",
        ("tef-mass-flaw",),
        _FLAW,
        moves=False,
        unused=("v-untested-findings",),
        why_unused="counts findings of a first test, for planning of work",
    ),
    "no-conformity-file": Effect(_A, "sale may stop until the file is there", ("slef-no-file",), (PUBLIC,)),
    "claim-contradicted": Effect(
        _A,
        "moves nothing: what contradicts the claim is a finding of its own and counts there",
        (),
        (),
        moves=False,
        unused=("slef-no-file",),
        why_unused="a file with a wrong line is not a missing file",
    ),
    "privacy-notice-incomplete": _TEXT,
    "telemetry-notice-incomplete": _TEXT,
    "guidance-missing": _TEXT,
    "undeclared-connectivity": Effect(
        _A,
        "multiplies tef-mass-flaw as an undeclared service does; the declared isolation is not believed",
        ("v-undeclared-service",),
        _FLAW,
    ),
}


@dataclass(frozen=True, slots=True)
class Signals:
    """What the findings say, ready for the equations: the nearest reach of each weakness."""

    nearest: Mapping[str, Reach]
    open_services: tuple[Reach, ...]
    flaws: tuple[tuple[Reach, float | None], ...]

    def has(self, *weaknesses: str) -> bool:
        """Whether any of these was found."""
        return any(weakness in self.nearest for weakness in weaknesses)


def read(findings: Iterable[Finding]) -> Signals:
    """Sum up the findings that count, in a fixed order; the same flaw in several places counts once."""
    nearest: dict[str, Reach] = {}
    services: dict[str, Reach] = {}
    flaws: dict[str, tuple[Reach, float | None]] = {}
    for finding in sorted(counting(tuple(findings)), key=lambda f: (f.reach.rank, f.id)):
        if finding.weakness not in EFFECTS:
            continue
        nearest[finding.weakness] = finding.reach
        if finding.weakness == "undeclared-service":
            services[finding.title] = finding.reach
        if finding.weakness == "cve-exposed":
            flaws[finding.cve or finding.id] = (finding.reach, finding.epss)
    return Signals(
        nearest=nearest,
        open_services=tuple(services[name] for name in sorted(services)),
        flaws=tuple(flaws[name] for name in sorted(flaws)),
    )
