"""Status lists: two bits each, signed, bounded."""

import random
import zlib

import pytest

from fairmark.certify.cose import encode, public_key, sign
from fairmark.certify.status import (
    LARGEST_MESSAGE,
    MOST_CERTIFICATES,
    Reason,
    State,
    Why,
    publish,
    publish_reasons,
    read_reasons,
    read_status,
    status_list,
)
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError, WrongUsageError
from tests.doubles import labels as given

KEY = public_key(given.STATUS)


def forged(**changed: object) -> bytes:
    """A list whose key signed whatever we want."""
    names = {"kind": 0, "id": 1, "issued": 2, "ttl": 3, "expires": 4, "size": 5, "bits": 6, "more": 7}
    rows: dict[int, object] = {0: 1, 1: 1, 2: 10, 3: 1, 4: 20, 5: 8, 6: zlib.compress(bytes(2))}
    return sign(encode(rows | {names[name]: value for name, value in changed.items()}), given.STATUS)


def test_states_come_back_from_the_signed_list() -> None:
    listed = given.listed()

    found = read_status(publish(listed, given.STATUS), KEY, 1)

    assert found == listed
    assert [found.state(index) for index in (100, 101, 102, 103)] == [0, 1, 2, 3]
    assert found.state(4000) is None
    assert found.state(-1) is None


def test_the_layout_of_the_bits_is_that_of_the_token_status_list() -> None:
    states = {0: State.WITHDRAWN, 1: State.SUSPENDED, 3: State.NOTED, 4: State.WITHDRAWN, 5: State.WITHDRAWN}

    assert status_list(1, states, size=6, now=0).bits == bytes([0b11_00_10_01, 0b0101])


def test_a_million_certificates_with_a_hundredth_withdrawn_take_at_most_20_kb() -> None:
    chance = random.Random(6)
    states = dict.fromkeys(chance.sample(range(1_000_000), 10_000), State.WITHDRAWN)

    message = publish(status_list(1, states, size=1_000_000, now=given.NOW), given.STATUS)

    assert len(message) <= 20_000
    assert read_status(message, KEY, 1).state(max(states)) is State.WITHDRAWN


def test_reasons_come_back_signed() -> None:
    message = publish_reasons(1, given.REASONS, given.STATUS, now=given.NOW)

    assert read_reasons(message, KEY, 1) == given.REASONS


def test_one_kind_of_message_is_not_taken_for_another() -> None:
    reasons = publish_reasons(1, {5: Why(1, Reason.FLAW)}, given.STATUS, now=given.NOW)

    with pytest.raises(UnreadableInputError, match="another kind"):
        read_status(reasons, KEY, 1)
    with pytest.raises(UnreadableInputError, match="another kind"):
        read_reasons(publish(given.listed(), given.STATUS), KEY, 1)


def test_another_list_or_another_key_is_refused() -> None:
    message = publish(given.listed(), given.STATUS)

    with pytest.raises(CheckFailedError):
        read_status(message, KEY, 2)
    with pytest.raises(CheckFailedError):
        read_status(message, public_key(given.STRANGER), 1)


def test_every_flipped_bit_of_a_list_is_refused() -> None:
    message = publish(given.listed(size=200, states={}), given.STATUS)

    for place in range(len(message) * 8):
        changed = bytearray(message)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(FairmarkError):
            read_status(bytes(changed), KEY, 1)


def test_every_cut_and_every_appended_byte_of_a_list_is_refused() -> None:
    message = publish(given.listed(size=200, states={}), given.STATUS)

    for changed in (*(message[:end] for end in range(len(message))), *(message + bytes([one]) for one in range(256))):
        with pytest.raises(FairmarkError):
            read_status(changed, KEY, 1)


def test_every_flipped_bit_and_every_cut_of_the_reasons_is_refused() -> None:
    message = publish_reasons(1, given.REASONS, given.STATUS, now=given.NOW)
    flipped = []
    for place in range(len(message) * 8):
        changed = bytearray(message)
        changed[place // 8] ^= 1 << place % 8
        flipped.append(bytes(changed))

    for changed in (*flipped, *(message[:end] for end in range(len(message)))):
        with pytest.raises(FairmarkError):
            read_reasons(bytes(changed), KEY, 1)


def test_the_reasons_of_another_list_are_not_those_of_this_one() -> None:
    with pytest.raises(CheckFailedError, match="not status list 1"):
        read_reasons(publish_reasons(2, given.REASONS, given.STATUS, now=given.NOW), KEY, 1)


@pytest.mark.parametrize("at", [-1, "yesterday", 10**12], ids=str)
def test_reasons_of_no_time_are_refused(at: object) -> None:
    with pytest.raises(UnreadableInputError):
        read_reasons(sign(encode({0: 2, 1: 1, 2: at, 3: {}}), given.STATUS), KEY, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": 3},
        {"issued": -1},
        {"issued": 21},
        {"expires": 10**12},
        {"size": 9},
        {"size": 2},
        {"size": MOST_CERTIFICATES + 1},
        {"size": "8"},
        {"bits": b""},
        {"bits": bytes(2)},
        {"bits": "text"},
        {"bits": zlib.compress(bytes(2)) + b"x"},
        {"bits": zlib.compress(bytes(2))[:-1]},
        {"bits": zlib.compress(bytes(50_000_000), 9)},
        {"more": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_list_that_its_own_key_signed_wrongly_is_refused(changed: dict[str, object]) -> None:
    assert read_status(forged(), KEY, 1).size == 8

    with pytest.raises(UnreadableInputError):
        read_status(forged(**changed), KEY, 1)


def test_what_is_too_large_is_not_even_looked_at() -> None:
    with pytest.raises(UnreadableInputError, match="larger"):
        read_status(bytes(LARGEST_MESSAGE + 1), KEY, 1)


@pytest.mark.parametrize(
    "rows", [[], {1: []}, {1: [1, 0]}, {1: [1, 8]}, {1: ["a", 1]}, {1: [-1, 1]}, {1: [1, [1]]}], ids=str
)
def test_reasons_of_another_form_are_refused(rows: object) -> None:
    with pytest.raises(UnreadableInputError):
        read_reasons(sign(encode({0: 2, 1: 1, 2: 1, 3: rows}), given.STATUS), KEY, 1)


@pytest.mark.parametrize(("size", "index"), [(10, 10), (10, -1), (MOST_CERTIFICATES + 1, 0), (-1, 0)])
def test_no_list_has_a_place_outside_itself(size: int, index: int) -> None:
    with pytest.raises(WrongUsageError):
        status_list(1, {index: State.WITHDRAWN}, size=size, now=0)
