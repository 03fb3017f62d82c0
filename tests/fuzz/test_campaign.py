"""The machinery itself: it finds what is planted, makes it small, and does the same twice."""

import hashlib
import resource
from collections.abc import Callable
from random import Random

import pytest

from fairmark.examine.blob import Blob
from tests.fuzz import corpus
from tests.fuzz.bounds import Steps, TooManySteps, little_memory
from tests.fuzz.campaign import case_of, fault_of, name_of, smaller
from tests.fuzz.checksums import REPAIRS
from tests.fuzz.mutation import LONGEST, Form, mutated
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.images import OPENED
from tests.fuzz.targets.target import Target


def _raises(data: bytes) -> None:
    if b"x" in data:
        {}[data]


def _never_ends(data: bytes) -> None:
    while data.count(b"a") >= 0:
        pass


def _takes_all(data: bytes) -> None:
    assert bytearray(4 << 30)


def _swallows(data: bytes) -> None:
    try:
        _never_ends(data)
    except Exception:  # noqa: BLE001 - what the border of a plug-in does
        return


@pytest.mark.parametrize(
    ("run", "mark"),
    [
        (_raises, "key-test_campaign-raises"),
        (_never_ends, "toomanysteps-test_campaign-never_ends"),
        (_swallows, "toomanysteps-test_campaign-never_ends"),
        (_takes_all, "memory-test_campaign-takes_all"),
    ],
)
def test_what_a_reader_must_not_do_is_found_and_named(run: Callable[[bytes], None], mark: str) -> None:
    fault = fault_of(Target("planted", run, Form.BINARY, 1, steps=5_000), b"axb")

    assert fault is not None
    assert fault.mark.startswith(mark.partition("-")[0])
    assert name_of(fault, b"axb").startswith(fault.mark)


def test_what_breaks_a_reader_is_made_small() -> None:
    target = Target("planted", _raises, Form.BINARY, 1)
    whole = bytes(3000) + b"x" + bytes(2000)
    fault = fault_of(target, whole)
    assert fault is not None

    assert smaller(target, whole, fault.mark) == b"x"


@pytest.mark.parametrize("form", Form)
def test_the_same_seed_gives_the_same_inputs_and_another_gives_others(form: Form) -> None:
    target = next(one for one in TARGETS.values() if one.form is form)

    first = [case_of(target, 3, number) for number in range(200)]

    assert first == [case_of(target, 3, number) for number in range(200)]
    assert len({hashlib.sha256(data).digest() for data in first}) > 150
    assert first != [case_of(target, 4, number) for number in range(200)]
    assert max(map(len, first)) <= LONGEST


@pytest.mark.parametrize("form", Form)
def test_an_empty_seed_can_be_changed(form: Form) -> None:
    changed = [mutated(form, (b"",), Random(number)) for number in range(300)]

    assert any(changed)


def test_calls_into_c_are_counted_too() -> None:
    with pytest.raises(TooManySteps):
        Steps(100).during(lambda: [abs(number) for number in range(1000)])


def test_the_limit_of_memory_ends_with_its_block() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)

    with little_memory(1 << 28), pytest.raises(MemoryError):
        bytearray(1 << 30)

    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize("name", sorted(REPAIRS))
def test_a_repair_leaves_an_honest_image_as_it_is(name: str) -> None:
    honest = [corpus.read(path) for path in corpus.kept(name) if path.name.startswith("seed")]

    assert honest
    assert [REPAIRS[name](data) for data in honest] == honest


@pytest.mark.parametrize("handler", OPENED, ids=lambda one: one.name)
def test_enough_changed_images_are_still_taken_for_what_they_were(handler: object) -> None:
    target = TARGETS[handler.name]  # type: ignore[attr-defined]

    known = [handler.recognise(Blob(case_of(target, 1, number)), 0) for number in range(100)]  # type: ignore[attr-defined]

    is_tried = handler.name in {"xz", "bzip2", "lzma"}  # type: ignore[attr-defined]  # recognised by unpacking a piece
    assert sum(known) >= (3 if is_tried else 20)
