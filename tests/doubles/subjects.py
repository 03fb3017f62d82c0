"""Build a subject from a handful of files: a tree in memory, really scanned."""

import stat
from collections.abc import Callable, Mapping, Sequence

from fairmark.examine.blob import Blob
from fairmark.examine.limits import Limits
from fairmark.examine.scan import scan
from fairmark.examine.subject import Service, Subject
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.image import Component

TOOL = Tool(name="fairmark", version="test")
Crack = Callable[[Sequence[str], Sequence[str]], Mapping[str, int | None]]


def opens_nothing(hashes: Sequence[str], candidates: Sequence[str]) -> Mapping[str, int | None]:
    """Stand in for the password check: every hash was tried and none opens."""
    return dict.fromkeys(hashes)


def still_clock() -> float:
    """Return a time that never passes."""
    return 0.0


def tree(
    files: Mapping[str, bytes | tuple[bytes, int]],
    links: Mapping[str, str] | None = None,
    *,
    mtime: int = 1_700_000_000,
    name: str = "",
) -> Tree:
    """Arrange files and symbolic links as a tree, with the directories they need. Everything belongs to root."""
    entries: dict[bytes, Entry] = {}
    data = bytearray()
    for path in (*files, *(links or {})):
        parts = path.strip("/").encode("utf-8", "surrogateescape").split(b"/")
        for depth in range(1, len(parts)):
            above = b"/".join(parts[:depth])
            entries.setdefault(above, Entry(above, Kind.DIRECTORY, stat.S_IFDIR | 0o755, mtime=mtime))
    for number, (path, content) in enumerate(files.items(), start=1):
        body, mode = content if isinstance(content, tuple) else (content, _usual_mode(content))
        raw = path.strip("/").encode("utf-8", "surrogateescape")
        entries[raw] = Entry(
            raw, Kind.FILE, stat.S_IFREG | mode, size=len(body), mtime=mtime, inode=number, place=len(data)
        )
        data += body
    for path, target in (links or {}).items():
        raw = path.strip("/").encode()
        entries[raw] = Entry(raw, Kind.SYMLINK, stat.S_IFLNK | 0o777, target=target.encode(), mtime=mtime)
    return Tree("0", entries.values(), BlobSource(Blob(bytes(data))), name=name)


def _usual_mode(data: bytes) -> int:
    return 0o755 if data.startswith((b"\x7fELF", b"#!")) else 0o644


def subject(
    files: Mapping[str, bytes | tuple[bytes, int]],
    *,
    device: Device | None = None,
    links: Mapping[str, str] | None = None,
    crack: Crack = opens_nothing,
    components: tuple[Component, ...] = (),
    services: tuple[Service, ...] = (),
    mtime: int = 1_700_000_000,
) -> Subject:
    """Make a subject of ``files`` (path: bytes, or bytes and mode) and ``links`` (path: target).

    A file without a mode gets 0755 if it is a program or script, else 0644.
    """
    trees = (tree(files, links, mtime=mtime),)
    facts, _ = scan(trees, limits=Limits(), clock=still_clock)
    return Subject(
        trees=trees,
        files=facts,
        device=device or Device(),
        tool=TOOL,
        crack=crack,
        components=components,
        services=services,
    )


def service(
    program: str, *, ports: tuple[str, ...] = ("tcp/80",), user: str = "root", root: str = "", name: str = ""
) -> Service:
    """Make a started service with one piece of evidence for the line that starts it."""
    where = Where(path="/etc/init.d/rcS", root=root, line=3)
    started = Evidence(kind=EvidenceKind.FILE, where=where, tool=TOOL, statement=f"rcS starts {program}")
    return Service(
        name=name or program.rpartition("/")[2],
        program=program,
        root=root,
        arguments="",
        user=user,
        ports=ports,
        started_by="/etc/init.d/rcS",
        chain=(started,),
    )
