"""``fairmark verify``: check a label, offline."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from fairmark.certify.label_verdict import LabelVerdict

_LARGEST_TEXT = 64 << 10


@click.command("verify")
@click.argument("label", metavar="TEXT|PNG|URL|-")
@click.option(
    "--trust",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with trust.json and status lists. Without it nobody is trusted.",
)
@click.option(
    "--offline",
    is_flag=True,
    expose_value=False,
    help="Fetch nothing, and say so in scripts; this command never does.",
)
@click.option(
    "--now",
    "at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Check as of this day (UTC), not today.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(label: str, *, folder: Path | None, at: "datetime | None", as_json: bool) -> None:
    """Check a label: who issued it, for what, and whether it still stands.

    Give the address in its code, its digits, a picture of the code, a file that holds the address, or - for standard
    input. Exit 0 only for a genuine label that stood on the day that is named; a TEST is no certificate and exits 1.
    """
    import time
    from dataclasses import asdict
    from datetime import UTC

    from fairmark.certify.adapters.trust_folder import TrustFolder, read_folder
    from fairmark.certify.label_verdict import judge
    from fairmark.certify.trust import Register, TrustList
    from fairmark.cli.show import show_json

    known = read_folder(folder) if folder else TrustFolder(TrustList(), {})
    now = int(at.replace(tzinfo=UTC).timestamp()) if at else int(time.time())
    found = judge(text_of(label), Register(known.trust), known.statuses, now=now)
    if as_json:
        show_json(asdict(found))
    else:
        _show(found)
        if folder is None and found.kind == "unknown_issuer":
            click.echo("hint: name a trust list with --trust DIR; without one nobody is trusted.", err=True)
    if not found.stands:
        sys.exit(1)


def text_of(given: str) -> str:
    """Return the text of a label: what was typed, what standard input says, or what is in a file."""
    from fairmark.certify.adapters.pictures import LARGEST_PICTURE, is_picture, read_code
    from fairmark.workflows.adapters.inputs import read_file

    if given == "-":
        return sys.stdin.read(_LARGEST_TEXT).strip("\r\n")
    if "#" in given or given.isdigit() or not given or not Path(given[:250]).is_file():
        return given
    content = read_file(Path(given), limit=LARGEST_PICTURE, what="a label")
    return read_code(content, given) if is_picture(content) else content[:_LARGEST_TEXT].decode("utf-8", "replace")


def _show(found: "LabelVerdict") -> None:
    from fairmark.cli.show import show_rows

    colours = {"green": "green", "amber": "yellow", "red": "red", "test": "magenta"}
    click.echo(click.style(found.title, bold=True, fg=colours.get(found.colour)))
    click.echo(found.says)
    if found.facts:
        click.echo()
        show_rows(found.facts)
    for note in found.notes:
        click.echo(f"- {note}")
