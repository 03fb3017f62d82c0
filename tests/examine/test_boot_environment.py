"""Environments of U-Boot: in a partition, inside a boot loader, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.boot_environment import boot_environments
from tests.doubles.boot_files import environment

VALUES = {"bootdelay": "3", "baudrate": "115200", "bootcmd": "run a; bootm", "bootargs": "console=ttyS0"}


@pytest.mark.parametrize("copies", [1, 2])
def test_an_environment_behind_its_checksum_is_read_whole(copies: int) -> None:
    (found,) = boot_environments(b"\xff" * 512 + environment(VALUES, copies=copies))

    assert dict(found.values) == VALUES
    assert found.offset == 512 + 3 + copies


def test_the_default_inside_a_boot_loader_is_read() -> None:
    pairs = b"".join(f"{name}={value}".encode() + b"\0" for name, value in VALUES.items())

    (found,) = boot_environments(b"\1\2\3code\0\0" + pairs + b"\0\0U-Boot 2020.01\0")

    assert found.values["bootcmd"] == "run a; bootm"


def test_both_copies_are_found_and_no_more_than_four() -> None:
    assert len(boot_environments(environment(VALUES) * 2)) == 2
    assert len(boot_environments(environment(VALUES) * 9)) == 4


def test_a_message_that_names_the_command_is_no_environment() -> None:
    assert boot_environments(b"\0Usage: setenv bootcmd=...\0\0") == ()
    assert boot_environments(b"bootcmd=only one pair\0\0") == ()


@given(st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_bytes_around_the_command_are_read_without_harm(data: bytes) -> None:
    for found in boot_environments(data + b"\0bootcmd=x\0" + data):
        assert found.offset >= 0
