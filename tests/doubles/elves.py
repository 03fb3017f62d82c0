"""Write small ELF files of any class, byte order and hardening, without a tool chain."""

import struct
from collections.abc import Sequence

_ARM = 40


class _Strings:
    """A string table under construction."""

    def __init__(self) -> None:
        self.data = bytearray(1)

    def add(self, text: str) -> int:
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


def elf(
    *,
    bits: int = 32,
    big_endian: bool = False,
    machine: int = _ARM,
    kind: int = 3,
    interpreter: str = "/lib/ld-linux-armhf.so.3",
    needed: Sequence[str] = ("libc.so.6",),
    imports: Sequence[str] = (),
    defined: Sequence[str] = (),
    soname: str = "",
    rpath: str = "",
    stack: int | None = 6,
    relro: bool = True,
    now: bool = True,
    flags_1_pie: bool = False,
    table: str = "gnu",
    payload: bytes = b"",
) -> bytes:
    """Write an ELF file; everything lies in one segment whose addresses are file offsets.

    ``kind`` 2 is fixed in memory, 3 position-independent; ``stack`` the flags of PT_GNU_STACK
    (``None``: no such header); ``table`` is "gnu", "sysv" or "none"; ``payload`` follows at the end.
    """
    order, wide = ">" if big_endian else "<", bits == 64
    head_size, entry_size = (64, 56) if wide else (52, 32)
    strings = _Strings()
    tags: list[tuple[int, int]] = [(1, strings.add(name)) for name in needed]
    tags += [(14, strings.add(soname))] if soname else []
    tags += [(29, strings.add(rpath))] if rpath else []
    tags += [(30, 8)] if now else []
    tags += [(0x6FFFFFFB, 0x08000000)] if flags_1_pie else []
    symbols = bytes(24 if wide else 16)
    for name, section in [*((name, 0) for name in imports), *((name, 7) for name in defined)]:
        place = strings.add(name)
        row = (place, 18, 0, section, 0, 0) if wide else (place, 0, 0, 18, 0, section)
        symbols += struct.pack(order + ("IBBHQQ" if wide else "IIIBBH"), *row)
    count = 1 + len(imports) + len(defined)

    program_headers = 1 + bool(interpreter) + 1 + (stack is not None) + relro
    at = head_size + program_headers * entry_size
    name_at, body = at, interpreter.encode() + b"\0" if interpreter else b""
    body += bytes(-(at + len(body)) % 8)
    symbol_at = at + len(body)
    body += symbols
    string_at = at + len(body)
    body += bytes(strings.data)
    body += bytes(-(at + len(body)) % 8)
    hash_at = at + len(body)
    if table == "sysv":
        body += struct.pack(order + "III", 1, count, 0) + bytes(4 * count)
        tags += [(4, hash_at)]
    elif table == "gnu":
        body += struct.pack(order + "IIII", 1, 1 + len(imports) if defined else 1, 1, 0) + bytes(16)
        tags += [(0x6FFFFEF5, hash_at)]
    tags += [(5, string_at), (6, symbol_at), (10, len(strings.data)), (0, 0)]
    body += bytes(-(at + len(body)) % 8)
    dynamic_at = at + len(body)
    dynamic = b"".join(struct.pack(order + ("QQ" if wide else "II"), *tag) for tag in tags)
    body += dynamic + payload

    def segment(kind: int, flags: int, start: int, size: int) -> bytes:
        if wide:
            return struct.pack(order + "IIQQQQQQ", kind, flags, start, start, start, size, size, 8)
        return struct.pack(order + "IIIIIIII", kind, start, start, start, size, size, flags, 8)

    segments = segment(1, 5, 0, at + len(body))
    segments += segment(3, 4, name_at, len(interpreter) + 1) if interpreter else b""
    segments += segment(2, 6, dynamic_at, len(dynamic))
    segments += segment(0x6474E551, stack, 0, 0) if stack is not None else b""
    segments += segment(0x6474E552, 4, dynamic_at, len(dynamic)) if relro else b""
    ident = b"\x7fELF" + bytes([2 if wide else 1, 2 if big_endian else 1, 1]) + bytes(9)
    layout = order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    rest = (kind, machine, 1, 0, head_size, 0, 0, head_size, entry_size, program_headers, 0, 0, 0)
    return ident + struct.pack(layout, *rest) + segments + body


HARDENED_IMPORTS = ("__stack_chk_fail", "__memcpy_chk", "listen", "accept")


def hardened_daemon(payload: bytes = b"") -> bytes:
    """Write a network program with every protection."""
    return elf(imports=HARDENED_IMPORTS, payload=payload)


def soft_daemon(payload: bytes = b"") -> bytes:
    """Write a network program with no protection at all."""
    return elf(kind=2, imports=("listen", "accept", "strcpy"), stack=7, relro=False, now=False, payload=payload)
