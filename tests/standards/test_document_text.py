"""Documents are read as their readers see them, and hostile ones end in a word."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.standards.document_text import MOST_BYTES, decode, read_text

PAGE = b"""<!doctype html>
<html><head><title>x</title><link rel="canonical" href='https://maker.example/vdp'></head><body>
<h1>Reports</h1><p>We confirm receipt within
 5 days. Then we say &amp; do.</p><!-- hidden 9 days --><div hidden>secret<div>inside</div></div>
<ul><li>One thing.<li style="display: none">Two</li></ul><p aria-hidden="true">Seen all the same</p>
<table><tr><th>Acknowledgement</th><td>5 working days</td></tr></table><script>var a="within 3 days"</script></body>"""


def lines(content: bytes) -> list[tuple[int, str, str]]:
    return [(one.line, one.text, one.heading) for one in read_text(content, "x").sentences]


def test_a_page_is_read_without_what_nobody_sees() -> None:
    text = read_text(PAGE, "policy.html")

    assert [one.text for one in text.sentences] == [
        "We confirm receipt within 5 days.",
        "Then we say & do.",
        "One thing.",
        "Seen all the same",
        "Acknowledgement | 5 working days |",
    ]
    assert [one.line for one in text.sentences] == [3, 4, 5, 5, 6]
    assert text.sentences[0].heading == "Reports"
    assert text.canonical == "https://maker.example/vdp"


def test_an_item_knows_the_sentence_that_leads_in() -> None:
    assert lines(
        b"# Reports\n\nWe acknowledge:\n\n- reports within\n  5 days\n\nNext. <!-- never\nseen -->\nLast one."
    ) == [
        (3, "We acknowledge:", "Reports"),
        (5, "reports within 5 days", "Reports We acknowledge:"),
        (8, "Next.", "Reports"),
        (10, "Last one.", "Reports"),
    ]


def test_underlined_headings_and_rows_of_tables_stand_alone() -> None:
    assert lines(b"Reports\n=======\n| Answer | 3 days |\nAfter it") == [
        (3, "Answer | 3 days", "Reports"),
        (4, "After it", "Reports"),
    ]


def test_a_text_may_name_its_own_address() -> None:
    text = read_text(b"This policy is published at https://maker.example/security.", "x")

    assert text.canonical == "https://maker.example/security"


def test_another_language_is_noticed() -> None:
    german = (
        "Wir antworten auf jede Meldung innerhalb von drei Tagen und sagen Ihnen alle zwei Wochen, wie es steht. " * 3
    )

    assert not read_text(german.encode(), "x").english
    assert read_text(b"We answer each report within three days and tell you how it is. " * 4, "x").english


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04abc", "office"),
        (b"{\\rtf1", "rich-text"),
        (b"\xff\xfea\0", "UTF-8"),
        (b"a\0b", "zero byte"),
        (b"a" * (MOST_BYTES + 1), "larger"),
        (b"- a\n" * 30_000, "paragraphs"),
    ],
)
def test_what_is_no_text_is_refused_with_a_hint(content: bytes, word: str) -> None:
    with pytest.raises(UnreadableInputError, match=word) as caught:
        read_text(content, "policy")

    assert caught.value.hint


@pytest.mark.parametrize(
    "hostile",
    [
        b"<a ",
        b"<!--",
        b"</",
        b"<div>",
        b"&#",
        b"<a href='",
        b"<p hidden>",
        b"<",
        b'<a "',
        b"<style><!--",
        b". A\n",
        b"<?",
    ],
)
def test_hostile_pages_are_read_to_their_end(hostile: bytes) -> None:
    content = b"<html>" + hostile * (60_000 // len(hostile))

    assert read_text(content, "x").sentences is not None


def test_control_characters_do_not_come_through() -> None:
    assert lines(b"a\x1b[31mred\x07 b") == [(1, "a [31mred  b", "")]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(b"\xef\xbb\xbfhello", "x") == "hello"
