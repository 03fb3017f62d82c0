"""Where a device keeps what belongs to its owner, as far as arguments and settings of what it starts say so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairmark.examine.configs.inspection import Inspection
from fairmark.examine.configs.lines import Setting, directives, numbered
from fairmark.examine.configs.running import Running
from fairmark.model.evidence import Evidence

_VOLATILE = ("/tmp", "/run", "/var/run", "/dev", "/proc", "/sys", "/var/lock", "/var/tmp")  # noqa: S108 - in an image
_RECORDINGS = re.compile(
    r"(?:target_dir|(?:record(?:ing)?s?|snapshots?|video|image|picture|photo|clip|event|media|storage|log|history|database|db)"
    r"_?(?:dir|directory|path|folder|file))"
)
_SETTINGS = re.compile(r".*\.(?:conf|cfg|ini|json)$")
_MOUNTS = re.compile(
    r"\bmount\s+(?:-(?:t\s+\S+|o\s+\S+|\w+)\s+)*(?P<device>/dev/[\w/.-]+|ubi\d[:_]\w+|\w+:\w+)\s+(?P<place>/[\w/.-]+)"
)
_TMPFS = re.compile(r"\bmount\s+(?:-o\s+\S+\s+)?-t\s+(?:tmpfs|ramfs)\s+(?:-o\s+\S+\s+)?\S+\s+(?P<place>/[\w/.-]+)")
_MOST = 50


@dataclass(frozen=True, slots=True)
class Store:
    """One place with what it holds in words, and the proof that something started keeps it there."""

    path: str
    root: str
    what: str
    shown: tuple[Setting | Evidence, ...]
    run: Running


def stores(look: Inspection) -> tuple[Store, ...]:
    """Return the lasting places; what a restart forgets is left out."""
    found = [*_networks(look), *_logs(look), *_recordings(look)]
    volatile = {root: _volatile(look, root) for root in {one.root for one in found}}
    kept = [one for one in found if not _is_below(one.path, volatile[one.root])]
    unique = {(one.root, one.path): one for one in reversed(kept)}
    return tuple(unique[key] for key in sorted(unique))[:_MOST]


def mounted(look: Inspection, root: str) -> Mapping[str, str]:
    """Return device -> place for the file systems that the table and the start scripts mount."""
    places: dict[str, str] = {}
    table = look.text_file("/etc/fstab", root)
    for _, line in numbered(table) if table else ():
        fields = line.split()
        if len(fields) > 2 and fields[1].startswith("/"):
            places.setdefault(fields[0], fields[1])
    for script in look.scripts:
        file = look.text_file(script.path, script.root) if script.root == root else None
        for _, line in numbered(file) if file else ():
            for match in _MOUNTS.finditer(line):
                places.setdefault(match["device"], match["place"])
    return places


def _volatile(look: Inspection, root: str) -> tuple[str, ...]:
    """Return the places that live in memory: the usual ones, and what is mounted as tmpfs."""
    places = set(_VOLATILE)
    table = look.text_file("/etc/fstab", root)
    for _, line in numbered(table) if table else ():
        fields = line.split()
        if len(fields) > 2 and fields[2] in {"tmpfs", "ramfs"}:
            places.add(fields[1])
    for script in look.scripts:
        file = look.text_file(script.path, script.root) if script.root == root else None
        for _, line in numbered(file) if file else ():
            places |= {match["place"] for match in _TMPFS.finditer(line)}
    world = look.world(root)
    for path in ("/var", "/var/log", "/mnt"):
        entry = world.tree.resolve(path) if world else None
        real = "/" + entry.decode("utf-8", "replace") if entry else ""
        if real and real != path and _is_below(real, tuple(places)):
            places.add(path)
    return tuple(sorted(places))


def _is_below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in places)


def _networks(look: Inspection) -> Iterator[Store]:
    """wpa_supplicant keeps the networks of the owner in the file that it is started with."""
    for run in look.running("wpa_supplicant"):
        path = run.option("-c")
        if path and path.startswith("/") and run.certain:
            yield Store(path, run.root, "the owner's networks with their passphrases", run.service.chain, run)


def _logs(look: Inspection) -> Iterator[Store]:
    """Busybox's syslogd keeps its log in a file unless it sends it away or keeps it in memory (-C)."""
    for run in look.running("syslogd"):
        path = run.option("-O") or "/var/log/messages"
        if path.startswith("/") and run.certain and not run.has("-C", "-R") and "-C" not in run.service.arguments:
            yield Store(path, run.root, "the log", run.service.chain, run)


def _recordings(look: Inspection) -> Iterator[Store]:
    """A started program's own settings say where it puts recordings."""
    for run in look.all():
        for word in (*run.words, f"/etc/{run.program}.conf", f"/etc/{run.program}/{run.program}.conf"):
            file = look.text_file(word.rpartition("=")[2], run.root) if "/" in word else None
            if file is None or not _SETTINGS.match(file.path):
                continue
            for one in directives(file):
                if _RECORDINGS.fullmatch(one.name) and re.fullmatch(r"/[\w./-]{2,200}", one.value):
                    yield Store(one.value.rstrip("/"), run.root, f"what {run.program} records", (one,), run)
