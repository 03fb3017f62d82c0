"""Our files, checked by the code of Go's own module log; what we change it must refuse."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from fairmark.ledger.checkpoint import Checkpoint, signed_by_log, with_signatures
from fairmark.ledger.merkle import leaf_hash, root
from fairmark.ledger.tiles import WIDTH, Edge, Tile, TileReader, bundle, tiles_of
from tests.ledger.test_checkpoint import KEY, LOG

SOURCE = Path(__file__).parent / "independent" / "check.go"


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("go")
    settings = {
        "GO111MODULE": "off",  # Debian keeps the sources of its packages in a folder
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-mod=mod",
    }
    built = subprocess.run(
        ["go", "build", "-o", str(folder / "check"), str(SOURCE)],
        env=os.environ | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "check"


def written(folder: Path, sizes: Sequence[int]) -> Path:
    """Write entries, tiles and checkpoints of a log that had these sizes."""
    entries = [f"entry {number}".encode() for number in range(max(sizes))]
    edge, stored = Edge(), {}
    for size in sizes:
        stored |= edge.extend([leaf_hash(entry) for entry in entries[edge.size : size]])
        bundles = [Tile(-1, n, min(WIDTH, size - n * WIDTH)) for n in range(-(-size // WIDTH))]
        for tile in (*tiles_of(size), *bundles):
            path = folder / tile.path
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                held = entries[tile.number * WIDTH : tile.number * WIDTH + tile.width]
                path.write_bytes(bundle(held) if tile.level < 0 else stored[tile])
        state = Checkpoint(KEY.name, size, root(size, TileReader(size, stored.__getitem__)))
        (folder / f"checkpoint-{size}").write_bytes(with_signatures(state, [signed_by_log(state, LOG)]))
    return folder


def said(checker: Path, folder: Path, sizes: Sequence[int]) -> tuple[int, str]:
    done = subprocess.run(
        [str(checker), str(folder), str(KEY), *map(str, sizes)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_every_size_up_to_eleven_hundred_holds(checker: Path, tmp_path: Path) -> None:
    sizes = range(1101)

    assert said(checker, written(tmp_path, sizes), sizes) == (0, "1101 sizes hold\n")


def test_seventy_thousand_entries_hold(checker: Path, tmp_path: Path) -> None:
    sizes = [255, 256, 257, 65_535, 65_536, 65_537, 70_000]

    assert said(checker, written(tmp_path, sizes), sizes) == (0, "7 sizes hold\n")


@pytest.mark.parametrize(
    "name", ["tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/000", "checkpoint-700"]
)
def test_one_changed_bit_is_refused(checker: Path, tmp_path: Path, name: str) -> None:
    path = written(tmp_path, [700]) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if name.startswith("tile/e") else 5] ^= 1
    # In a bundle the middle entry is looked at too: change every entry's first letter.
    path.write_bytes(content.replace(b"entry", b"Entry") if name.startswith("tile/e") else content)

    code, _ = said(checker, tmp_path, [700])

    assert code == 1


def test_a_history_that_was_rewritten_is_refused(checker: Path, tmp_path: Path) -> None:
    written(tmp_path, [5, 700])
    other = Checkpoint(KEY.name, 5, b"x" * 32)
    (tmp_path / "checkpoint-5").write_bytes(with_signatures(other, [signed_by_log(other, LOG)]))

    assert said(checker, tmp_path, [5, 700])[0] == 1
