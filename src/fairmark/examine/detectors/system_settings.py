"""Settings of the running kernel and of the mounts: random addresses, the lowest address, loose file systems."""

import re
from collections.abc import Iterator

from fairmark.examine import systemd
from fairmark.examine.configs.inspection import Inspection, joined, where
from fairmark.examine.configs.lines import Setting, directives, last, numbered
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.startup import TreeWorld
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.finding import Confidence, Detection, Reach, Severity

NO_RANDOM = Rule(
    id="system-aslr-off",
    title="Programs lie at the same addresses after every start",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="kernel.randomize_va_space is set to 0, or to 1, which leaves the heap where it is, by a sysctl file that is "
    "applied at start or by a script that runs then. An attacker of any program knows where its code lies.",
    false_positives="A file that nothing applies; it is graded C.",
    fix="Leave kernel.randomize_va_space at 2.",
    cwe="CWE-1327",
)
LOW_ADDRESS = Rule(
    id="system-lowest-address",
    title="Programs may put memory at address zero",
    weakness="unhardened-daemon",
    severity=Severity.LOW,
    what="vm.mmap_min_addr is set to 0: a null pointer in the kernel then leads into memory that an attacker fills.",
    false_positives="A file that nothing applies; it is graded C.",
    fix="Leave vm.mmap_min_addr at 65536 (32768 on ARM).",
    cwe="CWE-476",
)
LOOSE_MOUNTS = Rule(
    id="system-mounts-loose",
    title="File systems are mounted with more rights than they need",
    weakness="world-writable",
    severity=Severity.LOW,
    what="A file system for temporary files is mounted without nosuid, nodev or noexec, or the root file system can be "
    "written to while the device runs. A hint: it makes other flaws worse.",
    false_positives="A device that runs programs from there on purpose.",
    fix="Mount temporary file systems with nosuid,nodev,noexec and the root file system read-only.",
    cwe="CWE-732",
)

_FILES = re.compile(r"/etc/sysctl\.conf|/(?:etc|usr/lib|lib|run)/sysctl\.d/[^/]+\.conf")
_APPLIES = re.compile(r"(?m)^[^#\n]*\bsysctl\s+(?:-\w+\s+)*(?:-p|--system|--load)")
_BY_COMMAND = re.compile(
    r"\bsysctl\s+(?:-\w+\s+)*[\"']?(?P<name>kernel\.randomize_va_space|vm\.mmap_min_addr)\s*=\s*(?P<value>\d+)|"
    r"\becho\s+(?:-\w+\s+)?[\"']?(?P<number>\d+)[\"']?\s*>\s*/proc/sys/(?P<path>kernel/randomize_va_space|vm/mmap_min_addr)"
)
_TEMPORARY = frozenset({"/tmp", "/var/tmp", "/dev/shm", "/var/run", "/run"})  # noqa: S108 - names in an image
_WRITABLE = frozenset({"ext2", "ext3", "ext4", "jffs2", "ubifs", "yaffs2", "f2fs", "btrfs"})


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    _sysctl_files(look)
    _scripts(look)
    for tree in subject.trees:
        world = look.world(tree.name)
        file = world and look.text_file("/etc/fstab", tree.name)
        if world and file:
            _table(look, file)
    return look.detection()


def _sysctl_files(look: Inspection) -> None:
    """The last file that sets a value counts, in the order in which they are read."""
    for tree in look.subject.trees:
        files = [
            file for file in look.subject.files if file.root == tree.name and file.text and _FILES.fullmatch(file.path)
        ]
        ordered = sorted(files, key=lambda one: (one.path == "/etc/sysctl.conf", one.path.rpartition("/")[2]))
        settings = [one for file in ordered for one in directives(file)]
        for name in ("kernel.randomize_va_space", "vm.mmap_min_addr"):
            found = last(settings, name, name.replace(".", "/", 1))
            if found and _is_weak(name, found.value):
                world = look.world(tree.name)
                in_force = world is not None and _is_applied(look, world, found.file)
                _flaw(look, name, found, in_force=in_force)


def _is_weak(name: str, value: str) -> bool:
    return value in {"0", "1"} if name.startswith("kernel.") else value == "0"


def _is_applied(look: Inspection, world: TreeWorld, file: FileFacts) -> bool:
    """Whether systemd or a script that surely runs applies the file."""
    if systemd.is_init(world):
        return True
    return any(
        script.root == file.root
        and script.certain
        and (text := look.text_file(script.path, script.root))
        and _APPLIES.search(text.text or "")
        for script in look.scripts
    )


def _flaw(look: Inspection, name: str, setting: Setting, *, in_force: bool) -> None:
    rule = NO_RANDOM if name.startswith("kernel.") else LOW_ADDRESS
    partly = rule is NO_RANDOM and setting.value == "1"
    raw = (setting.file.text or "").splitlines()[setting.line - 1]
    inside = raw[:1].isspace() or "&&" in raw or "||" in raw  # of a condition or a function of a script
    title = f"{where(setting.file)} sets {name} to {setting.value}"
    grade = Confidence.B if partly or inside else Confidence.A
    severity = Severity.LOW if partly else None
    look.flaw(
        rule, title, None, (setting,), confidence=grade, severity=severity, in_force=in_force, reach=Reach.STARTED
    )


def _scripts(look: Inspection) -> None:
    """Commands in scripts that surely run at start."""
    likely = [
        one
        for one in look.subject.files
        if one.text and ("randomize_va_space" in one.text or "mmap_min_addr" in one.text)
    ]
    if not likely:
        return
    started = {(one.root, one.path) for one in look.scripts if one.certain}
    for file in likely:
        for number, line in numbered(file):
            match = _BY_COMMAND.search(line)
            name = (match["name"] or match["path"].replace("/", ".", 1)) if match else ""
            value = (match["value"] or match["number"] or "") if match else ""
            if match and _is_weak(name, value):
                _flaw(look, name, Setting(file, number, name, value), in_force=(file.root, file.path) in started)


# Mounts ------------------------------------------------------------------------------------------


def _table(look: Inspection, file: FileFacts) -> None:
    """One hint for the table of file systems."""
    loose: list[Setting] = []
    words: list[str] = []
    for number, line in numbered(file):
        for place, lacks in _looseness(line.split()):
            loose.append(Setting(file, number, "", line))
            words.append(f"{place} {lacks}")
    if loose:
        title = f"{where(file)} mounts with more rights than needed: {joined(words)}"
        look.flaw(LOOSE_MOUNTS, title, None, loose, confidence=Confidence.C, in_force=True, reach=Reach.STARTED)


def _looseness(fields: list[str]) -> Iterator[tuple[str, str]]:
    if len(fields) < 4:
        return
    _, place, kind, options = fields[:4]
    given = set(options.split(","))
    if place.rstrip("/") in _TEMPORARY and kind in {"tmpfs", "ramfs"}:
        lacks = [name for name in ("nosuid", "nodev", "noexec") if name not in given]
        if lacks:
            yield place, f"without {', '.join(lacks)}"
    if place == "/" and kind in _WRITABLE and "ro" not in given:
        yield "/", "writable"


DETECTOR = Detector(
    id="system_settings",
    title="Settings of the running system",
    rules=(NO_RANDOM, LOW_ADDRESS, LOOSE_MOUNTS),
    detect=_detect,
)
