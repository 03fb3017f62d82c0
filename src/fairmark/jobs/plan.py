"""What a run of many pieces of work consists of: a job, its end, and which jobs are still to be done."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from fairmark.errors import FairmarkError

Order = TypeVar("Order")
Result = TypeVar("Result")

DIED = "the process that worked on it died, and died again when it was tried a second time"
FAULT = "the program failed on it, which is a fault of the program: "


@dataclass(frozen=True, slots=True)
class Job(Generic[Order]):
    """One piece of work: ``id`` says where its result belongs, ``digests`` (name -> SHA-256) what goes into it."""

    id: str
    order: Order
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """The end of one job: a result, or a sentence that says why there is none."""

    id: str
    result: Result | None = None
    error: str = ""


class Engine(Protocol):
    """Whatever does jobs. Each job ends exactly once; the order in which they end is not fixed."""

    def run(self, jobs: Sequence[Job[Order]], work: Callable[[Order], Result]) -> Iterator[Done[Result]]:
        """Do ``work`` on the order of each job."""
        ...


def still_to_do(
    jobs: Iterable[Job[Order]], recorded: Callable[[str], Mapping[str, str] | None]
) -> tuple[Job[Order], ...]:
    """Return the jobs whose recorded digests are missing or no longer those of the job."""
    return tuple(job for job in jobs if not _holds(job.digests, recorded(job.id)))


def _holds(digests: Mapping[str, str], recorded: Mapping[str, str] | None) -> bool:
    return recorded is not None and all(recorded.get(name) == digest for name, digest in digests.items())


def sentence(error: BaseException) -> str:
    """Return what to write down about an error that ended a job."""
    if isinstance(error, FairmarkError):
        return error.message
    if isinstance(error, MemoryError):
        return "it needs more memory than there is"
    return f"{FAULT}{type(error).__name__}"
