"""Units that start although no link of a target names them."""

import pytest

from fairmark.examine.services import started_services
from tests.doubles.start_files import PROGRAM
from tests.doubles.subjects import subject

BASE = {"/lib/systemd/systemd": PROGRAM, "/usr/sbin/telnetd": PROGRAM, "/usr/bin/app": PROGRAM}
TELNET = b"[Service]\nExecStart=/usr/sbin/telnetd -F\n"
LINK = {"/etc/systemd/system/multi-user.target.wants/app.service": "/lib/systemd/system/app.service"}


@pytest.mark.parametrize(
    ("key", "starts"), [("Wants", True), ("Requires", True), ("After", False), ("Conflicts", False)]
)
def test_a_unit_that_an_enabled_unit_pulls_in_starts(key: str, *, starts: bool) -> None:
    app = f"[Unit]\n{key}=dbg.service\n[Service]\nExecStart=/usr/bin/app\n".encode()
    units = {"/lib/systemd/system/app.service": app, "/lib/systemd/system/dbg.service": TELNET}

    found = started_services(subject({**BASE, **units}, links=LINK))

    assert ("telnet" in [one.name for one in found]) is starts


def test_a_masked_unit_is_not_pulled_in() -> None:
    app = b"[Unit]\nWants=dbg.service\n[Service]\nExecStart=/usr/bin/app\n"
    units = {"/lib/systemd/system/app.service": app, "/lib/systemd/system/dbg.service": TELNET}
    links = {**LINK, "/etc/systemd/system/dbg.service": "/dev/null"}

    found = started_services(subject({**BASE, **units}, links=links))

    assert "telnet" not in [one.name for one in found]


@pytest.mark.parametrize(("mode", "starts"), [(0o755, True), (0o644, False)])
def test_rc_local_runs_under_systemd_when_it_is_executable(mode: int, *, starts: bool) -> None:
    files: dict[str, bytes | tuple[bytes, int]] = {
        **BASE,
        "/etc/rc.local": (b"#!/bin/sh\n/usr/sbin/telnetd\nexit 0\n", mode),
        "/lib/systemd/system/rc-local.service": b"[Service]\nExecStart=/etc/rc.local start\n",
    }

    found = started_services(subject(files))

    assert ("telnet" in [one.name for one in found]) is starts
