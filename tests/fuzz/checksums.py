"""Put right the checksums of a changed image, so that the change gets past them to what lies behind."""

import re
import struct
import zlib
from collections.abc import Callable

Repair = Callable[[bytes], bytes]


def _crc0(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _crc1(data: bytes) -> int:
    return zlib.crc32(data) ^ 0xFFFFFFFF


def tar(data: bytes) -> bytes:
    """Every block that says ustar."""
    image = bytearray(data)
    for at in range(0, len(image) - 511, 512):
        if image[at + 257 : at + 262] == b"ustar":
            image[at + 148 : at + 156] = b" " * 8
            image[at + 148 : at + 156] = b"%06o\0 " % (sum(image[at : at + 512]) & 0o777777)
    return bytes(image)


def uimage(data: bytes) -> bytes:
    """Header and payload."""
    if len(data) < 64:
        return data
    size = struct.unpack_from(">I", data, 12)[0]
    image = bytearray(data)
    struct.pack_into(">I", image, 24, zlib.crc32(data[64 : 64 + size]))
    image[4:8] = bytes(4)
    struct.pack_into(">I", image, 4, zlib.crc32(image[:64]))
    return bytes(image)


def jffs2(data: bytes) -> bytes:
    """Every node: its header, its fixed part, its name or data."""
    image = bytearray(data)
    for match in re.finditer(rb"\x85\x19..|\x19\x85..", data, re.DOTALL):
        at = match.start()
        order = "<" if match[0][0] == 0x85 else ">"
        if at + 68 > len(image):
            break
        kind, length = struct.unpack_from(order + "HI", image, at + 2)
        struct.pack_into(order + "I", image, at + 8, _crc0(bytes(image[at : at + 8])))
        end = min(len(image), at + length)
        if kind == 0xE001:
            struct.pack_into(order + "I", image, at + 36, _crc0(bytes(image[at + 40 : end])))
            struct.pack_into(order + "I", image, at + 32, _crc0(bytes(image[at : at + 32])))
        elif kind == 0xE002:
            struct.pack_into(order + "I", image, at + 60, _crc0(bytes(image[at + 68 : end])))
            struct.pack_into(order + "I", image, at + 64, _crc0(bytes(image[at : at + 60])))
    return bytes(image)


def ubi(data: bytes) -> bytes:
    """Both headers of every erase block, and the records of the table of volumes."""
    image = bytearray(data)
    for match in re.finditer(rb"UBI[#!]", data):
        at = match.start()
        if at + 64 <= len(image):
            struct.pack_into(">I", image, at + 60, _crc1(bytes(image[at : at + 60])))
            if image[at : at + 12][8:12] == b"\x7f\xff\xef\xff":
                _ubi_table(image, at + 64)
    return bytes(image)


def _ubi_table(image: bytearray, start: int) -> None:
    for at in range(start, min(len(image) - 171, start + 172 * 128), 172):
        if not image[at : at + 172].strip(b"\xff"):
            break
        struct.pack_into(">I", image, at + 168, _crc1(bytes(image[at : at + 168])))


def ubifs(data: bytes) -> bytes:
    """Every node."""
    image = bytearray(data)
    for match in re.finditer(rb"\x31\x18\x10\x06", data):
        at = match.start()
        if at + 24 <= len(image):
            length = struct.unpack_from("<I", image, at + 16)[0]
            struct.pack_into("<I", image, at + 4, _crc1(bytes(image[at + 8 : at + max(24, min(length, 1 << 16))])))
    return bytes(image)


def lzop(data: bytes) -> bytes:
    """The checksum over the header of a file with a name of four bytes."""
    if len(data) < 46:
        return data
    image = bytearray(data)
    name = image[33]
    end = min(34 + name, len(image) - 4)
    flags = struct.unpack_from(">I", image, 17)[0]
    struct.pack_into(">I", image, end, (zlib.crc32 if flags & 0x1000 else zlib.adler32)(image[9:end]))
    return bytes(image)


REPAIRS: dict[str, Repair] = {
    "jffs2": jffs2,
    "lzop": lzop,
    "tar": tar,
    "ubi": ubi,
    "ubifs": ubifs,
    "uimage": uimage,
}
