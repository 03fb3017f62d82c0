"""Ask every reader; and look for marks of systems that leave no version."""

from collections.abc import Callable, Mapping
from functools import cache

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.cortex_m import read_cortex_m_image
from fairmark.examine.firmware_kinds.esp import read_esp_image
from fairmark.examine.firmware_kinds.firmware import Firmware
from fairmark.examine.firmware_kinds.mcuboot import read_mcuboot_image
from fairmark.model.data import load_yaml

MOST = 32 << 20  # no chip of this kind has more memory for its program
_READERS: tuple[Callable[[Blob], Firmware | None], ...] = (read_mcuboot_image, read_esp_image, read_cortex_m_image)
_PACKAGE, _FILE = "fairmark.examine.rules", "firmware_marks.yaml"


def read_firmware(blob: Blob) -> Firmware | None:
    """Return what the headers at the start of a blob say; None if it is none of the known kinds."""
    if blob.size > MOST:
        return None
    return next((found for read in _READERS if (found := read(blob))), None)


def marks_of(data: bytes) -> tuple[tuple[str, int], ...]:
    """Return the components whose mark stands in the bytes, with the offset of the first one, sorted by name."""
    found = {}
    for name, marks in _marks().items():
        places = [data.find(mark) for mark in marks]
        if places and min(places) >= 0:  # all of them: one alone may be chance
            found[name] = places[0]
    return tuple(sorted(found.items()))


@cache
def sample_keys() -> Mapping[str, str]:
    """Return the names of signing keys whose private part is published, by the SHA-256 of the public part."""
    return {str(row["sha256"]): str(row["name"]) for row in load_yaml(_PACKAGE, "sample_signing_keys.yaml")["keys"]}


@cache
def _marks() -> Mapping[str, tuple[bytes, ...]]:
    rows = load_yaml(_PACKAGE, _FILE)["marks"]
    return {row["name"]: tuple(mark.encode("latin-1") for mark in row["all"]) for row in rows}
