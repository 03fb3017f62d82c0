import base64
import re
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from fairmark.model.assessment import Assessment
from fairmark.model.image import Coverage, ImageRecord
from fairmark.model.risk import Plan
from fairmark.render import report
from tests.doubles import assessments as given
from tests.doubles import device_money

MARKUP = "<img src=x onerror=alert(1)>"


class Outline(HTMLParser):
    """The elements of a page: names, ids, attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def outline(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Outline()
    parser.feed(page)
    return parser.seen


def rendered(assessment: Assessment) -> str:
    return report.render(assessment, given.catalogues())


@pytest.fixture(scope="module")
def page() -> str:
    return rendered(given.assessment())


def test_the_order_is_verdict_proof_law_plan_money_unseen_verdicts(page: str) -> None:
    headings = re.findall(r'<h2 id="(\w+)">', page)

    assert page.index("<h1") < page.index("<h2")
    assert headings == [
        "proofs",
        "law",
        "plan",
        "money",
        "unseen",
        "verdicts",
        "findings",
        "flaws",
        "inside",
        "inputs",
        "provenance",
    ]


def test_a_proof_shows_where_what_and_how_to_mend_it(page: str) -> None:
    for part in ("/etc/shadow:1", given.digest("/etc/shadow")[:16], "root:[redacted]:19000:", "CWE-1392", "psti 1-2"):
        assert part in page
    assert given.PASSWORD.fix in page


def test_money_is_an_interval_with_its_assumptions(page: str) -> None:
    assert "USD 320 k to 3.7 m a year (mean 1.1 m)" in page
    assert "58 of 66 inputs assumed" in page
    assert "economics.units_per_year" in page


def test_what_was_not_examined_is_said(page: str) -> None:
    assert "Known vulnerabilities of components (CVE)" in page
    assert "encrypted or random" in page


def test_the_page_has_one_main_heading_and_no_level_is_skipped(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in outline(page) if re.fullmatch("h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_id_is_unique(page: str) -> None:
    ids = [attributes["id"] for _, attributes in outline(page) if "id" in attributes]

    assert len(ids) == len(set(ids))


def test_every_table_has_a_caption_scopes_and_a_place_to_scroll(page: str) -> None:
    elements = outline(page)
    tables = [tag for tag, _ in elements if tag == "table"]

    assert len([tag for tag, _ in elements if tag == "caption"]) == len(tables)
    assert all("scope" in attributes for tag, attributes in elements if tag == "th")
    assert page.count('role="region" tabindex="0"') >= len(tables)


def test_the_page_needs_no_script_no_network_and_no_inline_style(page: str) -> None:
    elements = outline(page)

    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in elements)
    assert not [name for _, attributes in elements for name in attributes if name == "style" or name.startswith("on")]
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "url(http" not in page
    assert "@import" not in page


def test_the_policy_admits_the_style_sheet_and_nothing_else(page: str) -> None:
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert found is not None

    digest = base64.b64encode(sha256(found[1].encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_the_same_assessment_gives_the_same_bytes(page: str) -> None:
    assert rendered(given.assessment()) == page


@pytest.mark.parametrize("name", [MARKUP, "\u202eexe.txt", "</style><h1>", "{{ 7 * 7 }}", "\x1b[31m\x00", "&lt;b&gt;"])
def test_names_from_the_image_stay_text(name: str) -> None:
    page = rendered(given.hostile(name))

    expected = [tag for tag, _ in outline(rendered(given.hostile("plain")))]
    assert [tag for tag, _ in outline(page)] == expected
    assert not set(page) & set("\u202e\x1b\x00")


def test_overlong_names_lose_their_middle() -> None:
    page = rendered(given.hostile("W" * 2000))

    assert max(len(run) for run in re.findall("W+", page)) < 600
    assert "(2,000 characters)" in page


def test_nothing_found_is_never_praised() -> None:
    page = rendered(given.repaired())

    assert "No proven flaw found;" in page
    assert not re.search(r"\bsafe\b|\bsecure\b|conform|compliant|\byou pass\b", page, re.IGNORECASE)


def test_an_assessment_of_nothing_still_has_every_section() -> None:
    empty = given.repaired().model_copy(
        update={
            "image": ImageRecord(),
            "coverage": Coverage(),
            "components": (),
            "verdicts": (),
            "plan": Plan(),
            "risk": given.risk(0, 0).model_copy(update={"scenarios": (), "inputs": (), "assumptions": ()}),
        }
    )

    page = rendered(empty)

    assert "No image was examined" in page
    assert page.count("<h2") == 11


def test_without_catalogues_standards_are_named_by_their_id() -> None:
    page = report.render(given.assessment())

    assert "<h3>psti <small>SI 2023/1007</small></h3>" in page


def test_a_long_list_is_cut_and_the_rest_is_counted() -> None:
    gap = given.assessment().coverage.gaps[0]
    many = tuple(gap.model_copy(update={"where": f"/gap/{number}"}) for number in range(620))
    coverage = given.assessment().coverage.model_copy(update={"gaps": many})

    page = rendered(given.assessment(coverage=coverage))

    assert "120 more gaps are in assessment.json." in page


def test_the_page_says_how_much_is_enough_law_first_and_what_would_change_it() -> None:
    page = " ".join(re.sub(r"<[^>]+>", " ", rendered(device_money.assessment())).split())

    for said in (
        "How much is enough",
        "Private optimum what incentives pay for, not advice",
        "that is what liability has to close",
        "no better set exists",
        "Sanity line (Gordon and Loeb",
        "psti 1-2 forbids shipping without it",
        "No price waives a duty",
        "What would change this answer most",
    ):
        assert said in page


def test_the_figures_of_enough_keep_the_page_in_order() -> None:
    page = report.render(device_money.assessment(), given.catalogues())

    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"\sstyle=|<script", page)
    assert page.index("Losses of one year") < page.index("How much is enough") < page.index("Ship now, or wait")
