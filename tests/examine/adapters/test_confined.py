"""Another program gets a folder, a share of the machine, and nothing else."""

import socket
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairmark.examine.adapters.confined import Bounds, Ending, run
from tests.doubles.unblob_stand_in import install


@pytest.fixture
def work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def do(work: Path, words: str, bounds: Bounds) -> Ending:
    """Run the stand-in with a blob that says ``words``."""
    program = install(work)
    (work / "blob").write_text(words + "\n")
    (work / "blob").chmod(0o444)
    return run([str(program), "--extract-dir", "out", "--report", "report", "blob"], work, bounds)


def test_what_the_program_says_and_how_it_ends_is_told(work: Path) -> None:
    ending = run(["/bin/sh", "-c", "echo said; exit 3"], work, Bounds())

    assert (ending.trouble, ending.code, ending.said) == ("", 3, b"said\n")


def test_the_program_sees_nothing_of_our_surroundings(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_USER", "secret")

    ending = run(["/usr/bin/env"], work, Bounds())

    names = {line.partition(b"=")[0] for line in ending.said.splitlines()}
    assert names >= {b"PATH", b"HOME", b"TZ"}
    assert b"TOKEN_OF_THE_USER" not in names
    assert str(work).encode() in ending.said


@pytest.mark.parametrize(
    ("words", "bounds", "trouble"),
    [
        ("hang", Bounds(seconds=1.0), "was stopped: it took too long"),
        ("spin", Bounds(cpu_seconds=1), "was ended by signal 9"),
        ("fill", Bounds(bytes=20 << 20), "was stopped: it wrote too much"),
        ("litter", Bounds(files=500), "was stopped: it wrote too many files"),
    ],
)
def test_who_takes_too_much_is_stopped(work: Path, words: str, bounds: Bounds, trouble: str) -> None:
    assert do(work, words, bounds).trouble == trouble


@pytest.mark.parametrize(
    ("words", "bounds"), [("large", Bounds(file_bytes=1 << 20)), ("memory", Bounds(memory=1 << 30))]
)
def test_who_asks_for_too_much_does_not_get_it(work: Path, words: str, bounds: Bounds) -> None:
    ending = do(work, words, bounds)

    assert ending.code != 0
    assert not (work / "report").exists()
    assert not (work / "out/large").exists() or (work / "out/large").stat().st_size <= 1 << 20


def test_a_fork_bomb_does_not_get_far(work: Path) -> None:
    ending = do(work, "fork", Bounds(processes=40))

    assert ending.trouble == "was stopped: it started too many processes" or ending.code == 1


def test_no_process_is_left_behind_even_one_that_left_its_group(work: Path) -> None:
    mark = uuid.uuid4().hex

    ending = do(work, f"leave {mark}", Bounds())

    assert ending.trouble == ""
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(path)] == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_whether_the_network_can_be_reached_is_said_truly(work: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ending = do(work, f"connect {server.getsockname()[1]}", Bounds())

    assert (work / "report").exists() == ending.network


def test_a_program_that_is_not_there_ends_with_127(work: Path) -> None:
    assert run([str(work / "missing")], work, Bounds()).code == 127


def test_the_copy_cannot_be_changed_by_whom_it_was_given_to(work: Path) -> None:
    (work / "blob").write_text("as it was")
    (work / "blob").chmod(0o444)

    ending = run([sys.executable, "-c", "open('blob', 'w').write('changed')"], work, Bounds())

    assert ending.root or (work / "blob").read_text() == "as it was"
