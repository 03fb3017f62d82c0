"""The risk assessment as a paper: the content of the page in each form, and no word of an image that becomes markup."""

import io
import re

import docx
import pytest

from fairmark.model.assessment import Assessment
from fairmark.render import paper_docx, paper_markdown, threats, threats_paper
from fairmark.render.paper import Heading, Table, open_places
from fairmark.workflows.threats import Given, threat_model
from tests.doubles import assessments as given
from tests.doubles import device_money
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, repaired, service

PRICED = device_money.assessment().model_copy(update={"services": (HTTP, SYSLOG, TELNET)})
SECTIONS = [
    "What the new image changes",
    "Purpose and foreseeable use",
    "Trust boundaries",
    "Assets",
    "Entry points and flows",
    "Threats",
    "Likelihood and impact",
    "How Annex I part I applies",
    "Treatment",
    "Residual risk",
    "Not examined",
    "Upkeep",
    "Provenance",
]


def markdown(made: Assessment) -> str:
    return paper_markdown.render(threats_paper.paper(threat_model(made), made)).decode()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_every_section_is_there() -> None:
    made = threats_paper.paper(threat_model(PRICED, Given(previous=repaired())), PRICED)

    assert [one.text for one in made.blocks if isinstance(one, Heading) and one.level == 2] == SECTIONS
    assert open_places(made) > 0


def test_a_word_processor_reads_the_same_content() -> None:
    model = threat_model(PRICED, Given(previous=repaired()))
    made = threats_paper.paper(model, PRICED)

    opened = docx.Document(io.BytesIO(paper_docx.render(made)))

    headings = [one.text for one in opened.paragraphs if one.style is not None and one.style.name == "Heading 2"]
    assert headings == SECTIONS
    cells = {flat(cell.text) for table in opened.tables for row in table.rows for cell in row.cells}
    assert {flat(cell) for block in made.blocks if isinstance(block, Table) for row in block.rows for cell in row} <= {
        *cells
    }
    for one in model.entry_points:
        assert any(f"({one.id}" in cell for cell in cells), one.id
    for threat in model.threats:
        assert any(f"; {threat.id})" in cell for cell in cells), threat.id


def test_the_paper_names_every_threat_asset_and_measure_of_the_page() -> None:
    model = threat_model(PRICED)
    page = threats.render(model, PRICED)
    text = markdown(PRICED).replace("\\", "")

    named = [*(one.id for one in model.threats), *(one.title for one in model.assets)]
    named += [one.title for one in (*PRICED.plan.required_by_law, *PRICED.plan.worth_it, *PRICED.plan.not_worth_it)]
    for one in named:
        assert one in text
        assert one.replace("'", "&#39;") in page


def test_every_table_row_has_the_cells_of_its_head() -> None:
    odd = service("a|b\\|c", "tcp/1", user="x|y")
    made = camera(services=(HTTP, odd))

    lines = markdown(made).splitlines()

    def cells(line: str) -> int:
        return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))

    for index, line in enumerate(lines):
        if line.startswith("|---"):
            width, row = cells(lines[index - 1]), index + 1
            while row < len(lines) and lines[row].startswith("|"):
                assert cells(lines[row]) == width, lines[row]
                row += 1


@pytest.mark.parametrize("name", ["<script>", "# title", "a\n## b", "[x](http://y)", "`code`", "\u202e", "\x1b[0m"])
def test_text_of_unknown_origin_stays_text(name: str) -> None:
    made = given.hostile(name).model_copy(update={"services": (service(name, "tcp/1"),)})

    text = markdown(made)

    assert not re.search(r"(?<!\\)<script>", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"(?m)^#+ (b|title)$", text)
    assert not re.search(r"(?<!\\)\]\(http", text)


def test_text_without_end_is_cut() -> None:
    made = given.hostile("x" * 50_000).model_copy(update={"services": (service("y" * 50_000, "tcp/1"),)})

    assert max(map(len, re.split(r"[|\n]", markdown(made)))) < 5_000
