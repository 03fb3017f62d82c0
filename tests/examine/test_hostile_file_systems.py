"""File systems cut off, flipped and forged: they end in gaps, never in an exception, and within the budget."""

import random
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers.erofs import EROFS
from fairmark.examine.containers.ext import EXT
from fairmark.examine.containers.handler import Context, DamagedError, Handler
from fairmark.examine.containers.jffs2 import JFFS2
from fairmark.examine.containers.ubi import UBI
from fairmark.examine.containers.ubifs import UBIFS
from fairmark.examine.containers.yaffs2 import YAFFS2
from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.examine.tree import Tree, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles import file_trees, flash_images
from tests.doubles.images import CODE_LIKE, NOISE, opened

SMALL = Limits(total_bytes=64 << 20, single_file=8 << 20, work=256 << 20, files=20_000)
BODY = NOISE[:6000] + bytes(3000) + b"text " * 700
HANDLERS = {handler.name: handler for handler in (EXT, JFFS2, UBI, UBIFS, EROFS, YAFFS2)}


def small_tree(root: Path) -> Path:
    """A few files, a link, a hard link and directories."""
    (root / "etc" / "deep" / "deeper").mkdir(parents=True)
    (root / "body").write_bytes(BODY)
    (root / "etc" / "deep" / "deeper" / "f").write_bytes(b"here")
    (root / "etc" / "link").symlink_to("deep/deeper/f")
    (root / "hard").hardlink_to(root / "body")
    file_trees.fill_directory(root / "many", 40)
    return root


def by_hand() -> dict[str, bytes]:
    """Images that no tool has to write."""
    leaves = [flash_images.ubifs_inode(1, flash_images.DIRECTORY)]
    for number in range(65, 75):
        leaves += [flash_images.ubifs_name(1, b"f%d" % number, number)]
        leaves += [flash_images.ubifs_inode(number, flash_images.FILE, 100)]
        leaves += [flash_images.ubifs_data(number, 0, NOISE[:100])]
    yaffs2 = flash_images.yaffs2_directory(1, b"") + flash_images.yaffs2_file(257, b"f", BODY)
    yaffs2 += flash_images.yaffs2_directory(258, b"d") + flash_images.yaffs2_file(259, b"g", b"x", parent=258)
    ubi = flash_images.ubi_table({0: b"a", 1: b"b"}) + flash_images.ubi_block(0, 0, BODY[:8000], 1)
    return {
        "ext by hand": bytes(flash_images.ext_image({b"f": BODY, b"g": b"x"})),
        "jffs2 by hand": flash_images.jffs2_file(2, b"f", BODY) + flash_images.jffs2_file(3, b"g", b"x"),
        "ubi by hand": ubi + flash_images.ubi_block(1, 0, BODY[:5000], 2, static=1),
        "ubifs by hand": bytes(flash_images.ubifs_image(leaves)),
        "erofs by hand": bytes(flash_images.erofs_image({b"f": (BODY, 0, b""), b"g": (b"x", 2, b"x")})),
        "yaffs2 by hand": yaffs2,
    }


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    folder = tmp_path_factory.mktemp("hostile")
    source = small_tree(folder / "source")
    ubifs = file_trees.make_ubifs(folder / "ubifs", source, page=512, block=15_872)
    return {
        **by_hand(),
        "ext2": file_trees.make_ext(folder / "ext2", source, "-b", "1024", "-N", "96", kind="ext2", size="300K"),
        "ext4": file_trees.make_ext(
            folder / "ext4", source, "-N", "96", "-O", "inline_data,^has_journal", "-I", "256", size="512K"
        ),
        "jffs2": file_trees.make_jffs2(folder / "jffs2", source, "-b", "-e", "16KiB"),
        "ubifs": ubifs,
        "ubi": file_trees.make_ubi(folder / "ubi", [("a", "dynamic", ubifs)], "-m", "512", "-p", "16KiB"),
        "erofs": file_trees.make_erofs(folder / "erofs", source, "-zlz4"),
        "erofs, packed tails": file_trees.make_erofs(folder / "packed", source, "-zlz4hc", "-Eztailpacking"),
    }


NAMES = sorted([*by_hand(), "ext2", "ext4", "jffs2", "ubifs", "ubi", "erofs", "erofs, packed tails"])


def handler_of(name: str) -> Handler:
    return max((handler for key, handler in HANDLERS.items() if name.startswith(key)), key=lambda one: len(one.name))


