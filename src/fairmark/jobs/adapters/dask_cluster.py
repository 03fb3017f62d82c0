"""Do jobs on a Dask cluster that exists already, through its ``concurrent.futures`` executor.

The scheduler itself gives the jobs of a worker that died to another one, and gives a job up
that killed several.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from importlib import import_module

from fairmark.errors import MissingPartError
from fairmark.jobs.plan import DIED, Done, Job, Order, Result, sentence

GIVEN_UP = "the cluster gave it up before it was done"
_PATIENCE = "10s"


@contextmanager
def dask_cluster(address: str, width: int | None = None) -> Iterator["DaskCluster"]:
    """Connect to the scheduler at ``address`` (``HOST:PORT``); ``width`` jobs are handed out at a time.

    Without ``width`` it is twice the number of the cluster's threads. Raises ``MissingPartError`` where Dask is not
    installed or nobody answers.
    """
    try:
        distributed = import_module("distributed")
    except ImportError:
        hint = "Install it with: pip install 'fairmark[dask]'; or use --engine local."
        raise MissingPartError("Dask is not installed", hint=hint) from None
    try:
        client = distributed.Client(f"tcp://{address}", timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        hint = "Is `dask scheduler` running there, and with this version of Dask?"
        raise MissingPartError(f"no Dask cluster answers at {address}: {error}", hint=hint) from None
    with client:
        threads = sum(client.nthreads().values())
        executor = client.get_executor(pure=False)
        try:
            yield DaskCluster(executor, width or max(2 * threads, 2))
        finally:
            executor.shutdown(wait=False)


class DaskCluster:
    """An executor of a cluster."""

    def __init__(self, executor: Executor, width: int) -> None:
        self._executor = executor
        self._width = width

    def run(self, jobs: Sequence[Job[Order]], work: Callable[[Order], Result]) -> Iterator[Done[Result]]:
        """Do every job; the workers have Fairmark installed, so that ``work`` is known there by its name."""
        waiting = deque(jobs)
        in_hand: dict[Future[Result], Job[Order]] = {}
        while waiting or in_hand:
            while waiting and len(in_hand) < self._width:
                job = waiting.popleft()
                in_hand[self._executor.submit(work, job.order)] = job
            ended, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in ended:
                yield _end(in_hand.pop(future), future)


def _end(job: Job[Order], future: Future[Result]) -> Done[Result]:
    if future.cancelled():
        return Done(job.id, error=GIVEN_UP)
    error = future.exception()
    if error is None:
        return Done(job.id, future.result())
    return Done(job.id, error=DIED if type(error).__name__ == "KilledWorker" else sentence(error))
