"""Read what an ELF file says about itself: for which machine, what it needs, how it is hardened.

Own reader after the System V ABI (gABI 4.1, chapters 4 and 5) and the GNU extensions
PT_GNU_STACK, PT_GNU_RELRO, DT_GNU_HASH and DF_1_PIE. Symbols are found through PT_DYNAMIC,
because section headers may have been stripped. Every count is bounded before it is followed:
a truncated or absurd file ends in an ``Elf`` whose ``damaged`` says why, never in an exception.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

MACHINES: Mapping[int, str] = {
    2: "sparc",
    3: "x86",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390",
    40: "arm",
    42: "sh",
    45: "arc",
    62: "x86-64",
    93: "arc",
    94: "xtensa",
    183: "aarch64",
    195: "arc",
    243: "riscv",
    258: "loongarch",
}
KINDS: Mapping[int, str] = {1: "relocatable", 2: "executable", 3: "shared", 4: "core"}

_MAX_SEGMENTS = 512
_MAX_SECTIONS = 20_000
_MAX_DYNAMIC = 4_096
_MAX_SYMBOLS = 100_000
_MAX_NAME = 512
_MAX_NEEDED = 256

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_PT_GNU_STACK, _PT_GNU_RELRO = 0x6474E551, 0x6474E552
_PF_X = 1
_SHT_SYMTAB = 2
_DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SONAME, _DT_RPATH = 1, 4, 5, 6, 10, 14, 15
_DT_BIND_NOW, _DT_RUNPATH, _DT_FLAGS = 24, 29, 30
_DT_GNU_HASH, _DT_FLAGS_1, _DT_MIPS_SYMTABNO = 0x6FFFFEF5, 0x6FFFFFFB, 0x70000011
_DF_BIND_NOW, _DF_1_NOW, _DF_1_PIE = 0x8, 0x1, 0x08000000

_CANARY = frozenset({b"__stack_chk_fail", b"__stack_chk_guard", b"__stack_smash_handler"})
_LISTEN = frozenset({b"listen", b"accept", b"accept4"})
_SWITCH = frozenset({b"setuid", b"setresuid", b"setreuid", b"seteuid", b"setgroups", b"initgroups", b"cap_set_proc"})
# Functions that a C library with FORTIFY_SOURCE replaces by a checked one.
_FORTIFIABLE = frozenset(
    {b"memcpy", b"memmove", b"memset", b"strcpy", b"strncpy", b"strcat", b"strncat"}
    | {b"sprintf", b"snprintf", b"vsprintf", b"vsnprintf", b"gets", b"fgets", b"read", b"recv"}
)


@dataclass(frozen=True, slots=True)
class Elf:
    """What an ELF file says about itself.

    ``nx`` is ``None`` when the file has no PT_GNU_STACK header, which leaves the choice to the
    kernel. ``canary`` counts imported symbols only, so it means nothing for a static program.
    ``fortify`` is ``None`` when the file imports nothing that could be checked. ``listens`` says
    that it imports ``listen`` or ``accept``, ``switches_user`` that it imports ``setuid`` or the
    like. ``damaged`` is empty for a file that reads to its end.
    """

    bits: int
    big_endian: bool
    machine: str
    kind: str
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    soname: str = ""
    nx: bool | None = None
    pie: bool = False
    relro: str = "none"
    canary: bool = False
    fortify: bool | None = None
    listens: bool = False
    switches_user: bool = False
    rpath: str = ""
    stripped: bool = True
    static: bool = False
    damaged: str = ""

    @property
    def is_program(self) -> bool:
        """Whether it is started by itself: an executable, position-independent or not."""
        return self.kind == "executable"


class _DamagedError(Exception):
    """The file breaks its own rules; the text says where."""


class _Segment(NamedTuple):
    kind: int
    flags: int
    offset: int
    address: int
    size: int


_integers = cache(struct.Struct)


@dataclass(slots=True)
class _Reader:
    """The bytes, the two choices of the identification, and what was learnt so far."""

    data: bytes
    bits: int
    order: str
    segments: list[_Segment] = field(default_factory=list)
    dynamic: dict[int, list[int]] = field(default_factory=dict)
    flags_1: int = 0
    facts: dict[str, object] = field(default_factory=dict)

    def unpack(self, layout: str, offset: int, what: str) -> tuple[int, ...]:
        """Read integers at an offset; outside of the file it is damage."""
        integers = _integers(self.order + layout)
        if not 0 <= offset <= len(self.data) - integers.size:
            raise _DamagedError(f"{what} lies outside the file")
        return integers.unpack_from(self.data, offset)

    def text(self, offset: int) -> str:
        """Read a string that ends in a zero byte, at most 512 bytes of it."""
        if not 0 <= offset < len(self.data):
            raise _DamagedError("a name lies outside the file")
        end = self.data.find(b"\0", offset, offset + _MAX_NAME)
        return self.data[offset : end if end >= 0 else offset + _MAX_NAME].decode("utf-8", "backslashreplace")

    def place(self, address: int) -> int:
        """Turn an address of the running program into an offset of the file."""
        for one in self.segments:
            if one.kind == _PT_LOAD and one.address <= address < one.address + one.size:
                return address - one.address + one.offset
        raise _DamagedError(f"address {address:#x} lies in no segment of the file")

    def first(self, tag: int) -> int | None:
        """Return the first value of a dynamic tag."""
        values = self.dynamic.get(tag)
        return values[0] if values else None

    def name(self, offset: int) -> str:
        """Read a name of the dynamic string table."""
        table, size = self.first(_DT_STRTAB), self.first(_DT_STRSZ)
        if table is None or size is None or offset >= size:
            raise _DamagedError("a name lies outside its string table")
        return self.text(self.place(table) + offset)


def read_elf(data: bytes) -> Elf | None:
    """Return what the file says about itself; ``None`` when it is not an ELF file."""
    if data[:4] != b"\x7fELF":
        return None
    bits = {1: 32, 2: 64}.get(data[4] if len(data) > 4 else 0)
    order = {1: "<", 2: ">"}.get(data[5] if len(data) > 5 else 0)
    if bits is None or order is None or len(data) < (52 if bits == 32 else 64):
        return Elf(
            bits or 32, order == ">", "", "", damaged="the ELF header is cut off or names no class or byte order"
        )
    reader = _Reader(data, bits, order)
    kind, machine = reader.unpack("HH", 16, "the header")
    base = Elf(bits, order == ">", MACHINES.get(machine, str(machine)), KINDS.get(kind, str(kind)))
    damaged = ""
    for stage in (_read_segments, _read_sections, _read_dynamic, _read_names, _read_imports):
        try:
            stage(reader)
        except _DamagedError as damage:
            damaged = damaged or str(damage)
    return _concluded(reader, base, damaged)


def _concluded(reader: _Reader, base: Elf, damaged: str) -> Elf:
    """Join what the stages found."""
    facts = reader.facts
    kinds = {one.kind for one in reader.segments}
    dynamic_program = base.kind == "shared" and (
        bool(reader.flags_1 & _DF_1_PIE) or (_PT_INTERP in kinds and not facts.get("soname"))
    )
    kind = "executable" if dynamic_program else base.kind
    facts |= {
        "bits": base.bits,
        "big_endian": base.big_endian,
        "machine": base.machine,
        "kind": kind,
        "pie": dynamic_program,
        "static": kind == "executable" and _PT_INTERP not in kinds and not facts.get("needed"),
        "damaged": damaged,
    }
    return Elf(**facts)  # type: ignore[arg-type]  # the stages write each fact with its own type


def _read_segments(reader: _Reader) -> None:
    """Program headers: what is loaded where, the interpreter, the rights of the stack."""
    wide = reader.bits == 64
    (start,) = reader.unpack("Q" if wide else "I", 32 if wide else 28, "the header")
    entry_size, count = reader.unpack("HH", 54 if wide else 42, "the header")
    needed_size = 56 if wide else 32
    if count == 0:
        return
    if count > _MAX_SEGMENTS or entry_size < needed_size:
        raise _DamagedError(f"{count} program headers of {entry_size} bytes make no sense")
    cut = False
    for index in range(count):
        values = reader.unpack("IIQQQQQ" if wide else "IIIIIII", start + index * entry_size, "a program header")
        if wide:
            kind, flags, offset, address, _, size, _ = values
        else:
            kind, offset, address, _, size, _, flags = values
        reader.segments.append(_Segment(kind, flags, offset, address, size))
        cut = cut or (kind == _PT_LOAD and offset + size > len(reader.data))
    _read_segment_facts(reader)
    if cut:
        raise _DamagedError("a segment runs past the end of the file")


def _read_segment_facts(reader: _Reader) -> None:
    for one in reader.segments:
        if one.kind == _PT_GNU_STACK:
            reader.facts["nx"] = not one.flags & _PF_X
        elif one.kind == _PT_GNU_RELRO:
            reader.facts["relro"] = "partial"
        elif one.kind == _PT_INTERP:
            reader.facts["interpreter"] = reader.text(one.offset)


def _read_sections(reader: _Reader) -> None:
    """Section headers serve one question only: is there still a symbol table?"""
    wide = reader.bits == 64
    (start,) = reader.unpack("Q" if wide else "I", 40 if wide else 32, "the header")
    entry_size, count = reader.unpack("HH", 58 if wide else 46, "the header")
    if start == 0 or count == 0:
        return
    if count > _MAX_SECTIONS or entry_size < (64 if wide else 40):
        raise _DamagedError(f"{count} section headers of {entry_size} bytes make no sense")
    if start + count * entry_size > len(reader.data):
        raise _DamagedError("the section headers lie outside the file")
    rows = reader.data[start : start + count * entry_size]
    kind = tuple(_SHT_SYMTAB.to_bytes(4, "little" if reader.order == "<" else "big"))
    reader.facts["stripped"] = kind not in zip(*(rows[at::entry_size] for at in range(4, 8)), strict=True)


def _read_dynamic(reader: _Reader) -> None:
    """Collect the dynamic tags, a bounded number of each."""
    segment = next((one for one in reader.segments if one.kind == _PT_DYNAMIC), None)
    if segment is None:
        return
    layout = _integers(reader.order + ("QQ" if reader.bits == 64 else "II"))
    count = min(segment.size // layout.size, _MAX_DYNAMIC)
    there = max(0, min(count, (len(reader.data) - segment.offset) // layout.size))
    dynamic = reader.dynamic
    for tag, value in layout.iter_unpack(reader.data[segment.offset : segment.offset + there * layout.size]):
        if tag == 0:
            break
        if tag not in dynamic:
            dynamic[tag] = [value]
        elif len(dynamic[tag]) < _MAX_NEEDED:
            dynamic[tag].append(value)
    else:
        if there < count:
            raise _DamagedError("the dynamic table lies outside the file")
    reader.flags_1 = reader.first(_DT_FLAGS_1) or 0
    bound = (
        (reader.first(_DT_FLAGS) or 0) & _DF_BIND_NOW or reader.flags_1 & _DF_1_NOW or _DT_BIND_NOW in reader.dynamic
    )
    if bound and reader.facts.get("relro") == "partial":
        reader.facts["relro"] = "full"


def _read_names(reader: _Reader) -> None:
    """Names of needed libraries, of the library itself, and its search path."""
    reader.facts["needed"] = tuple(reader.name(offset) for offset in reader.dynamic.get(_DT_NEEDED, ()))
    soname = reader.first(_DT_SONAME)
    if soname is not None:
        reader.facts["soname"] = reader.name(soname)
    paths = [*reader.dynamic.get(_DT_RUNPATH, ()), *reader.dynamic.get(_DT_RPATH, ())]
    reader.facts["rpath"] = ":".join(reader.name(offset) for offset in paths)


def _read_imports(reader: _Reader) -> None:
    """Judge by the imported symbols alone: definitions of the same name prove nothing."""
    names = _imported(reader)
    checked = any(name.endswith(b"_chk") and name.startswith(b"__") for name in names)
    reader.facts |= {
        "canary": not _CANARY.isdisjoint(names),
        "listens": not _LISTEN.isdisjoint(names),
        "switches_user": not _SWITCH.isdisjoint(names),
        "fortify": True if checked else (None if _FORTIFIABLE.isdisjoint(names) else False),
    }


def _imported(reader: _Reader) -> frozenset[bytes]:
    """Return the names of undefined dynamic symbols."""
    table = reader.first(_DT_SYMTAB)
    if table is None:
        return frozenset()
    start, wide = reader.place(table), reader.bits == 64
    size = 24 if wide else 16
    count = max(0, min(_symbol_count(reader, size), _MAX_SYMBOLS, (len(reader.data) - start) // size))
    layout = _integers(reader.order + ("I2xH16x" if wide else "I10xH"))
    rows = layout.iter_unpack(memoryview(reader.data)[start : start + count * size])
    strings, limit = reader.first(_DT_STRTAB), reader.first(_DT_STRSZ) or 0
    if strings is None:
        return frozenset()
    base = reader.place(strings)
    offsets = {name for name, section in rows if not section and 0 < name < limit}
    if offsets and base + max(offsets) >= len(reader.data):
        raise _DamagedError("a name lies outside the file")
    data = reader.data
    return frozenset([data[at : at + _MAX_NAME].partition(b"\0")[0] for at in [base + offset for offset in offsets]])


def _symbol_count(reader: _Reader, size: int) -> int:
    """Find how many symbols may be imports; the table itself does not say how long it is."""
    sysv, gnu, mips = (reader.first(tag) for tag in (_DT_HASH, _DT_GNU_HASH, _DT_MIPS_SYMTABNO))
    if sysv is not None:
        return reader.unpack("II", reader.place(sysv), "the hash table")[1]
    if gnu is not None:  # imports stand before the first hashed symbol; a table that hashes none says 1
        first_hashed = reader.unpack("II", reader.place(gnu), "the hash table")[1]
        if first_hashed > 1:
            return first_hashed
    if mips is not None:
        return mips
    strings, symbols = reader.first(_DT_STRTAB), reader.first(_DT_SYMTAB)
    return max(0, strings - symbols) // size if strings is not None and symbols is not None else 0
