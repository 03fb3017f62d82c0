"""Components and services found in device-like trees whose content is known: right, half right, wrong, invented.

Each tree is laid out from real binaries of Debian, for the processors that devices have, with the libraries that
they need and nothing that says what they are: no package database, no documentation. What is drawn is decided by
a seed over ``accuracy_sources.yaml`` (what an embedded build system offers); a source belongs for good to one of two
halves, ``training`` (rules may be written after looking at it) or ``held-out`` (only counted; once somebody has
looked, the next figure needs another set). ``wide`` is drawn from everything else in Debian that needs no desktop.
The installers are Debian's own network boot images: busybox, small libraries, real modules.

The truth is every upstream source with at least one ELF file in the tree. *Stated*: its version stands in one of these
files or their names at all; no reading of the files can find more. *Right*: a component of that name at that version.
*Name*: the name without a version. *Wrong*: a version that the source does not have. *Invented*: a component that no
source in the tree explains and that is not known to be a copy inside another (``COPIES``).
"""

import argparse
import gzip
import hashlib
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml
from measure import ROOT, conclude

from fairmark.examine.adapters.directory import open_directory
from fairmark.examine.inventory import inventory
from fairmark.examine.limits import Limits
from fairmark.examine.patterns import component_name
from fairmark.examine.scan import scan
from fairmark.examine.services import started_services
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.device import Device
from fairmark.model.evidence import Tool
from fairmark.model.image import Component

sys.path.insert(0, str(ROOT / "examples"))

import debian

SOURCES = Path(__file__).with_name("accuracy_sources.yaml")
CACHE = ROOT / ".cache"
SHORTEST = 2  # a version of so few characters stands in every file
DRAWN = 22  # programs and libraries that are drawn for one tree; what they need comes beside them
LARGEST_KB = 40_000  # a drawn package and what it needs, installed: no device carries more for one function
BASE = ("busybox", "libc6", "zlib1g")
DESKTOP = re.compile(
    r"libgtk|libqt|qt6-|libx11-6|xserver|x11-|libwayland-c|libgl1|default-jre|openjdk|ghc|ocaml|r-base"
)
SECTIONS = ("net", "utils", "admin", "sound", "video", "httpd", "web", "comm", "mail")  # of the wide draw
HALVES = ("training", "held-out")
DEAD = ("telnetd", "utelnetd", "ftpd", "snmpd", "upnpd", "tr069", "boa", "smbd", "rtspd", "cwmpd")
COPIES: Mapping[str, frozenset[str]] = {
    # component: Debian's sources that carry a copy of it in their own files, looked up one by one
    "7-zip": frozenset({"p7zip"}),
    "btrfs-progs": frozenset({"partclone"}),
    "netkit-telnet": frozenset({"netkit-telnet-ssl"}),
    "zlib": frozenset({"zsync"}),
}
# Modules are no upstream source with an ELF file: they are counted only where one of those is of the same name.
MODULES = ("metadata of a Python package", "package.json", "manifest of a Lua rock")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device: from which menus it is drawn, and for which processor and release."""

    name: str
    release: debian.Release
    menus: tuple[str, ...]


KINDS = (
    Kind("gateway", debian.Release("bookworm", "mipsel"), ("network", "net_libraries", "system")),
    Kind("camera", debian.Release("bookworm", "armhf"), ("media", "players", "imaging", "network")),
    Kind("nas", debian.Release("bookworm", "arm64"), ("storage", "network", "compression", "data", "system")),
    Kind("hub", debian.Release("bullseye", "armhf"), ("hardware", "net_libraries", "data", "cryptography")),
    Kind("voip", debian.Release("bookworm", "mips64el"), ("audio", "network", "libraries", "security")),
    Kind("player", debian.Release("bullseye", "arm64"), ("players", "audio", "media", "libraries")),
    Kind("printer", debian.Release("bullseye", "i386"), ("imaging", "services", "network", "editors", "mail")),
    Kind(
        "appliance", debian.Release("bookworm", "amd64"), ("languages", "shell", "diagnosis", "development", "system")
    ),
)
INSTALLERS = (("amd64", "netboot"), ("armhf", "netboot"), ("mipsel", "netboot"), ("arm64", "netboot"))


@dataclass(frozen=True, slots=True)
class Truth:
    """One upstream source in a tree: what it may be called, which versions it has, where its files are."""

    source: str
    names: frozenset[str]
    versions: frozenset[str]
    paths: frozenset[str]
    stated: bool = True
    """Whether the version stands in one of its ELF files or their names at all; true where that was not looked up."""


@dataclass(slots=True)
class Score:
    """What was found in one tree, or in several."""

    truth: int = 0
    stated: int = 0
    right: int = 0
    name: int = 0
    missed: int = 0
    versions: int = 0
    wrong: int = 0
    invented: int = 0
    services: int = 0
    false_alarms: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Count the other's findings too."""
        for key in (
            "truth",
            "stated",
            "right",
            "name",
            "missed",
            "versions",
            "wrong",
            "invented",
            "services",
            "false_alarms",
        ):
            setattr(self, key, getattr(self, key) + getattr(other, key))


