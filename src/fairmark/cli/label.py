"""``fairmark label``: make labels, print them, look into them, and make the page that checks them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.certify.order import Order

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("label")
def command() -> None:
    """Make and print signed labels, and the page that checks them in a browser."""


@command.command("make")
@click.option("--claims", "claims_file", required=True, type=FILE, help="What the label says, as JSON.")
@click.option("--key", "key_name", required=True, help="The issuer's key; its passphrase is asked for.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for label.txt, label.svg and label.png; default: here.",
)
def make_command(claims_file: Path, *, key_name: str, out: Path) -> None:
    """Sign a label: its address as text, a picture with the words a buyer reads, and the bare code.

    The passphrase of the key is asked for, or taken from the variable FAIRMARK_KEY_PASSPHRASE.
    """
    from fairmark.certify import label, qr
    from fairmark.cli.signing import signer_of
    from fairmark.workflows.adapters.output import write_files

    order = _order(claims_file)
    content = label.make(order.claims, signer_of(key_name))
    address = label.address(order.host, order.claims, content)
    made = {
        "label.txt": f"{address}\n".encode(),
        "label.svg": qr.svg(address, order).encode(),
        "label.png": qr.png(address, order),
    }
    write_files(out, made)
    click.echo(f"{len(content)} bytes, QR code {qr.code(address).designator}: {', '.join(made)} in {out}")


@command.command("show")
@click.argument("label_text", metavar="TEXT|PNG|URL|-")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def show_command(label_text: str, *, as_json: bool) -> None:
    """Show what a label claims, without checking it: anybody can write anything. To check it: fairmark verify."""
    from dataclasses import asdict

    from fairmark.certify.cose import parse
    from fairmark.certify.label import from_digits, read_claims, take_apart
    from fairmark.certify.label_verdict import day_text
    from fairmark.cli.show import show_json, show_rows
    from fairmark.cli.verify import text_of

    printed = take_apart(text_of(label_text))
    message = parse(from_digits(printed.digits))
    claims = read_claims(message.payload)
    days = {name: day_text(getattr(claims, name)) for name in ("issued", "expires", "support_until")}
    rows = asdict(claims) | days | {"evidence": claims.evidence.hex(), "key": message.kid.hex(), "host": printed.host}
    if as_json:
        show_json({"checked": False, "claims": rows})
    else:
        click.echo("Not checked: this is what the label says of itself.")
        show_rows((name.replace("_", " "), str(value)) for name, value in rows.items() if value not in {None, ""})


@command.command("sheet")
@click.argument("label_file", metavar="LABEL.TXT", type=FILE)
@click.option("--claims", "claims_file", required=True, type=FILE, help="The claims it was made from.")
@click.option("--copies", type=click.IntRange(1, 1000), default=24, show_default=True, help="How many labels.")
@click.option("--out", type=FILE, default=Path("labels.html"), show_default=True, help="The page to print.")
def sheet_command(label_file: Path, *, claims_file: Path, copies: int, out: Path) -> None:
    """Write a page to print with many copies of one label, for a batch of a product."""
    from fairmark.certify import label, sheet
    from fairmark.certify.cose import parse
    from fairmark.cli.verify import text_of
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.output import write_files

    order, address = _order(claims_file), text_of(str(label_file)).strip()
    printed = label.take_apart(address)
    content = label.from_digits(printed.digits)
    claims = label.read_claims(parse(content).payload)
    if claims != order.claims or address != label.address(order.host, claims, content):
        raise WrongUsageError(
            f"{label_file} was not made from {claims_file}", hint="Print only words that the code confirms."
        )
    write_files(out.parent, {out.name: sheet.render(address, order, copies=copies)})
    click.echo(f"{copies} labels: {out}")


@command.command("page")
@click.option(
    "--trust",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with trust.json and status lists.",
)
@click.option("--out", type=FILE, default=Path("verify.html"), show_default=True, help="The page.")
def page_command(folder: Path, *, out: Path) -> None:
    """Write the page that checks labels in a browser: one file, no request; it carries the lists of today."""
    from fairmark.certify.adapters.trust_folder import read_folder
    from fairmark.certify.page import render
    from fairmark.workflows.adapters.output import write_files

    known = read_folder(folder)
    write_files(out.parent, {out.name: render(known.trust, known.statuses)})
    told = f"keys of issuers: {len(known.trust.issuers)}, status lists: {len(known.statuses)}"
    click.echo(f"{out} knows {told}. Make it again whenever they change.")


def _order(path: Path) -> "Order":
    from fairmark.certify.order import LARGEST_ORDER, read_order
    from fairmark.workflows.adapters.inputs import read_file

    return read_order(read_file(path, limit=LARGEST_ORDER, what="the claims of a label"), str(path))
