"""Print what ``fairmark risk optimise`` and ``what-if`` found."""

from collections.abc import Sequence

import click

from fairmark.cli.show import show_rows
from fairmark.render.wording import amount, figure, percent, shorten, visible
from fairmark.workflows.optimise import Chosen, Comparison, Optimum
from fairmark.workflows.pricing import SensitivityReport


def show_optimum(found: Optimum) -> None:
    """Print both optima, the budget's best, the social set step by step, and the frontier."""
    click.echo(f"Controls and what they leave, {found.currency} of {found.price_year} a year.")
    click.echo(f"{found.assumed} of {found.inputs} scenarios and controls are assumed: no source is given for them.")
    for name, clause in found.compulsory:
        click.echo(f"The law demands it, whatever it costs: {visible(name)} ({visible(clause)}).")
    rows = [("nothing", found.now), ("private optimum", found.private), ("social optimum", found.social)]
    if found.under_budget:
        rows.append(("budget", found.under_budget))
    click.echo()
    _show_sets(rows)
    click.echo()
    click.echo("The private optimum says what incentives pay for, not advice.")
    if found.between > 0:
        click.echo(
            f"At the private optimum everybody loses and pays {amount(found.between)} a year more than at the social "
            "one: what liability has to close."
        )
    click.echo(
        f"Sanity (Gordon and Loeb): on one asset with this loss never more than {amount(found.gordon_loeb)} a year."
    )
    click.echo()
    click.echo("The social optimum, control by control:")
    for step in found.steps:
        law = "; the law demands it" if step.compulsory else ""
        click.echo(f"  {visible(step.control)}: costs {amount(step.cost)}, takes away {amount(step.saved)}{law}")
    click.echo()
    click.echo("Spending and what it leaves to everybody:")
    _show_table(
        [("budget", "spent", "private", "external", "controls")]
        + [
            (
                amount(point.budget),
                amount(point.chosen.cost),
                amount(point.chosen.private),
                amount(point.chosen.external),
                f"{len(point.chosen.controls)}{'' if point.chosen.proven else ' (not proven)'}",
            )
            for point in found.frontier
        ]
    )


def show_comparison(found: Comparison) -> None:
    """Print the year without and with a set of controls."""
    click.echo(f"Loss of one year, {found.currency} of {found.price_year}.")
    for name in found.missing:
        click.echo(f"Left out although the law demands it: {visible(name)}.")
    click.echo()
    _show_sets([("without", found.before), ("with", found.after)])


def show_swings(found: SensitivityReport) -> None:
    """Print the inputs that would change the answer most."""
    click.echo(
        f"Loss of one year, {found.currency} of {found.price_year}: mean {amount(found.mean)}, P95 {amount(found.p95)}."
    )
    if not found.inputs:
        click.echo("Nothing is uncertain.")
        return
    first = found.inputs[0]
    click.echo(f"What would change it most: {visible(first.field)} of {visible(first.scenario)}.")
    click.echo()
    _show_table(
        [("each held at its 5 % and 95 % point", "at", "mean", "P95")]
        + [
            (
                shorten(visible(f"{one.scenario}: {one.field}"), 60),
                f"{figure(one.low.at)} to {figure(one.high.at)}",
                f"{amount(one.low.mean)} to {amount(one.high.mean)}",
                f"{amount(one.low.p95)} to {amount(one.high.p95)}",
            )
            for one in found.inputs
        ]
    )


def _show_sets(rows: Sequence[tuple[str, Chosen]]) -> None:
    table = [("", "cost", "private", "external", "P95 of all", "P99 of all", "gap")]
    for name, chosen in rows:
        year = chosen.total
        tail = (amount(year.p95.value), amount(year.p99.value)) if year else ("", "")
        gap = (
            "0" if chosen.gap == 0 else percent(chosen.gap) if chosen.proven else f"{percent(chosen.gap)} (not proven)"
        )
        table.append((name, amount(chosen.cost), amount(chosen.private), amount(chosen.external), *tail, gap))
    _show_table(table)
    for name, chosen in rows:
        if chosen.controls:
            show_rows([(name, "; ".join(shorten(visible(control), 80) for control in chosen.controls))])
    left_open = [(x.high - x.low) / x.value for x in (c.total.p99 for _, c in rows if c.total) if x.high and x.value]
    if left_open:
        click.echo(f"What the computation leaves open of P99: at most {figure(max(left_open) * 100)} %.")


def _show_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for label, *cells in rows:
        right = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        click.echo(f"{label.ljust(widths[0])}  {right}".rstrip())
