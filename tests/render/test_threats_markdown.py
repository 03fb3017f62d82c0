"""The risk assessment as Markdown: the same content, and no word of an image that becomes markup."""

import re

import pytest

from fairmark.render import threats_markdown
from fairmark.render.threats_markdown import escaped
from fairmark.workflows.threats import Given, threat_model
from tests.doubles import assessments as given
from tests.doubles import device_money
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, repaired, service


def test_every_section_of_the_page_is_there() -> None:
    made = device_money.assessment().model_copy(update={"services": (HTTP, SYSLOG, TELNET)})

    text = threats_markdown.render(threat_model(made, Given(previous=repaired())), made)

    headings = re.findall(r"(?m)^## (.*)$", text)
    assert headings == [
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


def test_every_table_row_has_the_cells_of_its_head() -> None:
    odd = service("a|b\\|c", "tcp/1", user="x|y")
    made = camera(services=(HTTP, odd))

    lines = threats_markdown.render(threat_model(made), made).splitlines()

    def cells(line: str) -> int:
        return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))

    for index, line in enumerate(lines):
        if line.startswith("|---"):
            width, row = cells(lines[index - 1]), index + 1
            while lines[row].startswith("|"):
                assert cells(lines[row]) == width, lines[row]
                row += 1


@pytest.mark.parametrize("name", ["<script>", "# title", "a\n## b", "[x](http://y)", "`code`", "\u202e", "\x1b[0m"])
def test_text_of_unknown_origin_stays_text(name: str) -> None:
    made = given.hostile(name).model_copy(update={"services": (service(name, "tcp/1"),)})

    text = threats_markdown.render(threat_model(made), made)

    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"(?m)^#+ (b|title)$", text)
    assert not re.search(r"(?<!\\)\]\(http", text)


def test_escaped_text_stands_on_one_line() -> None:
    assert escaped("a\n| b") == r"a \| b"
