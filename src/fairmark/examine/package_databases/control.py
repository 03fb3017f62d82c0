"""opkg and dpkg: status files of stanzas, and one list of files a package."""

from collections.abc import Iterator, Mapping

from fairmark.examine.package_databases.package import Package
from fairmark.examine.package_databases.reading import (
    MAX_LISTS,
    OwnedFiles,
    lines_of,
    note_unread,
    stanzas_of,
    text_of,
)
from fairmark.examine.tree import Entry, Tree
from fairmark.model.gap import Gap

_OPKG = ("/usr/lib/opkg", "/var/lib/opkg", "/opt/var/opkg", "/opt/lib/opkg")
_DPKG = "/var/lib/dpkg"


def opkg(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    """Give the packages of opkg; where there is no status file, those that its control files name."""
    for home in _OPKG:
        controls = {
            entry.name.removesuffix(b".control"): entry
            for entry in tree.children(f"{home}/info")[:MAX_LISTS]
            if entry.name.endswith(b".control")
        }
        status = tree.get(f"{home}/status")
        listed = [(stanza, status) for stanza in stanzas_of(text_of(tree, status))]
        note_unread(tree, status, len(listed), gaps)
        if not listed:
            listed = [(one, entry) for entry in controls.values() for one in stanzas_of(text_of(tree, entry))]
        budget = OwnedFiles(tree)
        for stanza, database in listed:
            control = controls.get(stanza.fields.get("package", "").encode())
            extra = next(stanzas_of(text_of(tree, control)), None)
            fields = {**(extra.fields if extra else {}), **stanza.fields}
            if database and _is_installed(fields):
                listing = tree.get(f"{home}/info/{fields['package']}.list")
                paths = budget.real(lines_of(text_of(tree, listing)))
                yield control_package("opkg", tree, fields, database, stanza.line, paths)


def dpkg(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    """Give the packages of dpkg, from its status file or from the folder that images without dpkg keep."""
    databases = [tree.get(f"{_DPKG}/status"), *tree.children(f"{_DPKG}/status.d")[:MAX_LISTS]]
    lists = {entry.name: entry for entry in tree.children(f"{_DPKG}/info") if entry.name.endswith(b".list")}
    budget = OwnedFiles(tree)
    for database in databases:
        if database is None or database.name.endswith(b".md5sums"):
            continue
        stanzas = tuple(stanzas_of(text_of(tree, database)))
        note_unread(tree, database, len(stanzas), gaps)
        for stanza in stanzas:
            if _is_installed(stanza.fields):
                name, architecture = stanza.fields["package"], stanza.fields.get("architecture", "")
                listing = lists.get(f"{name}.list".encode()) or lists.get(f"{name}:{architecture}.list".encode())
                paths = budget.real(lines_of(text_of(tree, listing)))
                yield control_package("dpkg", tree, stanza.fields, database, stanza.line, paths)


def _is_installed(fields: Mapping[str, str]) -> bool:
    """A stanza without a status (status.d, control files) is of an installed package."""
    return bool(fields.get("package")) and fields.get("status", "installed").split(" ")[-1] == "installed"


def control_package(
    kind: str, tree: Tree, fields: Mapping[str, str], database: Entry, line: int, paths: tuple[str, ...]
) -> Package:
    """Make a package of the fields of a control file."""
    source = fields.get("source") or fields.get("sourcename") or fields["package"]
    name, _, version = source.partition(" ")  # "samba (2:4.17.12+dfsg-0+deb12u1)": Debian Policy 5.6.1
    return Package(
        kind=kind,
        name=fields["package"],
        version=fields.get("version", ""),
        architecture=fields.get("architecture", ""),
        source=name.rpartition("/")[2],
        source_version=version.strip("() "),
        licence=fields.get("license", ""),
        root=tree.name,
        database=database.printable,
        line=line,
        paths=paths,
    )
