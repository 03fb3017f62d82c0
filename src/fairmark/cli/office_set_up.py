"""Setting up an office: keys and a log are made where none are named."""

import time
from pathlib import Path

from pydantic import ValidationError

from fairmark.certify.adapters.office import SETTINGS, make_office
from fairmark.certify.certificate import IssuedBy
from fairmark.certify.eligibility import Rules
from fairmark.certify.office import DAY, KEY_DAYS, OwnKey, Settings
from fairmark.certify.trust import encoded
from fairmark.cli.desk import new_passphrase
from fairmark.cli.signing import signer_of
from fairmark.errors import WrongUsageError
from fairmark.ledger.adapters.key_files import new_key
from fairmark.ledger.adapters.log_folder import make, opened_folder

_ISSUER_KEY, _STATUS_KEY, _LOG = "issuer.key.p12", "status.key.p12", "log"


def set_up(
    folder: Path,
    *,
    issuer: str,
    host: str,
    number: int,
    rules: Rules,
    issuer_key: str | None = None,
    status_key: str | None = None,
    log_folder: Path | None = None,
    no_passphrase: bool = False,
) -> Settings:
    """Make an office and return its settings; raises WrongUsageError when there is one already."""
    if (folder / SETTINGS).exists():
        raise WrongUsageError(f"{folder} holds an office already", hint="Choose another folder.")
    try:
        own = IssuedBy(id=number, name=issuer, host=host)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise WrongUsageError(
            f"{first['loc'][0]}: {first['msg']}", hint="A host is lower case, without https."
        ) from None
    needs_new = issuer_key is None or status_key is None or log_folder is None
    passphrase = new_passphrase() if needs_new and not no_passphrase else b""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = [
        _key(folder, given, name, passphrase) for given, name in ((issuer_key, _ISSUER_KEY), (status_key, _STATUS_KEY))
    ]
    if log_folder is None:
        make(folder / _LOG, f"{host}/log", database="log.db", passphrase=passphrase)
    else:
        opened_folder(log_folder)
    today = int(time.time()) // DAY
    settings = Settings(
        issuer=own,
        scheme=rules,
        issuer_key=keys[0],
        status_key=keys[1],
        not_before=today,
        not_after=today + KEY_DAYS,
        log=_LOG if log_folder is None else str(log_folder.resolve()),
    )
    return make_office(folder, settings).settings


def _key(folder: Path, given: str | None, name: str, passphrase: bytes) -> OwnKey:
    if given is None:
        made = new_key(folder / name, "EdDSA", passphrase)
        return OwnKey(name=name, algorithm=made.algorithm, public=encoded(made.public))
    signer = signer_of(given)
    place = given if given.startswith("pkcs11:") else str(Path(given).resolve())
    return OwnKey(name=place, algorithm=signer.algorithm, public=encoded(signer.public))
