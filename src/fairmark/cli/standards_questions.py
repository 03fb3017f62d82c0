"""``fairmark standards questions``: only the facts that still matter."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.standards.questions import Question

_NAMED = 6


@click.command("questions")
@click.argument("device", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--assessment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="assessment.json: what was seen is not asked again.",
)
@click.option("--catalogue", "wanted", multiple=True, help="Only this catalogue; may be repeated. Default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(device: Path, *, assessment: Path | None, wanted: tuple[str, ...], as_json: bool) -> None:
    """List the facts of DEVICE (device.yaml) that still decide whether a provision applies, the most decisive first.

    State them under `facts:`. What is stated, seen, or follows from it is not asked.
    """
    from fairmark.cli.show import show_json
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES as MOST
    from fairmark.workflows.gate import read_assessment
    from fairmark.workflows.profile import MAX_BYTES, read_profile
    from fairmark.workflows.questions import as_rows, open_questions

    profile = read_profile(read_file(device, limit=MAX_BYTES, what="a device profile"), str(device))
    seen = None
    if assessment is not None:
        seen = read_assessment(read_file(assessment, limit=MOST, what="an assessment"), str(assessment))
    asked, refuted = open_questions(profile, wanted, seen)
    if as_json:
        show_json(as_rows(asked, refuted))
        return
    for lost in refuted:
        click.echo(f"{lost.fact} is declared {str(lost.claimed).lower()}, and the opposite was seen: {lost.proof}")
    if not asked:
        click.echo("Nothing is left to ask: for every provision it is decided whether it applies.")
        return
    places = {(row.catalogue, row.provision) for one in asked for row in one.waiting}
    click.echo(f"{len(places)} provisions wait for {len(asked)} facts. State under facts: in {device}, true or false:")
    for one in asked:
        _show(one)


def _show(one: "Question") -> None:
    from fairmark.cli.show import show_rows

    click.echo(f"{one.fact}: {one.text}")
    rows = [("settles", f"{one.if_true} if true, {one.if_false} if false")]
    places = [f"{row.catalogue} {row.provision}" for row in one.waiting]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    rows.append(("waiting", ", ".join(places[:_NAMED]) + more))
    if one.fields:
        rows.append(("or state", ", ".join(one.fields)))
    if one.follows:
        rows.append(("note", "only false agrees with what is stated; write it down"))
    show_rows(rows)