# --- which packages ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Index:
    """The packages of one release and what provides what."""

    release: debian.Release
    packages: Mapping[str, Mapping[str, str]]
    providers: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, release: debian.Release) -> "Index":
        """Read apt's own list, fetched anew when it is older than a week."""
        debian.fetch(cache_of(release), ["busybox"], release)
        packages: dict[str, Mapping[str, str]] = {}
        for path in sorted((cache_of(release) / "state" / "lists").glob("*_Packages")):
            for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
                record = debian.fields(paragraph)
                if "Package" in record:
                    packages[record["Package"]] = record
        providers: dict[str, list[str]] = defaultdict(list)
        for name in sorted(packages):
            for word in packages[name].get("Provides", "").split(","):
                providers[_first_word(word)].append(name)
        return cls(release, packages, providers)

    def has_elf(self, name: str) -> bool:
        """Whether the package holds compiled files: it needs a C library, or is one."""
        record = self.packages[name]
        needed = f"{record.get('Depends', '')},{record.get('Pre-Depends', '')}"
        return record["Architecture"] != "all" and (name == "libc6" or bool(re.search(r"\blibc6\b", needed)))

    def needs(self, name: str) -> Iterator[str]:
        """Give what a package depends on, the first choice of each."""
        record = self.packages[name]
        for group in f"{record.get('Depends', '')},{record.get('Pre-Depends', '')}".split(","):
            for word in map(_first_word, group.split("|")):
                found = [word] if word in self.packages else self.providers.get(word, ())
                if word and found:
                    yield found[0]
                    break

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return the packages and what they need; what Debian takes for granted a device does not have."""
        found = set(names)
        rest = list(found)
        while rest:
            for name in self.needs(rest.pop()):
                record = self.packages[name]
                granted = record.get("Essential") == "yes" or record.get("Priority") == "required"
                if name not in found and not (granted and not record["Section"].endswith("libs")):
                    found.add(name)
                    rest.append(name)
        return found

    def source(self, name: str) -> tuple[str, str]:
        """Return name and version of the source that a package is built from."""
        record = self.packages[name]
        words = re.fullmatch(r"(\S+)(?: \((.*)\))?", record.get("Source", name))
        return (words[1], words[2] or record["Version"]) if words else (name, record["Version"])

    def size(self, names: Iterable[str]) -> int:
        """Return how many kilobytes the packages take."""
        return sum(int(self.packages[name].get("Installed-Size", 0)) for name in names if self.has_elf(name))


def cache_of(release: debian.Release) -> Path:
    """Return the folder that the tests on real packages use too."""
    return CACHE / f"debian-{release.suite}-{release.architecture}"


def _first_word(text: str) -> str:
    return text.strip().partition(" ")[0].partition(":")[0]


def half(source: str) -> str:
    """Return the half to which a source belongs for good, whatever the seed."""
    return HALVES[hashlib.sha256(source.encode()).digest()[0] & 1]


def draw(index: Index, kind: Kind, chosen: str, seed: str) -> set[str]:
    """Return the packages of one tree."""
    menus: Mapping[str, str] = yaml.safe_load(SOURCES.read_text())["menus"]
    offered = {source for menu in menus for source in menus[menu].split()}
    wanted = {source for menu in kind.menus for source in menus[menu].split()}
    built: dict[str, list[str]] = defaultdict(list)
    for name in sorted(index.packages):
        source, _ = index.source(name)
        is_wide = source not in offered and index.packages[name]["Section"] in SECTIONS
        if (
            (is_wide if chosen == "wide" else source in wanted)
            and index.has_elf(name)
            and not re.search(r"-(?:dev|dbg|doc|tests?|examples|udeb)$", name)
        ):
            built[source].append(name)
    order = random.Random(f"{seed}/{kind.name}").sample(sorted(built), len(built))  # noqa: S311 - no secret
    found: set[str] = set(BASE)
    drawn = 0
    for source in order:
        if drawn == DRAWN:
            break
        if chosen in HALVES and half(source) != chosen:
            continue
        fitting = [name for name in built[source] if _fits(index, name)]
        if fitting:
            found |= index.closure(fitting[:2])
            drawn += 1
    return {name for name in index.closure(found) if index.has_elf(name)}


def _fits(index: Index, name: str) -> bool:
    needed = index.closure([name])
    return index.size(needed) <= LARGEST_KB and not any(DESKTOP.match(one) for one in needed)


# --- trees ------------------------------------------------------------------------------------


def lay_out(index: Index, names: Iterable[str], root: Path) -> list[Truth]:
    """Unpack the packages into a folder; return which sources have an ELF file there."""
    archives = debian.fetch(cache_of(index.release), sorted(names), index.release)
    named: dict[str, set[str]] = defaultdict(set)
    versions: dict[str, set[str]] = defaultdict(set)
    paths: dict[str, set[str]] = defaultdict(set)
    for name, archive in sorted(archives.items()):
        source, version = index.source(name)
        elves = _unpack(archive, root)
        if elves:
            named[source] |= {source, name}
            versions[source] |= {upstream(version), upstream(index.packages[name]["Version"])}
            paths[source] |= elves
    forget(root)
    found = [_truth(one, named[one], versions[one], paths[one]) for one in sorted(named)]
    return [replace(one, stated=_states(root, one)) for one in found]


def _states(root: Path, truth: Truth) -> bool:
    """Whether the version of a source stands in one of its ELF files or in the name of one."""
    wanted = b"|".join(re.escape(version.encode()) for version in sorted(truth.versions) if len(version) > SHORTEST)
    if not wanted:
        return False
    version = re.compile(rb"(?<![\d.])(?:%s)(?!\d|\.\d)" % wanted)
    read = ((root / path.lstrip("/")).read_bytes() + path.encode() for path in sorted(truth.paths))
    return any(version.search(data) for data in read)


def _unpack(archive: Path, root: Path) -> set[str]:
    """Unpack one package; return the paths of its ELF files."""
    with tempfile.TemporaryDirectory() as one:
        debian.unpack(archive, Path(one))
        forget(Path(one))
        return set(_moved(Path(one), root))


def _moved(source: Path, root: Path) -> Iterator[str]:
    """Move what is not there yet and give the paths of its ELF files; of two alternatives the first stays."""
    for path in sorted(source.rglob("*")):
        place = root / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            if not place.is_symlink() and not place.exists():
                place.mkdir(parents=True)
        elif place.parent.is_dir() and not place.is_symlink() and not place.exists():
            elf = _is_elf(path)
            path.rename(place)
            if elf:
                yield f"/{place.relative_to(root)}"


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def forget(root: Path) -> None:
    """Remove what names the packages."""
    for path in ("var/lib/dpkg", "usr/share/doc", "usr/share/lintian", "usr/share/bug", "usr/share/man"):
        shutil.rmtree(root / path, ignore_errors=True)


def _truth(source: str, names: Iterable[str], versions: Iterable[str], paths: Iterable[str]) -> Truth:
    return Truth(source, frozenset(map(key, names)), frozenset(versions), frozenset(paths))


def installer(architecture: str, flavour: str, work: Path) -> tuple[Path, list[Truth]] | None:
    """Unpack a network boot image of Debian's installer; None where this machine's mirror has none."""
    release = debian.Release("bookworm", architecture)
    package = f"debian-installer-12-{flavour}-{architecture}"
    archive = debian.fetch(cache_of(release), [package], release)[package]
    unpacked, root = work / "package", work / "root"
    debian.unpack(archive, unpacked)
    images = sorted(path for path in unpacked.rglob("initrd.gz") if path.is_file() and "gtk" not in path.parts)
    if not images:
        return None
    root.mkdir()
    listing = gzip.decompress(images[0].read_bytes())
    _unpack_cpio(listing, root)
    named: dict[str, set[str]] = defaultdict(set)
    versions: dict[str, set[str]] = defaultdict(set)
    index = Index.of(release)
    for paragraph in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        record = debian.fields(paragraph)
        needs_libc = "libc6-udeb" in record.get("Depends", "") or record.get("Package") == "libc6-udeb"
        if needs_libc and "-" in record["Version"]:  # without a revision it is the installer's own glue
            bare = re.sub(r"-udeb$", "", record["Package"])
            source = index.source(bare)[0] if bare in index.packages else bare
            named[source] |= {source, bare}
            versions[source].add(upstream(record["Version"]))
    if modules := sorted((root / "lib/modules").glob("*")):
        named["linux"], versions["linux"] = {"linux"}, {path.name.partition("-")[0] for path in modules}
    if (root / "usr/lib/libz.so.1").exists() and "zlib" not in named:  # copied in beside the packages
        named["zlib"], versions["zlib"] = {"zlib"}, {upstream(index.packages["zlib1g"]["Version"])}
    forget(root)
    return root, [_truth(one, named[one], versions[one], ()) for one in sorted(named)]


def _unpack_cpio(data: bytes, root: Path) -> None:
    """Unpack the files and links of a cpio archive (form "newc") below a folder."""
    at = 0
    while data[at : at + 6] == b"070701":
        field_ = [int(data[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        mode, size, length = field_[1], field_[6], field_[11]
        name = data[at + 110 : at + 110 + length - 1].decode()
        start = (at + 110 + length + 3) & ~3
        body, at = data[start : start + size], (start + size + 3) & ~3
        path = root / name.lstrip("./")
        if name == "TRAILER!!!" or ".." in path.parts:
            continue
        if mode & 0o170000 == 0o040000:
            path.mkdir(parents=True, exist_ok=True)
        elif mode & 0o170000 == 0o120000:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(body.decode())
        elif mode & 0o170000 == 0o100000:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            path.chmod(mode & 0o777)


# --- names and versions -----------------------------------------------------------------------


def key(name: str) -> str:
    """Return what two spellings of one component's name share."""
    known = component_name(name).lower().removeprefix("lib")
    return re.sub(r"[-_.+]", "", re.sub(r"[-.]?\d+(?:\.\d+)*$", "", known) or known)


