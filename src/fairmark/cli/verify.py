"""``fairmark verify``: check a label, offline."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from fairmark.certify.label_verdict import LabelVerdict
    from fairmark.certify.trust import Register

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
    "--refresh/--offline",
    default=False,
    help="Bring the folder up to date from where it was fetched first; or, as without either, fetch nothing.",
)
@click.option(
    "--proof",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Proof of the label's entry in the log; needed after a key was stolen. Default: proofs/ in the trust folder.",
)
@click.option(
    "--now",
    "at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Check as of this day (UTC), not today.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    label: str, *, folder: Path | None, refresh: bool, proof: Path | None, at: "datetime | None", as_json: bool
) -> None:
    """Check a label: who issued it, for what, and whether it still stands.

    Give the address in its code, its digits, a picture of the code, a file that holds the address, or - for standard
    input. Exit 0 only for a genuine label that stood on the day that is named; a TEST is no certificate and exits 1.
    """
    import time
    from dataclasses import asdict
    from datetime import UTC

    from fairmark.certify.adapters.trust_folder import TrustFolder, read_folder, remember
    from fairmark.certify.label_verdict import judge
    from fairmark.certify.trust import Register, TrustList
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError

    if refresh and folder is None:
        raise WrongUsageError("there is no folder to bring up to date", hint="Name one with --trust DIR.")
    if refresh and folder:
        _refresh(folder)
    known = read_folder(folder) if folder else TrustFolder(TrustList(), {})
    if folder:
        remember(folder, known.seen)
    now = int(at.replace(tzinfo=UTC).timestamp()) if at else int(time.time())
    text, register = text_of(label), Register(known.trust)
    index = _index(text, register, folder, proof, max(now, known.seen))
    found = judge(text, register, known.statuses, now=now, log_index=index, seen=known.seen)
    if as_json:
        show_json(asdict(found) | {"log_index": index})
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


def _refresh(folder: Path) -> None:
    """Bring a folder up to date; one that cannot be reached is named, and what is there still has its date."""
    from fairmark.cli.trust import refreshed
    from fairmark.errors import UnreadableInputError

    try:
        refreshed(folder, None, None)
    except UnreadableInputError as error:
        click.echo(f"not brought up to date: {error.message}", err=True)


def _index(text: str, register: "Register", folder: Path | None, proof: Path | None, now: int) -> int | None:
    """Return where the label stands in the log, as far as a proof was given or is at hand."""
    from fairmark.certify.logged_label import index_of, names_of_proof
    from fairmark.ledger.proofs import LONGEST
    from fairmark.workflows.adapters.inputs import read_file

    kept = [folder / name for name in names_of_proof(text, register)] if folder else []
    place = proof or next((one for one in kept if one.is_file()), None)
    if place is None:
        return None
    return index_of(text, register, read_file(place, limit=LONGEST, what="a proof"), now=now)


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
