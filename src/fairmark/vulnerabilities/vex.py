"""What the maker says of a flaw, and what becomes of ours beside it.

A maker knows what was built and what was mended. Its word drops an ordinary finding, and the statement
then says whose word it was. It never silences a flaw that is known to be exploited in a program that
runs, nor one in a component that it calls absent and the image holds: there both stand side by side.
A word about another build, or one without a reason, does not count.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote

from fairmark.model.finding import Confidence
from fairmark.model.image import Component
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.identity import identity_of, squeezed
from fairmark.vulnerabilities.record import Range, Scheme
from fairmark.vulnerabilities.versions import contains

SOURCE = "maker VEX"
CONTRADICTION = "the two contradict each other"
NOT_COUNTED = "which does not count"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_BOUND = re.compile(r"(<=|>=|<|>|=)?([^<>=|,\s]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """One product that a document names: by package URL, or by name and version; '' is any version.

    ``versions`` is a range of versions where the document gives one: ``vers:generic/>=1.2|<1.5`` or ``<1.5``.
    """

    name: str
    version: str = ""
    purl: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True)
class MakerStatement:
    """One statement of the maker.

    ``products`` are what it ships, ``parts`` the components inside; a statement without parts speaks of
    its products as a whole. ``stated`` is when it was said, None where the document does not tell. ``refuted``
    says what in the image contradicts it.
    """

    cve: str
    status: Status
    products: tuple[Named, ...]
    parts: tuple[Named, ...] = ()
    justification: Justification | None = None
    reason: str = ""
    stated: datetime | None = None
    refuted: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What we say of one match, before or after the maker was heard. No confidence: no finding."""

    status: Status
    reason: str
    confidence: Confidence | None
    justification: Justification | None = None
    source: str = ""


def of_build(statements: Iterable[MakerStatement], device: Collection[str], version: str) -> Iterator[MakerStatement]:
    """Give the statements that do not speak of another build of the device; those about components stay.

    ``device`` are its names and ``version`` its firmware's. A statement about one version of the device says nothing
    while the version of this build is not known.
    """
    for statement in statements:
        of_another = [one for one in statement.products if _is_device(one, device) and not _holds(one, (version,))]
        products = tuple(one for one in statement.products if one not in of_another)
        if products or not of_another:
            yield replace(statement, products=products) if of_another else statement


def said_of(
    statements: Sequence[MakerStatement], cve: str, component: Component, device: Collection[str] = ()
) -> MakerStatement | None:
    """Return the newest statement of the maker on that flaw in that component, with what refutes it.

    ``device`` are names of the device: a statement about another product does not count, unless it names
    the component itself as its product. Of statements that are equally new the last one holds, but a denial
    never beats an admission.
    """
    fitting = [one for one in statements if one.cve == cve and _speaks_of(one, component, device)]
    if not fitting:
        return None
    newest = max(one.stated or _LONG_AGO for one in fitting)
    current = [one for one in fitting if (one.stated or _LONG_AGO) == newest]
    admitted = [one for one in current if one.status is Status.AFFECTED]
    held = (admitted or current)[-1]
    absent = held.justification is Justification.COMPONENT_NOT_PRESENT and held.status is Status.NOT_AFFECTED
    return replace(held, refuted=f"{component.name} is in the image") if absent and component.evidence else held


def _speaks_of(statement: MakerStatement, component: Component, device: Collection[str]) -> bool:
    if any(_is(named, component) for named in statement.products):
        return True
    if not any(_is_device(named, device) for named in statement.products):
        return False
    return not statement.parts or any(_is(named, component) for named in statement.parts)


def _is_device(named: Named, device: Collection[str]) -> bool:
    known = {squeezed(one) for one in device if one}
    return bool(known & {squeezed(named.name), squeezed(_purl_parts(named.purl)[0])} - {""})


def _is(named: Named, component: Component) -> bool:
    """Whether a name in a document is the component: the same package URL, or its name at its version."""
    if not _holds(named, (component.version, component.upstream_version)):
        return False
    names = {squeezed(component.name), squeezed(component.upstream), *identity_of(component).names} - {""}
    return bool(names & {squeezed(_purl_parts(named.purl)[0]), squeezed(named.name)})


