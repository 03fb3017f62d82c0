"""The uncertain inputs at the outer nodes: what we do not know, drawn once and shared by everything.

An input keeps one value for all units, scenarios and causes within a node; otherwise a reach drawn
twice would average itself out. Each input has a fixed place among the dimensions, so two prices
that differ in one finding use the same points and their difference carries no noise.
"""

from functools import lru_cache

import numpy as np

from fairmark.numerics.distributions import Constant, Distribution, Floats
from fairmark.numerics.sobol import outer_nodes
from fairmark.risk.calibration import Calibration, Range, law_of

# The order is that of their pull on the price: the first dimensions are filled most evenly.
ORDER = (
    "loss-ddos-per-bot-year",
    "reach-internet-exposed",
    "stock-default-exposed",
    "share-camera-intrusion",
    "tef-mass-flaw",
    "v-keeps-default",
    "v-kev-exposed-unpatched",
    "slef-support-contact",
    "tef-publicity-default",
    "slef-publicity-mass-flaw",
    "tef-cloud-breach-org",
    "v-default-exposed-year",
    "loss-recall-return-share",
    "loss-recall-multiple",
    "slef-recall",
    "tef-bricking-vulnerable",
    "loss-per-affected-person",
    "loss-order-compliance",
    "loss-support-contact",
    "loss-owner-per-bot-year",
    "tef-account-takeover",
    "v-patched-auto",
    "v-maker-fix-days",
    "v-patched-manual",
    "effect-unique-password",
    "effect-pentest",
    "loss-isp-care-per-bot-year",
    "slef-regulator",
    "slef-class-action",
    "slef-claim-success",
    "share-claimants",
    "v-brick-share",
    "loss-warranty-share",
    "loss-replace-unit",
    "loss-brick-owner",
    "slef-support-contact-brick",
    "loss-sales-drop",
    "transfer-share-lost-sales",
    "tef-publicity-fixed",
    "tef-bricking-fixed",
    "reach-behind-nat",
    "reach-local",
    "v-weak-credential-prior",
    "reach-linked-share",
    "tef-lateral-home",
    "v-missing-authentication",
    "v-derivable-password",
    "tef-meter-tampering",
    "loss-meter-fraud",
    "tef-unsafe-input",
    "v-undeclared-service",
    "v-eol-component",
    "v-epss-prevalence",
    "v-cve-ever-exploited",
    "tef-update-server-takeover",
    "tef-update-path-mitm",
    "v-unsigned-update",
    "v-private-key-in-image",
    "tef-network-position",
    "tef-hardcoded-secret",
    "v-telnet-unique",
    "v-brute-no-limit",
    "v-weak-hash",
    "tef-hash-sought",
    "v-no-rollback",
    "v-unhardened-daemon",
    "v-root-daemon",
    "v-world-writable",
    "v-weak-tls",
    "tef-physical-access",
    "v-debug-interface",
    "v-secret-storage-plain",
    "v-no-secure-boot",
    "tef-second-hand-data",
    "v-no-sbom-days",
    "v-no-logging-days",
    "slef-uncoordinated",
    "slef-no-file",
    "delay-conformity-assessment",
    "v-patched-embedded",
    "v-physical-hardened",
    "v-physical-open",
    "tef-telnet-share",
    "effect-automatic-updates",
    "effect-telnet-removed",
    "effect-forced-password-change",
    "effect-strong-hash",
    "effect-mfa",
    "effect-rate-limit",
    "effect-add-authentication",
    "effect-close-services",
    "effect-close-debug",
    "effect-tamper",
    "effect-secure-element",
    "effect-per-device-keys",
    "effect-remove-secrets",
    "effect-encrypt-storage",
    "effect-patch-kev",
    "effect-patch-cve",
    "effect-replace-eol-component",
    "effect-sbom-watch",
    "effect-signed-update",
    "effect-anti-rollback",
    "effect-tls",
    "effect-fix-input",
    "effect-binary-hardening",
    "effect-drop-privileges",
    "effect-file-permissions",
    "effect-secure-boot",
    "effect-factory-reset",
    "effect-security-logging",
    "effect-mud-egress",
    "effect-walled-garden",
    "effect-disclosure-policy",
    "effect-patch-desk",
    "effect-state-support-period",
    "effect-conformity-assessment",
    "rollout-lag-days",
    "patched-manual-year-share",
    "brick-fixed-share",
    "transfer-share-claims",
)

# Inputs by which every loss is merely multiplied, once: their means make the mean of the price exact in them.
LINEAR = frozenset(
    {
        "loss-ddos-per-bot-year",
        "loss-owner-per-bot-year",
        "loss-isp-care-per-bot-year",
        "loss-brick-owner",
        "loss-warranty-share",
        "loss-replace-unit",
        "loss-support-contact",
        "loss-order-compliance",
        "loss-per-affected-person",
        "share-claimants",
        "loss-recall-return-share",
        "loss-recall-multiple",
        "loss-sales-drop",
        "loss-meter-fraud",
        "slef-support-contact",
        "slef-support-contact-brick",
        "share-camera-intrusion",
        "tef-account-takeover",
        "transfer-share-lost-sales",
        "stock-default-exposed",
        "v-brick-share",
    }
)

_PLACE = {name: place for place, name in enumerate(ORDER)}


class Inputs:
    """Values of the inputs at the nodes, computed when first asked for; ``used`` remembers which were.

    An input without a place in ``ORDER`` (a definition, the reference case) counts with its mean.

    Args:
        calibration: ranges of the inputs.
        count: number of nodes, all of equal weight.
        linear_at_mean: give the ``LINEAR`` inputs their mean at every node, for exact means.
        middle: every input at its median, one node.
    """

    def __init__(
        self, calibration: Calibration, count: int, *, linear_at_mean: bool = False, middle: bool = False
    ) -> None:
        self.calibration = calibration
        self.count = 1 if middle else count
        self.used: set[str] = set()
        self._linear_at_mean = linear_at_mean
        self._middle = middle

    def __getitem__(self, name: str) -> Floats:
        """Return the values of one input, shape (count,)."""
        self.used.add(name)
        given = self.calibration.entry(name).distribution
        if self._linear_at_mean and name in LINEAR:
            return _mean(name, given)
        if self._middle:
            return law_of(name, given).quantile(np.array([0.5]))
        return _values(name, given, self.count)

    def law(self, name: str) -> Distribution:
        """Return the law of a loss that is drawn anew for every event."""
        self.used.add(name)
        return self.calibration.entry(name).law


@lru_cache(maxsize=512)
def _mean(name: str, given: Range) -> Floats:
    return _frozen(np.array([law_of(name, given).mean]))


@lru_cache(maxsize=1024)
def _values(name: str, given: Range, count: int) -> Floats:
    law = law_of(name, given)
    if isinstance(law, Constant) or name not in _PLACE:
        return _frozen(np.array([law.mean]))
    return _frozen(law.quantile(_nodes(count)[:, _PLACE[name]]))


@lru_cache(maxsize=4)
def _nodes(count: int) -> Floats:
    return _frozen(outer_nodes(len(ORDER), count))


def _frozen(values: Floats) -> Floats:
    values.setflags(write=False)
    return values
