"""A disk without room: work in a child process whose files may not grow beyond a size, as the system itself enforces."""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection


def without_room(work: Callable[[], object], *, largest_file: int) -> str:
    """Do work in a child process that may write no file beyond ``largest_file`` bytes.

    Returns the class and the text of the error that it ended with, or ``done: `` and what it returned.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_confined, args=(work, largest_file, theirs), daemon=True)
    child.start()
    theirs.close()
    said: str = ours.recv()
    child.join()
    child.close()
    return said


def _confined(work: Callable[[], object], largest_file: int, answer: Connection) -> None:
    # Python ignores SIGXFSZ, so that a write beyond the limit fails as one on a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        said = f"done: {work()}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the test compares it
        said = f"{type(error).__name__}: {error}"
    answer.send(said)
