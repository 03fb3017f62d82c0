"""Read the package databases of an image: opkg, dpkg and apk.

Where a database exists, the list of components is complete, so it goes before every pattern.
A database is input like any other: how much of it is read, how long a line, how many packages
and how many files may be listed is bounded, and what is no text is skipped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from fairmark.examine.subject import Subject
from fairmark.examine.tree import Entry, Kind, Tree, UnreadableEntryError

MAX_DATABASE = 32 << 20
MAX_LINE = 16 << 10
MAX_PACKAGES = 50_000
MAX_PATHS = 300_000  # over all packages of one database
_MAX_FIELD = 300
_MAX_LISTS = 20_000

_OPKG = ("/usr/lib/opkg", "/var/lib/opkg", "/opt/var/opkg", "/opt/lib/opkg")
_DPKG = "/var/lib/dpkg"
_APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package. ``paths`` are the regular files it owns, links resolved; ``database`` names the entry."""

    kind: str
    name: str
    version: str
    architecture: str
    source: str
    licence: str
    root: str
    database: str
    line: int | None
    paths: tuple[str, ...] = ()
    distribution: str = ""
    release: str = ""
    built_for: str = ""
    """The distribution that most of the database's versions name, for those that name none."""

    @property
    def upstream(self) -> str:
        """The version as upstream names it: '' when the package names none (a date, a commit)."""
        return upstream_version(self.version)

    @property
    def builder(self) -> str:
        """The distribution that builds and mends the package: 'debian 11', 'alpine 3.19'; '' where it is the maker.

        What a package's own version says ("+deb11u1") goes before os-release: makers rename their system.
        """
        if marked := re.search(r"[+~]deb(\d{1,2})u\d", self.version):
            return f"debian {marked[1]}"
        known = self.distribution in {"debian", "ubuntu", "raspbian", "alpine", "openwrt"} and self.release
        return f"{self.distribution} {self.release}" if known else self.built_for

    @property
    def purl(self) -> str:
        """The package URL, with architecture and distribution where they are known."""
        kind, namespace = {
            "dpkg": ("deb", self.distribution or "debian"),
            "apk": ("apk", self.distribution or "alpine"),
        }.get(self.kind, (self.kind, ""))
        path = "/".join(part for part in (kind, _quoted(namespace), _quoted(self.name.lower())) if part)
        distro = f"{self.distribution}-{self.release}" if self.distribution and self.release else ""
        pairs = [("arch", self.architecture), ("distro", distro)]
        qualifiers = "&".join(f"{key}={_quoted(value)}" for key, value in pairs if value)
        version = f"@{_quoted(self.version)}" if self.version else ""
        return f"pkg:{path}{version}" + (f"?{qualifiers}" if qualifiers else "")


def _quoted(text: str) -> str:
    return quote(text, safe="-._~:")


def upstream_version(version: str) -> str:
    """Strip what a distribution adds: epoch, revision, repacking and patch marks.

    >>> upstream_version("1:1.2.13.dfsg-1"), upstream_version("9.2p1-2+deb12u3"), upstream_version("2021-04-01-abc")
    ('1.2.13', '9.2p1', '')
    """
    text = re.sub(r"^\d{1,3}:", "", version)
    match = re.match(r"\d{1,8}(?:\.\d{1,8})+(?:p\d{1,3}|[a-z]{1,2}(?![a-z\d]))?", text)
    if match is None or re.match(r"(?:19|20)\d\d[.-]\d\d[.-]\d\d", text):
        return ""
    return match.group()


def read_packages(subject: Subject) -> tuple[Package, ...]:
    """Return the installed packages of every root file system, sorted by root, kind and name."""
    found = [package for tree in subject.trees for package in _of_tree(tree)]
    return tuple(sorted(found, key=lambda one: (one.root, one.kind, one.name, one.version, one.architecture)))


def _of_tree(tree: Tree) -> Iterator[Package]:
    distribution, release = _os_release(tree)
    seen: set[tuple[str, str, str]] = set()
    dpkg = tuple(_dpkg(tree))
    builders = Counter(package.builder for package in dpkg if package.builder)
    mostly = min(builders, key=lambda one: (-builders[one], one), default="")
    marked = (replace(package, built_for=mostly) for package in dpkg)
    for package in (*_opkg(tree), *marked, *_apk(tree)):
        key = (package.kind, package.name, package.architecture)
        if key not in seen and len(seen) < MAX_PACKAGES:
            seen.add(key)
            yield replace(package, distribution=distribution, release=release)


def _os_release(tree: Tree) -> tuple[str, str]:
    """Return the distribution's id and release, '' where the image does not say."""
    entry = tree.get("/etc/os-release") or tree.get("/usr/lib/os-release")
    values = dict(re.findall(r'^(ID|VERSION_ID)="?([\w.-]{1,40})"?\s*$', _text(tree, entry), re.MULTILINE))
    return values.get("ID", ""), values.get("VERSION_ID", "")


def _text(tree: Tree, entry: Entry | None) -> str:
    """Return the beginning of a text file; '' when it is none or cannot be read (the scan recorded that gap)."""
    if entry is None or entry.kind is not Kind.FILE:
        return ""
    try:
        data = tree.read(entry, MAX_DATABASE)
    except UnreadableEntryError:
        return ""
    return "" if b"\0" in data[:4096] else data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Stanza:
    """One block of ``Key: value`` lines, and the line it starts at."""

    line: int
    fields: Mapping[str, str]


