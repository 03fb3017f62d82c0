"""Opening a key from the command line: how it is named, and where its passphrase or PIN comes from."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.ledger.signing import Signer
    from fairmark.ledger.token_uri import TokenUri

PASSPHRASE = "FAIRMARK_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
PIN = "FAIRMARK_TOKEN_PIN"
TOKEN = "pkcs11:"  # noqa: S105 - how addresses of tokens begin


def signer_of(name: str) -> "Signer":
    """Open a key: in a file, asking for its passphrase only if it has one; or in a token, by its ``pkcs11:`` address.

    Raises:
        UnreadableInputError: no such file or token, no key, or not this passphrase or PIN.
        WrongUsageError: others on the machine may read it, or the address is none.
        MissingPartError: what reaches the token is not installed.
    """
    from fairmark.errors import UnreadableInputError
    from fairmark.ledger.adapters.key_files import load_key

    if name.startswith(TOKEN):
        from fairmark.ledger.adapters.pkcs11 import open_key
        from fairmark.ledger.token_uri import read_uri

        uri = read_uri(name)
        return open_key(uri, lambda: pin_of(uri))
    path = Path(name)
    try:
        return load_key(path, b"")
    except UnreadableInputError:
        if not path.is_file():
            raise
    given = os.environ.get(PASSPHRASE)
    passphrase = given if given is not None else click.prompt("Passphrase of the key", hide_input=True, err=True)
    return load_key(path, passphrase.encode())


def pin_of(uri: "TokenUri") -> str:
    """Return the PIN of a token: from the file that its address names, from the environment, or asked for."""
    from fairmark.ledger.adapters.key_files import read_private

    if uri.pin_source is not None:
        return read_private(Path(uri.pin_source), "the PIN").decode("utf-8", "replace").strip("\r\n")
    given = os.environ.get(PIN)
    return given if given is not None else str(click.prompt(f"PIN of {uri.told}", hide_input=True, err=True))
