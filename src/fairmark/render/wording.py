"""The sentences and figures of the product, so that page and terminal say the same.

Money is an interval first, with two significant digits. A verdict is one sentence that
never praises: what was not found may still be there. Text that comes from an image passes
through ``visible``: what cannot be seen is written out, so that no character can hide,
reorder or command.
"""

import math
import re
from collections.abc import Sequence

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device, Network
from fairmark.model.evidence import Evidence, EvidenceKind
from fairmark.model.finding import Confidence, Reach, Severity
from fairmark.model.gap import GapReason
from fairmark.model.image import Coverage
from fairmark.model.risk import Interval, Loss, PlanItem, Risk
from fairmark.model.standard import Level, Outcome, Status
from fairmark.render.summary import Summary

OUTCOMES = {
    Outcome.FAIL: "Fail",
    Outcome.INCONCLUSIVE: "Inconclusive",
    Outcome.PASS: "Pass",
    Outcome.NOT_APPLICABLE: "Not applicable",
}
SIGNS = {Outcome.FAIL: "✕", Outcome.INCONCLUSIVE: "?", Outcome.PASS: "✓", Outcome.NOT_APPLICABLE: "–"}  # noqa: RUF001
STATUSES = {
    Status.MANDATORY: "mandatory",
    Status.CONDITIONAL: "conditional",
    Status.RECOMMENDED: "recommended",
    Status.INFORMATIVE: "informative",
}
GRADES = {Confidence.A: "A, proven", Confidence.B: "B, strong", Confidence.C: "C, hint"}
SEVERITIES = {Severity.HIGH: "high", Severity.MEDIUM: "medium", Severity.LOW: "low"}
REACHES = {
    Reach.PRESENT: "present in the image",
    Reach.LINKED: "linked by a program that runs",
    Reach.STARTED: "started with the device",
    Reach.EXPOSED: "exposed to the network",
}
GAPS = {
    GapReason.UNKNOWN_FORMAT: "unknown format",
    GapReason.ENCRYPTED_OR_RANDOM: "encrypted or random",
    GapReason.DAMAGED: "damaged",
    GapReason.UNSUPPORTED: "format not supported",
    GapReason.LIMIT: "a limit was reached",
    GapReason.UNSAFE: "refused as dangerous to open",
    GapReason.NOT_IMPLEMENTED: "not in this release",
    GapReason.TOOL: "a tool failed",
}
NETWORKS = {
    Network.NONE: "no network",
    Network.ISOLATED: "isolated network",
    Network.LOCAL: "local network",
    Network.BEHIND_NAT: "behind NAT",
    Network.INTERNET_EXPOSED: "open to the internet",
}
LEVELS = ("none", "1, Declared", "2, Tested", "3, Attacked", "4, Hardened")

