"""What a target is."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz import corpus
from tests.fuzz.checksums import Repair
from tests.fuzz.mutation import Form

MOST_STEPS = 300_000
STEPS_PER_BYTE = 60


def no_more_seeds() -> tuple[bytes, ...]:
    """Most targets start from their own corpus alone."""
    return ()


@dataclass(frozen=True)
class Target:
    """A reader under test.

    ``run`` takes an input and raises whatever a reader must not do; errors of ours it swallows.
    An input may cost ``steps`` calls and ``steps_per_byte`` more for each of its bytes: what grows with the
    square of the input breaks that. ``cases`` is how many inputs the test suite tries.
    ``corpora`` are folders of the corpus to start from, its own first.
    """

    name: str
    run: Callable[[bytes], None]
    form: Form
    cases: int
    steps: int = MOST_STEPS
    steps_per_byte: int = STEPS_PER_BYTE
    repair: Repair | None = None
    corpora: tuple[str, ...] = ()
    more_seeds: Callable[[], tuple[bytes, ...]] = no_more_seeds

    def seeds(self) -> tuple[bytes, ...]:
        """Return what the mutator starts from."""
        return corpus.seeds(*(self.corpora or (self.name,))) + self.more_seeds()
