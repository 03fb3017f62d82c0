"""``fairmark gate``: pass or fail a build in CI."""

import sys
from pathlib import Path

import click


@click.command("gate")
@click.argument("assessment", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Older assessment: only what is new or worse counts.",
)
@click.option(
    "--waivers",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML list of waivers with owner, reason and expiry.",
)
@click.option("--minimum", is_flag=True, help="Only what the law of the device's markets requires.")
@click.option("--level", type=click.IntRange(1, 4), help="The assurance level that must be reached.")
@click.option("--standard", "standards", multiple=True, help="Only this catalogue's provisions count; may be repeated.")
@click.option(
    "--max-loss", type=click.FloatRange(0), help="Greatest private P95 of a year's loss, in the assessment's currency."
)
@click.option(
    "--reported",
    type=click.Choice(["error", "warning", "note"]),
    help="Results of code scanners count too, from this level on; those set aside in the tool do not.",
)
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write verdicts and test cases as JUnit XML; what is inconclusive is skipped there, with the reason.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    assessment: Path,
    *,
    baseline: Path | None,
    waivers: Path | None,
    minimum: bool,
    level: int | None,
    standards: tuple[str, ...],
    max_loss: float | None,
    reported: str | None,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Fail (exit 1) on a proven high finding or a mandatory provision that fails in ASSESSMENT.

    An undecided result, such as a loss whose interval holds the limit or a scanner's report that is not there, does
    not open the gate.
    """
    import math
    from datetime import UTC, datetime

    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.model.reported import ReportedLevel
    from fairmark.render.junit import render
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.gate import MAX_BYTES, Conditions, Result, gate, read_assessment, read_waivers

    if max_loss is not None and math.isnan(max_loss):
        raise WrongUsageError("--max-loss is not a number", hint="Give an amount, such as 100000.")

    wanted = ReportedLevel(reported) if reported else None

    def load(path: Path) -> bytes:
        return read_file(path, limit=MAX_BYTES, what="an assessment or waivers")

    judged = read_assessment(load(assessment), str(assessment))
    report = gate(
        judged,
        Conditions(minimum=minimum, level=level, standards=standards, max_loss=max_loss, reported=wanted),
        today=datetime.now(UTC).date(),
        baseline=read_assessment(load(baseline), str(baseline)) if baseline else None,
        waivers=read_waivers(load(waivers), str(waivers)) if waivers else (),
    )
    if junit:
        write_together(junit.parent, {junit.name: render(judged)})
    if as_json:
        show_json(report)
    else:
        _show(report)
    sys.exit(0 if report.result is Result.PASSED else 1)


def _show(report: object) -> None:
    from fairmark.workflows.gate import GateReport

    assert isinstance(report, GateReport)  # noqa: S101 - tells the type, imported late
    click.echo(f"Gate {report.result}: {len(report.reasons)} reasons, {len(report.waived)} waived.")
    for reason in report.reasons:
        click.echo(f"  - {reason.text}  [{reason.subject}]")
    for reason in report.waived:
        click.echo(f"  ~ waived by {reason.waived_by}: {reason.text}")
    for note in report.notes:
        click.echo(f"  note: {note}")
