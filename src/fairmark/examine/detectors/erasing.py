"""Whether a way back to factory settings erases every place that lasts: all of it, or it is not said.

A reset is whole only where something that runs starts it and no place is left over: the layer over a read-only root,
each file system that is mounted, settings in the memory of the boot loader, and what a program might write to the flash
without a file system. Whether an owner finds it is for the instructions to tell.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from fairmark.examine.configs.inspection import Inspection
from fairmark.examine.daemons import daemons
from fairmark.examine.erasure import LAYER, erased_together
from fairmark.examine.factory_reset import factory_resets
from fairmark.examine.owner_data import mounted
from fairmark.examine.rule import Detector
from fairmark.examine.services import trace
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.finding import Detection, Observation

ERASES_ALL = "reset-erases-all"
"""Rule of the observation, as the crosswalk names it."""
_READ_ONLY = frozenset({"squashfs", "cramfs", "erofs", "romfs"})
_NO_STORE = frozenset(
    {"proc", "sysfs", "tmpfs", "ramfs", "devpts", "devtmpfs", "debugfs", "securityfs", "cgroup", "cgroup2", "none"}
    | {"configfs", "mqueue", "overlay"}
)
_OVERLAY = re.compile(r"\boverlay(?:fs)?\b|\bmount_root\b|\brootfs_data\b|\bunionfs\b|\baufs\b")
_BOOT_SETTINGS = re.compile(r"\bnvram[_ ]set\b|\bnvram_\w*set\b|\bralink_init\b|\bfw_setenv\s+(?!boot|upgrade|slot)")
_MOUNT = re.compile(r"(?:^|[\s;&|(])mount\s+(?P<rest>[^;|&\n]{1,300})")
_PASSING = re.compile(
    r"(?:-\w+\s+)*(?:-a\b|.{0,80}-t\s+(?:proc|sysfs|tmpfs|ramfs|devpts|devtmpfs|debugfs|cgroup2?|configfs)\b"
    r"|.{0,80}-o\s+\S{0,80}(?:remount|bind|move)|--(?:bind|move|rbind)\b)"
)
"""Mounts of what lasts nowhere, or of what is mounted already."""
_RAW = re.compile(rb"\0mount\0|/dev/(?:mtd|mmcblk|ubi|nvram|nand|block/|sd[a-z])|libnvram|nvram_set|/proc/mtd")
_PROGRAM_BYTES = 8 << 20
_MOST_NAMED = 3


def _detect(subject: Subject) -> Detection:
    look = _Look(subject)
    found = [(lacks, reset) for reset in look.resets for lacks in (tuple(dict.fromkeys(look.lacking(reset))),)]
    if not found:
        return Detection()
    lacks, reset = min(found, key=lambda pair: (len(pair[0]), pair[1].path))
    statement = f"{reset.path} brings the device back to its factory settings and erases every place that lasts"
    if lacks:
        more = f"; and {len(lacks) - _MOST_NAMED} more" if len(lacks) > _MOST_NAMED else ""
        statement = f"{reset.path} brings the device back to its factory settings; not shown to erase everything: "
        statement += f"{'; '.join(lacks[:_MOST_NAMED])}{more}"
    shown = subject.evidence(reset, "what it erases was read")
    observation = Observation(
        rule=ERASES_ALL,
        capability="data-deletion",
        statement=statement,
        complete=not lacks,
        evidence=(shown.id,),
    )
    return Detection(observations=(observation,), evidence=(shown,))


class _Look:
    """One look at the main root file system."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.root = subject.trees[0].name if subject.trees else ""
        self.files = [file for file in subject.files if file.root == self.root]
        self.scripts = [file for file in self.files if file.text and file.text.startswith("#!")]

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What is mounted and lasts: device -> place."""
        found = mounted(Inspection(self.subject), self.root)
        return {device: place for device, place in found.items() if device not in _NO_STORE}

    @cached_property
    def resets(self) -> tuple[FileFacts, ...]:
        """The scripts that bring the device back to its factory settings."""
        found = factory_resets(self.files, self.places) if self.subject.trees else ()
        return tuple(one.file for one in found)

    def lacking(self, reset: FileFacts) -> Iterator[str]:
        """Yield what keeps it from being shown that everything is erased."""
        traced = trace(self.subject)
        ways = erased_together(reset.text or "", self.places)
        yield from min((self._left(way) for way in ways), key=len, default=["no whole place is erased"])
        if not self._is_reached(reset):
            yield f"nothing was seen that runs {reset.path}"
        if self.root not in traced.recognised:
            yield "how the device starts was not found"
        yield from (f"what {name} starts was not followed" for name in traced.unfollowed)
        if any(_BOOT_SETTINGS.search(file.text or "") for file in self.scripts):
            yield "settings are kept in the memory of the boot loader"
        yield from (f"{path} may write to the flash by itself" for path in self._raw_writers)
        yield from self._unread()

    # Places ----------------------------------------------------------------------------------------

    def _left(self, erased: Collection[str]) -> list[str]:
        """Return what stays when these places are erased together."""
        layer = ["what is written into the root file system stays"] if self._root_lasts and LAYER not in erased else []
        own = sorted({place for place in self.places.values() if place not in {"/", "/rom"}})
        return [*layer, *(f"{place} stays" for place in own if place not in erased)]

    def _unread(self) -> Iterator[str]:
        """Yield what may mount a place that is not among those that were found."""
        for file in self.files:
            if file.path == "/etc/config/fstab" and re.search(r"^\s*config\s+'?mount", file.text or "", re.MULTILINE):
                yield f"{file.path} mounts more"
            elif file.path.endswith((".mount", ".automount")):
                yield f"{file.path} may mount more"
            elif file.text is None and not file.elf and file.size and file.mode & 0o111:
                yield f"{file.path} can be run and was not read"
        for file in self.scripts:
            lines = [line for line in (file.text or "").splitlines() if not line.lstrip().startswith("#")]
            mounts = [found["rest"] for line in lines for found in _MOUNT.finditer(line)]
            if any(not _PASSING.match(rest) and not any(one in rest for one in self.places) for rest in mounts):
                yield f"a mount in {file.path} was not understood"

    @cached_property
    def _root_lasts(self) -> bool:
        """Whether changes to the root file system outlive a restart, or may do."""
        kind = next((one.kind for one in self.subject.containers if one.id == self.subject.trees[0].container), "")
        return kind not in _READ_ONLY or any(
            _OVERLAY.search(file.path) or _OVERLAY.search(file.text or "")
            for file in self.files
            if not file.text or file.text.startswith("#!")
        )

    # Who starts it, and who writes beside it ---------------------------------------------------------

    def _is_reached(self, script: FileFacts) -> bool:
        """Whether a button, a script that runs, or a program that runs names it."""
        if script.path == "/etc/rc.button/reset":
            return any(file.path.rpartition("/")[2] == "procd" for file in self.files)
        running = {one.path for one in trace(self.subject).scripts if one.root == self.root and one.certain}
        if any(script.path in (file.text or "") for file in self.scripts if file.path in running):
            return True
        return any(script.path.encode() in self._content(file) for file in self._strangers)

    @cached_property
    def _strangers(self) -> tuple[FileFacts, ...]:
        """Programs that are started and are not of the known ones, with the libraries of the image that they load."""
        traced = trace(self.subject)
        names = {one.program for one in (*traced.services, *traced.conditional) if one.root == self.root}
        programs = [file for path in sorted(names) if (file := self.subject.file(path, self.root)) and file.elf]
        own = [file for file in programs if not _is_known(file.path.rpartition("/")[2])]
        needed = {name for file in own if file.elf for name in file.elf.needed}
        return (*own, *(file for file in self.files if file.path.rpartition("/")[2] in needed))

    @cached_property
    def _raw_writers(self) -> tuple[str, ...]:
        return tuple(file.path for file in self._strangers if _RAW.search(self._content(file)))

    def _content(self, file: FileFacts) -> bytes:
        """Return what a program holds; one that is too large or cannot be read counts as one that writes."""
        try:
            return self.subject.content(file, _PROGRAM_BYTES) if file.size <= _PROGRAM_BYTES else b"/dev/mtd"
        except UnreadableEntryError:
            return b"/dev/mtd"


def _is_known(name: str) -> bool:
    return name.startswith("busybox") or name in daemons()


DETECTOR = Detector(id="erasing", title="What a factory reset erases", rules=(), detect=_detect)
