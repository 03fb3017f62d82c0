"""Another program is asked about what none of our readers opens, and about nothing else."""

from collections.abc import Callable

import pytest

from fairmark.demo.formats import Node, cpio_newc, squashfs, trx
from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.fallback import Answer, Fallback, Found
from fairmark.examine.limits import LimitReached, Limits
from fairmark.examine.tree import BlobSource, Entry, Kind
from fairmark.model.gap import Gap, GapReason
from tests.doubles.images import FILE, NOISE, ROOT, contents, files_of, patched, plain_squashfs

SECRET = bytes(byte ^ 0x5A for byte in NOISE)  # nobody knows its format
SEVEN = b"7z\xbc\xaf\x27\x1c" + NOISE[:5000]
TREE = {b"etc/passwd": b"root\n", b"bin/sh": b"#!"}
PROGRAM = "other 1.0, without a network"


class Asked:
    """A fallback that answers by a function, and remembers what it was asked."""

    def __init__(self, answer: Callable[[Blob], Answer]) -> None:
        self.blobs: list[bytes] = []
        self.places: list[str] = []
        self._answer = answer

    def __call__(self, blob: Blob, context: Context) -> Answer:
        self.blobs.append(blob.read(0, blob.size))
        self.places.append(context.where)
        return self._answer(blob)


def found(offset: int, size: int, files: dict[bytes, bytes] | None = None, kind: str = "odd") -> Found:
    """A part that the other program opened, with these files."""
    entries, data = [], b""
    for number, (name, content) in enumerate(sorted((TREE if files is None else files).items())):
        entries.append(Entry(name, Kind.FILE, FILE, size=len(content), inode=number, place=len(data)))
        data += content
    return Found(offset, size, kind, tuple(entries), BlobSource(Blob(data)), f"opened by other 1.0 as {kind}")


def whole(blob: Blob) -> Answer:
    return Answer(PROGRAM, (found(0, blob.size),))


def knows_nothing(_blob: Blob) -> Answer:
    return Answer(PROGRAM, why_not="other 1.0 knows nothing in it")


def opened(image: bytes, fallback: Fallback | None, limits: Limits | None = None) -> Extraction:
    return extract(Blob(image), limits=limits or Limits(), clock=lambda: 0.0, fallback=fallback)


def test_what_our_readers_open_is_not_shown_to_it() -> None:
    asked = Asked(whole)

    extraction = opened(trx([squashfs(ROOT)]) + bytes(9000), asked)

    assert asked.blobs == []
    assert contents(extraction) == files_of(ROOT)
    assert extraction.programs == ()


def test_an_unknown_image_becomes_the_tree_that_it_makes_of_it() -> None:
    extraction = opened(SECRET, Asked(whole))

    (container,) = extraction.containers
    assert (container.id, container.kind, container.opened) == ("0", "odd", True)
    assert container.note == "opened by other 1.0 as odd"
    assert contents(extraction) == {"/etc/passwd": b"root\n", "/bin/sh": b"#!"}
    assert extraction.gaps == ()
    assert extraction.opened_bytes == len(SECRET)
    assert extraction.programs == (PROGRAM,)


def test_without_it_or_if_it_knows_nothing_the_gap_stands_and_says_so() -> None:
    alone = opened(SECRET, None)
    asked = opened(SECRET, Asked(knows_nothing))

    assert asked.containers[0].note == alone.containers[0].note + "; other 1.0 knows nothing in it"
    assert [(gap.where, gap.reason, gap.bytes) for gap in asked.gaps] == [
        (gap.where, gap.reason, gap.bytes) for gap in alone.gaps
    ]
    assert (asked.opened_bytes, asked.programs) == (0, (PROGRAM,))


def test_a_remainder_between_our_containers_is_what_it_sees() -> None:
    asked = Asked(whole)

    extraction = opened(squashfs(ROOT) + SECRET, asked)

    assert [blob.lstrip(b"\0") for blob in asked.blobs] == [SECRET]
    assert [tree.container for tree in extraction.trees] == ["0", "0.0"]
    assert extraction.gaps == ()


def test_what_it_leaves_of_a_blob_goes_back_to_our_readers_and_is_asked_about_no_more() -> None:
    root = squashfs(ROOT)
    image = SECRET[:5000] + b"ODD!" + SECRET[:4000] + SEVEN[:1] + root
    asked = Asked(lambda blob: Answer(PROGRAM, (found(5000, 4004),)) if blob.size < 60_000 else knows_nothing(blob))

    extraction = opened(image[: len(image) - len(root) - 1], asked)

    assert len(asked.blobs) == 1
    assert [(one.id, one.kind, one.offset, one.size, one.opened) for one in extraction.containers] == [
        ("0", "data", 0, 9004, True),
        ("0.0", "data", 0, 5000, False),
        ("0.1", "odd", 5000, 4004, True),
    ]
    assert [gap.reason for gap in extraction.gaps] == [GapReason.ENCRYPTED_OR_RANDOM]


def test_a_container_that_we_know_by_name_only_is_shown_before_it_is_searched() -> None:
    image = SEVEN + squashfs(ROOT)
    asked = Asked(whole)

    extraction = opened(image, asked)

    assert asked.blobs == [image]
    assert asked.places == ["0 (7z at 0x0)"]
    assert len(extraction.trees) == 1


