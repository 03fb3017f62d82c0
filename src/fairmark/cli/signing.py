"""Opening a key from the command line: how it is named, and where its passphrase comes from."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.ledger.signing import Signer

PASSPHRASE = "FAIRMARK_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable


def signer_of(name: str) -> "Signer":
    """Open the key in a file; ask for the passphrase only if it has one.

    Raises:
        UnreadableInputError: no such file, no key, or not this passphrase.
        WrongUsageError: others on the machine may read it.
    """
    from fairmark.errors import UnreadableInputError
    from fairmark.ledger.adapters.key_files import load_key

    path = Path(name)
    try:
        return load_key(path, b"")
    except UnreadableInputError:
        if not path.is_file():
            raise
    given = os.environ.get(PASSPHRASE)
    passphrase = given if given is not None else click.prompt("Passphrase of the key", hide_input=True, err=True)
    return load_key(path, passphrase.encode())
