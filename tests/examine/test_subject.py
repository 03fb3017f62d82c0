from dataclasses import replace

from tests.doubles.subjects import subject


def test_what_follows_from_trees_and_files_is_made_once_for_all_copies() -> None:
    made: list[str] = []
    first = subject({"etc/passwd": b"root:x:0:0::/:/bin/sh\n"})

    answers = [
        one.once("tries", lambda: made.append("made") or len(made)) for one in (first, replace(first, services=()))
    ]

    assert answers == [1, 1]


def test_other_files_are_looked_at_anew() -> None:
    first = subject({"etc/passwd": b"root:x:0:0::/:/bin/sh\n"})

    assert first.once("count", lambda: len(first.files)) == 1
    assert replace(first, files=()).once("count", lambda: 0) == 0
