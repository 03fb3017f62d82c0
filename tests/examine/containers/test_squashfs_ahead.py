"""Reading ahead changes nothing but the time: the same bytes, gaps and limits with any number of threads."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from fairmark.demo.formats import Node, squashfs
from fairmark.examine.blob import Blob
from fairmark.examine.containers.squashfs_ahead import Block, ReadAhead
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.limits import Limits
from fairmark.examine.tree import UnreadableEntryError
from tests.doubles.images import FILE, NOISE, patched
from tests.doubles.old_squashfs import Style, old_squashfs

NODES = [Node(b"%03d" % number, FILE, (NOISE[number : number + 9000] + bytes(3000)) * 4) for number in range(40)]
NODES += [Node(b"small %03d" % number, FILE, NOISE[number : number + 700]) for number in range(60)]


def opened(image: bytes, threads: int, limits: Limits) -> tuple[Extraction, list[bytes | str]]:
    """Extract and read every file in the order of the disk; what cannot be read is its gap in words."""
    if not threads:
        return _read(extract(Blob(image), limits=limits, clock=lambda: 0.0))
    with ThreadPoolExecutor(threads) as pool:
        return _read(extract(Blob(image), limits=limits, clock=lambda: 0.0, pool=pool))


def _read(extraction: Extraction) -> tuple[Extraction, list[bytes | str]]:
    found: list[bytes | str] = []
    for tree in extraction.trees:
        for entry in tree.files_in_disk_order():
            try:
                found.append(tree.read(entry))
            except UnreadableEntryError as error:
                found.append(str(error.gap))
    return extraction, found


IMAGES = {name: squashfs(NODES, compression=name, block_size=4096) for name in ("gzip", "xz", "lzma", "zstd", "lz4")}
IMAGES["version 2"] = old_squashfs(NODES, Style(2, ">"))
IMAGES["damaged"] = patched(bytearray(IMAGES["gzip"]), 30_000, "<9Q", *range(9))


@pytest.mark.parametrize("limits", [Limits(), Limits(work=900_000), Limits(total_bytes=700_000)], ids=str)
@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES)
def test_any_number_of_threads_gives_the_same(image: bytes, limits: Limits) -> None:
    alone, bytes_alone = opened(image, 0, limits)

    for threads in (1, 2):
        beside, bytes_beside = opened(image, threads, limits)

        assert bytes_beside == bytes_alone
        assert (beside.containers, beside.gaps) == (alone.containers, alone.gaps)


class Pool(ThreadPoolExecutor):
    """An executor that does the work at once and counts what was not fetched yet."""

    def __init__(self) -> None:
        self.begun: list[Block] = []

    def submit(self, work: Callable[..., bytes], /, *arguments: object, **_more: object) -> Future[bytes]:
        (block,) = arguments
        assert isinstance(block, Block)
        self.begun.append(block)
        future: Future[bytes] = Future()
        future.set_result(work(block))
        return future


PLAN = [Block(number * 10, 10, 4096) for number in range(100)]


def ahead() -> tuple[ReadAhead, Pool]:
    pool = Pool()
    return ReadAhead(pool, lambda block: b"%d" % block.at, PLAN), pool


def test_it_runs_ahead_after_a_few_blocks_in_a_row_and_by_eight_at_most() -> None:
    reader, pool = ahead()

    got = [reader.take(number * 10, 4096) for number in range(20)]

    assert got[:3] == [None, None, None]
    assert got[3:] == [b"%d" % (number * 10) for number in range(3, 20)]
    assert len(pool.begun) == len(set(pool.begun))
    assert max(block.at for block in pool.begun) == 270


def test_who_jumps_about_is_not_run_ahead_of() -> None:
    reader, pool = ahead()

    got = [reader.take(number * 370 % 1000, 4096) for number in range(50)]

    assert got == [None] * 50
    assert pool.begun == []


def test_a_part_of_a_block_is_left_to_the_caller() -> None:
    reader, pool = ahead()

    assert [reader.take(number * 10, 100) for number in range(20)] == [None] * 20
    assert pool.begun == []
    assert reader.take(5, 4096) is None


def test_after_a_jump_it_goes_on_from_there() -> None:
    reader, _ = ahead()
    for number in (*range(8), *range(60, 70), *range(10)):
        assert reader.take(number * 10, 4096) in {None, b"%d" % (number * 10)}

    assert len(reader._running) <= 8


def test_what_decoding_raises_is_raised_when_the_block_is_asked_for() -> None:
    def decode(block: Block) -> bytes:
        raise ValueError(str(block.at))

    with ThreadPoolExecutor(1) as pool:
        reader = ReadAhead(pool, decode, PLAN)
        for number in range(3):
            reader.take(number * 10, 4096)

        with pytest.raises(ValueError, match="30"):
            reader.take(30, 4096)