def upstream(version: str) -> str:
    """Strip what Debian adds to a version.

    >>> upstream("1:1.2.13.dfsg-1"), upstream("9.2p1-2+deb12u3"), upstream("3:20221126-1"), upstream("2.5+really2.4-1")
    ('1.2.13', '9.2p1', '20221126', '2.4')
    """
    text = re.sub(r"^\d+:", "", version)
    text = text.rpartition("-")[0] or text
    text = text.partition("+really")[2] or text
    text = re.split(r"[+~]|[.-]?dfsg|[.-]?ds\d?$|-stable$", text)[0]
    return text.removesuffix(".q")  # Debian's own mark on tcp-wrappers 7.6


def numbers(version: str) -> list[str]:
    """Split a version into numbers and letters, without zeros at the end."""
    parts = [part.lstrip("0") or "0" for part in re.findall(r"\d+|[a-z]+", version.lower())]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return parts


def agree(found: str, true: str) -> bool:
    """Whether a found version is the true one, or says more of the same."""
    have, want = numbers(found), numbers(true)
    return have[: len(want)] == want


def is_shorter(found: str, true: str) -> bool:
    """Whether a found version is only the beginning of the true one: right as far as it goes."""
    have, want = numbers(found), numbers(true)
    return len(have) < len(want) and want[: len(have)] == have