def read_everything(tree: Tree) -> tuple[dict[str, bytes], list[GapReason]]:
    """Everything that can be read, and why the rest cannot."""
    found: dict[str, bytes] = {}
    gaps = []
    for entry in tree:
        assert b".." not in entry.path.split(b"/")
        assert not entry.path.startswith(b"/")
        try:
            head = tree.head(entry)
            data = tree.read(entry)
            assert tree.blob(entry).memory == data
            assert data[: len(head)] == head
            found[entry.printable] = data
        except UnreadableEntryError as error:
            gaps.append(error.gap.reason)
    return found, gaps


def open_hostile(name: str, image: bytes) -> tuple[dict[str, bytes], list[GapReason]]:
    """Open with the right handler and read all; nothing but what a handler may raise is let through."""
    handler, blob = handler_of(name), Blob(image)
    if not handler.recognise(blob, 0):
        return {}, [GapReason.UNKNOWN_FORMAT]
    try:
        result = handler.open(blob, 0, Context("0", "0", Budget(SMALL, lambda: 0.0), spool_in_memory))
    except DamagedError:
        return {}, [GapReason.DAMAGED]
    except LimitReached:
        return {}, [GapReason.LIMIT]
    assert 0 <= result.size <= len(image)
    found: dict[str, bytes] = {}
    gaps = [gap.reason for gap in result.gaps]
    trees = [result.tree] if result.tree else []
    for part in result.parts:
        found[part.name] = part.blob.memory.tobytes()
        inner = opened(found[part.name], SMALL)
        gaps += [gap.reason for gap in inner.gaps]
        trees += inner.trees
    for tree in trees:
        files, more = read_everything(tree)
        found |= files
        gaps += more
    return found, gaps


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_image_has_no_gaps(name: str, images: Mapping[str, bytes]) -> None:
    found, gaps = open_hostile(name, images[name])

    assert [gap for gap in gaps if gap is not GapReason.ENCRYPTED_OR_RANDOM] == []
    assert found


@pytest.mark.parametrize("name", NAMES)
def test_an_image_that_is_cut_off_says_so_and_gives_no_wrong_data(name: str, images: Mapping[str, bytes]) -> None:
    whole, _ = open_hostile(name, images[name])
    is_log = name.startswith(("jffs2", "yaffs2", "ubi by"))  # these may end between two pieces: nothing shows it
    for part in range(40):
        found, gaps = open_hostile(name, images[name][: len(images[name]) * part // 40])

        files = {path: data for path, data in found.items() if path.startswith("/")}
        assert gaps or is_log or len(files) in {0, len(whole) - (name == "ubi")}
        assert all(data == whole[path] for path, data in files.items())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    seed=st.integers(0, 1 << 32),
    count=st.integers(1, 30),
    spread=st.sampled_from((0, 200)),
)
def test_flipped_bytes_never_raise_and_never_loop(
    name: str, seed: int, count: int, spread: int, images: Mapping[str, bytes]
) -> None:
    chance = random.Random(seed)
    image = bytearray(images[name])
    used = [at for at in range(0, len(image), 16) if image[at : at + 16].strip(b"\0\xff")]
    start = chance.choice(used)
    for _ in range(count):
        at = start + chance.randrange(spread) if spread else chance.choice(used) + chance.randrange(16)
        image[min(at, len(image) - 1)] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))

    found, gaps = open_hostile(name, bytes(image))

    assert (found, gaps) == open_hostile(name, bytes(image))


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_the_first_kilobytes_may_be_anything(name: str, images: Mapping[str, bytes]) -> None:
    chance = random.Random(name)
    for at in range(0, min(8192, len(images[name])) - 4, 4):
        image = bytearray(images[name])
        if not image[at : at + 4].strip(b"\0\xff"):
            continue
        struct.pack_into("<I", image, at, chance.choice((0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)))

        open_hostile(name, bytes(image))


def test_magics_by_chance_make_no_container_and_no_gap_of_their_own() -> None:
    chance = random.Random(4)
    pieces = [CODE_LIKE]
    for handler in HANDLERS.values():
        for magic, distance in handler.magics:
            pieces += [chance.randbytes(distance + 40), magic, chance.randbytes(3000)]

    extraction = opened(CODE_LIKE + b"".join(pieces))

    assert [one.kind for one in extraction.containers] == ["data"]
    assert len(extraction.gaps) == 1
