"""A PostgreSQL server of the tests' own: made in a folder, reached through a socket in it, ended with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def programs() -> Path:
    """Return the folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if not found:
        raise AssertionError("PostgreSQL is missing: tests/setup/system-packages.sh installs it")
    return found[-1].parent


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """Run a server with its data in a folder of its own; yield the address of its database."""
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder, tools = Path(name), programs()  # not below a folder of pytest: others may not enter those
        data = folder / "data"
        _run(folder, [str(tools / "initdb"), "-D", str(data), "-U", "log", "-A", "trust", "--data-checksums", "-N"])
        given = {"listen_addresses": "", "unix_socket_directories": name, "max_connections": "40"} | settings
        options = " ".join(f"-c {key}='{value}'" for key, value in given.items())
        control = [str(tools / "pg_ctl"), "-D", str(data), "-w"]
        _run(folder, [*control, "-l", str(folder / "server.log"), "-o", options, "start"])
        try:
            yield f"host={name} user=log dbname=postgres"
        finally:
            _run(folder, [*control, "-m", "immediate", "stop"])


def crash_and_restart(address: str) -> None:
    """End a server as a loss of power does, without a last write, and start it again."""
    folder = Path(address.split(maxsplit=1)[0].removeprefix("host="))
    control = [str(programs() / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "server.log")]
    _run(folder, [*control, "-m", "immediate", "restart"])


def _run(folder: Path, command: list[str]) -> None:
    """Run a program of PostgreSQL, which refuses to run as root."""
    other: dict[str, Any] = {}
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    # Not through pipes: the server would keep them open.
    with (folder / "tools.log").open("ab") as log:
        done = subprocess.run(command, check=False, stdout=log, stderr=log, cwd=folder, **other)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {(folder / 'tools.log').read_text()[-2000:]}")
