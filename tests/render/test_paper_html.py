import re

from fairmark.render import paper_html
from fairmark.render.paper import Open, Paper, Paragraph, Table
from tests.render.test_paper import PAPER


def test_an_open_place_is_marked_and_says_what_belongs_there() -> None:
    page = paper_html.render(PAPER).decode()

    assert page.count('<span class="open">To be completed: ') == 3
    assert "To be completed: the address" in page


def test_text_from_elsewhere_makes_no_element() -> None:
    hostile = "<script>alert(1)</script>\u202e\x00"

    page = paper_html.render(
        Paper(hostile, hostile, (Paragraph(hostile), Table(hostile, (hostile,), ((Open(hostile),),))))
    )

    assert b"<script" not in page
    assert "\u202e" not in page.decode()
    assert page.decode().count("&lt;script&gt;") >= 6


def test_the_page_admits_its_own_style_and_nothing_else() -> None:
    page = paper_html.render(PAPER).decode()

    assert re.search(r"default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;", page)
    assert "http" not in page.replace("http-equiv", "")


def test_what_stands_against_it_looks_different_from_what_waits() -> None:
    page = paper_html.render(PAPER).decode()

    assert page.index('class="warned grave"') < page.index('class="warned waiting"')
