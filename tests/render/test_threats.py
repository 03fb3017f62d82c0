"""The risk assessment as a page: whole, self-contained, and never praising."""

import re
from html.parser import HTMLParser

import pytest

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.render import paper_markdown, threats, threats_paper
from fairmark.workflows.threat_edits import DecisionRow, Edits
from fairmark.workflows.threats import Given, threat_model
from tests.doubles import assessments as given
from tests.doubles import device_money
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, repaired, service

MARKUP = "<img src=x onerror=alert(1)>"


def page(assessment: Assessment, **more: object) -> str:
    return threats.render(threat_model(assessment, Given(**more)), assessment)  # type: ignore[arg-type]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.ids += [value or ""] if name == "id" else []
            self.links += [value or ""] if name in {"href", "src"} else []


def outline(text: str) -> _Outline:
    made = _Outline()
    made.feed(text)
    return made


def test_the_page_needs_nothing_else_and_its_links_lead_somewhere() -> None:
    made = outline(page(camera(), previous=repaired()))

    assert "script" not in made.tags
    assert all(link.startswith("#") and link[1:] in made.ids for link in made.links)
    assert len(made.ids) == len(set(made.ids))


def test_every_part_that_the_law_asks_for_has_its_section() -> None:
    said = words(page(device_money.assessment().model_copy(update={"services": (HTTP, SYSLOG, TELNET)})))

    for part in (
        "Purpose and foreseeable use",
        "Data flows and trust boundaries",
        "Assets",
        "Likelihood and impact",
        "How Annex I part I applies",
        "Required by law",
        "Residual risk",
        "Not examined",
        "Upkeep",
        "telnet at tcp/23",
        "Intended purpose open: nobody has written this down yet",
        "inputs assumed",
    ):
        assert part in said, part


@pytest.mark.parametrize("made", [camera(), repaired(), given.assessment(device=Device(), services=())])
def test_nothing_is_ever_praised(made: Assessment) -> None:
    paper = paper_markdown.render(threats_paper.paper(threat_model(made), made)).decode()
    for text in (words(page(made)), paper):
        assert not re.search(r"\bsafe\b|\b(is|are) secure|compliant|conforming|\byou pass\b", text, re.IGNORECASE)


def test_a_point_without_a_reason_shows_that_it_is_missing() -> None:
    verdict = Verdict(
        catalogue="cra",
        edition="2024",
        provision="I.2.g",
        title="Data minimisation",
        status=Status.MANDATORY,
        outcome=Outcome.NOT_APPLICABLE,
        reason="the condition does not hold",
    )

    assert "No reason is given. Article 13(4) asks for one" in words(page(repaired(verdicts=(verdict,))))


def test_decisions_conflicts_and_what_fits_nothing_stand_at_the_top() -> None:
    rows = tuple(
        DecisionRow.model_validate(
            {
                "threat": name,
                "decision": "not_applicable",
                "reason": "we think it is not",
                "owner": "QA lead",
                "date": "2026-11-01",
            }
        )
        for name in ("known-password@telnet:tcp/23", "gone@nowhere")
    )

    said = words(page(camera(), edits=Edits(decisions=rows), previous=repaired()))

    assert "gone@nowhere is no threat of this build" in said
    assert "decided as not applicable, but the evidence says" in said
    assert "New entry point: telnet at tcp/23" in said
    assert said.index("What needs a look", 400) < said.index("Purpose and foreseeable use", 800)


@pytest.mark.parametrize("name", [MARKUP, "\u202eexe.txt", "</style><h1>", "{{ 7 * 7 }}", "\x1b[31m\x00", "a|b\n# c"])
def test_names_from_the_image_stay_text(name: str) -> None:
    def made(text: str) -> Assessment:
        odd = service(text, "tcp/1", program=f"/bin/{text}", user=text, started_by=text)
        return given.hostile(text).model_copy(update={"services": (odd,)})

    text = page(made(name))

    assert outline(text).tags == outline(page(made("plain"))).tags
    assert not set(text) & set("\u202e\x1b\x00")


def test_the_same_model_gives_the_same_bytes() -> None:
    assert page(camera()) == page(camera())
