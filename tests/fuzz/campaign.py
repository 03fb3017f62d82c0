"""Make the cases of a target, run them, and make what breaks a reader small."""

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.fuzz.bounds import Steps, TooManySteps, little_memory
from tests.fuzz.mutation import mutated
from tests.fuzz.targets.target import Target

_SOURCE = "fairmark"
_WARMING = 8  # honest inputs that are run uncounted before the first
_MOST_TRIES = 400  # inputs that are tried to make one smaller


@dataclass(frozen=True, slots=True)
class Fault:
    """What a reader did that it must not do. ``mark`` is the same for the same fault of the program."""

    mark: str
    words: str


def case_of(target: Target, seed: int, number: int) -> bytes:
    """Return the input of that number: always the same for the same seed and corpus."""
    chance = Random(f"{target.name} {seed} {number}")
    data = mutated(target.form, target.seeds(), chance)
    return target.repair(data) if target.repair and chance.random() < 0.6 else data


def fault_of(target: Target, data: bytes, *, counted: bool = True) -> Fault | None:
    """Run one input within its bounds; return what went wrong."""
    _warm(target)
    steps = Steps(target.steps + target.steps_per_byte * len(data))
    try:
        with little_memory():
            if counted:
                steps.during(lambda: target.run(data))
            else:
                target.run(data)
    except (Exception, TooManySteps) as error:  # noqa: BLE001 - anything that escapes is a finding
        return Fault(_mark(error), f"{type(error).__name__}: {str(error)[:300]}")
    return None


@cache
def _warm(target: Target) -> None:
    """Let the readers load their rules and tables, which no input has to pay for."""
    for data in target.seeds()[:_WARMING]:
        with suppress(Exception):
            target.run(data)


def _mark(error: BaseException) -> str:
    """Name the kind of error and the last place of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{_SOURCE}/" in frame.filename] or frames
    if isinstance(
        error, RecursionError | TooManySteps
    ):  # where the rope ends is chance: name the deepest repeated place
        ours = ours[:1]
    last = ours[-1]
    kind = type(error).__name__.removesuffix("Error").lower()
    return f"{kind}-{Path(last.filename).stem}-{last.name.strip('_<>')}"


def smaller(target: Target, data: bytes, mark: str, shows: Callable[[Target, bytes], Fault | None] = fault_of) -> bytes:
    """Leave out pieces as long as the fault stays the same."""
    tries, size = 0, max(1, len(data) // 2)
    while size and tries < _MOST_TRIES:
        at = 0
        while at < len(data) and tries < _MOST_TRIES:
            shorter = data[:at] + data[at + size :]
            tries += 1
            fault = shows(target, shorter)
            if fault and fault.mark == mark:
                data = shorter
            else:
                at += size
        size //= 2
    return data


def name_of(fault: Fault, data: bytes) -> str:
    """Name a regression by what it shows."""
    return f"{fault.mark}-{sha256(data).hexdigest()[:8]}"