def test_if_it_does_not_open_that_either_it_is_searched_as_before() -> None:
    image = SEVEN + squashfs(ROOT)

    extraction = opened(image, Asked(knows_nothing))

    assert contents(extraction) == files_of(ROOT)
    assert [gap.detail for gap in extraction.gaps] == [
        "7z archive: not read by this release; other 1.0 knows nothing in it"
    ]


def test_a_file_of_a_tree_is_shown_if_it_is_a_known_container() -> None:
    nodes = [Node(b"opt", 0o040755), Node(b"opt/a.7z", FILE, SEVEN), Node(b"opt/firmware.dat", FILE, SECRET)]
    asked = Asked(whole)

    extraction = opened(cpio_newc(nodes), asked)

    assert asked.blobs == [SEVEN]
    assert asked.places == ["0 (7z in /opt/a.7z)"]
    assert [(one.id, one.kind, one.note) for one in extraction.containers[1:]] == [
        ("0.0", "odd", "/opt/a.7z: opened by other 1.0 as odd")
    ]
    assert [tree.container for tree in extraction.trees] == ["0", "0.0"]


def test_a_file_of_a_tree_that_stays_closed_is_a_gap_and_takes_no_number() -> None:
    nodes = [Node(b"a.7z", FILE, SEVEN), Node(b"b.cpio", FILE, cpio_newc([Node(b"x", FILE, b"y")]))]

    extraction = opened(cpio_newc(nodes), Asked(knows_nothing))

    assert [one.id for one in extraction.containers] == ["0", "0.0"]
    assert [gap.detail for gap in extraction.gaps] == [
        "7z archive among the files; other 1.0 knows nothing in it: /a.7z"
    ]


def test_a_damaged_container_is_shown_and_one_over_a_limit_is_not() -> None:
    damaged = Asked(whole)
    image = patched(plain_squashfs(ROOT), 12, "<I", 5000)

    extraction = opened(image, damaged)

    assert damaged.blobs == [image]
    assert [one.kind for one in extraction.containers] == ["odd"]

    limited = Asked(whole)
    opened(trx([squashfs(ROOT)]), limited, Limits(depth=1))
    assert limited.blobs == []


def test_a_damaged_container_that_stays_closed_says_what_both_found() -> None:
    extraction = opened(patched(plain_squashfs(ROOT), 12, "<I", 5000), Asked(knows_nothing))

    (gap,) = extraction.gaps
    assert gap.detail == "the block size and its logarithm disagree; other 1.0 knows nothing in it"
    assert gap.reason is GapReason.DAMAGED


def test_padding_is_shown_to_nobody() -> None:
    asked = Asked(whole)

    opened(bytes(100_000), asked)

    assert asked.blobs == []


def test_a_single_file_that_comes_out_was_wrapped_and_is_opened_further() -> None:
    inner = squashfs(ROOT)

    extraction = opened(SECRET, Asked(lambda blob: Answer(PROGRAM, (found(0, blob.size, {b"plain": inner}),))))

    assert contents(extraction) == files_of(ROOT)
    assert [(one.id, one.kind) for one in extraction.containers] == [("0", "odd"), ("0.0", "squashfs")]


def test_a_single_file_of_no_known_format_is_a_gap_and_shown_again() -> None:
    answers = iter([{b"plain": SECRET[:50_000]}])

    def once(blob: Blob) -> Answer:
        files = next(answers, None)
        return Answer(PROGRAM, (found(0, blob.size, files),)) if files else knows_nothing(blob)

    extraction = opened(SECRET, Asked(once))

    assert [gap.where for gap in extraction.gaps] == ["0.0 (data at 0x0)"]
    assert extraction.gaps[0].detail.endswith("; other 1.0 knows nothing in it")


def test_wrappings_in_wrappings_end_at_the_limit_of_depth() -> None:
    asked = Asked(lambda blob: Answer(PROGRAM, (found(0, blob.size, {b"plain": SECRET}),)))

    extraction = opened(SECRET, asked)

    assert len(asked.blobs) == Limits().depth
    assert any(gap.reason is GapReason.LIMIT and "nested" in gap.detail for gap in extraction.gaps)


def test_containers_in_what_it_unpacked_are_opened_by_our_readers() -> None:
    files = {b"a": b"text", b"rootfs": squashfs(ROOT)}

    extraction = opened(SECRET, Asked(lambda blob: Answer(PROGRAM, (found(0, blob.size, files),))))

    assert contents(extraction) == files_of(ROOT)
    assert [one.kind for one in extraction.containers] == ["odd", "squashfs"]


def test_its_own_gaps_are_kept() -> None:
    gap = Gap(where="0", reason=GapReason.TOOL, detail="it keeps no owners")
    part = found(0, len(SECRET))
    answer = Answer(PROGRAM, (Found(0, part.size, part.kind, part.entries, part.source, part.note, (gap,)),))

    assert opened(SECRET, Asked(lambda _blob: answer)).gaps == (gap,)


def test_when_the_time_is_used_up_what_is_left_stays_closed() -> None:
    def late(_blob: Blob) -> Answer:
        raise LimitReached("no time is left")

    extraction = opened(SECRET, Asked(late))

    assert extraction.containers[0].note.endswith("; no time is left")


@pytest.mark.parametrize("image", [SECRET, SEVEN + SECRET, squashfs(ROOT) + SECRET])
def test_the_same_answers_give_the_same_result(image: bytes) -> None:
    first, second = opened(image, Asked(whole)), opened(image, Asked(whole))

    assert (first.containers, first.gaps) == (second.containers, second.gaps)
