"""Run another program on hostile input, in a process that has little power.

The program gets a folder of its own and nothing else to write into: limits on processor time,
memory, the size of a file, the number of processes, files and bytes, and on the clock; no
network, where the system lets us take it away; never the rights of root, where it can be read
without them. Whatever it started is gone when ``run`` returns, and so is what was started when
we are killed.
"""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_WORKER = Path(__file__).with_name("confine_worker.py")
_NOBODY = 65534
_GRACE = 20.0  # seconds that the worker has for cleaning up
_NOT_RUNNABLE = 127
_SAID = ".said"
_MOST_SAID = 64 << 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one run may use."""

    seconds: float = 120.0  # of the clock
    cpu_seconds: int = 120  # of the processor, for each process
    memory: int = 4 << 30  # address space of each process
    file_bytes: int = 1 << 30
    processes: int = 128
    files: int = 200_000
    bytes: int = 2 << 30


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. ``trouble`` is empty when the program ended by itself; ``code`` is its exit code then."""

    trouble: str = ""
    code: int = 0
    said: bytes = b""
    network: bool = True  # whether the program could reach a network
    root: bool = False  # whether it had the rights of root


_TROUBLES = {
    "late": "was stopped: it took too long",
    "processes": "was stopped: it started too many processes",
    "files": "was stopped: it wrote too many files",
    "bytes": "was stopped: it wrote too much",
    "disk": "was stopped: the disk is almost full",
}


def run(command: Sequence[str], folder: Path, bounds: Bounds) -> Ending:
    """Run ``command`` in ``folder``, which is its own; never raises for what the program does.

    Root runs it as nobody, unless nobody may not read the program or what interprets it.
    """
    user = _other_user(Path(command[0]), folder)
    if user:
        os.chown(folder, user, user)
    ending = _run_as(user, command, folder, bounds)
    return _run_as(0, command, folder, bounds) if user and ending.code == _NOT_RUNNABLE else ending


def _run_as(user: int, command: Sequence[str], folder: Path, bounds: Bounds) -> Ending:
    order = {
        "command": list(command),
        "folder": str(folder),
        "said": str(folder / _SAID),
        "user": user,
        "environment": _environment(Path(command[0]), folder),
        "seconds": bounds.seconds,
        "processes": bounds.processes,
        "files": bounds.files,
        "bytes": bounds.bytes,
        "limits": {
            "RLIMIT_CPU": bounds.cpu_seconds,
            "RLIMIT_AS": bounds.memory,
            "RLIMIT_FSIZE": bounds.file_bytes,
            "RLIMIT_NPROC": bounds.processes,
            "RLIMIT_NOFILE": 1024,
            "RLIMIT_CORE": 0,
        },
    }
    answer = _answer(json.dumps(order), bounds.seconds + _GRACE)
    if answer is None:
        return Ending("could not be confined on this machine")
    ended, code, network = answer
    trouble = "" if ended == "exit" else _TROUBLES.get(ended, f"was ended by signal {code}")
    return Ending(trouble, code, _beginning(folder / _SAID), network, not (user or os.getuid()))


def _answer(order: str, seconds: float) -> tuple[str, int, bool] | None:
    """Start the worker, wait, and read its last words; kill its whole group if it does not answer."""
    command = [sys.executable, "-I", str(_WORKER), order]
    try:
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={},
        )
    except OSError:
        return None
    with worker:
        try:
            words = worker.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(OSError):
                os.killpg(worker.pid, signal.SIGKILL)
    with suppress(ValueError, KeyError, TypeError):
        last = json.loads(words.splitlines()[-1] if words else b"")
        return str(last["ended"]), int(last["code"]), bool(last["network"])
    return None


def _environment(program: Path, folder: Path) -> dict[str, str]:
    """What the program sees: the paths of programs, its own first, and nothing that differs between users."""
    own = str(program.resolve().parent)
    paths = os.environ.get("PATH", os.defpath)
    return {
        "PATH": f"{own}{os.pathsep}{paths}",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _other_user(program: Path, folder: Path) -> int:
    """Return as whom to run: root becomes nobody if nobody can reach program and folder; 0 is as we are."""
    if os.getuid() != 0:
        return 0
    within = (*program.resolve().parents, *folder.resolve().parents)
    with suppress(OSError):
        return _NOBODY if all(place.stat().st_mode & stat.S_IXOTH for place in within) else 0
    return 0


def _beginning(path: Path) -> bytes:
    """Return the first of what the program said."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return os.read(handle, _MOST_SAID)
        finally:
            os.close(handle)
    return b""
