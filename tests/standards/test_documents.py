"""A keyword is no proof: only a whole, plain sentence shows what is asked."""

from datetime import date

import pytest

from fairmark.model.vocabulary import vocabulary
from fairmark.standards.document_text import read_text
from fairmark.standards.documents import Told, day_of, documents_file, end_of_support, read
from tests.doubles import maker_papers


def told(field: str, text: str, facts: dict[str, bool] | None = None) -> dict[str, Told]:
    return {one.name: one.told for one in read({field: read_text(text.encode(), "x")}, facts or {})}


def test_whole_documents_show_everything_that_is_asked() -> None:
    papers = {f: read_text(c, f) for f, c in maker_papers.ALL.items() if f != "security_txt"}

    answers = read(papers, {"telemetry.collected": False})

    assert {one.name for one in answers} == set(documents_file().asks) - {"telemetry"}
    assert {one.told for one in answers} == {Told.SHOWN}


@pytest.mark.parametrize(
    "text",
    [
        "We do not acknowledge reports within 5 days.",
        "Do you acknowledge reports within 5 days?",
        "We plan to acknowledge reports within 5 days.",
        "We acknowledge reports within [number] days.",
        "We acknowledge reports within 5 days (TBD).",
        "We acknowledge reports. The office is closed for 5 days.",
        "Acknowledgement.",
        "We may acknowledge reports within 5 days.",
    ],
)
def test_words_that_are_taken_back_or_stand_apart_show_nothing(text: str) -> None:
    assert told("disclosure_policy", text)["acknowledgement"] is Told.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "We acknowledge your report within five working days.",
        "Receipt: we confirm receipt within 48 hours.",
        "Acknowledgement | within 7 days",
        "You get a first reply on the next working day.",
    ],
)
def test_ways_to_promise_an_acknowledgement(text: str) -> None:
    assert told("disclosure_policy", text)["acknowledgement"] is Told.SHOWN


def test_silence_is_missing() -> None:
    assert set(told("disclosure_policy", "Thank you for visiting us.").values()) == {Told.MISSING}


def test_free_of_charge_may_say_no() -> None:
    assert told("update_policy", "Updates come at no cost.")["update_free"] is Told.SHOWN


def test_only_documents_that_were_given_are_asked() -> None:
    assert set(told("support_period", "Nothing.")) == {"end_date", "period_length"}
    assert told("disclosure_policy", "We fix flaws within 30 days.").get("fix_time") is None


def test_an_ask_under_a_false_fact_is_left_out() -> None:
    assert "sensors" not in told("user_instructions", "x", {"sensing.external": False})
    assert "sensors" in told("user_instructions", "x")


def test_a_document_in_another_language_is_not_read() -> None:
    german = "Wir antworten auf jede Meldung innerhalb von drei Tagen und sagen Ihnen, wie es um sie steht. " * 4

    assert told("disclosure_policy", german) == {}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Security updates until 31 December 2031.", date(2031, 12, 31)),
        ("Support from 1 January 2027 until 2031-12-31.", date(2031, 12, 31)),
        ("Support ends on December 31st, 2031.", date(2031, 12, 31)),
        ("Updates are provided until the end of March 2031.", date(2031, 3, 31)),
        ("Support until 31 February 2031.", None),
        ("Support lasts five years.", None),
    ],
)
def test_the_last_day_of_support(text: str, day: date | None) -> None:
    assert end_of_support(read({"support_period": read_text(text.encode(), "x")}, {})) == day


def test_a_month_means_its_last_day() -> None:
    assert day_of("December 2031") == date(2031, 12, 31)
    assert day_of("99 May 2031") is None
    assert day_of("nothing") is None


def test_the_list_speaks_of_things_that_exist() -> None:
    words, file = vocabulary(), documents_file()

    for ask in file.asks.values():
        assert {ask.home, *ask.also} <= set(file.documents)
        assert ask.capability in words.capabilities
        assert not ask.weakness or words.weaknesses[ask.weakness].capability == ask.capability
        assert not ask.when or ask.when in words.facts


def test_long_sentences_do_not_take_long() -> None:
    hostile = "we acknowledge within report " * 2000 + "support from " * 2000 + "1 " * 2000 + "a@" * 2000

    assert told("disclosure_policy", hostile)
    assert told("support_period", hostile)
