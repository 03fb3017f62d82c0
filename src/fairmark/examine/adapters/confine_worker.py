"""The process that runs one other program with little power; run as a script, imported by nobody.

It takes one JSON object as its argument, takes away what it may (network, process numbers,
the rights of root, new rights through setuid), starts the program, watches the clock and what
the program writes, and leaves no process behind. Its last words are one JSON line: how the
program ended, and what could be taken away on this machine.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 4, 36, 38
_NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
_LEAST_FREE = 256 << 20  # bytes that stay free on the disk, whatever happens
_PAUSE = 0.05
_NOT_RUNNABLE = 127


def main() -> None:
    """Confine, start, watch, end all of it, and say how it went."""
    order = json.loads(sys.argv[1])
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_SET_SUBREAPER, 1, 0, 0, 0)  # whatever the program leaves behind becomes ours to end
    network = _part_from_network(library)
    if order["user"]:
        _become(library, order["user"])
    library.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    child = os.fork()
    if not child:
        _run(library, order)
    ended, code = _watch(child, order)
    _end_the_rest()
    sys.stdout.write(json.dumps({"ended": ended, "code": code, "network": not network}) + "\n")


def _part_from_network(library: ctypes.CDLL) -> bool:
    """Give the program a network with nothing in it, and numbers of processes of its own; False if not allowed."""
    apart = _NEW_NET | _NEW_PID | _NEW_IPC
    user, group = os.getuid(), os.getgid()
    if not user:
        return bool(library.unshare(apart) == 0)
    if library.unshare(apart | _NEW_USER) != 0:
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def _become(library: ctypes.CDLL, user: int) -> None:
    """Root has no limit on processes and may read everything: be somebody else."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    library.prctl(_SET_DUMPABLE, 1, 0, 0, 0)


def _run(library: ctypes.CDLL, order: dict[str, Any]) -> None:
    """Become the program; what it says goes into a file."""
    try:
        library.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.chdir(order["folder"])
        said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDWR)
        for here, there in ((nothing, 0), (said, 1), (nothing, 2)):
            os.dup2(here, there)
        os.closerange(3, 256)
        os.umask(0o022)
        for name, most in order["limits"].items():
            resource.setrlimit(getattr(resource, name), (most, most))
        os.execve(order["command"][0], order["command"], order["environment"])  # noqa: S606 - that is the purpose
    finally:
        os._exit(_NOT_RUNNABLE)


def _watch(child: int, order: dict[str, Any]) -> tuple[str, int]:
    """Wait for the end of the program, of its time or of its room."""
    deadline = time.monotonic() + order["seconds"]
    looked = 0.0
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return ("signal", -code) if code < 0 else ("exit", code)
        if ended:
            continue
        now = time.monotonic()
        if now > deadline or len(_below(os.getpid())) > order["processes"]:
            os.kill(child, signal.SIGKILL)
            return ("late" if now > deadline else "processes"), 0
        if now > looked:
            if too_much := _too_much(order):
                os.kill(child, signal.SIGKILL)
                return too_much, 0
            looked = now + 5 * (time.monotonic() - now)  # at most a sixth of the time is spent on looking
        time.sleep(_PAUSE)


def _too_much(order: dict[str, Any]) -> str:
    """Say what of the folder is too much, or nothing."""
    room = os.statvfs(order["folder"])
    if room.f_bavail * room.f_frsize < _LEAST_FREE:
        return "disk"
    count = size = 0
    pending = [order["folder"]]
    while pending:
        with contextlib.suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                count += 1
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
                if count > order["files"]:
                    return "files"
                if size > order["bytes"]:
                    return "bytes"
    return ""


def _end_the_rest() -> None:
    """Kill what is left, however often it forks or calls itself a session of its own."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for process in _below(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _below(process: int) -> list[int]:
    """Return the processes that descend from ``process``, as far as this machine tells."""
    found: list[int] = []
    pending = [process]
    while pending and len(found) < 10_000:
        here = pending.pop()
        try:
            children = [int(word) for word in Path(f"/proc/{here}/task/{here}/children").read_text().split()]
        except (OSError, ValueError):
            continue
        found += children
        pending += children
    return found


if __name__ == "__main__":
    main()
