"""The documents of the two cameras, as written by the command: official schemas, and the page in a browser."""

import pytest
from playwright.sync_api import Browser

from tests.browser.test_report import AXE, browser, opened  # noqa: F401 - a fixture
from tests.journeys.conftest import Camera
from tests.render import test_cyclonedx as cyclonedx
from tests.render import test_sarif as sarif
from tests.render.test_sarif import schema  # noqa: F401 - a fixture


def test_sarif_keeps_to_the_official_schema(cameras: tuple[Camera, Camera], schema: object) -> None:  # noqa: F811
    for camera in cameras:
        log = sarif.valid((camera.out / "findings.sarif").read_bytes(), schema)
        assert len(log["runs"][0]["results"]) == len(camera.assessment["findings"])


def test_cyclonedx_keeps_to_the_official_schema(cameras: tuple[Camera, Camera]) -> None:
    for camera in cameras:
        bom = cyclonedx.valid((camera.out / "sbom.cdx.json").read_bytes())
        assert len(bom["components"]) == len(camera.assessment["components"])


@pytest.mark.parametrize("width", [1200, 390])
def test_the_report_is_readable_by_everyone_and_asks_the_network_for_nothing(
    cameras: tuple[Camera, Camera],
    browser: Browser,  # noqa: F811
    width: int,
) -> None:
    for camera in cameras:
        page = opened(browser, camera.out / "report.html", width=width, axe=True)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.evaluate(AXE.read_text(encoding="utf-8"))

        found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")

        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate("document.scripts.length") == 0
