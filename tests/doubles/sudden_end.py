"""Processes that are ended with SIGKILL behind their n-th step: each call that changes something outside, or signs."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

STEPS = frozenset(
    {
        "fsync",
        "write",
        "replace",
        "rename",
        "mkdir",
        "truncate",
        "execute",
        "executemany",
        "sign",
    }
)
"""Names of functions written in C that write to disks and databases, or sign; called by us or by ``pathlib``."""


def ended_at(step: int, work: Callable[[], object]) -> bool:
    """Run ``work`` in a process of its own that is killed at a step; whether it was, and not done before."""
    child = os.fork()
    if child == 0:
        _run(step, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _run(step: int, work: Callable[[], object]) -> None:
    left = step

    def look(frame: FrameType, event: str, what: Any) -> None:
        nonlocal left
        caller = frame.f_code.co_filename
        if (
            event == "c_return"
            and getattr(what, "__name__", "") in STEPS
            and ("fairmark" in caller or "path" in caller)
        ):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    code = 1
    try:
        sys.setprofile(look)
        work()
        code = 0
    finally:
        sys.setprofile(None)
        os._exit(code)
