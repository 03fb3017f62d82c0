"""What wrong passwords in a row led to."""

from fairmark.examine.probe.throttling import Outcome, Try, slowing
from fairmark.model.network import Slowing

NO, LOCK = Outcome.REFUSED, Outcome.LOCKED


def tries(*seconds: float, end: Outcome = NO) -> list[Try]:
    return [Try(NO, one) for one in seconds[:-1]] + [Try(end, seconds[-1])]


def test_ten_quick_refusals_are_no_throttling() -> None:
    assert slowing(tries(*[0.1] * 10)) is Slowing.NONE


def test_a_lock_counts_only_after_a_plain_refusal() -> None:
    assert slowing(tries(0.1, 0.1, 0.1, end=LOCK)) is Slowing.LOCKED
    assert slowing([Try(LOCK, 0.1)]) is Slowing.UNCLEAR


def test_a_growing_delay_is_told_from_a_fixed_one() -> None:
    assert slowing(tries(0.1, 0.1, 1.0, 2.5, 4.0)) is Slowing.SLOWED
    assert slowing(tries(*[3.0] * 10)) is Slowing.CONSTANT_DELAY


def test_what_was_cut_short_or_not_understood_shows_nothing() -> None:
    assert slowing([]) is Slowing.UNCLEAR
    assert slowing(tries(0.1, 0.1, 0.1)) is Slowing.UNCLEAR
    assert slowing(tries(0.1, 0.1, end=Outcome.UNCLEAR)) is Slowing.UNCLEAR
    assert slowing(tries(0.1, 0.1, end=Outcome.ACCEPTED)) is Slowing.UNCLEAR