def _stanzas(text: str) -> Iterator[_Stanza]:
    """Split a control file into its stanzas; lines that continue a field are dropped."""
    fields: dict[str, str] = {}
    start, count = 1, 0
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            if fields:
                yield _Stanza(start, fields)
                count += 1
            fields, start = {}, number + 1
            if count >= MAX_PACKAGES:
                return
        elif line[0] not in " \t":
            key, colon, value = line.partition(":")
            if colon and len(fields) < 64:
                fields.setdefault(key.strip().lower()[:40], value.strip()[:_MAX_FIELD])
    if fields:
        yield _Stanza(start, fields)


def _lines(text: str) -> Iterator[str]:
    """Give the lines, each cut to a bounded length."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start : min(end, start + MAX_LINE)].rstrip("\r")
        start = end + 1


def _opkg(tree: Tree) -> Iterator[Package]:
    for home in _OPKG:
        controls = {
            entry.name.removesuffix(b".control"): entry
            for entry in tree.children(f"{home}/info")[:_MAX_LISTS]
            if entry.name.endswith(b".control")
        }
        status = tree.get(f"{home}/status")
        listed = [(stanza, status) for stanza in _stanzas(_text(tree, status))]
        if not listed:
            listed = [(one, entry) for entry in controls.values() for one in _stanzas(_text(tree, entry))]
        budget = _Paths(tree)
        for stanza, database in listed:
            control = controls.get(stanza.fields.get("package", "").encode())
            extra = next(_stanzas(_text(tree, control)), None)
            fields = {**(extra.fields if extra else {}), **stanza.fields}
            if database and _is_installed(fields):
                listing = tree.get(f"{home}/info/{fields['package']}.list")
                paths = budget.real(_lines(_text(tree, listing)))
                yield _package("opkg", tree, fields, database, stanza.line, paths)


def _dpkg(tree: Tree) -> Iterator[Package]:
    databases = [tree.get(f"{_DPKG}/status"), *tree.children(f"{_DPKG}/status.d")[:_MAX_LISTS]]
    lists = {entry.name: entry for entry in tree.children(f"{_DPKG}/info") if entry.name.endswith(b".list")}
    budget = _Paths(tree)
    for database in databases:
        if database is None or database.name.endswith(b".md5sums"):
            continue
        for stanza in _stanzas(_text(tree, database)):
            if _is_installed(stanza.fields):
                name, architecture = stanza.fields["package"], stanza.fields.get("architecture", "")
                listing = lists.get(f"{name}.list".encode()) or lists.get(f"{name}:{architecture}.list".encode())
                paths = budget.real(_lines(_text(tree, listing)))
                yield _package("dpkg", tree, stanza.fields, database, stanza.line, paths)


def _is_installed(fields: Mapping[str, str]) -> bool:
    """A stanza without a status (status.d, control files) is of an installed package."""
    return bool(fields.get("package")) and fields.get("status", "installed").split(" ")[-1] == "installed"


def _package(
    kind: str, tree: Tree, fields: Mapping[str, str], database: Entry, line: int, paths: tuple[str, ...]
) -> Package:
    source = fields.get("source") or fields.get("sourcename") or fields["package"]
    return Package(
        kind=kind,
        name=fields["package"],
        version=fields.get("version", ""),
        architecture=fields.get("architecture", ""),
        source=source.split(" ")[0].rpartition("/")[2],
        licence=fields.get("license", ""),
        root=tree.name,
        database=database.printable,
        line=line,
        paths=paths,
    )


def _apk(tree: Tree) -> Iterator[Package]:
    for path in _APK:
        database = tree.get(path)
        budget = _Paths(tree)
        for line, rows in _apk_blocks(_text(tree, database)):
            fields = {key: value for key, value in reversed(rows) if key not in "FRZa"}
            if database and fields.get("P"):
                named = {
                    "package": fields["P"],
                    "version": fields.get("V", ""),
                    "architecture": fields.get("A", ""),
                    "source": fields.get("o", ""),
                    "license": fields.get("L", ""),
                }
                yield _package("apk", tree, named, database, line, budget.real(_apk_paths(rows)))


def _apk_blocks(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    rows: list[tuple[str, str]] = []
    start = 1
    for number, line in enumerate(_lines(text), start=1):
        if line:
            key, colon, value = line.partition(":")
            if colon and len(key) == 1:
                rows.append((key, value[:_MAX_FIELD]))
            continue
        if rows:
            yield start, rows
        rows, start = [], number + 1
    if rows:
        yield start, rows


def _apk_paths(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Files (R) lie in the directory (F) named before them."""
    folder = ""
    for key, value in rows:
        if key == "F":
            folder = value
        elif key == "R":
            yield f"/{folder}/{value}"


class _Paths:
    """Resolves listed paths to regular files of the tree, a bounded number of them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._left = MAX_PATHS

    def real(self, listed: Iterable[str]) -> tuple[str, ...]:
        """Return the regular files among the listed paths, sorted, with links on the way resolved."""
        found = set()
        for line in listed:
            if self._left <= 0:
                break
            self._left -= 1
            path = line.split("\t")[0]
            entry = self._tree.get(path, follow=False) if path.startswith("/") else None
            if entry and entry.kind is Kind.FILE:
                found.add(entry.printable)
        return tuple(sorted(found))
