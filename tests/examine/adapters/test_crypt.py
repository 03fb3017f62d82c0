"""Checking hashes: known ones open, hostile ones cost nothing, unknown ones stay undecided."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.adapters.crypt import crack, crypt_available, guess_seconds

CANDIDATES = ("admin", "12345", "root")


def test_the_machine_that_runs_the_tests_can_check_hashes() -> None:
    available = crypt_available()

    assert available


@pytest.mark.parametrize(
    "text",
    [
        "ab6TRGT20sY26",
        "$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1",
        "$5$abc$1qHIjNUAnXn/DW./nuTVf.YPE6le/q8rXofL7ytw184",
        "$6$abc$WVzy1mzYOy5NbS.iVoa0XmNYJ6YUTZvtfDgbXOJ2AVO/IWzz5.koR6GZdcjtK6As0Rw.UtsEl/1qT4nKeCxKT1",
        "$2b$04$abcdefghijklmnopqrstuufAkr.oEPMKRzIoj4GvblEuuKtPZm.pq",
        "$y$j9T$abcdefghijkl$V61SuMCGPVrwDvq2KIQ627htwu01W.hngyno87DeOZ3",
        "$sha1$1000$abcdefgh$F5CGEXAYrBMRCT2G.cmkwsDg6dsk",
    ],
)
def test_every_scheme_opens_with_its_password(text: str) -> None:
    answer = crack([text], CANDIDATES)

    assert answer == {text: 2}


def test_a_hash_that_no_candidate_opens_is_decided_as_none() -> None:
    text = "$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1"

    answer = crack([text], ["admin", "toor"])

    assert answer == {text: None}


@pytest.mark.parametrize(
    "bomb",
    [
        "$6$rounds=999999999$salt$" + "a" * 86,
        "$5$rounds=999999999$salt$" + "a" * 43,
        "$2b$31$" + "a" * 53,
        "$2b$99$" + "a" * 53,
        "$y$jfT$salt$" + "a" * 43,
        "$y$jzz$salt$" + "a" * 43,
        "$sha1$4294967295$salt$" + "a" * 28,
    ],
)
def test_a_hash_that_would_cost_minutes_is_refused_and_the_others_are_still_answered(bomb: str) -> None:
    cheap = "ab6TRGT20sY26"

    answer = crack([bomb, cheap], CANDIDATES)

    assert answer == {cheap: 2}


@pytest.mark.parametrize("text", ["", "x", "!", "*", "!!", "$", "$6$", "$6$abc", "$9$abc$def", "*0", "a\0b", "ü" * 13])
def test_a_malformed_hash_is_missing_from_the_answer(text: str) -> None:
    answer = crack([text], CANDIDATES)

    assert answer == {}
    assert guess_seconds(text) is None


def test_a_candidate_that_cannot_be_a_password_does_not_shift_the_others() -> None:
    text = "ab6TRGT20sY26"

    answer = crack([text], ["a\0b", "\ud800", "x" * 1000, "root"])

    assert answer == {text: 3}


def test_no_time_means_no_answer_instead_of_a_wrong_one() -> None:
    text = "ab6TRGT20sY26"

    answer = crack([text], ["root"], seconds=0.0001)

    assert answer == {}


def test_the_price_of_a_guess_grows_with_the_rounds_in_its_text() -> None:
    few = guess_seconds("$6$rounds=1000$salt$" + "a" * 86)
    many = guess_seconds("$6$rounds=2000$salt$" + "a" * 86)

    assert few is not None
    assert many == 2 * few


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_price_or_none(text: str) -> None:
    price = guess_seconds(text)

    assert price is None or price > 0
