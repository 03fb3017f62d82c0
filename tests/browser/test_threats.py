"""The risk assessment in a real browser: no network, no error, and readable by everyone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from fairmark.model.assessment import Assessment
from fairmark.render import threats
from fairmark.workflows.threats import Given, threat_model
from tests.browser.test_report import AXE, HOSTILE, browser, opened
from tests.doubles import assessments as given
from tests.doubles import device_money
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, repaired, service

__all__ = ["browser"]
MONEY = device_money.assessment().model_copy(update={"services": (HTTP, SYSLOG, TELNET)})
ODD = given.hostile(HOSTILE).model_copy(update={"services": (service(HOSTILE, "tcp/1", user=HOSTILE[:60]),)})


@pytest.fixture(params=[camera(), repaired(), MONEY, ODD], ids=["flawed", "repaired", "money", "hostile"])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made: Assessment = request.param
    file = tmp_path / "risk-assessment.html"
    file.write_text(threats.render(threat_model(made, Given(previous=repaired())), made), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(browser: Browser, page: Path, width: int, scheme: str) -> None:
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing at {AXE}: run the set-up that installs the npm packages of the tests")
    shown = opened(browser, page, width=width, scheme=scheme, axe=True)
    shown.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    shown.evaluate(AXE.read_text(encoding="utf-8"))
    found = shown.evaluate("axe.run().then(result => result.violations.map(one => one.id + ': ' + one.nodes[0].html))")

    assert found == []


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_its_window(browser: Browser, page: Path, width: int) -> None:
    shown = opened(browser, page, width=width)

    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_no_label_of_the_picture_is_wider_than_its_box(browser: Browser, page: Path) -> None:
    shown = opened(browser, page, width=1200)

    wider = shown.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('svg.flow .door, svg.flow .zone')].map(one => one.getBBox());
          const sheet = document.querySelector('svg.flow').viewBox.baseVal.width;
          return [...document.querySelectorAll('svg.flow text')].filter(one => {
            const text = one.getBBox(), right = text.x + text.width;
            const around = boxes.filter(box => box.x <= text.x && text.x <= box.x + box.width
              && box.y <= text.y + text.height / 2 && text.y + text.height / 2 <= box.y + box.height);
            return right > Math.min(sheet, ...around.map(box => box.x + box.width));
          }).map(one => one.textContent);
        }"""
    )

    assert wider == []
