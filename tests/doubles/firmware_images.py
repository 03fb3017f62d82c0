"""Write firmware images of small devices, from their formats' public descriptions. No vendor's image is copied."""

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence

CODE = bytes(range(7, 250)) * 40


def esp_image(
    *,
    chip: int = 0,
    project: str = "lamp",
    version: str = "1.4.0",
    idf: str = "v4.4.2",
    counter: int = 0,
    code: bytes = CODE,
    described: bool = True,
) -> bytes:
    """Write an image of the ESP32 family with two segments, checksum and digest."""
    description = struct.pack(
        "<4sI8x32s32s16s16s32s32s80x",
        b"\x32\x54\xcd\xab",
        counter,
        version.encode(),
        project.encode(),
        b"10:00:00",
        b"Jan  1 2024",
        idf.encode(),
        bytes(32),
    )
    segments = [(0x3F40_0020, (description if described else b"") + code), (0x4008_0000, b"\x36\x41\0" * 100)]
    head = struct.pack("<BBBBI", 0xE9, len(segments), 2, 0x20, 0x4008_0000)
    head += struct.pack("<B3sHBHH4sB", 0xEE, bytes(3), chip, 0, 0, 399, bytes(4), 1)
    return _closed(head, segments, hashed=True)


def esp8266_image(code: bytes = CODE) -> bytes:
    """Write an image of the ESP8266."""
    head = struct.pack("<BBBBI", 0xE9, 1, 2, 0x20, 0x4010_0000)
    return _closed(head, [(0x4010_0000, code)], hashed=False)


def _closed(head: bytes, segments: Sequence[tuple[int, bytes]], *, hashed: bool) -> bytes:
    image, checksum = head, 0xEF
    for address, data in segments:
        padded = data + bytes(-len(data) % 4)
        image += struct.pack("<II", address, len(padded)) + padded
        for value in padded:
            checksum ^= value
    image += bytes(15 - len(image) % 16) + bytes([checksum])
    return image + hashlib.sha256(image).digest() if hashed else image


def signed_esp_image(image: bytes, *, version: int = 2) -> bytes:
    """Append a signature block; key and signature are not real ones, digest and checksum are."""
    padded = image + b"\xff" * (-len(image) % 4096)
    if version == 2:
        block = struct.pack("<BB2x32s", 0xE7, 2, hashlib.sha256(padded).digest()) + b"\x11" * 1160
    else:
        block = struct.pack("<BB2x32sB", 0xE7, 3, hashlib.sha256(padded).digest(), 2) + b"\x22" * 1159
    block += struct.pack("<I16x", zlib.crc32(block))
    return padded + block.ljust(4096, b"\xff")


def mcuboot_image(
    program: bytes,
    *,
    scheme: int | None = 0x22,
    key: bytes = b"\x5a" * 32,
    counter: int | None = None,
    flags: int = 0,
    version: tuple[int, int, int, int] = (1, 2, 3, 0),
) -> bytes:
    """Write an image for MCUboot; the signature is not a real one, the digest is."""
    protected = _area(0x6908, {0x50: struct.pack("<I", counter)}) if counter is not None else b""
    head = struct.pack("<4sIHHIIBBHI4x", b"\x3d\xb8\xf3\x96", 0, 0x200, len(protected), len(program), flags, *version)
    covered = head.ljust(0x200, b"\0") + program + protected
    records = {0x10: hashlib.sha256(covered).digest()}
    if scheme is not None:
        records |= {0x01: key, scheme: b"\x33" * 70}
    return covered + _area(0x6907, records)


def _area(magic: int, records: Mapping[int, bytes]) -> bytes:
    body = b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in records.items())
    return struct.pack("<HH", magic, 4 + len(body)) + body


def cortex_m_program(text: bytes = b"", *, base: int = 0, stack: int = 0x2000_4000) -> bytes:
    """Write a table of vectors and something behind it."""
    fault = base + 0x201
    handlers = [base + 0x401, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault]
    return struct.pack("<16I", stack, *handlers) + fault.to_bytes(4, "little") * 32 + CODE + text + bytes(64)


