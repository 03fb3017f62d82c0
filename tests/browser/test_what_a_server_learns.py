"""A phone opens the address in a code: the registry's server sees which product, and never the label itself."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from fairmark.certify import page as made
from fairmark.certify.label import take_apart
from tests.browser.test_report import QUIET
from tests.doubles import labels as given

DIGITS = take_apart(given.written(given.claims())).digits


class _Recording(BaseHTTPRequestHandler):
    seen: list[str]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is that of the base class
        """Everything that a log could hold is in ``seen``."""

    def do_GET(self) -> None:
        self.seen.append(f"{self.requestline}\n{self.headers}")
        content = made.render(given.trust(), given.statuses())
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def registry() -> Iterator[tuple[str, list[str]]]:
    """A web server, and all that it is told."""
    seen: list[str] = []
    handler = type("Recording", (_Recording,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()
        thread.join()


def test_the_label_reaches_neither_the_servers_log_nor_the_next_ones_referer(registry: tuple[str, list[str]]) -> None:
    url, seen = registry
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium on the PATH: the page must be tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        page = browser.new_page()
        page.clock.set_fixed_time(given.NOW)
        page.goto(f"{url}/01/{given.GTIN:014d}#{DIGITS}")
        page.locator("#answer").wait_for(state="visible")
        page.evaluate(f"location.href = '{url}/elsewhere'")
        page.wait_for_url("**/elsewhere")
        browser.close()

    told = "\n".join(seen)
    assert f"GET /01/{given.GTIN:014d} HTTP/1.1" in told
    assert "GET /elsewhere HTTP/1.1" in told
    assert "referer" not in told.lower()
    assert not any(DIGITS[start : start + 12] in told for start in range(0, len(DIGITS) - 12, 6))
