"""The lower half of squashfs: blocks are bounded before they are decompressed, fragments are kept."""

import lz4.block
import pytest
import zstandard

from fairmark.demo.formats import CODECS, Node, squashfs
from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.containers.squashfs_data import DECODERS, Coding, Disk, Fragments
from fairmark.examine.limits import Budget, LimitReached, Limits
from tests.doubles.images import FILE, NOISE
from tests.doubles.opening import open_with, read_all

PLAIN = NOISE[:500] + bytes(3000)


def disk(data: bytes, compressor: int, limits: Limits | None = None) -> Disk:
    return Disk(Blob(data), Coding(*DECODERS[compressor]), 4096, Budget(limits or Limits(), lambda: 0.0))


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_decoder_gives_all_or_the_first_bytes(name: str) -> None:
    number, encode = CODECS[name]
    packed = encode(PLAIN, 4096)

    source = disk(packed, number)

    for wanted in (3500, 100):
        assert source.plain(0, len(packed), stored=False, wanted=wanted, most=4096) == PLAIN[:wanted]


@pytest.mark.parametrize("number", sorted(DECODERS))
def test_every_decoder_refuses_noise(number: int) -> None:
    source = disk(b"\xff" * 10 + NOISE[:3000], number)

    with pytest.raises(DamagedError, match="decompressed"):
        source.plain(0, 3000, stored=False, wanted=4096, most=4096)


@pytest.mark.parametrize(
    ("number", "packed"),
    [(6, zstandard.compress(bytes(1 << 24))), (5, lz4.block.compress(bytes(1 << 24), store_size=False))],
)
def test_a_block_that_claims_more_than_a_block_is_damaged(number: int, packed: bytes) -> None:
    source = disk(packed[:4096], number)

    with pytest.raises(DamagedError):
        source.plain(0, min(4096, len(packed)), stored=False, wanted=4096, most=4096)


@pytest.mark.parametrize(("at", "size"), [(0, 0), (0, 5000), (90, 20), (1 << 60, 8)])
def test_a_block_must_lie_inside(at: int, size: int) -> None:
    with pytest.raises(DamagedError, match="outside"):
        disk(bytes(100), 1).plain(at, size, stored=True, wanted=10, most=4096)


def test_metadata_goes_on_from_block_to_block() -> None:
    source = disk(b"\x04\x80abcd\x03\x80efg\x00\x80", 1)

    assert source.read_metadata(0, 1, 5) == b"bcdef"
    assert source.metadata(6) == (b"efg", 11)
    with pytest.raises(DamagedError):
        source.read_metadata(0, 0, 8)
    with pytest.raises(DamagedError, match="past its metadata block"):
        source.read_metadata(0, 5, 1)


def test_decompressed_bytes_are_spent() -> None:
    number, encode = CODECS["gzip"]
    packed = encode(PLAIN, 4096)
    source = disk(packed, number, Limits(work=5000))

    source.plain(0, len(packed), stored=False, wanted=3000, most=4096)

    with pytest.raises(LimitReached):
        source.plain(0, len(packed), stored=False, wanted=3000, most=4096)


def test_a_fragment_past_the_table_does_not_exist() -> None:
    with pytest.raises(DamagedError, match="does not exist"):
        Fragments(disk(bytes(100), 1), 0, 3, lambda pieces: Blob(b"".join(pieces))).read(3)


@pytest.mark.parametrize("kept", [0, 1 << 20])
def test_files_that_share_fragments_are_read_whether_or_not_these_are_kept(kept: int) -> None:
    nodes = [Node(b"%03d" % number, FILE, NOISE[number : number + 1500]) for number in range(200)]

    opened = open_with(SQUASHFS, squashfs(nodes, block_size=4096), limits=Limits(kept=kept))

    assert read_all(opened) == {f"/{number:03}": NOISE[number : number + 1500] for number in range(200)}
