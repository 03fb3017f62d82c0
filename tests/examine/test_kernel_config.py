"""The configuration of the kernel: beside it, inside it, and packed once more."""

import gzip
from dataclasses import replace

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.kernel_config import kernel_configs, running_config
from fairmark.examine.limits import Limits
from fairmark.examine.payload import Payload
from fairmark.examine.scan import scan
from fairmark.examine.subject import Subject
from tests.doubles.boot_files import configuration, kernel
from tests.doubles.subjects import still_clock, subject

CONFIG = configuration("CONFIG_NET=y\n# CONFIG_KGDB is not set\n")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/boot/config-5.10.209", CONFIG),
        ("/proc/config.gz", gzip.compress(CONFIG)),
        ("/boot/vmlinux", kernel(CONFIG)),
        ("/boot/zImage", kernel(CONFIG, packed=True)),
    ],
)
def test_a_configuration_is_read_wherever_it_lies(path: str, data: bytes) -> None:
    found = running_config(subject({path: data}))

    assert found is not None
    assert found.options == {"CONFIG_KGDB": "n", "CONFIG_NET": "y"}
    assert (found.version, found.architecture) == ("5.10.209", "arm")
    assert found.is_of_the_kernel is path.startswith(("/boot/vm", "/boot/z"))
    assert (found.is_on("NET"), found.is_on("KGDB"), found.is_on("USB")) == (True, False, False)


def test_what_the_extraction_unpacked_out_of_a_kernel_counts_as_its_own() -> None:
    loose = (Payload("/kernel/0x10", "0.0.1", Blob(CONFIG)),)
    facts, _ = scan((), loose=loose, limits=Limits(), clock=still_clock)
    empty = subject({})

    found = running_config(Subject(empty.trees, facts, empty.device, empty.tool, empty.crack, loose=loose))

    assert found is not None
    assert found.is_of_the_kernel


def test_of_several_files_the_one_of_the_modules_counts() -> None:
    two = {"/boot/config-5.10.209": CONFIG, "/boot/config-6.1.0": configuration("CONFIG_USB=y\n", version="6.1.0")}
    known = subject({**two, "/lib/modules/6.1.0/modules.dep": b""})

    assert running_config(subject(two)) is None
    chosen = running_config(known)
    assert chosen is not None
    assert chosen.version == "6.1.0"


def test_damaged_and_unreadable_kernels_have_none() -> None:
    broken = {
        "/boot/zImage": b"\0" * 64 + b"\x1f\x8b\x08" + b"\xff" * 5000,
        "/boot/vmlinux": b"IKCFG_ST\x1f\x8b\x08broken" + b"IKCFG_ED",
        "/boot/Image": b"\x5d\0\0\x80\0" + b"\1" * 500 + b"\xfd7zXZ\0" + b"\2" * 90,
    }

    assert kernel_configs(subject(broken)) == ()


def test_an_old_head_tells_the_version() -> None:
    text = b"#\n# Automatically generated make config: don't edit\n# Linux kernel version: 2.6.31\n#\nCONFIG_MIPS=y\n"
    found = running_config(replace(subject({"/boot/config": text})))

    assert found is not None
    assert (found.version, found.architecture) == ("2.6.31", "mips")
