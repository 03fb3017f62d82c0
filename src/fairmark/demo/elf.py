"""A writer of small but real ELF files for 32-bit ARM (EABI5, little-endian).

Source: the System V ABI (generic and ARM supplement) and the ELF for the Arm Architecture
document. What comes out has everything a reader of firmware asks for: program and section
headers, a dynamic section with its string, symbol and hash tables, relocations for the imported
symbols, and the marks of hardening or their absence. A program does nothing: it leaves
through the exit call of the kernel. A function of a library returns 0.
"""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Relro = Literal["none", "partial", "full"]

INTERPRETER = "/lib/ld-linux-armhf.so.3"

_PAGE = 0x1000
_HEADER, _SEGMENT = 52, 32
_EXEC_BASE = 0x10000
_ET_EXEC, _ET_DYN, _EM_ARM = 2, 3, 40
_FLAGS_EABI5_HARD_FLOAT = 0x05000400
_PROGBITS, _STRTAB, _HASH, _DYNAMIC, _REL, _DYNSYM, _ARM_ATTRIBUTES = 1, 3, 5, 6, 9, 11, 0x70000003
_WRITE, _ALLOC, _EXECINSTR = 1, 2, 4
_GLOBAL_FUNCTION = 0x12
_GLOB_DAT = 21
_BIND_NOW, _NOW_1, _PIE_1 = 8, 1, 0x08000000

# mov r7, #1 (exit); mov r0, #0; svc 0 -- then mov r0, #0; bx lr
_EXIT = struct.pack("<3I", 0xE3A07001, 0xE3A00000, 0xEF000000)
_RETURN_0 = struct.pack("<2I", 0xE3A00000, 0xE12FFF1E)
# Tag_CPU_arch v7, profile A, ARM and Thumb-2 code, VFPv3-D16, arguments in VFP registers.
_ATTRIBUTES = bytes((6, 10, 7, 0x41, 8, 1, 9, 2, 10, 4, 28, 1))
# Shapes of common instructions with the bits that vary: data processing, loads, stores, calls.
_SHAPES = (
    (0xE0800000, 0x000FF00F),
    (0xE0400000, 0x000FF00F),
    (0xE1A00000, 0x0000F00F),
    (0xE3500000, 0x000F000F),
    (0xE5900000, 0x000FF03C),
    (0xE5800000, 0x000FF03C),
    (0xE2800000, 0x000FF01F),
    (0xEB000000, 0x00001FFF),
)


@dataclass(frozen=True, slots=True)
class _Section:
    """One section with its content; ``offset`` and ``address`` are set when it has its place."""

    name: str
    kind: int
    flags: int
    data: bytes
    link: str = ""
    info: int = 0
    align: int = 4
    entry_size: int = 0
    offset: int = 0
    address: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the caller wants, and what follows from it."""

    soname: str | None
    needed: tuple[str, ...]
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    strings: tuple[bytes, ...]
    code_size: int
    pie: bool
    nx: bool
    relro: Relro
    interpreter: str

    @property
    def base(self) -> int:
        """Address of the first byte of the file."""
        return 0 if self.pie or self.soname else _EXEC_BASE

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the dynamic symbols after the empty first one."""
        return self.imports + self.exports

    @property
    def names(self) -> bytes:
        """The dynamic string table."""
        soname = (self.soname,) if self.soname else ()
        return b"\0" + b"".join(name.encode() + b"\0" for name in (*self.needed, *soname, *self.symbols))

    def name(self, text: str) -> int:
        """Offset of a name in the dynamic string table."""
        return self.names.index(b"\0" + text.encode() + b"\0") + 1


def elf(  # noqa: PLR0913 - each is one property of the file
    *,
    soname: str | None = None,
    needed: Sequence[str] = (),
    imports: Sequence[str] = (),
    exports: Sequence[str] = (),
    strings: Sequence[str | bytes] = (),
    code_size: int = 0,
    pie: bool = True,
    nx: bool = True,
    relro: Relro = "full",
    interpreter: str = INTERPRETER,
) -> bytes:
    """Write one ELF file: a program, or a shared library when ``soname`` is given.

    ``needed`` are sonames; ``imports`` and ``exports`` are names of functions; ``strings`` go into
    ``.rodata`` one after the other, each with a NUL behind it; ``code_size`` adds about so many
    bytes of instructions that never run. A library is always position-independent and has no
    interpreter.
    """
    texts = tuple(text.encode() if isinstance(text, str) else text for text in strings)
    plan = _Plan(soname, tuple(needed), tuple(imports), tuple(exports), texts, code_size, pie, nx, relro, interpreter)
    nowhere: Mapping[str, _Section] = defaultdict(lambda: _Section("", 0, 0, b""))
    places = _place(plan, _sections(plan, nowhere))
    # The second round knows every address; no size depends on one, so nothing moves.
    final = _place(plan, _sections(plan, {section.name: section for section in places}))
    return _write(plan, final)


