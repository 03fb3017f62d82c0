"""Each kind of data that the profile states must be told, with its purpose and its time."""

import re

from fairmark.model.vocabulary import vocabulary
from fairmark.standards.data_kinds import Held, held_against_kinds
from fairmark.standards.document_text import read_text
from fairmark.standards.documents import compiled, documents_file
from tests.doubles import maker_papers

NONE = dict.fromkeys(maker_papers.KINDS, False)


def held(text: str, **facts: bool) -> Held:
    stated = NONE | {f"personal.{name}": value for name, value in facts.items()}
    return held_against_kinds(read_text(text.encode(), "x"), stated, "personal")


def test_a_kind_that_is_told_with_purpose_and_time_leaves_nothing_open() -> None:
    found = held(
        "We store your location. The location is used to find the device. The location is deleted after 7 days.",
        location=True,
    )

    assert (found.open, found.unnamed) == ((), ())
    assert [what for what, _ in found.shown] == [
        "location: that it is processed",
        "location: what for",
        "location: for how long it is kept",
    ]


def test_a_sentence_about_all_data_gives_purpose_and_time_but_names_no_kind() -> None:
    whole = "All your data is used only for the function that you ask for. All data is deleted after 7 days."

    assert held(f"We store your location. {whole}", location=True).open == ()
    assert held(whole, location=True).unnamed == ("location",)
    assert held(f"We store your location. {whole.replace('All', 'Such')}", location=True).open


def test_what_is_denied_is_not_told() -> None:
    found = held("We do not store sound. All data is deleted after 7 days and used only for you.", sound=True)

    assert found.open == ("sound: that it is processed is not told",)
    assert found.unnamed == ()


def test_the_name_of_a_network_is_no_account() -> None:
    assert held("We store the network name.", account=True, network=True).unnamed == ("account data",)


def test_a_profile_that_leaves_kinds_open_or_states_none_leaves_the_notice_open() -> None:
    text = read_text(b"We store nothing.", "x")

    silent = held_against_kinds(text, {}, "personal").open
    empty = held_against_kinds(text, NONE, "personal").open
    other = held_against_kinds(text, NONE | {"personal.other_kind": True}, "personal").open

    assert "personal.pictures, personal.sound" in silent[0]
    assert empty == ("the profile states no kind that is processed",)
    assert other == ("personal.other_kind is true: a person must look for that kind",)


def test_the_kinds_speak_of_facts_that_exist_and_their_words_compile() -> None:
    words = vocabulary()

    for one in documents_file().kinds.values():
        assert one.fact in words.facts
        assert isinstance(compiled(one.words), re.Pattern)
    assert {"personal.other_kind", "telemetry.other_kind"} <= set(words.facts)
