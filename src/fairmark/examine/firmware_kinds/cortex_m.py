"""Programs for Arm Cortex-M: no header, but a table of vectors that chance does not write.

Source: Armv7-M and Armv6-M architecture reference manuals, exception model: the first word is the first
value of the stack pointer, then the addresses of reset and of the exceptions, each odd as Thumb code is.
Nordic's SoftDevice describes itself at a fixed place (nrf_sdm.h of its public headers); the RP2040 starts
with 256 bytes of its own, and the table follows.
"""

import struct

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.firmware import Firmware

_VECTORS = struct.Struct("<16I")
_STACKS = (
    (0x1000_0000, 0x1008_0000),
    (0x1FFE_0000, 0x2020_0000),
    (0x2040_0000, 0x2050_0000),
    (0x2100_0000, 0x2110_0000),
    (0x2400_0000, 0x2410_0000),
    (0x3000_0000, 0x3010_0000),
)
_CODE_END = 0x9000_0000
_REACH = 16 << 20  # the handlers of one program lie no farther apart
_TABLE_PLACES = (0, 0x100)
_RAM = (0x1FFE_0000, 0x4000_0000)
_SMALLEST = 256
_SOFTDEVICE = 0x3000  # behind the master boot record of 4096 bytes
_SOFTDEVICE_MAGIC = b"\xdb\xe5\xb1\x51"


def is_cortex_m_image(blob: Blob) -> bool:
    """Say whether a blob begins with a plausible table of vectors."""
    return any(_is_table(blob, at) for at in _TABLE_PLACES)


def _is_table(blob: Blob, at: int) -> bool:
    raw = blob.read(at, _VECTORS.size)
    if len(raw) < _VECTORS.size or blob.size < at + _SMALLEST:
        return False
    stack, *handlers = _VECTORS.unpack(raw)
    if stack & 3 or not any(low < stack <= high for low, high in _STACKS):
        return False
    reset, nmi, fault = handlers[:3]
    if not (reset and nmi and fault):
        return False
    # Words 7 to 10 of the table are reserved; makers of chips put checksums there.
    given = [one for number, one in enumerate(handlers, start=1) if one and number not in {7, 8, 9, 10}]
    is_code = all(one & 1 and one < _CODE_END and not _RAM[0] <= one < _RAM[1] for one in given)
    return is_code and max(given) - min(given) < _REACH and len(given) >= 5


def read_cortex_m_image(blob: Blob) -> Firmware | None:
    """Read what there is to know; None if no table of vectors is there."""
    if not is_cortex_m_image(blob):
        return None
    softdevice = _softdevice(blob)
    return Firmware(
        kind="cortex_m_image",
        title="Arm Cortex-M program",
        size=blob.size,
        chip="Nordic nRF" if softdevice else "",
        parts=softdevice,
    )


def _softdevice(blob: Blob) -> tuple[tuple[str, str], ...]:
    """Return Nordic's SoftDevice with its version, where the image holds one that says it (version 5 and newer)."""
    raw = blob.read(_SOFTDEVICE, 0x18)
    if len(raw) < 0x18 or raw[4:8] != _SOFTDEVICE_MAGIC:
        return ()
    described, number, version = raw[0], *struct.unpack_from("<II", raw, 0x10)
    known = described >= 0x18 and 100 <= number < 1000 and 0 < version < 100_000_000
    if not known:
        return (("nrf-softdevice", ""),)
    text = f"{version // 1_000_000}.{version // 1_000 % 1_000}.{version % 1_000}"
    return ((f"nrf-softdevice-s{number}", text),)
