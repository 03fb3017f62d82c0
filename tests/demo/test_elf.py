"""The writer of ELF files: what it promises can be read back."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from fairmark.demo.elf import elf, instructions
from fairmark.examine.elf import read_elf

FORMS = {
    "program": elf(needed=("libc.so.6",), imports=("puts", "system"), strings=("one", b"two"), code_size=5000),
    "bare program": elf(),
    "unprotected": elf(needed=("libc.so.6",), imports=("strcpy",), pie=False, nx=False, relro="none"),
    "partly protected": elf(needed=("libc.so.6",), imports=("strcpy",), relro="partial"),
    "library": elf(soname="libx.so.1", needed=("libc.so.6",), imports=("free",), exports=("open_x", "close_x")),
}


def _segments(data: bytes) -> dict[int, tuple[int, ...]]:
    """Program headers by type: offset, address, address, size, size, flags, alignment."""
    start, count = struct.unpack_from("<I", data, 28)[0], struct.unpack_from("<H", data, 44)[0]
    rows = [struct.unpack_from("<8I", data, start + 32 * index) for index in range(count)]
    return {row[0]: row[1:] for row in rows}


def test_a_protected_program_carries_every_mark() -> None:
    seen = read_elf(elf(needed=("libc.so.6",), imports=("__stack_chk_fail", "listen", "__snprintf_chk")))

    assert seen is not None
    assert (seen.bits, seen.big_endian, seen.machine, seen.kind) == (32, False, "arm", "executable")
    assert (seen.pie, seen.nx, seen.relro, seen.canary, seen.listens) == (True, True, "full", True, True)
    assert seen.needed == ("libc.so.6",)
    assert seen.interpreter == "/lib/ld-linux-armhf.so.3"
    assert seen.damaged == ""


def test_an_unprotected_program_carries_none() -> None:
    seen = read_elf(FORMS["unprotected"])

    assert seen is not None
    assert (seen.pie, seen.nx, seen.relro, seen.canary) == (False, False, "none", False)
    assert seen.kind == "executable"


def test_a_library_has_a_name_and_no_interpreter() -> None:
    seen = read_elf(FORMS["library"])

    assert seen is not None
    assert (seen.kind, seen.soname, seen.interpreter, seen.pie) == ("shared", "libx.so.1", "", False)
    assert b"\0open_x\0close_x\0" in FORMS["library"]


def test_partial_relro_is_told_from_full() -> None:
    seen = read_elf(FORMS["partly protected"])

    assert seen is not None
    assert seen.relro == "partial"


def test_the_program_leaves_through_the_exit_call() -> None:
    data = FORMS["unprotected"]
    entry = struct.unpack_from("<I", data, 24)[0]

    code = struct.unpack_from("<3I", data, entry - 0x10000)

    # mov r7, #1; mov r0, #0; svc 0
    assert code == (0xE3A07001, 0xE3A00000, 0xEF000000)


def test_what_is_sealed_after_start_ends_where_a_page_ends() -> None:
    for name in ("program", "partly protected", "library"):
        _, address, _, _, size, _, _ = _segments(FORMS[name])[0x6474E552]

        assert (address + size) % 0x1000 == 0


def test_strings_stand_one_after_the_other() -> None:
    assert b"one\0two\0" in FORMS["program"]


def test_the_same_wish_gives_the_same_bytes() -> None:
    again = elf(needed=("libc.so.6",), imports=("puts", "system"), strings=("one", b"two"), code_size=5000)

    assert again == FORMS["program"]
    assert instructions(b"a", 400) != instructions(b"b", 400)
    assert len(instructions(b"a", 400)) == 400


@pytest.mark.parametrize("form", sorted(FORMS))
def test_readelf_has_nothing_to_complain_about(form: str, tmp_path: Path) -> None:
    # Where binutils is not installed, our own reader has the word.
    readelf = shutil.which("readelf")
    if readelf is None:
        seen = read_elf(FORMS[form])
        assert seen is not None
        assert seen.damaged == ""
        return

    path = tmp_path / "file"
    path.write_bytes(FORMS[form])
    done = subprocess.run([readelf, "-aW", str(path)], capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert "Warning" not in done.stdout
