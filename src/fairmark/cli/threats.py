"""``fairmark threats``: the threat model of an assessment, and the risk assessment that the CRA asks for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.model.assessment import Assessment
    from fairmark.model.threat import ThreatModel

FORMATS = ("html", "md", "docx", "json")
FILES = {
    "risk-assessment.html": "html",
    "risk-assessment.md": "md",
    "risk-assessment.docx": "docx",
    "threats.json": "json",
}


@click.command("threats")
@click.argument("assessment", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--edits",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The engineer's decisions; without it, threats.yaml beside the assessment or one folder above.",
)
@click.option(
    "--previous",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Assessment of the build before: what the new image changes is listed.",
)
@click.option("--init", "begin", is_flag=True, help="Write a commented threats.yaml (or the file of --edits) to start.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for risk-assessment.html, .md and .docx, and threats.json.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Print one of these documents instead of a summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the threat model as JSON.")
def command(
    assessment: Path,
    *,
    edits: Path | None,
    previous: Path | None,
    begin: bool,
    out: Path | None,
    form: str | None,
    as_json: bool,
) -> None:
    """Derive assets, entry points, boundaries and threats from ASSESSMENT, and say where each threat stands.

    Every started service is in it, and every port that a probe of the device saw open. Fails (exit 1) when a decision
    speaks of something that is not there any more, or when the evidence contradicts one; all documents are written all
    the same.
    """
    from fairmark.cli.show import show_json
    from fairmark.errors import CheckFailedError, WrongUsageError
    from fairmark.workflows.threat_edits import FILE
    from fairmark.workflows.threats import conflicts

    if form == "docx" and sys.stdout.isatty():
        raise WrongUsageError("a DOCX file is no text for a terminal", hint="Add --out FOLDER instead.")
    found, model, used = _made(assessment, None if begin else edits, previous, look=not begin)
    if begin:
        _begin(model, edits or Path(FILE))
        return
    if used and sys.stderr.isatty():
        click.echo(f"decisions from {used}", err=True)
    if out:
        _write(out, model, found)
    if as_json or form == "json":
        show_json(model)
    elif form:
        click.echo(_documents(model, found)[form], nl=False)
    elif out:
        click.echo(f"Written to {out}/: {', '.join(FILES)}")
    else:
        _show(model)
    faults = [*model.unmatched, *conflicts(model)]
    if faults:
        said = "\n  ".join(
            [f"{len(faults)} decisions need a look:" if len(faults) > 1 else "A decision needs a look:", *faults]
        )
        raise CheckFailedError(said, hint=f"Correct them in {used}." if used else "")


def _made(
    path: Path, edits: Path | None, previous: Path | None, *, look: bool
) -> "tuple[Assessment, ThreatModel, Path | None]":
    """Read what the user named, and derive the model; also return the file of decisions that was used."""
    from fairmark.model.value import sha256_hex
    from fairmark.model.vocabulary import vocabulary
    from fairmark.risk.threat_rules import threat_rules
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES, read_assessment
    from fairmark.workflows.threat_edits import FILE, NO_EDITS, read_edits
    from fairmark.workflows.threat_edits import MAX_BYTES as MAX_EDITS
    from fairmark.workflows.threats import Given, threat_model

    def load(one: Path) -> "Assessment":
        return read_assessment(read_file(one, limit=MAX_BYTES, what="an assessment"), str(one))

    assessment = load(path)
    beside = (path.parent / FILE, path.parent.parent / FILE) if look else ()
    used = edits or next((place for place in beside if place.is_file()), None)
    text = read_file(used, limit=MAX_EDITS, what="decisions about threats") if used else b""
    given = Given(
        read_edits(text, str(used), threat_rules(), vocabulary()) if used else NO_EDITS,
        sha256_hex(text) if used else "",
        load(previous) if previous else None,
    )
    return assessment, threat_model(assessment, given), used


def _begin(model: "ThreatModel", target: Path) -> None:
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.threat_template import threats_template

    if target.exists():
        raise WrongUsageError(f"{target} exists already", hint="Move it away, or name another file with --edits.")
    write_together(target.parent, {target.name: threats_template(model)})
    click.echo(f"wrote {target}; decide what you can, then run: fairmark threats ASSESSMENT --edits {target}")


def _documents(model: "ThreatModel", assessment: "Assessment") -> dict[str, bytes]:
    from fairmark.model.value import canonical_json
    from fairmark.render import paper_docx, paper_markdown, threats, threats_paper

    written = threats_paper.paper(model, assessment)
    return {
        "html": threats.render(model, assessment).encode(),
        "md": paper_markdown.render(written),
        "docx": paper_docx.render(written),
        "json": canonical_json(model) + b"\n",
    }


def _write(folder: Path, model: "ThreatModel", assessment: "Assessment") -> None:
    from fairmark.workflows.adapters.output import write_together

    made = _documents(model, assessment)
    write_together(folder, {name: made[form] for name, form in FILES.items()})


def _show(model: "ThreatModel") -> None:
    from fairmark.cli.show import show_rows
    from fairmark.model.threat import Standing
    from fairmark.render import threat_words
    from fairmark.render.wording import visible

    click.echo(f"{threat_words.headline(model)}.")
    for place in threat_words.places(model):
        click.echo(f"\n{visible(place.point.title)}  [{place.point.id}]  {place.summary}")
        worst = [one.title for one in place.threats if one.standing is Standing.OPEN]
        show_rows([("open", "; ".join(worst))] if worst else [])
    click.echo("\nNot examined, and not in the image:")
    show_rows((one.title, threat_words.PRESENCES[one.presence]) for one in model.not_examined)
    if model.changes:
        click.echo("\nChanged with the new image:")
        show_rows((f"{one.kind} {one.subject}", visible(one.text)) for one in model.changes)
    click.echo("\nThe whole document: add --out FOLDER.")
