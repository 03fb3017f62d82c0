"""The page that checks labels, in a real browser, from a file: no request, every answer, and readable by everyone."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from fairmark.certify import page as made
from fairmark.certify.label import take_apart
from tests.browser.test_report import AXE, QUIET
from tests.certify.browser_verifier import in_python
from tests.certify.make_vectors import FILE
from tests.certify.mutants import mutants
from tests.doubles import labels as given

CASES = {row["name"]: row for row in json.loads(FILE.read_text())["cases"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium on the PATH: the page must be tried in a browser")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "verify.html"
    place.write_bytes(made.render(given.trust(), given.statuses()))
    return place


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    """The page at the clock of the vectors; at the end it must have asked for nothing and complained of nothing."""
    context = browser.new_context(viewport={"width": 320, "height": 800}, offline=True, bypass_csp=False)
    page = context.new_page()
    wanted: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: wanted.append(request.url.partition("#")[0]))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.clock.set_fixed_time(given.NOW)
    page.goto(file.as_uri())
    yield page
    context.close()
    assert set(wanted) <= {file.as_uri()}
    assert said == []


def answer(page: Page, text: str) -> str:
    page.evaluate("document.getElementById('answer').hidden = true")
    page.get_by_label("The address in the code, or its digits").fill(text)
    page.get_by_role("button", name="Check").click()
    page.locator("#answer").wait_for(state="visible")
    return page.locator("#title").inner_text()


@pytest.mark.parametrize(
    "name", ["genuine, EdDSA", "genuine, ES256", "withdrawn with reason", "test", "expired", "a digit missing"]
)
def test_pasted_text_gets_the_answer_of_the_vectors(opened: Page, name: str) -> None:
    row = CASES[name]

    title = answer(opened, row["text"])

    assert title == row["answer"]["title"]
    assert opened.locator("#says").inner_text() == row["answer"]["says"]
    assert opened.locator("#notes li").all_inner_texts() == row["answer"]["notes"]
    assert opened.locator("#facts dt").all_inner_texts() == [fact[0] for fact in row["answer"]["facts"]]
    assert opened.locator("#facts dd").all_inner_texts() == [fact[1] for fact in row["answer"]["facts"]]
    assert opened.locator("#answer").get_attribute("class") == row["answer"]["colour"]


def test_the_digits_in_its_own_address_are_checked_at_once(opened: Page, file: Path) -> None:
    digits = take_apart(CASES["withdrawn with reason"]["text"]).digits

    opened.evaluate(f"location.hash = '{digits}'")
    opened.locator("#answer").wait_for(state="visible")

    assert opened.locator("#title").inner_text() == "Withdrawn"


def test_served_where_the_code_points_it_compares_the_product(browser: Browser, file: Path) -> None:
    """The registry answers every address with the page; the product in the path must be the one that was signed."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=file.read_bytes(), content_type="text/html"))
    page.clock.set_fixed_time(given.NOW)
    titles = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("genuine, EdDSA", "another product", "genuine, look-alike address"):
        page.goto("about:blank")
        page.goto(CASES[name]["text"])
        page.locator("#answer").wait_for(state="visible")
        titles.append(page.locator("#title").inner_text())

    assert titles == [
        CASES[name]["answer"]["title"] for name in ("genuine, EdDSA", "another product", "genuine, look-alike address")
    ]
    assert "issuer's registry is at registry.example.org" in page.locator("#notes").inner_text()
    assert len([url for url in asked if url.startswith("https")]) == 3
    context.close()


def test_hostile_names_stay_text(opened: Page) -> None:
    answer(opened, CASES["HTML in the model"]["text"])

    assert opened.locator("main img").count() == 0
    assert "<img src=x>&{host}" in opened.locator("#facts dd").first.inner_text()


def test_the_browser_agrees_with_python_on_mutants(opened: Page) -> None:
    cases = list(mutants(300, seed=7))

    found = opened.evaluate(
        "async (cases) => { const data = await ready, found = [];"
        "for (const [text, clock] of cases) found.push(await judge(text, data, clock)); return found; }",
        cases,
    )

    assert found == in_python(cases, given.trust(), given.statuses())


def test_the_page_works_by_keyboard_alone(opened: Page) -> None:
    opened.keyboard.press("Tab")
    opened.keyboard.insert_text(CASES["genuine, EdDSA"]["text"])
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.tagName") == "BUTTON"
    opened.keyboard.press("Enter")
    opened.locator("#answer").wait_for(state="visible")

    assert opened.locator("#title").inner_text().startswith("Genuine; status as of")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["genuine, EdDSA", "genuine, old list", "withdrawn with reason", "expired", "test"])
def test_axe_finds_nothing_and_nothing_overhangs(browser: Browser, file: Path, name: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing at {AXE}: run the set-up that installs the npm packages of the tests")
    context = browser.new_context(
        viewport={"width": 320, "height": 800}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.clock.set_fixed_time(given.NOW)
    page.goto(file.as_uri())
    answer(page, CASES[name]["text"])
    if name == "genuine, old list":
        page.clock.set_fixed_time(CASES[name]["now"])
        answer(page, CASES[name]["text"])

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert found == []
    assert overhang == 0
    assert page.locator("#answer").get_attribute("class") == CASES[name]["answer"]["colour"]
    context.close()


def test_a_photograph_is_read_where_the_browser_can(browser: Browser, file: Path) -> None:
    """A stand-in for BarcodeDetector: few browsers on a desk have one."""
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time(given.NOW)
    text = json.dumps(CASES["genuine, EdDSA"]["text"])
    page.add_init_script(
        "globalThis.BarcodeDetector = class { async detect(picture) {"
        f"return picture.width ? [{{ rawValue: {text} }}] : []; }} }};"
    )
    page.goto(file.as_uri())
    pixel = io.BytesIO(_pixel())

    page.get_by_label("Or a photograph of the code").set_input_files(
        {"name": "label.png", "mimeType": "image/png", "buffer": pixel.getvalue()}
    )
    page.locator("#answer").wait_for(state="visible")

    assert page.locator("#title").inner_text().startswith("Genuine; status as of")
    context.close()


def _pixel() -> bytes:
    from fairmark.certify.qr import written  # noqa: PLC0415 - only here

    return written([b"\xff" * 4] * 4)


def test_a_browser_without_this_kind_of_signature_says_so(opened: Page) -> None:
    opened.evaluate(
        "() => { crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError')) }"
    )

    title = answer(opened, CASES["genuine, EdDSA"]["text"])

    assert title == "This browser cannot check it"
