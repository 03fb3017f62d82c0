from fairmark.render import paper_markdown
from fairmark.render.paper import Items, Paper, Paragraph
from tests.render.test_paper import PAPER


def test_the_document_reads_as_markdown() -> None:
    lines = paper_markdown.render(PAPER).decode().splitlines()

    assert lines[0] == "# A title"
    assert "## 1. First" in lines
    assert "> **Not yet:**" in lines
    assert "> - one" in lines
    assert "| Address | **[To be completed: the address]** |" in lines
    assert "| a \\| b | **[To be completed: the cell]** |" in lines
    assert "- **[To be completed: the item]**" in lines


def test_text_from_elsewhere_makes_no_markup() -> None:
    hostile = "[x](http://x) <b> *y* `z`\n# head\n- item"

    made = paper_markdown.render(Paper(hostile, hostile, (Paragraph(hostile), Items((hostile,))))).decode()

    assert "\\[x\\](http://x) \\<b\\> \\*y\\* \\`z\\` \\# head - item" in made
    assert "\n- item" not in made.replace("\n- \\[", "")


def test_a_line_that_begins_like_a_list_stays_a_line() -> None:
    made = paper_markdown.render(Paper("t", "s", (Paragraph("1. one"), Paragraph("- two"), Paragraph("+ three"))))

    assert made.decode().splitlines()[4:] == ["1\\. one", "", "\\- two", "", "\\+ three"]
