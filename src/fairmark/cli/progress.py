"""One line of progress on a terminal; nothing at all in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_SECONDS = 0.5


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done; the line is wiped at the end.

    Work shorter than half a second shows nothing, and a pipe never sees a byte of it.
    """
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    started = time.monotonic()

    def show(text: str) -> None:
        passed = time.monotonic() - started
        if passed >= QUIET_SECONDS:
            sys.stderr.write(f"\r\x1b[K{passed:5.1f} s  {text[:70]} ...")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