# --- scores -----------------------------------------------------------------------------------


def measure(root: Path, truth: Sequence[Truth], label: str) -> Score:
    """Take the inventory of a tree and compare it with the truth; then do the same for what it starts."""
    with open_directory(root, limits=Limits(), clock=time.monotonic) as opened:
        files, _ = scan([opened.tree], limits=Limits(), clock=time.monotonic)
        subject = Subject((opened.tree,), files, Device(), Tool(name="fairmark", version="bench"), lambda *_: {})
        components, _ = inventory(subject)
        services = started_services(replace(subject, components=components))
        score = compare(components, truth, label)
        score.services = len(services)
        for service in services:
            if fault := cannot_start(subject, service):
                score.false_alarms += 1
                score.lines.append(f"service  {label}: {service.name} ({service.program}): {fault}")
    return score


def compare(components: Sequence[Component], truth: Sequence[Truth], label: str) -> Score:
    """Count what is right, half right, wrong and invented."""
    score = Score(truth=len(truth))
    by_name: dict[str, list[Truth]] = defaultdict(list)
    for one in truth:
        for name in one.names:
            by_name[name].append(one)
    right: set[str] = set()
    named: set[str] = set()
    for component in components:
        owners = by_name.get(key(component.name), [])
        named |= {one.source for one in owners}
        if not component.version or (component.source in MODULES and not owners):
            continue
        score.versions += 1
        good = {one.source for one in owners if any(agree(component.version, true) for true in one.versions)}
        right |= good
        shorter = any(is_shorter(component.version, true) for one in owners for true in one.versions)
        if good or shorter:
            continue
        shown = f"{component.name} {component.version} ({component.source}) in {', '.join(component.paths[:2])}"
        if _is_copy(component, truth):
            continue
        if owners:
            score.wrong += 1
            score.lines.append(f"wrong    {label}: {shown}; it is {sorted(owners[0].versions)}")
        else:
            score.invented += 1
            score.lines.append(f"invented {label}: {shown}")
    score.right, score.name = len(right), len(named - right)
    score.stated = sum(one.stated or one.source in right for one in truth)
    score.missed = score.truth - len(right | named)
    for one in truth:
        if one.source not in right:
            what = "name    " if one.source in named else "missed  "
            shown = sorted(one.paths, key=lambda path: (path.count("/"), path))[:3]
            score.lines.append(f"{what} {label}: {one.source} {sorted(one.versions)} {' '.join(shown)}")
    return score


