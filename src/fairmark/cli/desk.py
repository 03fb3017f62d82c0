"""Opening an office from the command line: its folder, its log and its keys, checked against its settings."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairmark.cli.signing import PASSPHRASE, signer_of

if TYPE_CHECKING:
    from fairmark.certify.adapters.office import OfficeFolder
    from fairmark.certify.office import OwnKey
    from fairmark.ledger.signing import Signer
    from fairmark.workflows.certify import Desk


def opened_desk(folder: Path, now: int | None = None) -> "Desk":
    """Open an office with all its keys; passphrases are asked for before anything is done.

    Raises:
        UnreadableInputError: no office, no log, or a key that cannot be opened.
        WrongUsageError: a key that is not the one of the settings.
    """
    from fairmark.certify.adapters.office import OfficeFolder
    from fairmark.certify.adapters.office_log import OfficeLog
    from fairmark.errors import WrongUsageError
    from fairmark.ledger.adapters.files import StateFile
    from fairmark.ledger.adapters.log_folder import opened_folder
    from fairmark.ledger.signer import StatefulSigner
    from fairmark.workflows.certify import Desk

    office = OfficeFolder(folder)
    at = int(time.time()) if now is None else now
    log = opened_folder(office.log)
    log_key = signer_of(str(log.folder / log.key_file))
    if log_key.public != log.key.public:
        raise WrongUsageError(f"{log.key_file} is another key than {log.key}", hint="Put the log's key back.")
    signer = StatefulSigner(log.origin, log_key, StateFile(log.folder / log.state))
    ledger = OfficeLog(log, signer, lambda text: click.echo(f"  {text}", err=True), now=at)
    settings = office.settings
    return Desk(office, ledger, _own(office, settings.issuer_key), _own(office, settings.status_key), at)


def new_passphrase() -> bytes:
    """Ask for the passphrase of new keys, twice, or take it from the environment; an empty one is refused."""
    from fairmark.errors import WrongUsageError

    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = click.prompt("New passphrase of the keys", hide_input=True, confirmation_prompt=True, err=True)
    if not given:
        raise WrongUsageError("an empty passphrase protects nothing", hint="Give one, or --no-passphrase for trials.")
    return given.encode()


def _own(office: "OfficeFolder", key: "OwnKey") -> "Signer":
    from fairmark.errors import WrongUsageError

    signer = signer_of(office.key(key.name))
    if signer.public != key.key.public or signer.algorithm != key.algorithm:
        raise WrongUsageError(f"{key.name} is another key than the office's settings say", hint="Put the key back.")
    return signer
