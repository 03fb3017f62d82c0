"""The process in which the C library checks password hashes; run as a script, imported by nobody.

It reads one JSON object from standard input (``hashes``, ``candidates``, ``seconds``,
``megabytes``) and writes one JSON line ``[index of the hash, index of the candidate or null]``
for each hash that it could decide. Whatever goes wrong, a missing line says "not decided".
"""

import ctypes
import json
import resource
import sys
from collections.abc import Callable, Sequence

_LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2", None)  # None: the C library itself, as musl has it

Crypt = Callable[[bytes, bytes], bytes | None]


def _load() -> Crypt | None:
    """Return the C library's ``crypt``, or ``None`` where there is none."""
    for name in _LIBRARIES:
        try:
            function = ctypes.CDLL(name).crypt
        except (OSError, AttributeError):
            continue
        function.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
        function.restype = ctypes.c_char_p
        return function
    return None


def _limit(seconds: int, megabytes: int) -> None:
    """Bound this process: processor time, memory, no core file."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _decide(crypt: Crypt, wanted: bytes, candidates: Sequence[bytes]) -> tuple[bool, int | None]:
    """Return whether the library knows the scheme, and the index of the candidate that opens the hash."""
    for index, candidate in enumerate(candidates):
        made = crypt(candidate, wanted)
        if made is None or len(made) != len(wanted):  # "*0", or another scheme than the hash's
            return False, None
        if made == wanted:
            return True, index
    return True, None


def main() -> None:
    """Decide one hash after the other and say so at once: what was said survives a time limit."""
    work = json.load(sys.stdin)
    crypt = _load()
    if crypt is None:
        return
    _limit(work["seconds"], work["megabytes"])
    candidates = [candidate.encode() for candidate in work["candidates"]]
    for number, wanted in enumerate(work["hashes"]):
        known, index = _decide(crypt, wanted.encode(), candidates)
        if known:
            sys.stdout.write(json.dumps([number, index]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
