"""The documents for the maker in a real browser: no network, no error, readable by everyone, open places visible."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from fairmark.workflows.exchange import declare, kinds_of_declarations
from tests.browser.test_report import AXE, HOSTILE, browser, opened  # noqa: F401 - the fixture
from tests.doubles import assessments as given


def written(folder: Path, kind: str, *, hostile: bool = False) -> Path:
    file = folder / "document.html"
    file.write_bytes(declare(given.hostile(HOSTILE) if hostile else given.assessment(), kind, "html").content)
    return file


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
@pytest.mark.parametrize("kind", kinds_of_declarations())
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, kind: str, width: int, scheme: str) -> None:  # noqa: F811
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing at {AXE}: run the set-up that installs the npm packages of the tests")
    page = opened(browser, written(tmp_path, kind), width=width, scheme=scheme, axe=True)

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")

    assert found == []


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("kind", kinds_of_declarations())
def test_the_page_never_scrolls_sideways_and_names_make_no_element(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
    kind: str,
    hostile: bool,  # noqa: FBT001
) -> None:
    page = opened(browser, written(tmp_path, kind, hostile=hostile), width=390)

    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overhang == 0
    assert page.locator("img").count() == 0


def test_open_places_look_open_on_paper_too(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    page = opened(browser, written(tmp_path, "eu-doc"))
    page.emulate_media(media="print")

    styles = page.evaluate(
        "[...document.querySelectorAll('.open')].map(one => getComputedStyle(one).borderBottomStyle)"
    )

    assert len(styles) > 10
    assert set(styles) == {"dashed"}
