"""Scenarios are priced from the command line, without a device."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, Run

EXAMPLES = ROOT / "examples" / "scenarios"


def test_the_table_says_figures_brackets_and_what_the_ranges_imply(fairmark: Callable[..., Run]) -> None:
    run = fairmark("risk", "price", EXAMPLES / "ransom.yaml")

    assert run.code == 0, run.err
    assert "Loss in one year, USD of 2026; 1 scenario." in run.out
    assert "TVaR95  any loss" in run.out
    assert "What the computation leaves open is widest for P" in run.out
    assert "tef: pert 1, 4, 10: mean 4.5, P99 8.4" in run.out
    assert "source: none given (assumed)" in run.out


def test_a_portfolio_sets_the_sum_of_its_vars_beside_the_var_of_its_sum(fairmark: Callable[..., Run]) -> None:
    run = fairmark("risk", "portfolio", EXAMPLES / "portfolio.yaml")

    assert run.code == 0, run.err
    assert "all together" in run.out
    assert "The scenarios' own P95 add up to" in run.out
    assert "factor.level: gamma 4, 0.25: mean 1" in run.out


@pytest.mark.parametrize("command", ["price", "portfolio"])
def test_json_holds_every_figure_with_its_bracket_and_the_same_bytes_twice(
    command: str, fairmark: Callable[..., Run]
) -> None:
    run = fairmark("risk", command, EXAMPLES / "portfolio.yaml", "--json")

    assert run.code == 0, run.err
    assert run.out == fairmark("risk", command, EXAMPLES / "portfolio.yaml", "--json").out
    report = run.json
    assert report["schema"] == f"fairmark.risk-{command}/1"
    for one in report["scenarios"]:
        assert set(one["figures"]) == {"mean", "p50", "p90", "p95", "p99", "tvar95", "any_loss"}
        assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in one["figures"].values())


def test_a_wide_range_is_warned_of_on_the_screen(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    text = (EXAMPLES / "ransom.yaml").read_text().replace("{ln90: [2e4, 6e5]}", "{ln90: [1, 6e5]}")
    (tmp_path / "s.yaml").write_text(text)

    assert "warning: The mean" in fairmark("risk", "price", tmp_path / "s.yaml").out


def test_what_cannot_be_lost_is_said_to_be_exact(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "schema: fairmark.scenarios/1\ncurrency: EUR\nprice_year: 2026\nscenarios: []\n", encoding="utf-8"
    )

    run = fairmark("risk", "portfolio", tmp_path / "s.yaml")

    assert run.code == 0, run.err
    assert "Every figure is exact: nothing can be lost." in run.out


def test_a_wrong_file_is_wrong_usage_with_every_fault(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("schema: fairmark.scenarios/1\nscenarios: [{name: a, lef: -1}]\n")

    run = fairmark("risk", "price", tmp_path / "s.yaml")

    assert run.code == 2
    assert "has 4 faults" in run.err
    assert "scenarios[0].lef: -1 is not valid" in run.err
    assert "hint: " in run.err
    assert "Traceback" not in run.err


def test_a_missing_file_is_unreadable_input(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    assert fairmark("risk", "price", tmp_path / "none.yaml").code == 3


def test_the_guide_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs" / "howto" / "price-a-scenario.md").read_text()

    assert f"```yaml\n# ransom.yaml\n{(EXAMPLES / 'ransom.yaml').read_text()}```" in page