def _holds(named: Named, versions: Collection[str]) -> bool:
    """Whether what is named is one of these versions, or any at all."""
    known = {one.removeprefix("v") for one in versions if one}
    if wanted := _purl_parts(named.purl)[1] or named.version:
        return wanted.removeprefix("v") in known
    return not named.versions or any(_in_range(named.versions, one) for one in known)


def _in_range(text: str, version: str) -> bool:
    """Read ``vers:TYPE/>=1.2|<1.5``, or comparisons with ``|`` or ``,`` between them; what is neither holds nothing."""
    held, bounds = False, text.partition("/")[2] if text.startswith("vers:") else text
    low, low_included = "", True
    for sign, bound in _BOUND.findall(bounds):
        if sign in {"", "="}:
            held |= bound == version
        elif sign.startswith(">"):
            low, low_included = bound, sign == ">="
        else:
            span = Range(Scheme.GENERIC, low, bound, start_included=low_included, end_included=sign == "<=")
            held |= contains(span, version)
            low, low_included = "", True
    return held or (bool(low) and contains(Range(Scheme.GENERIC, low, start_included=low_included), version))


def _purl_parts(purl: str) -> tuple[str, str]:
    """Return name and version of a package URL, without its qualifiers."""
    if not purl.startswith("pkg:"):
        return "", ""
    path = purl[4:].partition("?")[0].partition("#")[0]
    path, at, version = path.rpartition("@") if "@" in path.rpartition("/")[2] else (path, "", "")
    return unquote(path.rpartition("/")[2]), unquote(version) if at else ""


def heard(ours: Judged, maker: MakerStatement | None) -> Judged:
    """Return what stands after the maker was heard."""
    if maker is None or maker.status is Status.UNDER_INVESTIGATION:
        return ours
    words = f" ({maker.reason})" if maker.reason else ""
    if maker.status is Status.AFFECTED:
        return _confirmed(ours, words)
    if flaw := _uncounted(maker):
        return _with_note(ours, f"the maker's VEX calls it {flaw}, {NOT_COUNTED}")
    return ours if ours.status in {Status.NOT_AFFECTED, Status.FIXED} else _denied(ours, maker, words)


def _denied(ours: Judged, maker: MakerStatement, words: str) -> Judged:
    """Weigh a denial against what we have: it drops what is not proven, and stands beside what is."""
    said = f"the maker's VEX says {maker.justification.value if maker.justification else maker.status.value}{words}"
    if maker.refuted:  # an absence that the image disproves takes nothing away from our proof
        return _with_note(ours, f"{said}, but {maker.refuted}: {CONTRADICTION}")
    if ours.confidence is Confidence.A:
        return Judged(ours.status, f"{ours.reason}; {said}: {CONTRADICTION}", Confidence.B, source=ours.source)
    return Judged(maker.status, said, None, justification=maker.justification, source=SOURCE)


def _uncounted(maker: MakerStatement) -> str:
    """Say what a denial lacks; '' where it lacks nothing."""
    if maker.reason:
        return ""
    if maker.status is Status.NOT_AFFECTED and maker.justification is None:
        return "not affected without saying why"
    if maker.status is Status.FIXED and not _names_a_version(maker):
        return "mended without saying in which version"
    return ""


def _names_a_version(maker: MakerStatement) -> bool:
    named = (*maker.products, *maker.parts)
    return any(one.version or one.versions or _purl_parts(one.purl)[1] for one in named)


def _confirmed(ours: Judged, words: str) -> Judged:
    """The maker's own word against itself is strong: a hint becomes a finding, and what we dropped comes back."""
    if ours.status is Status.AFFECTED:
        return ours
    reason = f"the maker's VEX says affected{words}"
    return Judged(Status.AFFECTED, reason, Confidence.B, source=SOURCE)


def _with_note(ours: Judged, note: str) -> Judged:
    return Judged(ours.status, f"{ours.reason}; {note}", ours.confidence, ours.justification, ours.source)
