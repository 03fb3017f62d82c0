"""Origins and what has been done to them."""

from fairmark.examine.scripts.flow import MAX_LINE, Harm, Origin, Via, bounded_text, cleared, weakened

INPUT = frozenset({Origin(Via.REQUEST, "a", 1)})


def test_a_cleared_harm_stays_cleared_through_a_filter() -> None:
    (one,) = weakened(cleared(INPUT, (Harm.COMMAND,)))

    assert (one.weak, one.can(Harm.COMMAND), one.can(Harm.READ)) == (True, False, True)


def test_overlong_lines_are_emptied_and_the_rest_keeps_its_numbers() -> None:
    assert bounded_text("a\r\n" + "x" * (MAX_LINE + 1) + "\nb") == "a\n\nb"
