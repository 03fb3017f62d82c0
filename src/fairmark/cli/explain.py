"""``fairmark explain``: what an id means and where a number comes from."""

from pathlib import Path

import click


@click.command("explain")
@click.argument("name", nargs=-1)
@click.option(
    "--assessment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="assessment.json: explains its findings and figures, such as private.p95.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(name: tuple[str, ...], assessment: Path | None, as_json: bool) -> None:
    """Say what NAME is and where it comes from.

    NAME is the id of a rule, weakness, control, capability, fact, provision, scenario, number or finding,
    or a whole kind: rules, weaknesses, controls, capabilities, facts, provisions, scenarios, numbers.
    """
    from datetime import UTC, datetime

    from fairmark.cli.show import show_json, show_rows
    from fairmark.errors import WrongUsageError
    from fairmark.risk.calibration import load
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.explain import explain
    from fairmark.workflows.gate import MAX_BYTES, read_assessment

    if not name:
        raise WrongUsageError("name what to explain", hint="Try: fairmark explain rules, or fairmark explain 5.1-1")
    given = None
    if assessment is not None:
        content = read_file(assessment, limit=MAX_BYTES, what="an assessment")
        given = read_assessment(content, str(assessment))
    found = explain(" ".join(name), load(), year=datetime.now(UTC).year, assessment=given)
    if as_json:
        show_json(found)
        return
    for one in found:
        click.echo(f"{one.id} ({one.kind}): {one.title}")
        show_rows(one.rows)
        if one.see:
            click.echo(f"  See also: {', '.join(one.see)}")
