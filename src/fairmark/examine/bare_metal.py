"""Firmware images of a subject: loose payloads, and those that a Linux system keeps for its other chips."""

from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.firmware import Firmware
from fairmark.examine.firmware_kinds.reading import MOST, marks_of, read_firmware
from fairmark.examine.patterns import component_of
from fairmark.examine.subject import LOOSE, FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError

_SMALLEST = 512
_HEAD = 512
_ENDINGS = (".bin", ".img", ".fw", ".signed", ".mcuboot", ".esp")
_FOLDERS = ("/lib/firmware/", "/usr/lib/firmware/")


@dataclass(frozen=True, slots=True)
class Image:
    """One firmware image, the file it is, and the components whose marks it carries without a version."""

    item: FileFacts
    firmware: Firmware
    marks: tuple[tuple[str, int], ...]

    @property
    def is_the_device(self) -> bool:
        """Whether it is what the device runs, and not a file for another chip inside a system."""
        return self.item.root == LOOSE


def images_of(subject: Subject) -> Iterator[Image]:
    """Give the images in the order of the files."""
    known = {component_of(hit.rule) for item in subject.files if item.root == LOOSE for hit in item.hits}
    for item in subject.files:
        if not _may_be(item):
            continue
        try:
            if item.root != LOOSE and not _looks_like(subject.content(item, _HEAD)):
                continue
            data = subject.content(item, MOST)
        except UnreadableEntryError:  # the scan recorded that gap
            continue
        firmware = read_firmware(Blob(data))
        if firmware:
            own = {component_of(hit.rule) for hit in item.hits}
            marks = tuple((name, at) for name, at in marks_of(data) if name not in known | own)
            yield Image(item, firmware, marks)


def _may_be(item: FileFacts) -> bool:
    if item.elf or item.text is not None or not _SMALLEST <= item.size <= MOST:
        return False
    return item.root == LOOSE or item.path.endswith(_ENDINGS) or item.path.startswith(_FOLDERS)


def _looks_like(head: bytes) -> bool:
    """Say by the first bytes whether the whole is worth reading."""
    return (
        head[:1] == b"\xe9"
        or head[:4] == b"\x3d\xb8\xf3\x96"
        or head[3:4] in {b"\x10", b"\x1f", b"\x20", b"\x24", b"\x30"}
    )


def running_paths(subject: Subject) -> frozenset[str]:
    """Return the paths of the images that the device runs: all that is linked into them runs with them."""
    return frozenset(image.item.path for image in images_of(subject) if image.is_the_device)
