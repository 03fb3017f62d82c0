"""``fairmark standards export``: catalogues and assessments in the forms of other tools."""

from pathlib import Path

import click


@click.command("export")
@click.argument("subject", metavar="CATALOGUE|ASSESSMENT")
@click.option(
    "--format",
    "form",
    type=click.Choice(["oscal", "ciso-assistant"]),
    default="oscal",
    show_default=True,
    help="OSCAL 1.2.1 as JSON, or a library of CISO Assistant as YAML.",
)
@click.option(
    "--kind",
    type=click.Choice(["catalog", "component-definition", "assessment-plan", "assessment-results", "poam"]),
    help="Which OSCAL document. Default: catalog of a catalogue, assessment-results of an assessment.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(subject: str, *, form: str, kind: str | None, out: Path, as_json: bool) -> None:
    """Write a CATALOGUE (its id) or an ASSESSMENT (assessment.json) for other tools.

    OSCAL knows no inconclusive verdict and none that does not apply: both are written so that no reader takes them
    for a pass, and `fairmark` reads them back as what they were.
    """
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.model.value import sha256_hex
    from fairmark.standards.library import catalogues
    from fairmark.workflows import exchange
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.gate import MAX_BYTES, read_assessment

    if exchange.is_catalogue(subject):
        kind = kind or exchange.CATALOGUE
        content = exchange.export_catalogue(subject, form, kind)
    elif Path(subject).exists():
        kind = kind or ("assessment-results" if form == exchange.OSCAL else exchange.CATALOGUE)
        assessment = read_assessment(read_file(Path(subject), limit=MAX_BYTES, what="an assessment"), subject)
        content = exchange.export_assessment(assessment, form, kind)
    else:
        known = ", ".join(one.id for one in catalogues())
        raise WrongUsageError(f"{subject} is neither a catalogue nor a file", hint=f"Catalogues: {known}.")
    write_together(out.parent, {out.name: content})
    if as_json:
        row = {"bytes": len(content), "file": str(out), "format": form, "kind": kind, "sha256": sha256_hex(content)}
        show_json(row)
    else:
        click.echo(f"Wrote {out} ({form}, {kind}, {len(content):,} bytes).")
