"""The ELF reader: both classes, both byte orders, and files that lie."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.elf import Elf, read_elf
from tests.doubles.elves import elf, hardened_daemon, soft_daemon


def _read(data: bytes) -> Elf:
    found = read_elf(data)
    assert found is not None
    return found


def test_what_is_no_elf_is_none() -> None:
    assert read_elf(b"#!/bin/sh\n") is None
    assert read_elf(b"") is None


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("table", ["gnu", "sysv", "none"])
def test_every_class_order_and_hash_table_reads_alike(bits: int, big_endian: bool, table: str) -> None:  # noqa: FBT001
    data = elf(
        bits=bits,
        big_endian=big_endian,
        table=table,
        machine=8,
        needed=("libc.so.0", "libcrypto.so.1.1"),
        imports=("printf", "__stack_chk_fail", "listen"),
        rpath="/opt/lib",
    )

    found = _read(data)

    assert (found.bits, found.big_endian, found.machine, found.kind) == (bits, big_endian, "mips", "executable")
    assert found.needed == ("libc.so.0", "libcrypto.so.1.1")
    assert (found.nx, found.pie, found.relro, found.canary, found.listens) == (True, True, "full", True, True)
    assert (found.rpath, found.stripped, found.static, found.damaged) == ("/opt/lib", True, False, "")


def test_a_hardened_and_a_soft_daemon_differ_in_everything() -> None:
    hard, soft = _read(hardened_daemon()), _read(soft_daemon())

    assert (hard.nx, hard.pie, hard.relro, hard.canary, hard.fortify) == (True, True, "full", True, True)
    assert (soft.nx, soft.pie, soft.relro, soft.canary, soft.fortify) == (False, False, "none", False, False)


def test_a_defined_canary_is_no_imported_one() -> None:
    found = _read(elf(imports=("puts",), defined=("__stack_chk_fail",)))

    assert not found.canary


def test_a_shared_library_is_not_position_independent_program() -> None:
    plain = _read(elf(interpreter="", soname="libfoo.so.1"))
    libc = _read(elf(soname="libc.so.6"))  # has an interpreter, and is a library all the same

    assert (plain.kind, plain.pie, plain.soname) == ("shared", False, "libfoo.so.1")
    assert (libc.kind, libc.pie) == ("shared", False)


def test_a_static_program_is_known_by_what_it_lacks() -> None:
    fixed = _read(elf(kind=2, interpreter="", needed=()))
    moving = _read(elf(kind=3, interpreter="", needed=(), flags_1_pie=True))

    assert (fixed.static, fixed.pie) == (True, False)
    assert (moving.static, moving.pie, moving.kind) == (True, True, "executable")


def test_relro_without_binding_at_start_is_partial() -> None:
    assert _read(elf(now=False)).relro == "partial"


def test_a_file_without_stack_header_leaves_nx_open() -> None:
    assert _read(elf(stack=None)).nx is None


def test_an_unknown_machine_keeps_its_number() -> None:
    assert _read(elf(machine=4711)).machine == "4711"


def test_a_truncated_file_says_so_and_keeps_what_was_read() -> None:
    whole = hardened_daemon(payload=bytes(500))

    found = _read(whole[:-300])

    assert "past the end" in found.damaged
    assert found.machine == "arm"


def test_a_cut_header_is_damage() -> None:
    assert _read(b"\x7fELF").damaged
    assert _read(b"\x7fELF\x01\x01\x01" + bytes(20)).damaged


def test_absurd_counts_are_refused_before_they_are_followed() -> None:
    data = bytearray(elf())
    data[44:46] = b"\xff\xff"

    assert "make no sense" in _read(bytes(data)).damaged


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_bytes_makes_the_reader_raise(data: st.DataObject) -> None:
    image = bytearray(elf(bits=data.draw(st.sampled_from([32, 64])), imports=("listen", "strcpy")))
    for _ in range(data.draw(st.integers(1, 12))):
        image[data.draw(st.integers(4, len(image) - 1))] = data.draw(st.sampled_from([0, 1, 4, 0x7F, 0x80, 0xFF]))

    found = read_elf(bytes(image[: data.draw(st.integers(4, len(image)))]))

    assert found is not None
