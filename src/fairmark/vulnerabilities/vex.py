"""What the maker says of a flaw, and what becomes of ours beside it.

A maker knows what was built and what was mended. Its word drops an ordinary finding, and the statement
then says whose word it was. It never silences a flaw that is known to be exploited in a program that
runs: there both stand side by side.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from fairmark.model.finding import Confidence
from fairmark.model.image import Component
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.identity import identity_of, squeezed

SOURCE = "maker VEX"


@dataclass(frozen=True, slots=True)
class Named:
    """One product that a document names: by package URL, or by name and version; '' is any version."""

    name: str
    version: str = ""
    purl: str = ""


@dataclass(frozen=True, slots=True)
class MakerStatement:
    """One statement of the maker.

    ``products`` are what it ships, ``parts`` the components inside; a statement without parts speaks of
    its products as a whole.
    """

    cve: str
    status: Status
    products: tuple[Named, ...]
    parts: tuple[Named, ...] = ()
    justification: Justification | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What we say of one match, before or after the maker was heard. No confidence: no finding."""

    status: Status
    reason: str
    confidence: Confidence | None
    justification: Justification | None = None
    source: str = ""


def said_of(
    statements: Sequence[MakerStatement], cve: str, component: Component, device: Collection[str] = ()
) -> MakerStatement | None:
    """Return the last statement of the maker on that flaw in that component.

    ``device`` are names of the device: a statement about another product does not count, unless it names
    the component itself as its product.
    """
    fitting = [one for one in statements if one.cve == cve and _speaks_of(one, component, device)]
    return fitting[-1] if fitting else None


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
    name, version = _purl_parts(named.purl)
    wanted = version or named.version
    if wanted and wanted not in {component.version, component.upstream_version}:
        return False
    names = {squeezed(component.name), squeezed(component.upstream), *identity_of(component).names} - {""}
    return bool(names & {squeezed(name), squeezed(named.name)})


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
    if maker.status is Status.NOT_AFFECTED and maker.justification is None and not maker.reason:
        return _with_note(ours, "the maker's VEX calls it not affected without saying why, which does not count")
    claim = maker.justification.value if maker.justification else maker.status.value
    if ours.confidence is Confidence.A:
        note = f"the maker's VEX says {claim}{words}: the two contradict each other"
        return Judged(ours.status, f"{ours.reason}; {note}", Confidence.B, source=ours.source)
    if ours.status in {Status.NOT_AFFECTED, Status.FIXED}:
        return ours
    reason = f"the maker's VEX says {claim}{words}"
    return Judged(maker.status, reason, None, justification=maker.justification, source=SOURCE)


def _confirmed(ours: Judged, words: str) -> Judged:
    """The maker's own word against itself is strong: a hint becomes a finding, and what we dropped comes back."""
    if ours.status is Status.AFFECTED:
        return ours
    reason = f"the maker's VEX says affected{words}"
    return Judged(Status.AFFECTED, reason, Confidence.B, source=SOURCE)


def _with_note(ours: Judged, note: str) -> Judged:
    return Judged(ours.status, f"{ours.reason}; {note}", ours.confidence, ours.justification, ours.source)
