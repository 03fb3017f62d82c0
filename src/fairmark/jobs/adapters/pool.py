"""Do jobs in processes of this machine; a worker that is killed costs nothing but the time it had spent.

No more jobs are handed out than there are workers, so when a pool breaks, the job that broke it
is among those in hand. Each of these is then tried once more, alone: whoever dies again did it
himself, and everybody else is done.
"""

import multiprocessing
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Generic

from fairmark.jobs.plan import DIED, Done, Job, Order, Result, sentence

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ProcessPool:
    """A pool of ``workers`` processes, started when there is work."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(self, jobs: Sequence[Job[Order]], work: Callable[[Order], Result]) -> Iterator[Done[Result]]:
        """Do every job; ``work`` is a function of a module, and its orders and results can be pickled."""
        waiting = deque(jobs)
        with tempfile.TemporaryDirectory(prefix="fairmark-") as scratch:
            while waiting:
                crew = _Crew(waiting, work, scratch)
                yield from crew.round(min(self._workers, len(waiting)))
                for job in crew.suspects:
                    alone = _Crew(deque([job]), work, scratch)
                    yield from alone.round(1)
                    for culprit in alone.suspects:
                        yield Done(culprit.id, error=DIED)


class _Crew(Generic[Order, Result]):
    """One pool, used until the work is done or a worker dies; ``suspects`` are the jobs that were in hand then."""

    def __init__(self, waiting: deque[Job[Order]], work: Callable[[Order], Result], scratch: str) -> None:
        self._waiting = waiting
        self._work = work
        self._scratch = scratch
        self._in_hand: dict[Future[Result], Job[Order]] = {}
        self.suspects: list[Job[Order]] = []

    def round(self, width: int) -> Iterator[Done[Result]]:
        """Keep ``width`` jobs in hand and yield what ends."""
        pool = ProcessPoolExecutor(
            width,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_settle,
            initargs=(self._scratch,),
        )
        with pool:
            whole = True
            while whole and (self._waiting or self._in_hand):
                whole = self._hand_out(pool, width)
                yield from self._take_in()
                whole = whole and not self.suspects
            while self._in_hand:
                yield from self._take_in()

    def _hand_out(self, pool: ProcessPoolExecutor, width: int) -> bool:
        """Fill the hands; return False where the pool broke in the meantime."""
        while self._waiting and len(self._in_hand) < width:
            job = self._waiting[0]
            try:
                future = pool.submit(self._work, job.order)
            except BrokenProcessPool:
                return False
            self._in_hand[future] = self._waiting.popleft()
        return True

    def _take_in(self) -> Iterator[Done[Result]]:
        ended, _ = wait(self._in_hand, return_when=FIRST_COMPLETED)
        for future in ended:
            job = self._in_hand.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                self.suspects.append(job)
            elif error is not None:
                yield Done(job.id, error=sentence(error))
            else:
                yield Done(job.id, future.result())


def _settle(scratch: str) -> None:
    """Prepare a worker.

    It computes with one thread, keeps its temporary files where they are removed with the run, dies of Ctrl-C
    without a word, and does not outlive the run that started it.
    """
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)
