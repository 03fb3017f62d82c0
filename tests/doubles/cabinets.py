"""A writer of cabinet archives without compression: a format that none of our readers opens."""

import struct
from collections.abc import Mapping


def cabinet(files: Mapping[str, bytes]) -> bytes:
    """Write one folder with these files; together they are smaller than 32 KiB, which is one block."""
    data = b"".join(files.values())
    assert len(data) < 1 << 15
    listed, at = b"", 0
    for name, content in files.items():
        listed += struct.pack("<IIHHHH", len(content), at, 0, 0x5821, 0, 0x20) + name.encode() + b"\0"
        at += len(content)
    first = 36 + 8
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    size = first + len(listed) + len(block)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, first, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + struct.pack("<IHH", first + len(listed), 1, 0) + listed + block
