"""A witness answers as tlog-witness says, and never cosigns two histories."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.ledger.checkpoint import (
    Checkpoint,
    cosignatures,
    log_key,
    parse_checkpoint,
    signed_by_log,
    with_signatures,
)
from fairmark.ledger.merkle import EMPTY_ROOT, consistency_proof
from fairmark.ledger.tiles import TileReader
from fairmark.ledger.witness import NOTHING, SIZE_TYPE, Answer, Request, Seen, answer, origin_of, parse_request
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, SHOP, WITNESSES
from tests.ledger.test_tiles import grown

STORED, EDGE = grown(40)


def state(size: int) -> Checkpoint:
    return Checkpoint(KEY.name, size, grown(size)[1].root())


def request(old: int, new: int, *, root: bytes | None = None, by: object = LOG) -> bytes:
    there = state(new) if root is None else Checkpoint(KEY.name, new, root)
    proof = (
        consistency_proof(old, new, TileReader(new, STORED.__getitem__ if new == 40 else grown(new)[0].__getitem__))
        if 0 < old <= new
        else ()
    )
    return bytes(Request(old, proof, with_signatures(there, [signed_by_log(there, by)])))  # type: ignore[arg-type]


def asked(content: bytes, last: Seen) -> Answer:
    return answer(content, {KEY.name: KEY}, last, "lab.example", LAB, now=NOW)


SEEN = Seen(13, state(13).root)


def test_the_first_checkpoint_is_cosigned_without_a_proof() -> None:
    said = asked(request(0, 13), NOTHING)

    assert said.status == 200
    assert said.seen == SEEN


def test_a_checkpoint_that_follows_is_cosigned() -> None:
    content = request(13, 40)

    said = asked(content, SEEN)

    assert (said.status, said.seen, said.origin) == (200, Seen(40, state(40).root), KEY.name)
    _, note = parse_checkpoint(parse_request(content).checkpoint + said.body)
    assert [one.at for one in cosignatures(note, WITNESSES)] == [NOW]


def test_the_same_checkpoint_is_cosigned_again() -> None:
    assert asked(request(13, 13), SEEN).status == 200


@pytest.mark.parametrize(
    ("content", "last", "status"),
    [
        (b"", SEEN, 400),
        (b"old x\n\nrubbish", SEEN, 400),
        (request(14, 13), Seen(14, state(14).root), 400),
        (request(13, 40, by=SHOP), SEEN, 403),
        (request(0, 40), SEEN, 409),
        (request(13, 40), Seen(20, state(20).root), 409),
        (request(13, 40, root=b"x" * 32), SEEN, 422),
        (request(13, 13, root=b"x" * 32), SEEN, 422),
        (request(0, 0, root=b"x" * 32), NOTHING, 422),
    ],
)
def test_everything_else_is_refused_as_the_specification_says(content: bytes, last: Seen, status: int) -> None:
    said = asked(content, last)

    assert said.status == status
    assert said.seen is None


def test_an_unknown_log_is_not_found() -> None:
    assert answer(request(0, 13), {}, NOTHING, "lab.example", LAB, now=NOW).status == 404


def test_a_stale_request_is_told_the_size() -> None:
    said = asked(request(5, 40), SEEN)

    assert (said.status, said.body, said.content_type) == (409, b"13\n", SIZE_TYPE)


def test_two_histories_of_the_same_size_get_one_cosignature() -> None:
    first = asked(request(0, 13), NOTHING)
    assert first.seen

    other = request(13, 13, root=b"y" * 32)

    assert asked(other, first.seen).status == 422


def test_an_empty_log_may_be_seen_first() -> None:
    there = Checkpoint(KEY.name, 0, EMPTY_ROOT)
    content = bytes(Request(0, (), with_signatures(there, [signed_by_log(there, LOG)])))

    assert asked(content, NOTHING).status == 200


def test_sixty_three_lines_of_proof_are_read_and_one_more_is_not() -> None:
    checkpoint = parse_request(request(13, 40)).checkpoint

    assert len(parse_request(bytes(Request(1, (b"h" * 32,) * 63, checkpoint))).proof) == 63
    with pytest.raises(UnreadableInputError):
        parse_request(bytes(Request(1, (b"h" * 32,) * 64, checkpoint)))


def test_as_many_lines_as_may_be_and_one_signature_too_many_are_refused_in_order() -> None:
    checkpoint = parse_request(request(13, 40)).checkpoint
    line = checkpoint.rpartition(b"\n\n")[2]

    assert asked(bytes(Request(13, (b"h" * 32,) * 63, checkpoint)), SEEN).status == 422
    assert asked(bytes(Request(13, (b"h" * 32,) * 64, checkpoint)), SEEN).status == 400
    assert asked(request(13, 40) + line * 15, SEEN).status == 200  # sixteen times the same good one
    assert asked(request(13, 40) + line * 16, SEEN).status == 400


def test_no_flipped_bit_and_no_cut_gets_a_cosignature() -> None:
    content = request(13, 40)

    for place in range(len(content) * 8):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        assert asked(bytes(bent), SEEN).status in {400, 403, 404, 409, 422}
    for end in range(len(content)):
        assert asked(content[:end], SEEN).status in {400, 403}


@pytest.mark.parametrize(
    "content",
    [
        b"old 13\n" + b"\n" + b"x",
        b"old 013\n\n" + request(13, 40).partition(b"\n\n")[2],
        b"old " + b"9" * 5000 + b"\n\n" + request(13, 40).partition(b"\n\n")[2],
        request(13, 40).replace(b"old 13", "old 1\u0663".encode()),
        request(13, 40) + b"x",
        request(13, 40).replace(b"=\n", b"==\n", 1),
        request(13, 40).replace(b"\n\n", b"\r\n\r\n", 1),
        b"\n" + request(13, 40),
    ],
    ids=range(8),
)
def test_another_spelling_of_a_request_is_none(content: bytes) -> None:
    assert asked(content, SEEN).status == 400


def test_a_log_cannot_pass_for_a_sister_by_its_signature() -> None:
    """Two logs with one key, as somebody may run: each has its own history, and its own name."""
    sister = Checkpoint("sister.example", 40, state(40).root)
    content = bytes(Request(13, (), with_signatures(sister, [signed_by_log(sister, LOG)])))
    known = {KEY.name: KEY, "sister.example": log_key("sister.example", LOG.public)}

    assert answer(content, {KEY.name: KEY}, SEEN, "lab.example", LAB, now=NOW).status == 404
    assert answer(content, known, NOTHING, "lab.example", LAB, now=NOW).status == 409
    renamed = content.replace(b"sister.example\n40", KEY.name.encode() + b"\n40")
    assert answer(renamed, known, SEEN, "lab.example", LAB, now=NOW).status == 403


def test_the_log_that_a_request_is_about_is_known_before_its_state_is_looked_up() -> None:
    assert origin_of(request(13, 40)) == KEY.name