def _sections(plan: _Plan, at: Mapping[str, _Section]) -> list[_Section]:
    names = _Section(".dynstr", _STRTAB, _ALLOC, plan.names, align=1)
    symbols = _Section(".dynsym", _DYNSYM, _ALLOC, _symbol_table(plan, at), ".dynstr", info=1, entry_size=16)
    found = [
        _Section(".hash", _HASH, _ALLOC, _hash_table(plan.symbols), ".dynsym", entry_size=4),
        symbols,
        names,
    ]
    if not plan.soname:
        found.insert(0, _Section(".interp", _PROGBITS, _ALLOC, plan.interpreter.encode() + b"\0", align=1))
    if plan.imports:
        found.append(_Section(".rel.dyn", _REL, _ALLOC, _relocations(plan, at), ".dynsym", entry_size=8))
    rodata = b"".join(text + b"\0" for text in plan.strings)
    found += [
        _Section(".text", _PROGBITS, _ALLOC | _EXECINSTR, _EXIT + _RETURN_0 + _filler(plan)),
        _Section(".rodata", _PROGBITS, _ALLOC, rodata or b"\0"),
        _Section(".dynamic", _DYNAMIC, _ALLOC | _WRITE, _dynamic(plan, at), ".dynstr", entry_size=8),
    ]
    if plan.imports:
        found.append(_Section(".got", _PROGBITS, _ALLOC | _WRITE, bytes(4 * len(plan.imports)), entry_size=4))
    found += [
        _Section(".data", _PROGBITS, _ALLOC | _WRITE, bytes(8)),
        _Section(".ARM.attributes", _ARM_ATTRIBUTES, 0, _attributes(), align=1),
    ]
    sections = [*found, _Section(".shstrtab", _STRTAB, 0, b"", align=1)]
    sections[-1] = replace(sections[-1], data=_section_names(sections))
    return sections


def _place(plan: _Plan, sections: Sequence[_Section]) -> list[_Section]:
    """Give every section its offset and address; the writable ones start on a page of their own."""
    cursor = _HEADER + _SEGMENT * _segment_count(plan)
    shift = 0
    placed = []
    for section in sections:
        cursor += -cursor % section.align
        if section.flags & _WRITE and not shift:
            shift = _PAGE
            if plan.relro != "none":  # what is made read-only after start must end where a page ends
                cursor += -(cursor + _protected_size(sections)) % _PAGE
        address = plan.base + cursor + shift if section.flags & _ALLOC else 0
        placed.append(replace(section, offset=cursor, address=address))
        cursor += len(section.data)
    return placed


def _protected_size(sections: Sequence[_Section]) -> int:
    return sum(len(section.data) for section in sections if section.name in {".dynamic", ".got"})


def _segment_count(plan: _Plan) -> int:
    return 4 + (0 if plan.soname else 2) + (0 if plan.relro == "none" else 1)


def _write(plan: _Plan, sections: Sequence[_Section]) -> bytes:
    at = {section.name: section for section in sections}
    end = sections[-1].offset + len(sections[-1].data)
    table = end + -end % 4
    entry = 0 if plan.soname else at[".text"].address
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        b"\x7fELF\x01\x01\x01",
        _ET_DYN if plan.pie or plan.soname else _ET_EXEC,
        _EM_ARM,
        1,
        entry,
        _HEADER,
        table,
        _FLAGS_EABI5_HARD_FLOAT,
        _HEADER,
        _SEGMENT,
        _segment_count(plan),
        40,
        len(sections) + 1,
        len(sections),
    )
    image = bytearray(table)
    head = header + _segments(plan, at)
    image[: len(head)] = head
    for section in sections:
        image[section.offset : section.offset + len(section.data)] = section.data
    return bytes(image) + _section_headers(sections)


def _segments(plan: _Plan, at: Mapping[str, _Section]) -> bytes:
    """Write the program headers: type, offset, address (twice), size (twice), flags, alignment."""

    def segment(kind: int, offset: int, address: int, size: int, flags: int, align: int) -> bytes:
        return struct.pack("<8I", kind, offset, address, address, size, size, flags, align)

    rodata, dynamic, data = at[".rodata"], at[".dynamic"], at[".data"]
    rows = []
    if not plan.soname:
        interp, table = at[".interp"], _SEGMENT * _segment_count(plan)
        rows += [
            segment(6, _HEADER, plan.base + _HEADER, table, 4, 4),
            segment(3, interp.offset, interp.address, len(interp.data), 4, 1),
        ]
    rows += [
        segment(1, 0, plan.base, rodata.offset + len(rodata.data), 5, _PAGE),
        segment(1, dynamic.offset, dynamic.address, data.offset + len(data.data) - dynamic.offset, 6, _PAGE),
        segment(2, dynamic.offset, dynamic.address, len(dynamic.data), 6, 4),
        segment(0x6474E551, 0, 0, 0, 6 if plan.nx else 7, 16),
    ]
    if plan.relro != "none":
        rows.append(segment(0x6474E552, dynamic.offset, dynamic.address, data.offset - dynamic.offset, 4, 1))
    return b"".join(rows)


