"""The jobs of a started cron daemon: what a device runs at a fixed time, it runs without being asked.

Formats after crontab(5) and the usage text of busybox's crond: five times or ``@word``, in the files of
the system a user, and the command.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairmark.examine.shell import Command, Place, World
from fairmark.examine.subject import FileFacts

_DAEMONS = frozenset({"crond", "cron"})
_OF_USERS = ("/etc/crontabs", "/var/spool/cron/crontabs", "/var/spool/cron")
_OF_SYSTEM = ("/etc/crontab", "/etc/cron.d/*")
_JOB = re.compile(r"\s*(?:@\w+|[*0-9A-Za-z][\w*,/-]*(?:\s+[*\w][\w*,/-]*){4})\s+(\S.*)")
_MAX_JOBS = 200
_MAX_LINES = 1000


class Machine(World, Protocol):
    """The world of the shell with the records of its files."""

    def facts(self, path: str) -> FileFacts | None:
        """Return the record of the regular file that ``path`` leads to."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A command of a crontab, the line it stands on and the places that start the daemon."""

    text: str
    place: Place
    trail: tuple[Place, ...]
    certain: bool


def jobs(world: Machine, commands: Sequence[Command]) -> Iterator[Job]:
    """Yield the jobs of the first cron daemon among the commands; those that run for certain go first."""
    running = [one for one in commands if one.words[0].rpartition("/")[2] in _DAEMONS]
    if not running:
        return
    daemon = next((one for one in running if one.certain), running[0])
    path = world.find(daemon.words[0])
    program = world.facts(path) if path else None
    is_busybox = program is None or program.path.rpartition("/")[2].startswith("busybox")
    named = [after for word, after in zip(daemon.words, daemon.words[1:], strict=False) if word == "-c"]
    files = [(found, False) for folder in named or _OF_USERS for found in world.glob(f"{folder.rstrip('/')}/*")]
    files += [] if is_busybox else [(found, True) for pattern in _OF_SYSTEM for found in world.glob(pattern)]
    left = _MAX_JOBS
    for file, has_user in files:
        for text, place in _lines(world, file, has_user=has_user):
            left -= 1
            if left < 0:
                return
            yield Job(text, place, daemon.trail, daemon.certain)


def _lines(world: Machine, file: str, *, has_user: bool) -> Iterator[tuple[str, Place]]:
    found = world.text(file)
    for number, line in enumerate((found[1] if found else "").splitlines()[:_MAX_LINES], start=1):
        match = _JOB.fullmatch(line[:_MAX_LINES]) if not line.lstrip().startswith("#") else None
        command = match[1] if match else ""
        text = command.partition(" ")[2] if has_user else command
        if found and text.strip():
            yield text.strip(), Place(found[0], number, line.strip())
