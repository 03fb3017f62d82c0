"""``fairmark risk``: price FAIR scenarios of your own, without a device."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.workflows.pricing import Figure, Figures, Implied, PortfolioReport, PricedScenario, PriceReport
    from fairmark.workflows.scenarios import ScenarioFile

_COLUMNS = ("mean", "P50", "P90", "P95", "P99", "TVaR95", "any loss")


@click.group("risk")
def command() -> None:
    """Price a FAIR scenario or a portfolio of them, without a device.

    The scenarios stand in a YAML file; docs/howto/price-a-scenario.md explains it. No sampling: every figure
    carries the bracket that its computation leaves open.
    """


@command.command("price", short_help="Each scenario of FILE on its own.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def price_command(file: Path, as_json: bool) -> None:
    """Price each scenario of FILE on its own: mean, P50, P90, P95, P99 and TVaR95 of a year's loss."""
    from fairmark.cli.show import show_json
    from fairmark.workflows.pricing import price

    report = price(_read(file))
    if as_json:
        show_json(report)
        return
    _show_head(report)
    _show_table([(one.name, one.figures) for one in report.scenarios])
    _show_inputs(report.scenarios)


@command.command("portfolio", short_help="All scenarios of FILE in one year.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def portfolio_command(file: Path, as_json: bool) -> None:
    """Price all scenarios of FILE in one year, with the shocks and the factor they have in common."""
    from fairmark.cli.show import show_json
    from fairmark.render.wording import amount
    from fairmark.workflows.pricing import price_together

    report = price_together(_read(file))
    if as_json:
        show_json(report)
        return
    _show_head(report)
    _show_table([*((one.name, one.figures) for one in report.scenarios), ("all together", report.total)])
    for one in report.together:
        own, total = amount(one.sum_of_vars.value), amount(one.var_of_sum.value)
        click.echo(f"The scenarios' own P{one.level * 100:.0f} add up to {own}; that of their sum is {total}.")
    _show_inputs(report.scenarios, report.common)


@command.command("optimise", short_help="Which controls of FILE, for how much money.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--budget", type=float, help="The most that controls may cost a year.")
@click.option("--points", type=click.IntRange(2, 100), default=12, show_default=True, help="Points of the frontier.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def optimise_command(file: Path, budget: float | None, points: int, as_json: bool) -> None:
    """Choose among the controls of FILE: the private and the social optimum, a budget, and the frontier.

    What a law demands (compulsory:) is in every set, whatever it costs. Each set is proven: --json and the table say
    by how much a better one could beat it at most.
    """
    from fairmark.cli.risk_optimum import show_optimum
    from fairmark.cli.show import show_json
    from fairmark.workflows.optimise import optimise

    found = optimise(_read(file), budget=budget, points=points)
    if as_json:
        show_json(found)
        return
    show_optimum(found)


@command.command("what-if", short_help="FILE with some of its controls.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with", "names", multiple=True, required=True, metavar="CONTROL", help="A control; repeat it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def what_if_command(file: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Price FILE with a set of its controls beside FILE without any."""
    from fairmark.cli.risk_optimum import show_comparison
    from fairmark.cli.show import show_json
    from fairmark.workflows.optimise import what_if

    found = what_if(_read(file), names)
    if as_json:
        show_json(found)
        return
    show_comparison(found)


@command.command("export", short_help="FILE as JSON.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_command(file: Path) -> None:
    """Print FILE as JSON that every risk command reads to the same values."""
    click.echo(_read(file).written(), nl=False)


@command.command("import", short_help="A model of pyfair as a scenario file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--currency", required=True, help="Of its amounts, such as USD.")
@click.option("--price-year", type=int, required=True, help="Of its amounts, such as 2026.")
def import_command(file: Path, currency: str, price_year: int) -> None:
    """Print a model that pyfair saved as JSON as a scenario file, and say what changes its meaning."""
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.pyfair_models import NOTES, imported
    from fairmark.workflows.scenarios import MAX_BYTES

    content = read_file(file, limit=MAX_BYTES, what="models")
    text = imported(content, str(file), currency=currency, price_year=price_year)
    for note in NOTES:
        click.echo(note, err=True)
    click.echo(text, nl=False)


@command.command("sensitivity", short_help="Which input of FILE would change the answer most.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def sensitivity_command(file: Path, as_json: bool) -> None:
    """Hold each range of FILE at its 5 % and at its 95 % point, and price all scenarios together each time."""
    from fairmark.cli.risk_optimum import show_swings
    from fairmark.cli.show import show_json
    from fairmark.workflows.pricing import sensitivity

    found = sensitivity(_read(file))
    if as_json:
        show_json(found)
        return
    show_swings(found)


@command.command("report", short_help="FILE as one page with charts.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("risk.html"),
    show_default=True,
    help="The page.",
)
def report_command(file: Path, out: Path) -> None:
    """Write FILE as one HTML page: curve with tolerance, tornado, both optima, waterfall, frontier and worst years."""
    from fairmark.render.scenario_report import html_of
    from fairmark.workflows.adapters.output import write_files
    from fairmark.workflows.scenario_report import scenario_report

    write_files(out.parent, {out.name: html_of(scenario_report(_read(file), file.stem))})
    click.echo(f"Written: {out}")


def _read(file: Path) -> "ScenarioFile":
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.scenarios import MAX_BYTES, read_scenarios

    return read_scenarios(read_file(file, limit=MAX_BYTES, what="scenarios"), str(file))


def _show_head(report: "PriceReport | PortfolioReport") -> None:
    from fairmark.render.wording import count

    scenarios = count(len(report.scenarios), "scenario")
    click.echo(f"Loss in one year, {report.currency} of {report.price_year}; {scenarios}.")


def _show_table(rows: "list[tuple[str, Figures]]") -> None:
    """Print a line of figures for each name, and which of them the computation knows least well."""
    from fairmark.render.wording import amount, percent, shorten, visible

    table: list[tuple[str, ...]] = [("", *_COLUMNS)]
    for name, figures in rows:
        money = [amount(figure.value) for _, figure in _money(figures)]
        table.append((shorten(visible(name), 32), *money, percent(figures.any_loss.value)))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for label, *cells in table:
        right = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        click.echo(f"{label.ljust(widths[0])}  {right}")
    click.echo(_bracket_sentence(rows))


def _money(figures: "Figures") -> Iterator[tuple[str, "Figure"]]:
    named = (figures.mean, figures.p50, figures.p90, figures.p95, figures.p99, figures.tvar95)
    yield from zip(_COLUMNS, named, strict=False)


def _bracket_sentence(rows: "list[tuple[str, Figures]]") -> str:
    from fairmark.render.wording import figure, visible

    known = [
        (((one.high - one.low) / one.value), f"{label} of {visible(name)}", one)
        for name, figures in rows
        for label, one in _money(figures)
        if one.high is not None and one.value > 0
    ]
    if not known:
        return "Every figure is exact: nothing can be lost."
    share, where, one = max(known, key=lambda row: row[0])
    assert one.high is not None  # noqa: S101 - chosen so above
    ends = f"{figure(one.low)} to {figure(one.high)}"
    return (
        f"What the computation leaves open is widest for {where}: {ends} ({share:.2%} of it). --json has every bracket."
    )


def _show_inputs(scenarios: "Iterable[PricedScenario]", common: "Iterable[Implied]" = ()) -> None:
    """Say back what the ranges imply, and which scenarios nobody gave a source for."""
    from fairmark.cli.show import show_rows
    from fairmark.render.wording import figure, visible

    def rows(inputs: "Iterable[Implied]") -> Iterator[tuple[str, str]]:
        for one in inputs:
            yield visible(one.field), f"{one.given}: mean {figure(one.mean)}, P99 {figure(one.p99)}"
            if one.warning:
                yield "warning", one.warning

    for one in scenarios:
        click.echo(f"{visible(one.name)} says:")
        show_rows(rows(one.inputs))
        source = visible(one.source) or "none given"
        show_rows([("source", f"{source} (assumed)" if one.assumed else source)])
    if common := tuple(common):
        click.echo("In common:")
        show_rows(rows(common))