def _section_headers(sections: Sequence[_Section]) -> bytes:
    index = {section.name: number for number, section in enumerate(sections, start=1)}
    names = sections[-1].data
    return bytes(40) + b"".join(
        struct.pack(
            "<10I",
            names.index(section.name.encode() + b"\0"),
            section.kind,
            section.flags,
            section.address,
            section.offset,
            len(section.data),
            index.get(section.link, 0),
            section.info,
            section.align,
            section.entry_size,
        )
        for section in sections
    )


def _section_names(sections: Sequence[_Section]) -> bytes:
    return b"\0" + b"".join(section.name.encode() + b"\0" for section in sections)


def _symbol_table(plan: _Plan, at: Mapping[str, _Section]) -> bytes:
    start, number = at[".text"].address + len(_EXIT), _number_of_text(plan)
    rows = [bytes(16)]
    rows += [struct.pack("<IIIBBH", plan.name(name), 0, 0, _GLOBAL_FUNCTION, 0, 0) for name in plan.imports]
    rows += [
        struct.pack("<IIIBBH", plan.name(name), start, len(_RETURN_0), _GLOBAL_FUNCTION, 0, number)
        for name in plan.exports
    ]
    return b"".join(rows)


def _number_of_text(plan: _Plan) -> int:
    """Index of ``.text`` among the section headers."""
    return 4 + (0 if plan.soname else 1) + (1 if plan.imports else 0)


def _relocations(plan: _Plan, at: Mapping[str, _Section]) -> bytes:
    got = at[".got"].address
    return b"".join(
        struct.pack("<II", got + 4 * slot, (slot + 1) << 8 | _GLOB_DAT) for slot in range(len(plan.imports))
    )


def _dynamic(plan: _Plan, at: Mapping[str, _Section]) -> bytes:
    rows = [(1, plan.name(name)) for name in plan.needed]
    if plan.soname:
        rows.append((14, plan.name(plan.soname)))
    rows += [
        (4, at[".hash"].address),
        (5, at[".dynstr"].address),
        (6, at[".dynsym"].address),
        (10, len(plan.names)),
        (11, 16),
    ]
    if plan.imports:
        rows += [(17, at[".rel.dyn"].address), (18, 8 * len(plan.imports)), (19, 8)]
    if not plan.soname:
        rows.append((21, 0))
    more = _PIE_1 if plan.pie and not plan.soname else 0
    if plan.relro == "full":
        rows.append((30, _BIND_NOW))
        more |= _NOW_1
    if more:
        rows.append((0x6FFFFFFB, more))
    return b"".join(struct.pack("<II", *row) for row in [*rows, (0, 0)])


def _hash_table(symbols: Sequence[str]) -> bytes:
    """Write the hash table of the System V ABI: buckets, then chains, one entry a symbol."""
    count = max(1, len(symbols) // 2)
    buckets, chains = [0] * count, [0] * (len(symbols) + 1)
    for number, name in enumerate(symbols, start=1):
        slot = _hash(name) % count
        chains[number], buckets[slot] = buckets[slot], number
    return struct.pack(f"<II{count}I{len(chains)}I", count, len(chains), *buckets, *chains)


def _hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high
    return value & 0xFFFFFFFF


def _attributes() -> bytes:
    """Write the build attributes: format version, vendor ``aeabi``, one block for the whole file."""
    block = b"\x01" + struct.pack("<I", 5 + len(_ATTRIBUTES)) + _ATTRIBUTES
    vendor = b"aeabi\0" + block
    return b"A" + struct.pack("<I", 4 + len(vendor)) + vendor


def _filler(plan: _Plan) -> bytes:
    return instructions(b"\0".join((plan.names, *plan.strings)), plan.code_size)


def instructions(seed: bytes, size: int) -> bytes:
    """Write about ``size`` bytes of ARM instructions, for every seed a different lot: code that is not meant to run."""
    count = size // 4
    noise = struct.unpack(f"<{count}I", hashlib.shake_256(seed).digest(4 * count))
    shapes = (_SHAPES[word >> 29] for word in noise)
    words = [shape | word & mask for word, (shape, mask) in zip(noise, shapes, strict=True)]
    return struct.pack(f"<{count}I", *words)