_SCALES = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"), (1e3, " k"))
_SIZES = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def visible(text: str) -> str:
    """Write out every character that cannot be seen: controls, direction marks, lone surrogates; keep line ends."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{{{ord(c):x}}}" for c in text)


def shorten(text: str, limit: int = 160) -> str:
    """Return the text with its middle left out, and say how long it was, when it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 4
    return f"{text[:head]} ... {text[-tail:]} ({len(text):,} characters)"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return ``1 flaw`` or ``2,000 flaws``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def joined(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def verdict_sentence(assessment: Assessment, summary: Summary) -> str:
    """Return the one sentence that the whole report stands behind."""
    proven, inconclusive = len(summary.proven), _inconclusive(summary)
    if summary.blocking and proven:
        return f"Do not ship: {count(proven, 'proven flaw')}"
    if summary.blocking:
        return f"Do not ship: {count(len(summary.mandatory_failed), 'mandatory provision')} failed"
    if proven:
        return f"{count(proven, 'proven flaw')}, none of high severity; {inconclusive}"
    if not assessment.image.sha256:
        return f"No image was examined; {inconclusive}"
    if not assessment.coverage.files:
        return f"Nothing in the image could be opened; {inconclusive}"
    return f"No proven flaw found; {inconclusive}"


def sentence_parts(sentence: str) -> list[str]:
    """Split the verdict sentence where a line may end: after its colon or semicolon."""
    return re.split(r"(?<=[:;]) ", sentence)


def _inconclusive(summary: Summary) -> str:
    number = summary.counts[Outcome.INCONCLUSIVE]
    return f"{count(number, 'provision')} inconclusive" if number else "no provision inconclusive"


def device_name(device: Device) -> str:
    """Return maker and model, or say that they are unknown."""
    return " ".join(part for part in (device.maker, device.model) if part) or "Unnamed device"


def device_line(device: Device) -> tuple[str, ...]:
    """Return what the profile says about the device, in a few words each; what it does not say is named."""
    known = {
        "firmware": device.firmware_version and f"firmware {device.firmware_version}",
        "hardware": device.hardware_revision and f"hardware {device.hardware_revision}",
        "class": device.device_class and device.device_class.replace("_", " "),
        "network": device.network and NETWORKS[device.network],
        "markets": device.markets and f"sold in {joined(device.markets)}",
        "end of support": device.support_until and f"support until {device.support_until.isoformat()}",
    }
    said = tuple(words for words in known.values() if words)
    unsaid = tuple(name for name, words in known.items() if not words)
    return (*said, f"not stated: {', '.join(unsaid)}") if unsaid else said


def amount(value: float) -> str:
    """Return an amount with two significant digits: ``430``, ``43 k``, ``1.2 m``, ``14 m``, ``3.0 bn``.

    >>> amount(1_249_000), amount(13_600_000), amount(999_900), amount(0), amount(0.2)
    ('1.2 m', '14 m', '1.0 m', '0', 'less than 1')
    """
    size = abs(value)
    sign = "-" if value < 0 else ""
    if size == 0:
        return "0"
    if size < 0.95:
        return "less than 1"
    rounded = float(f"{size:.2g}")
    for scale, name in _SCALES:
        if rounded >= scale:
            return f"{sign}{_two_digits(rounded / scale)}{name}"
    return f"{sign}{rounded:.0f}"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def money(value: float, currency: str) -> str:
    """Return an amount with its currency first: ``USD 1.2 m``."""
    return f"{currency} {amount(value)}"


def money_range(interval: Interval, currency: str) -> str:
    """Return ``USD 1.2 m to 14 m``; ``about USD 4.2 m`` when both ends read the same."""
    low, high = (amount(end) for end in interval)
    return f"about {currency} {low}" if low == high else f"{currency} {low} to {high}"


def loss_sentence(loss: Loss, currency: str) -> str:
    """Return the yearly loss as ``USD 1.2 m to 14 m a year (mean 4.2 m); one year in 20 above 13 m``.

    The interval is the 5 to 95 % range of the yearly mean over the inputs; the last figure is the P95 of a year.
    """
    span = f"{money_range(loss.epistemic, currency)} a year (mean {amount(loss.mean)})"
    return f"{span}; one year in 20 above {amount(loss.p95)}"


def assumed_sentence(risk: Risk) -> str:
    """Return ``58 of 66 inputs assumed``."""
    return f"{risk.assumed_inputs:,} of {count(len(risk.inputs), 'input')} assumed"


def days(number: float, singular: str) -> str:
    """Return ``12 engineer-days``; parts of a day are rounded, less than half of one is said so."""
    if number == 0:
        return f"no {singular}s"
    if number < 0.5:
        return f"less than 1 {singular}"
    return count(round(number), singular)


def effort(item: PlanItem) -> str:
    """Return ``12 engineer-days, about 20 days' delay``; days of our own engineers are left out when there are none."""
    delay = round(item.delay_days)
    late = "no delay" if delay == 0 else f"about {count(delay, 'day')}{chr(39) + 's' if delay == 1 else chr(39)} delay"
    return f"{days(item.effort_days, 'engineer-day')}, {late}" if item.effort_days else late


def change(value: float, currency: str) -> str:
    """Return by how much a yearly loss falls, or that it rises."""
    if abs(value) < 0.95:
        return "no change"
    return f"{money(abs(value), currency)} {'less' if value > 0 else 'more'}"


def percent(share: float) -> str:
    """Return a share as a percentage; one that rounds to 0 or 100 without being it is said so."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def figure(value: float) -> str:
    """Return an input with three significant digits: ``0.0123``, ``4.5``, ``1,250,000``."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 1000:
        return f"{rounded:,.0f}"
    if abs(rounded) < 1e-4:
        return f"{rounded:.2e}"
    places = max(0, 2 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size(number: int) -> str:
    """Return a number of bytes for people: ``5.3 MiB``."""
    for scale, name in _SIZES:
        if number >= scale:
            return f"{number / scale:.1f} {name}"
    return count(number, "byte")


def place(evidence: Evidence) -> str:
    """Return where a piece of evidence lies: ``/etc/shadow:3``, ``/bin/login at byte 0x1f40``."""
    where = evidence.where
    path = f"{where.root}:{where.path}" if where.root else where.path
    if evidence.kind is EvidenceKind.CLAIM:
        path = f"device profile: {path}"
    if evidence.kind is EvidenceKind.REPORT:
        path = f"sources: {path}"
    if where.line is not None:
        return f"{path}:{where.line}"
    return path if where.offset is None else f"{path} at byte 0x{where.offset:x}"


def coverage_sentence(coverage: Coverage) -> str:
    """Return how much of the image was opened, in figures a reader can check."""
    if not coverage.image_bytes:
        return "No image was examined."
    opened = f"{size(coverage.opened_bytes)} of {size(coverage.image_bytes)}"
    share = percent(coverage.opened_bytes / coverage.image_bytes)
    seen = f"{count(coverage.files, 'file')}, {count(coverage.elf_files, 'program')}"
    return f"{share} of the image opened ({opened}): {seen}, {count(len(coverage.gaps), 'gap')}."


def level_sentence(level: Level) -> str:
    """Return the assurance level that is enough and the one that is reached."""
    required = "not known yet" if level.required is None else LEVELS[level.required]
    return f"required: {required}; reached: {LEVELS[level.reached]}"
