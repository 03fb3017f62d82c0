"""The report on a file of scenarios says what the commands say."""

from pathlib import Path

import pytest

from fairmark.render.scenario_report import html_of
from fairmark.workflows.optimise import optimise
from fairmark.workflows.pricing import price_together
from fairmark.workflows.scenario_report import scenario_report
from fairmark.workflows.scenarios import ScenarioFile, read_scenarios

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"


def example(name: str) -> ScenarioFile:
    return read_scenarios((SCENARIOS / name).read_bytes(), name)


def test_a_report_says_what_the_commands_say() -> None:
    given = example("controls.yaml")

    report = scenario_report(given, "cameras")

    priced, best = price_together(given), optimise(given)
    assert report.total.p95 == pytest.approx(priced.total.p95.value)
    assert [row.mean for row in report.rows] == [one.figures.mean.value for one in priced.scenarios]
    assert report.social is not None
    assert report.social.controls == best.social.controls
    assert report.between == best.between
    assert sum(row.tail_share or 0 for row in report.rows) == pytest.approx(1, rel=1e-2)


def test_a_broken_tolerance_is_told() -> None:
    report = scenario_report(example("controls.yaml"), "cameras")

    assert [loss for loss, _ in report.beyond] == [1e5, 1e6]
    assert "More than tolerated" in html_of(report).decode()


def test_groups_are_priced_together() -> None:
    given = example("portfolio.yaml")
    first, second, third, _ = given.scenarios
    grouped = given.model_copy(
        update={"scenarios": (*(x.model_copy(update={"group": "devices"}) for x in (first, second)), third)}
    )

    report = scenario_report(grouped, "products")

    assert [row.name for row in report.groups] == ["devices"]
    assert report.groups[0].mean == pytest.approx(report.rows[0].mean + report.rows[1].mean)
    assert report.groups[0].p99 < report.rows[0].p99 + report.rows[1].p99


def test_a_file_without_controls_has_a_page_without_them() -> None:
    page = html_of(scenario_report(example("ransom.yaml"), "<b>ransom</b>")).decode()

    assert "Which controls" not in page
    assert "<b>ransom" not in page
    assert "<script" not in page


def test_the_same_file_gives_the_same_bytes() -> None:
    given = example("portfolio.yaml")

    assert html_of(scenario_report(given, "x")) == html_of(scenario_report(given, "x"))
