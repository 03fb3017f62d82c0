"""Try candidate passwords against crypt hashes with the C library, in a process of its own.

A hash comes out of a hostile image, and its own text says how long one guess takes: a
``$6$rounds=999999999$`` costs minutes, a ``$2b$31$`` a day. So the cost is read from the text
and checked before anything is called, and the call runs in a child with limits on processor
time, memory and wall time. Whatever is malformed, unknown, too costly or late is missing from
the answer: "not tried" is not "not opened".

Schemes: DES, MD5 (``$1$``), SHA-256 and SHA-512 (``$5$``, ``$6$``), bcrypt (``$2a$``, ``$2b$``,
``$2x$``, ``$2y$``), yescrypt (``$y$``) and sha1crypt (``$sha1$``), as far as the library knows them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

MAX_GUESS_SECONDS = 0.25
"""The dearest guess that is tried, as estimated from the text of the hash for one common core."""

_MAX_HASHES = 64
_MAX_CANDIDATE_BYTES = 256
_MEGABYTES = 512
_WORKER = Path(__file__).with_name("crypt_worker.py")
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# Seconds: DES and MD5 for a whole guess, the others for one round, measured on one core at 2 GHz and rounded up.
_DES, _MD5, _SHA2_ROUND, _BCRYPT_ROUND, _SHA1_ROUND, _YESCRYPT_UNIT = 1e-5, 5e-4, 6e-7, 6e-5, 1.5e-6, 2e-7
_SHA2_DEFAULT_ROUNDS = 5000
_YESCRYPT_MAX_UNITS = 1 << 19  # blocks of 128 bytes: 64 MiB

_SALT = r"[^$:\s\x00-\x1f\x7f-\U0010ffff]"
_HASH = re.compile(
    rf"""
      (?P<des> [./0-9A-Za-z]{{13}} )
    | (?P<md5> \$1\$ {_SALT}{{0,8}} \$ [./0-9A-Za-z]{{22}} )
    | (?P<sha2> (?: \$5 | \$6 ) \$ (?: rounds= (?P<sha2_rounds>[0-9]{{1,10}}) \$ )? {_SALT}{{0,16}} \$
        [./0-9A-Za-z]{{43}} (?: [./0-9A-Za-z]{{43}} )? )
    | (?P<bcrypt> \$2[abxy]\$ (?P<bcrypt_cost>[0-9]{{2}}) \$ [./0-9A-Za-z]{{53}} )
    | (?P<yescrypt> \$y\$ j (?P<yescrypt_n>[./0-9A-Za-j]) (?P<yescrypt_r>[./0-9A-Za-j]) \$ [./0-9A-Za-z]{{0,86}} \$
        [./0-9A-Za-z]{{43}} )
    | (?P<sha1> \$sha1\$ (?P<sha1_rounds>[0-9]{{1,10}}) \$ [./0-9A-Za-z]{{1,64}} \$ [./0-9A-Za-z]{{28}} )
    """,
    re.VERBOSE,
)


def guess_seconds(text: str) -> float | None:
    """Return the estimated seconds of one guess, or ``None`` for what is not a well-formed hash of a known scheme."""
    match = _HASH.fullmatch(text)
    if match is None:
        return None
    if match["sha2"] is not None:
        return int(match["sha2_rounds"] or _SHA2_DEFAULT_ROUNDS) * _SHA2_ROUND
    if match["bcrypt"] is not None:
        return float(1 << int(match["bcrypt_cost"])) * _BCRYPT_ROUND
    if match["sha1"] is not None:
        return int(match["sha1_rounds"]) * _SHA1_ROUND
    if match["yescrypt"] is not None:
        # Both numbers are written as one character, less one; the memory is 128 * N * r bytes.
        n_log2 = _ALPHABET.index(match["yescrypt_n"]) + 1
        units = (1 << n_log2) * (_ALPHABET.index(match["yescrypt_r"]) + 1)
        return units * _YESCRYPT_UNIT if units <= _YESCRYPT_MAX_UNITS else float("inf")
    return _DES if match["des"] is not None else _MD5


def crack(hashes: Sequence[str], candidates: Sequence[str], *, seconds: float = 20.0) -> dict[str, int | None]:
    """Return for each hash the index of the first candidate that opens it, ``None`` when none does.

    Hashes that were not decided are missing: malformed, of an unknown scheme, dearer than
    ``MAX_GUESS_SECONDS`` a guess, more than 64 in one call, or not reached within ``seconds``
    (wall time and processor time of the child). The cheap ones go first.
    """
    cost = {text: price for text in hashes if (price := guess_seconds(text)) is not None}
    order = sorted((text for text in cost if cost[text] <= MAX_GUESS_SECONDS), key=lambda text: (cost[text], text))
    order = order[:_MAX_HASHES]
    usable = [number for number, text in enumerate(candidates) if _can_be_tried(text)]
    if not order or not usable:
        return {}
    tried = [candidates[number] for number in usable]
    work = {"hashes": order, "candidates": tried, "seconds": int(seconds) + 1, "megabytes": _MEGABYTES}
    answers = _answers(_run(json.dumps(work), seconds), len(order))
    return {order[number]: None if index is None else usable[index] for number, index in answers}


def crypt_available() -> bool:
    """Say whether this machine can check hashes at all (a C library with ``crypt`` that knows MD5)."""
    known = "$1$fairmark$jSTFtQFnrHSx2Rimapme0/"
    return crack([known], ["probe"], seconds=5.0) == {known: 0}


def _can_be_tried(candidate: str) -> bool:
    return candidate.isprintable() and len(candidate.encode()) <= _MAX_CANDIDATE_BYTES


def _run(work: str, seconds: float) -> bytes:
    """Run the child; return what it said, however it ended."""
    command = [sys.executable, "-I", str(_WORKER)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            command, input=work.encode(), capture_output=True, timeout=seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    except OSError:
        return b""
    return done.stdout


def _answers(said: bytes, count: int) -> list[tuple[int, int | None]]:
    """Read the child's lines; a line that was cut off is no answer."""
    answers: list[tuple[int, int | None]] = []
    for line in said.splitlines():
        with suppress(ValueError):
            number, index = json.loads(line)
            if 0 <= number < count:
                answers.append((number, index))
    return answers