def _is_copy(component: Component, truth: Sequence[Truth]) -> bool:
    carriers = COPIES.get(component.name, frozenset())
    return bool(carriers) and all(
        any(one.source in carriers and (path in one.paths or not one.paths) for one in truth)
        for path in component.paths
    )


def cannot_start(subject: Subject, service: Service) -> str:
    """Say why a service cannot run in this tree; '' when nothing stands against it."""
    item = subject.file(service.program, service.root)
    if item is None:
        return "the program is not there"
    machines = Counter(one.elf.machine for one in subject.files if one.elf and one.elf.kind != "relocatable")
    if item.elf is None:
        first = (item.text or "").partition("\n")[0]
        shell = first.removeprefix("#!").split()
        return "" if not first.startswith("#!") or subject.file(shell[0], service.root) else f"there is no {shell[0]}"
    if item.elf.machine != machines.most_common(1)[0][0]:
        return "it is for another processor"
    if item.elf.interpreter and subject.file(item.elf.interpreter, service.root) is None:
        return f"there is no {item.elf.interpreter}"
    missing = _missing_libraries(subject, item)
    return f"it lacks {', '.join(sorted(missing))}" if missing else ""


def _missing_libraries(subject: Subject, item: FileFacts) -> set[str]:
    there: dict[str, FileFacts] = {}
    for one in subject.files:
        if one.elf and one.elf.kind == "shared":
            there.setdefault(one.elf.soname, one)
            there.setdefault(one.path.rpartition("/")[2], one)
    missing: set[str] = set()
    seen, rest = {item.path}, [item]
    while rest:
        one = rest.pop()
        for name in one.elf.needed if one.elf else ():
            if name not in there:
                missing.add(name)
            elif there[name].path not in seen:
                seen.add(there[name].path)
                rest.append(there[name])
    return missing


