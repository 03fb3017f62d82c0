"""Passwords that scripts write out: only literal ones are the same in every unit."""

import pytest

from fairmark.examine.script_passwords import written_passwords

HASH = "$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1"


@pytest.mark.parametrize(
    ("line", "user", "stored", "plain"),
    [
        ('echo "root:admin" | chpasswd', "root", "", "admin"),
        ("echo -e root:admin|busybox chpasswd -m", "root", "", "admin"),
        (f"echo 'admin:{HASH}:1::::::' > /etc/shadow", "admin", HASH, ""),
        (f"usermod -p '{HASH}' root", "root", HASH, ""),
    ],
)
def test_a_literal_password_is_found(line: str, user: str, stored: str, plain: str) -> None:
    (found,) = written_passwords(f"#!/bin/sh\n{line}\n")

    assert (found.line, found.user, found.stored, found.plain) == (2, user, stored, plain)


@pytest.mark.parametrize(
    "line",
    [
        'echo "root:$(cat /proc/serial)" | chpasswd',
        'echo "root:$PASSWORD" | chpasswd',
        '# echo "root:admin" | chpasswd',
        'echo "root:admin"',
        "passwd root",
    ],
)
def test_what_only_the_device_knows_is_no_literal_password(line: str) -> None:
    assert list(written_passwords(line)) == []
