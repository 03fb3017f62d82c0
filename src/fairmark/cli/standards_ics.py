"""``fairmark standards ics``: the maker's statement of implementation, and the facts that a test needs."""

from pathlib import Path

import click


@click.command("ics")
@click.argument("device", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--catalogue", required=True, help="Id of the catalogue, such as en303645.")
@click.option(
    "--assessment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="assessment.json: claims are held against its evidence, and what it saw is filled in.",
)
@click.option(
    "--format", "form", type=click.Choice(["html", "docx", "md"]), default="html", show_default=True, help="Its form."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--json", "as_json", is_flag=True, help="Print the statement as JSON as well.")
def command(device: Path, *, catalogue: str, assessment: Path | None, form: str, out: Path, as_json: bool) -> None:
    """Write the implementation statement (ICS) of DEVICE (device.yaml) and the facts a test needs (IXIT).

    Every provision gets a row with the maker's claim and reason. What is missing is marked as open; what the evidence
    contradicts stands on top.
    """
    from fairmark.cli.show import show_json
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.gate import MAX_BYTES as MOST
    from fairmark.workflows.gate import read_assessment
    from fairmark.workflows.ics import implementation, written
    from fairmark.workflows.profile import MAX_BYTES, read_profile

    profile = read_profile(read_file(device, limit=MAX_BYTES, what="a device profile"), str(device))
    seen = None
    if assessment is not None:
        seen = read_assessment(read_file(assessment, limit=MOST, what="an assessment"), str(assessment))
    statement = implementation(profile, catalogue, seen)
    write_together(out.parent, {out.name: written(statement, form)})
    if as_json:
        show_json(statement)
        return
    claimed = sum(bool(row.claim) for row in statement.rows)
    click.echo(f"Wrote {out}: {claimed} of {len(statement.rows)} provisions are claimed.")
    click.echo(
        f"{len(statement.contradicted)} claims are contradicted; something is missing in {len(statement.faulty)}."
    )