def start_everything(root: Path) -> None:
    """Enable every start script, and plant lines for daemons that are not there."""
    scripts = sorted(path.name for path in (root / "etc/init.d").glob("*")) if (root / "etc/init.d").is_dir() else []
    (root / "etc/rcS.d").mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(scripts, 10):
        link = root / "etc/rcS.d" / f"S{number}{name}"
        if not link.is_symlink():
            link.symlink_to(f"../init.d/{name}")
    lines = ["#!/bin/sh", "for i in /etc/rcS.d/S??*; do", '  "$i" start', "done"]
    lines += [f"/usr/sbin/{name} &" for name in DEAD if not list(root.rglob(name))]
    (root / "etc/init.d").mkdir(parents=True, exist_ok=True)
    (root / "etc/init.d/rcS").write_text("\n".join(lines) + "\n")
    (root / "etc/init.d/rcS").chmod(0o755)
    (root / "etc/inittab").write_text("::sysinit:/etc/init.d/rcS\n")


# --- the run ----------------------------------------------------------------------------------


def run_tree(kind: Kind, chosen: str, seed: str) -> Score:
    """Draw, lay out and measure one tree."""
    index = Index.of(kind.release)
    names = draw(index, kind, chosen, seed)
    with tempfile.TemporaryDirectory() as work:
        root = Path(work)
        truth = lay_out(index, names, root)
        start_everything(root)
        return measure(root, truth, kind.name)


def show(label: str, score: Score) -> None:
    """Print one line of the table."""
    share = f"{score.right / max(1, score.truth):6.1%} {(score.wrong + score.invented) / max(1, score.versions):6.1%}"
    counts = (
        score.truth,
        score.stated,
        score.right,
        score.name,
        score.missed,
        score.versions,
        score.wrong,
        score.invented,
    )
    line = "".join(f"{count:>9}" for count in counts)
    print(f"{label:<22}{line}  {share} {score.services:>9}{score.false_alarms:>7}", flush=True)


def main() -> None:
    """Measure the trees of a set and the installers; with ``--details`` name everything that is not right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=(*HALVES, "all", "wide"), default="held-out")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--trees", default="", help="names of kinds, separated by commas; default all")
    parser.add_argument("--installers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--details", action="store_true")
    asked = parser.parse_args()
    total = Score()
    columns = ("truth", "stated", "right", "name", "missed", "versions", "wrong", "invented")
    head = "".join(f"{name:>9}" for name in columns)
    print(f"{'tree':<22}{head}   right  wrong  services  false")
    wanted = set(filter(None, asked.trees.split(",")))
    details: list[str] = []
    trees = 0
    for kind in KINDS:
        if wanted and kind.name not in wanted:
            continue
        score = run_tree(kind, asked.set, asked.seed)
        show(f"{kind.name} {kind.release.architecture}", score)
        total.add(score)
        details += score.lines
        trees += 1
    for architecture, flavour in INSTALLERS if asked.installers else ():
        with tempfile.TemporaryDirectory() as work:
            found = installer(architecture, flavour, Path(work))
            if found is None:
                print(f"installer {architecture}: there is no initrd.gz in the package")
                continue
            score = measure(*found, f"installer {architecture}")
        show(f"installer {architecture}", score)
        total.add(score)
        details += score.lines
        trees += 1
    show("together", total)
    if asked.details:
        print("\n".join(details))
    conclude(
        "accuracy",
        {
            "trees": trees,
            "components_right": total.right / max(1, total.truth),
            "components_right_of_stated": total.right / max(1, total.stated),
            "components_named": (total.right + total.name) / max(1, total.truth),
            "components_wrong": (total.wrong + total.invented) / max(1, total.versions),
            "services": total.services,
            "services_false_alarms": total.false_alarms,
        },
    )


if __name__ == "__main__":
    main()
