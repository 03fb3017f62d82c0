"""Ask unblob about the blobs that nothing of ours opens.

unblob (MIT) knows many formats and brings programs under other licences, so it lives in an
environment of its own and is run, never imported: confined, on a copy of the blob, one level
deep. What it wrote is read back at once and its folder removed; what is in there that is a
container again is opened by our own readers first.
"""

import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairmark.examine.adapters.confined import Bounds, Ending, run
from fairmark.examine.adapters.unblob_output import read_output
from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context
from fairmark.examine.fallback import Answer, Fallback
from fairmark.examine.limits import LimitReached

NAME = "unblob"
INSTALL = "pipx install unblob"
_VERSION = re.compile(rb"[0-9]+(?:\.[0-9a-z+]+){1,5}")
_BANNER = re.compile(rb"unblob \(([0-9]+(?:\.[0-9a-z+]+){1,5})\)")
_MOST_CALLS = 64  # of one image
_LEAST_SECONDS = 1.0
_OWN = 16 << 20  # bytes of its report and log


def unblob_or_its_absence(folder: Path | None = None, *, bounds: Bounds | None = None) -> Fallback:
    """Return unblob as it is installed here, or what says that it is not; ``folder`` is where it may work."""
    program = find_unblob()
    if program is None:
        return _absent
    return Unblob(program, folder, bounds or Bounds())


def find_unblob() -> Path | None:
    """Return where unblob is, if it is on the path of programs."""
    found = shutil.which(NAME)
    return Path(found) if found else None


def unblob_version(program: Path, folder: Path | None = None) -> str:
    """Return the version that the program states, or nothing if it does not start."""
    with _work_folder(folder) as work:
        ending = run([str(program), "--version"], work, Bounds(seconds=30.0))
    match = _VERSION.search(ending.said[:200]) if not ending.trouble and not ending.code else None
    return match[0].decode() if match else ""


def _absent(_blob: Blob, _context: Context) -> Answer:
    return Answer(why_not=f"unblob, which may know it, is not installed ({INSTALL})")


@dataclass(slots=True)
class Unblob:
    """unblob for one image: call it with a blob and its place."""

    program: Path
    folder: Path | None
    bounds: Bounds
    _version: str = field(default="", init=False)
    _calls: int = field(default=0, init=False)

    def __call__(self, blob: Blob, context: Context) -> Answer:
        """Return what unblob finds in ``blob``. Raises ``LimitReached`` when the time of the image is used up."""
        self._calls += 1
        if self._calls > _MOST_CALLS:
            return Answer(why_not=f"{NAME} was asked about {_MOST_CALLS} other parts and not about this one")
        bounds = self._bounds(blob, context)
        if blob.size > bounds.file_bytes:
            return Answer(why_not=f"it is too large for {NAME}")
        with _work_folder(self.folder) as work:
            _write(work / "blob", blob)
            ending = run(self._command(work), work, bounds)
            name = self._named(ending)
            if not name:
                return Answer(why_not=f"{NAME} does not start (mend it with: {INSTALL} --force)")
            if ending.trouble:
                return Answer(_confined(name, ending), why_not=f"{name} {ending.trouble}")
            answer = read_output(work, name, blob, context)
        return replace(answer, program=_confined(name, ending))

    def _named(self, ending: Ending) -> str:
        """Return name and version: as it says when it has worked, else as it says when asked."""
        if not self._version:
            banner = _BANNER.search(ending.said)
            self._version = banner[1].decode() if banner else unblob_version(self.program, self.folder)
        return f"{NAME} {self._version}" if self._version else ""

    def _bounds(self, blob: Blob, context: Context) -> Bounds:
        seconds = min(self.bounds.seconds, context.budget.seconds_left())
        if seconds < _LEAST_SECONDS:
            raise LimitReached(f"no time is left for {NAME}")
        limits = context.budget.limits
        return replace(
            self.bounds,
            seconds=seconds,
            file_bytes=min(self.bounds.file_bytes, limits.single_file),
            files=min(self.bounds.files, limits.files),
            bytes=min(self.bounds.bytes, limits.total_bytes) + blob.size + _OWN,
        )

    def _command(self, work: Path) -> list[str]:
        """One level deep, one worker, no look at the randomness: what it writes is looked into by us."""
        places = {"--extract-dir": "out", "--report": "report.json", "--log": "log"}
        named = [word for option, name in places.items() for word in (option, str(work / name))]
        return [str(self.program), *named, "--depth", "1", "--process-num", "1", "--randomness-depth", "0", "blob"]


def _confined(name: str, ending: Ending) -> str:
    network = "which could reach the network" if ending.network else "without a network"
    return f"{name}, {network}{' and with the rights of root' if ending.root else ''}"


def _write(path: Path, blob: Blob) -> None:
    """Write the copy that the program reads; nobody may change it."""
    with path.open("xb") as file:
        for piece in blob.chunks():
            file.write(piece)
    path.chmod(0o444)


@contextmanager
def _work_folder(parent: Path | None) -> Iterator[Path]:
    """Give a folder that is gone at the end, even if what was written into it resists."""
    work = Path(tempfile.mkdtemp(prefix="fairmark-unblob-", dir=parent)).resolve()
    try:
        yield work
    finally:
        _remove(work)


def _remove(work: Path) -> None:
    """Remove a folder with directories in it that may not be listed; links are removed, never followed."""
    shutil.rmtree(work, ignore_errors=True)
    pending = [work] if work.exists() else []
    while pending:
        here = pending.pop()
        with suppress(OSError):
            here.chmod(stat.S_IRWXU)
            pending += [child for child in here.iterdir() if stat.S_ISDIR(child.lstat().st_mode)]
    shutil.rmtree(work, ignore_errors=True)
