"""``fairmark standards declare``: skeletons of the documents that a law wants from the maker."""

import sys
from pathlib import Path

import click


@click.command("declare")
@click.argument("assessment", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(["eu-doc", "eu-doc-simplified", "technical-file", "psti-statement"]),
    required=True,
    help="EU declaration of conformity (whole or simplified), EU technical documentation, UK statement of compliance.",
)
@click.option(
    "--format", "form", type=click.Choice(["html", "md", "docx"]), default="html", show_default=True, help="Its form."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--draft", is_flag=True, help="Exit 0 although the document is not due yet.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(assessment: Path, *, kind: str, form: str, out: Path, draft: bool, as_json: bool) -> None:
    """Begin a document that the maker completes and signs, filled in from ASSESSMENT (assessment.json).

    Open places are marked. Nothing is declared or signed here. While provisions of that law fail, or none was judged,
    the document says so on top and the exit code is 1.
    """
    from textwrap import fill

    from fairmark.cli.show import screen_width, show_json
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.exchange import declare
    from fairmark.workflows.gate import MAX_BYTES, read_assessment

    content = read_file(assessment, limit=MAX_BYTES, what="an assessment")
    made = declare(read_assessment(content, str(assessment)), kind, form)
    write_together(out.parent, {out.name: made.content})
    if as_json:
        row = {
            "file": str(out),
            "format": form,
            "kind": kind,
            "not_due_while": made.obstacles,
            "open_places": made.open_places,
        }
        show_json(row)
    else:
        click.echo(
            f"Wrote {out}: a skeleton with {made.open_places} open places, to be completed and signed by the maker."
        )
        if made.obstacles:
            click.echo("It is not due while these stand against it:")
            for one in made.obstacles:
                click.echo(fill(one, screen_width(), initial_indent="  - ", subsequent_indent="    "))
    sys.exit(1 if made.obstacles and not draft else 0)
