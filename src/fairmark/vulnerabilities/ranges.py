"""Is this version affected? What each source says, and whom to believe.

The distribution's own tracker goes first for its packages. Then come upstream's ranges in the order of
who knows best: the CVE record's own entries, the project's and OSV's data, then what NVD and others
added. Where they contradict each other, or the record's own text contradicts the range, nobody is
believed blindly: the match stays, as a hint.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairmark.model.image import Component
from fairmark.vulnerabilities.description import ends_in_text
from fairmark.vulnerabilities.identity import Identity, is_namesake, is_package, is_upstream
from fairmark.vulnerabilities.record import Affected, Record, Scheme
from fairmark.vulnerabilities.versions import compare, contains

# Who is asked first; a feed that is not named here comes with the project's own.
_TRUST = {"starter": 0, "cve": 0, "euvd": 2, "nvd": 2, "cisa": 2, "vulnrichment": 2}
_OF_FILES = frozenset({"version pattern", "library file name", "program file name"})  # known without a package database


class Answer(StrEnum):
    """What a version is according to the sources."""

    HIT = "hit"
    DOUBTFUL = "doubtful"  # it may be affected; ``why`` says what stands against it
    FIXED = "fixed"  # the distribution mended its package
    NEVER = "never"  # the distribution says that its package does not have the flaw
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Told:
    """The answer, the entry that gave it, and for all but a hit and a miss the reason in words."""

    answer: Answer
    entry: Affected | None = None
    why: str = ""


def told(component: Component, identity: Identity, record: Record, loaded: frozenset[str] = frozenset()) -> Told:
    """Return what the record says of the component; ``loaded`` are the distributions whose tracker is there."""
    version = component.upstream_version or component.version
    meant = [one for one in record.affected if is_upstream(identity, one)]
    upstream = _upstream(version, meant, record) if meant else _namesakes(version, identity, record)
    if component.distribution and component.source in _OF_FILES:
        return _unlisted(component, upstream)
    own = [one for one in record.affected if is_package(component, one)]
    if own:
        return _distribution(component, own, upstream)
    if upstream.answer is not Answer.HIT or not component.distribution or component.distribution in loaded:
        return upstream
    why = (
        f"upstream's range holds this version, but {component.distribution} mends old versions and no data of its "
        "own was loaded"
    )
    return Told(Answer.DOUBTFUL, upstream.entry, why)


def _unlisted(component: Component, upstream: Told) -> Told:
    """The file names upstream's version; which revision of the distribution it is, nothing says."""
    if upstream.answer is not Answer.HIT:
        return upstream
    why = (
        f"upstream's range holds this version, but {component.distribution} mends old versions and keeps their number, "
        "and no package database names the revision"
    )
    return Told(Answer.DOUBTFUL, upstream.entry, why)


def _namesakes(version: str, identity: Identity, record: Record) -> Told:
    """The record names nobody whom we know as a maker of this, but a product of this name: our list may lack a name."""
    for entry in record.affected:
        if is_namesake(identity, entry) and covers(entry, version):
            why = f"the record names {entry.product} of {entry.vendor}, who is not known to make {identity.upstream}"
            return Told(Answer.DOUBTFUL, entry, why)
    return Told(Answer.MISS)


def covers(entry: Affected, version: str) -> bool:
    """Whether an entry calls the version affected."""
    if any(contains(one, version) for one in entry.unaffected):
        return False
    return version in entry.versions or any(contains(one, version) for one in entry.ranges)


def _distribution(component: Component, own: Sequence[Affected], upstream: Told) -> Told:
    version = component.source_version or component.version  # a distribution counts fixes by its source packages
    hit = next((one for one in own if covers(one, version)), None)
    if hit is not None:
        note = hit.note.lower()
        if "unimportant" in note:
            why = f"{component.distribution} calls it unimportant: not in what it builds, or nothing comes of it"
            return Told(Answer.DOUBTFUL, hit, why)
        return Told(Answer.HIT, hit)
    entry = own[0]
    if "undetermined" in entry.note.lower():
        why = f"{component.distribution} has not yet decided whether its package is affected"
        return Told(Answer.DOUBTFUL, entry, why) if upstream.answer is not Answer.MISS else Told(Answer.MISS)
    if upstream.answer is Answer.MISS:
        return Told(Answer.MISS)  # no version range names it: nothing that a reader would look for
    if any(one.ranges for one in own):
        mended = next((one.fixed_in for one in own if one.fixed_in), "")
        since = f" in {mended}" if mended else ""
        why = f"{component.distribution} mended it{since}, and this is {version}"
        return Told(Answer.FIXED, entry, why)
    return Told(Answer.NEVER, entry, f"{component.distribution} says that its package does not have the flaw")


def _upstream(version: str, entries: Sequence[Affected], record: Record) -> Told:
    """Ask the sources in their order; the first that knows versions is believed unless a later one contradicts it."""
    voices = [_voice(version, group) for group in _by_trust(entries)]
    spoken = [one for one in voices if one is not None]
    if not spoken:
        return Told(Answer.MISS)
    first = spoken[0]
    if first.answer is Answer.MISS:
        other = next((one for one in spoken[1:] if one.entry is not None), None)
        if other is None or other.entry is None:
            return Told(Answer.MISS)
        why = f"{other.entry.feed}'s range holds this version, the record's own does not"
        return Told(Answer.DOUBTFUL, other.entry, why)
    assert first.entry is not None  # noqa: S101 - a hit has its entry
    if _is_endless(first.entry) and any(one.answer is Answer.MISS for one in spoken[1:]):
        why = f"{first.entry.feed} names no end of the affected versions, and another source ends them before this one"
        return Told(Answer.DOUBTFUL, first.entry, why)
    return _against_text(version, first.entry, record)


def _by_trust(entries: Sequence[Affected]) -> Iterable[list[Affected]]:
    for level in sorted({_TRUST.get(one.feed, 1) for one in entries}):
        yield [one for one in entries if _TRUST.get(one.feed, 1) == level]


def _voice(version: str, entries: Sequence[Affected]) -> Told | None:
    """Return what one level of trust says; None where it names no versions at all."""
    if not any(one.ranges or one.versions for one in entries):
        return None
    hits = [one for one in entries if covers(one, version)]
    return Told(Answer.HIT, min(hits, key=_is_endless)) if hits else Told(Answer.MISS)


def _is_endless(entry: Affected) -> bool:
    return not entry.versions and not entry.unaffected and all(not one.end for one in entry.ranges)


def _against_text(version: str, entry: Affected, record: Record) -> Told:
    """The record's own words win no trial, but they raise a doubt: "before 1.35" beside a range through 1.36.1."""
    scheme = entry.ranges[0].scheme if entry.ranges else Scheme.GENERIC
    if scheme is Scheme.KERNEL:  # its texts are change logs and stack traces
        return Told(Answer.HIT, entry)
    ends = ends_in_text(record.description, scheme)
    if ends and not any(contains(one, version) for one in ends):
        last = max(ends, key=lambda one: (compare(scheme, one.end, version), one.end))
        why = f"the range of {entry.feed} holds this version, but the record's text ends the flaw at {last.end}"
        return Told(Answer.DOUBTFUL, entry, why)
    return Told(Answer.HIT, entry)
