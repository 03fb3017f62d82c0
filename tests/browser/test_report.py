"""The report in a real browser: no network, no error, and readable by everyone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from fairmark.model.assessment import Assessment
from fairmark.render import report
from tests.doubles import assessments as given
from tests.doubles import device_money

AXE = Path(".cache/npm/node_modules/axe-core/axe.min.js")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
HOSTILE = "<img src=x onerror=alert(1)>\u202e" + "W" * 2000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium on the PATH: the report must be tried in a browser")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()


def opened(browser: Browser, file: Path, *, width: int = 1200, scheme: str = "light", axe: bool = False) -> Page:
    """The page, offline; whatever it asks for beyond itself, and whatever it complains of, fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=axe,
        offline=True,
    )
    page = context.new_page()
    wanted: list[str] = []
    said: list[str] = []
    page.route("**/*", lambda route: route.continue_() if route.request.url == file.as_uri() else route.abort())
    page.on("request", lambda request: wanted.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    assert wanted == [file.as_uri()]
    assert said == []
    return page


def written(folder: Path, assessment: Assessment) -> Path:
    file = folder / "report.html"
    file.write_text(report.render(assessment, given.catalogues()), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light"), (390, "dark")])
@pytest.mark.parametrize(
    "made",
    [given.assessment(), given.repaired(), device_money.assessment()],
    ids=["flawed", "repaired", "money"],
)
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, made: Assessment, width: int, scheme: str) -> None:
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing at {AXE}: run the set-up that installs the npm packages of the tests")
    page = opened(browser, written(tmp_path, made), width=width, scheme=scheme, axe=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")

    assert found == []


def test_the_style_sheet_is_admitted_and_a_script_is_not(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written(tmp_path, given.assessment()))

    family = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    page.evaluate("document.body.appendChild(document.createElement('script')).textContent = 'window.ran = true'")

    assert family == "rgb(163, 22, 27)"
    assert page.evaluate("window.ran === undefined")
    assert page.evaluate("document.querySelectorAll('body > script').length") == 1


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize(
    "made",
    [given.assessment(), given.hostile(HOSTILE), device_money.assessment()],
    ids=["flawed", "hostile", "money"],
)
def test_the_page_never_scrolls_sideways(browser: Browser, tmp_path: Path, made: Assessment, width: int) -> None:
    page = opened(browser, written(tmp_path, made), width=width)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overhang == 0


def test_hostile_names_make_no_element(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written(tmp_path, given.hostile(HOSTILE)))

    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 0
    assert "<img src=x onerror=alert(1)>\\u{202e}" in page.locator("h4").first.inner_text()


def test_paper_shows_what_the_screen_folds_away(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written(tmp_path, given.assessment()))
    page.emulate_media(media="print")

    shown = page.evaluate(
        "[...document.querySelectorAll('details')].every(one => one.lastElementChild.getBoundingClientRect().height > 0)"
    )

    assert shown
    assert not page.locator("nav").is_visible()
