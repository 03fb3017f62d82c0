"""The implementation statement in a real browser: it asks for nothing, and everyone can read it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from fairmark.workflows.ics import implementation, written
from tests.browser.test_report import AXE, QUIET, opened
from tests.doubles.assessments import assessment


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_axe_finds_nothing_and_the_page_is_no_wider_than_the_screen(tmp_path: Path, width: int, scheme: str) -> None:
    file = tmp_path / "ics.html"
    file.write_bytes(written(implementation(assessment().device, "en303645", assessment()), "html"))
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium on the PATH: the statement must be tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        page = opened(browser, file, width=width, scheme=scheme, axe=True)

        page.evaluate(AXE.read_text(encoding="utf-8"))
        faults = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
        wide = page.evaluate("document.documentElement.scrollWidth")
        browser.close()

    assert faults == []
    assert wide <= width
