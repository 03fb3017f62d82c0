"""A bounded run of every target: the same inputs each time, no one of which ends in anything but a value, an error
of ours or a recorded gap, and none of which takes more calls or memory than it may.

The long run is `python -m tests.fuzz --target elf --seconds 600 --seed 7`.
"""

from pathlib import Path

import pytest

from tests.fuzz import corpus
from tests.fuzz.campaign import case_of, fault_of
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.images import OPENED

_SEED = 2026
_KEPT = [(name, path) for name in TARGETS for path in corpus.kept(name)]


@pytest.mark.parametrize("name", TARGETS)
def test_no_changed_input_breaks_its_reader(name: str) -> None:
    target = TARGETS[name]

    faults = {
        number: fault.words
        for number in range(target.cases)
        if (fault := fault_of(target, case_of(target, _SEED, number)))
    }

    assert faults == {}


@pytest.mark.parametrize(("name", "path"), _KEPT, ids=lambda one: one if isinstance(one, str) else one.stem)
def test_no_kept_input_breaks_its_reader(name: str, path: Path) -> None:
    fault = fault_of(TARGETS[name], corpus.read(path))

    assert fault is None


def test_every_target_has_seeds_and_every_folder_a_target() -> None:
    folders = {path.name for path in corpus.FOLDER.iterdir()}

    assert [name for name, target in TARGETS.items() if not target.seeds()] == []
    assert folders - set(TARGETS) == set()
    assert {handler.name for handler in OPENED} <= folders


def test_the_corpus_stays_small() -> None:
    sizes = [path.stat().st_size for name in TARGETS for path in corpus.kept(name)]

    assert sum(sizes) < 1_000_000
    assert max(sizes) < 64_000
    assert 3_000 <= sum(target.cases for target in TARGETS.values()) <= 12_000
