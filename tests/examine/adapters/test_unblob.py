"""unblob is asked about what nothing of ours opens, and believed in nothing."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.examine.adapters.confined import Bounds
from fairmark.examine.adapters.unblob import Unblob, find_unblob, unblob_or_its_absence, unblob_version
from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers.handler import Context
from fairmark.examine.fallback import Answer
from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.examine.tree import Kind, Tree
from fairmark.model.gap import GapReason
from tests.doubles.unblob_stand_in import TREE, VERSION, install

Ask = Callable[..., Answer]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return install(tmp_path / "bin")


@pytest.fixture
def ask(program: Path, tmp_path: Path) -> Ask:
    work = tmp_path / "work"
    work.mkdir()

    def asked(words: str, *, bounds: Bounds | None = None, limits: Limits | None = None, size: int = 5000) -> Answer:
        budget = Budget(limits or Limits(), lambda: 0.0)
        blob = Blob(words.encode().ljust(size, b"\n"))
        unblob = Unblob(program, work, bounds or Bounds())
        answer = unblob(blob, Context("0.3", "0.3 (data)", budget, spool_in_memory))
        assert list(work.iterdir()) == []
        return answer

    return asked


def tree_of(answer: Answer) -> Tree:
    (found,) = answer.found
    assert found.source is not None
    return Tree("0.3", found.entries, found.source)


def test_what_it_unpacks_comes_back_as_a_tree(ask: Ask) -> None:
    answer = ask("tree")

    (found,) = answer.found
    tree = tree_of(answer)
    assert (found.offset, found.size, found.kind) == (0, 5000, "sevenzip")
    assert found.note == f"opened by unblob {VERSION} as sevenzip"
    assert answer.program.startswith(f"unblob {VERSION}, ")
    assert {entry.printable[1:]: tree.read(entry) for entry in tree.files()} == TREE


def test_nothing_of_this_machine_gets_into_the_tree(ask: Ask) -> None:
    first, second = ask("tree"), ask("tree")

    assert first.found[0].entries == second.found[0].entries
    for entry in first.found[0].entries:
        assert (entry.uid, entry.gid, entry.mtime) == (0, 0, 0)
    assert {entry.printable: oct(stat.S_IMODE(entry.mode)) for entry in first.found[0].entries} == {
        "/bin": "0o755",
        "/bin/tool": "0o755",
        "/etc": "0o755",
        "/etc/passwd": "0o644",
    }
    assert [gap.detail for gap in first.found[0].gaps] == [
        "unblob keeps no owners, times and special permissions; they are shown as root's and plain"
    ]


def test_links_stay_links_and_special_files_are_left_out(ask: Ask) -> None:
    answer = ask("strange")

    tree = tree_of(answer)
    links = {entry.printable: entry.target for entry in tree if entry.kind is Kind.SYMLINK}
    assert links == {
        "/here": b"/unblob/out/blob_extract/etc",
        "/out": b"/etc/passwd",
        "/up": b"../../../../../../etc",
    }
    assert tree.get("/pipe") is None
    assert any(gap.reason is GapReason.UNSAFE and "/pipe" in gap.detail for gap in answer.found[0].gaps)
    same = tree.get("/bin/same")
    assert same is not None
    assert [entry.printable for entry in tree.links(same)] == ["/bin/same", "/bin/tool"]
    assert len({entry.inode for entry in tree}) == len(tree) - 1


def test_a_part_has_its_place(ask: Ask) -> None:
    (found,) = ask("part").found

    assert (found.offset, found.size) == (16, 48)


@pytest.mark.parametrize(
    ("words", "why_not"),
    [
        ("nothing", f"unblob {VERSION} knows nothing in it"),
        ("encrypted", f"unblob {VERSION} takes it for zip and finds it encrypted"),
        ("needs", f"unblob {VERSION} takes it for rar and needs unar, which is not installed"),
        ("silent", f"unblob {VERSION} left no report that can be read"),
        ("nonsense", f"unblob {VERSION} left no report that can be read"),
        ("elsewhere /etc", f"unblob {VERSION} takes it for sevenzip and unpacks nothing"),
        ("elsewhere ../../etc", f"unblob {VERSION} takes it for sevenzip and unpacks nothing"),
    ],
)
def test_what_it_does_not_open_is_said_in_a_clause(ask: Ask, words: str, why_not: str) -> None:
    answer = ask(words)

    assert answer.why_not == why_not
    assert not any(found.source for found in answer.found)


def test_what_was_stopped_gives_nothing(ask: Ask) -> None:
    answer = ask("hang", bounds=Bounds(seconds=1.5))

    assert answer.found == ()
    assert answer.why_not == f"unblob {VERSION} was stopped: it took too long"


def test_its_files_count_against_the_limits_of_the_image(ask: Ask) -> None:
    answer = ask("tree", limits=Limits(total_bytes=50))

    assert tree_of(answer).get("/etc/passwd") is None
    assert any(gap.reason is GapReason.LIMIT for gap in answer.found[0].gaps)


def test_a_blob_that_is_too_large_is_not_copied(ask: Ask) -> None:
    assert ask("tree", limits=Limits(single_file=100)).why_not == "it is too large for unblob"


def test_without_time_it_is_not_asked(program: Path, tmp_path: Path) -> None:
    budget = Budget(Limits(seconds=0.5), lambda: 0.0)

    with pytest.raises(LimitReached, match="no time is left"):
        Unblob(program, tmp_path, Bounds())(Blob(b"tree"), Context("0", "0", budget, spool_in_memory))


def test_it_is_asked_a_limited_number_of_times(program: Path, tmp_path: Path) -> None:
    unblob = Unblob(program, tmp_path, Bounds())
    unblob._calls = 64

    answer = unblob(Blob(b"tree"), Context("0", "0", Budget(Limits(), lambda: 0.0), spool_in_memory))

    assert answer.why_not == "unblob was asked about 64 other parts and not about this one"


def test_where_it_is_not_installed_its_absence_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    context = Context("0", "0", Budget(Limits(), lambda: 0.0), spool_in_memory)

    answer = unblob_or_its_absence()(Blob(b"tree"), context)

    assert find_unblob() is None
    assert answer.why_not == "unblob, which may know it, is not installed (pipx install unblob)"


def test_its_version_is_asked_for(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))

    assert find_unblob() == program
    assert unblob_version(program, tmp_path) == VERSION
    assert isinstance(unblob_or_its_absence(), Unblob)


def test_one_that_does_not_start_is_said_to(tmp_path: Path) -> None:
    broken = tmp_path / "unblob"
    broken.write_text("#!/bin/false\n")
    broken.chmod(0o755)
    context = Context("0", "0", Budget(Limits(), lambda: 0.0), spool_in_memory)

    answer = Unblob(broken, tmp_path, Bounds())(Blob(b"tree"), context)

    assert answer.why_not == "unblob does not start (mend it with: pipx install unblob --force)"
