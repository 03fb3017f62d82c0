"""``fairmark keys``: make signing keys, in encrypted files or in tokens, and show their public side."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairmark.cli.signing import PASSPHRASE, TOKEN, pin_of, signer_of

if TYPE_CHECKING:
    from fairmark.ledger.signing import Algorithm, Signer

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("keys")
def command() -> None:
    """Make signing keys and show their public side.

    A key lies in an encrypted file that only its owner may read, or in a token that never lets it out. A token is named
    by an address such as 'pkcs11:token=Office;object=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so'. Its PIN is
    asked for, or taken from the variable FAIRMARK_TOKEN_PIN, or from a private file named in the address by
    pin-source=file:/...; never from the command line. Passphrases of files are asked for, or taken from the variable
    FAIRMARK_KEY_PASSPHRASE.
    """


@command.command("new")
@click.argument("name", metavar="FILE|pkcs11:...")
@click.option(
    "--algorithm",
    type=click.Choice(["EdDSA", "ES256"]),
    default="EdDSA",
    show_default=True,
    help="Ed25519; or ECDSA over P-256, which older browsers and tokens know.",
)
@click.option("--no-passphrase", is_flag=True, help="Leave a file unencrypted, for trials.")
@JSON
def new_command(name: str, *, algorithm: "Algorithm", no_passphrase: bool, as_json: bool) -> None:
    """Make a new key; nothing that is there is overwritten."""
    from fairmark.ledger.adapters.key_files import new_key
    from fairmark.ledger.adapters.pkcs11 import new_key as new_in_token
    from fairmark.ledger.token_uri import read_uri

    made: Signer
    if name.startswith(TOKEN):
        uri = read_uri(name)
        made = new_in_token(uri, algorithm, lambda: pin_of(uri))
    else:
        made = new_key(Path(name), algorithm, b"" if no_passphrase else _new_passphrase())
    _show(made, as_json=as_json)


@command.command("show")
@click.argument("name", metavar="FILE|pkcs11:...")
@JSON
def show_command(name: str, *, as_json: bool) -> None:
    """Show the public side of a key: one line to hand on, and the digests it is called by."""
    _show(signer_of(name), as_json=as_json)


@command.command("list")
@click.argument("name", metavar="pkcs11:...")
@JSON
def list_command(name: str, *, as_json: bool) -> None:
    """List the keys in a token."""
    from fairmark.certify.cose import PublicKey
    from fairmark.certify.key_text import written
    from fairmark.cli.show import show_json
    from fairmark.ledger.adapters.pkcs11 import keys_in
    from fairmark.ledger.token_uri import read_uri

    uri = read_uri(name)
    rows = [
        {
            "object": one.label,
            "id": one.id.hex(),
            "public": written(PublicKey(one.algorithm, one.public)) if one.algorithm else "",
        }
        for one in keys_in(uri, lambda: pin_of(uri))
    ]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        click.echo(f"{row['object']}  id {row['id']}  {row['public'] or 'of a kind that signs nothing here'}")
    if not rows:
        click.echo("The token holds no private key.")


def _show(signer: "Signer", *, as_json: bool) -> None:
    from hashlib import sha256

    from fairmark.certify.cose import public_key
    from fairmark.certify.key_text import written
    from fairmark.cli.show import show_json, show_rows

    key = public_key(signer)
    rows = {"id": key.kid.hex(), "sha256": sha256(key.public).hexdigest()}
    if as_json:
        show_json({"public": written(key), "algorithm": key.algorithm, **rows})
        return
    click.echo(written(key))
    show_rows([("Id in labels", rows["id"]), ("SHA-256 of the public key", rows["sha256"])])


def _new_passphrase() -> bytes:
    from fairmark.errors import WrongUsageError

    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = click.prompt("New passphrase of the key", hide_input=True, confirmation_prompt=True, err=True)
    if not given:
        raise WrongUsageError("an empty passphrase protects nothing", hint="Give one, or --no-passphrase for trials.")
    return given.encode()