def with_softdevice(program: bytes, number: int, version: int) -> bytes:
    """Put Nordic's description of its SoftDevice at its place."""
    described = struct.pack("<B3x4sIIII", 0x18, b"\xdb\xe5\xb1\x51", 0x27000, 0x0100, number, version)
    image = program.ljust(0x3000, b"\xff")
    return image[:0x3000] + described + image[0x3000 + len(described) :] + bytes(256)


def intel_hex(areas: Mapping[int, bytes], *, newline: str = "\r\n") -> bytes:
    """Write areas of bytes as Intel HEX."""
    lines = []
    for start, data in areas.items():
        for at in range(0, len(data), 16):
            address = start + at
            if at == 0 or not address & 0xFFFF:
                lines.append(_intel(0, 4, (address >> 16).to_bytes(2)))
            lines.append(_intel(address & 0xFFFF, 0, data[at : at + 16]))
    return (newline.join([*lines, ":00000001FF"]) + newline).encode()


def _intel(address: int, kind: int, data: bytes) -> str:
    row = bytes([len(data)]) + address.to_bytes(2) + bytes([kind]) + data
    return ":" + (row + bytes([-sum(row) & 0xFF])).hex().upper()


def s_records(start: int, data: bytes) -> bytes:
    """Write bytes as S-records with addresses of four bytes."""
    lines = [_motorola("0", bytes(2) + b"HDR")]
    lines += [_motorola("3", (start + at).to_bytes(4) + data[at : at + 16]) for at in range(0, len(data), 16)]
    return ("\n".join([*lines, _motorola("7", start.to_bytes(4))]) + "\n").encode()


def _motorola(kind: str, body: bytes) -> str:
    row = bytes([len(body) + 1]) + body
    return f"S{kind}" + (row + bytes([~sum(row) & 0xFF])).hex().upper()


def uf2(start: int, data: bytes, *, family: int = 0xE48BFF56) -> bytes:
    """Write bytes as UF2 blocks of 256."""
    count = -(-len(data) // 256)
    blocks = []
    for number in range(count):
        piece = data[number * 256 : (number + 1) * 256]
        head = (0x0A324655, 0x9E5D5157, 0x2000, start + 256 * number, len(piece), number, count, family)
        blocks.append(struct.pack("<8I", *head) + piece.ljust(476, b"\0") + b"\x30\x6f\xb1\x0a")
    return b"".join(blocks)


def esp_partition_table(entries: Sequence[tuple[int, int, int, int, str, int]]) -> bytes:
    """Write a partition table with its checksum."""
    rows = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, sub, at, size, name.encode(), flags)
        for kind, sub, at, size, name, flags in entries
    )
    return rows + b"\xeb\xeb".ljust(16, b"\xff") + hashlib.md5(rows, usedforsecurity=False).digest()


def seeds() -> dict[str, dict[str, bytes]]:
    """Return honest images of every kind, small enough to be changed thousands of times, by the reader's name."""
    code = CODE[:600]
    program = cortex_m_program(b"\0*** Booting Zephyr OS build v3.6.0 ***\0")[:900]
    table = [(1, 0x02, 0x9000, 0x6000, "nvs", 0), (0, 0x10, 0x2_0000, 0x18_0000, "app0", 1)]
    return {
        "esp_image": {
            "plain": esp_image(code=code),
            "boot": esp_image(code=code, described=False),
            "old": esp8266_image(code),
            "signed": signed_esp_image(esp_image(code=code)),
        },
        "mcuboot_image": {
            "signed": mcuboot_image(code, counter=7),
            "plain": mcuboot_image(code, scheme=None),
            "encrypted": mcuboot_image(code, flags=4),
        },
        "cortex_m_image": {"plain": program, "behind": bytes(256) + program},
        "esp_partitions": {"two": esp_partition_table(table)},
        "intel_hex": {"two": intel_hex({0: program, 0x1000_1000: b"settings"})},
        "s_records": {"one": s_records(0x0800_0000, program)},
        "uf2": {"one": uf2(0x1000_0000, program)},
    }
