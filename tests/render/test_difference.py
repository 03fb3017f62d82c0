import pytest

from fairmark.model.assessment import Assessment
from fairmark.render import paper_html
from fairmark.render.difference import paper, summary_of, text
from fairmark.workflows.difference import difference
from tests.doubles.assessments import PASSWORD, assessment, hostile, repaired
from tests.model.test_test_case import case

OLD = assessment(cases=(case(), case(unit="zlib 1.3")))
NEW = repaired().model_copy(update={"cases": (case(), case(unit="zlib 1.4"))})


def screen(old: Assessment, new: Assessment, width: int = 80) -> str:
    return text(difference(old, new), width)


def test_what_broke_comes_first_then_what_must_be_tested_again_then_what_is_fixed() -> None:
    shown = screen(OLD, NEW)

    order = [shown.index(title) for title in ("Broken or worse", "Must be tested again", "Fixed or better", "Money")]
    assert order == sorted(order)
    assert PASSWORD.title in shown


def test_no_line_is_wider_than_the_screen() -> None:
    assert max(map(len, screen(OLD, NEW, 60).splitlines())) <= 60


def test_the_page_says_the_same_in_the_same_order() -> None:
    page = paper_html.render(paper(difference(OLD, NEW))).decode()

    order = [page.index(f"<h2>{title}") for title in ("Broken or worse", "Must be tested again", "Fixed or better")]
    assert order == sorted(order)
    assert PASSWORD.title in page
    assert summary_of(difference(OLD, NEW)).split(";")[0] in page


def test_nothing_is_said_to_be_nothing() -> None:
    assert screen(OLD, OLD).count("  nothing") == 3


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\x1b[31mred", "a\nb", "\u202eevil"])
def test_names_from_an_image_neither_steer_the_terminal_nor_become_markup(name: str) -> None:
    found = difference(assessment(), hostile(name))

    shown, page = text(found, 80), paper_html.render(paper(found)).decode()

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "<script" not in page
