"""Bounded text, bounded lines, owned files."""

from fairmark.examine.package_databases.reading import MAX_LINE, OwnedFiles, lines_of, note_unread, stanzas_of, text_of
from fairmark.model.gap import Gap, GapReason
from tests.doubles.subjects import tree


def test_lines_are_cut_and_their_ends_are_stripped() -> None:
    assert list(lines_of("a\r\nb\n\nc")) == ["a", "b", "", "c"]
    assert [len(one) for one in lines_of("x" * (MAX_LINE + 5) + "\ny")] == [MAX_LINE, 1]


def test_stanzas_know_their_line_and_keep_the_first_of_two_values() -> None:
    found = list(stanzas_of("\nA: 1\nA: 2\n more\n\nB: 3\n"))

    assert [(one.line, dict(one.fields)) for one in found] == [(2, {"a": "1"}), (6, {"b": "3"})]


def test_only_regular_files_of_the_tree_are_owned() -> None:
    files = OwnedFiles(tree({"/usr/bin/a": b"x"}, {"/bin": "usr/bin", "/usr/bin/b": "a"}))

    assert files.real(["/bin/a", "/usr/bin/b", "/usr/bin", "relative", "/none\tx"]) == ("/usr/bin/a",)


def test_a_database_that_lists_nothing_is_a_gap_and_an_empty_one_is_none() -> None:
    device = tree({"/full": b"\0" * 50, "/empty": b"\n"})
    gaps: list[Gap] = []

    for path in ("/full", "/empty", "/none"):
        note_unread(device, device.get(path), 0, gaps)

    assert [(gap.where, gap.reason) for gap in gaps] == [("/full", GapReason.DAMAGED)]
    assert text_of(device, device.get("/full")) == ""
