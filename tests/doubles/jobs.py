"""Work for engines: some of it kills the process that does it."""

import os
import signal
from pathlib import Path

from fairmark.errors import UnreadableInputError
from fairmark.jobs.plan import Job


def job(name: str, order: object = None) -> Job:
    """A job whose order is its name."""
    return Job(name, order if order is not None else name, {})


def shout(word: str) -> str:
    """Honest work."""
    return word.upper()


def refuse(word: str) -> str:
    """Fail on some words: with an error of ours, and with one that is a fault."""
    if word == "unreadable":
        raise UnreadableInputError("the file is empty", hint="Was it downloaded?")
    if word == "fault":
        raise KeyError(word)
    return word.upper()


def die_once(order: tuple[str, str]) -> str:
    """Kill the own process at the first try of every order that names a file, and leave that file behind."""
    word, marker = order
    if marker and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return word.upper()


def die_always(word: str) -> str:
    """Kill the own process for one word, whenever it is tried; count the tries in the file that the word names."""
    if word.startswith("/"):
        with Path(word).open("a") as tries:
            tries.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return word.upper()
