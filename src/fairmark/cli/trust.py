"""``fairmark trust``: keep a trust list that several people sign offline, and fetch one so that nobody can cheat."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from fairmark.cli.signing import TOKEN, signer_of

if TYPE_CHECKING:
    from fairmark.certify.adapters.trust_client import Refreshed
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.cose import PublicKey
    from fairmark.certify.trust import TrustList
    from fairmark.certify.trust_repository import Waiting

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
REPO = click.argument("repo", metavar="REPO", type=FOLDER)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_KEYS = "A public key as `fairmark keys show` prints it, or a key that can be opened here"


@click.group("trust")
def command() -> None:
    """Keep a trust list whose changes several people sign offline, or fetch one so that nobody can pass off an old one.

    A repository (The Update Framework) lies in a folder: what waits for signatures is in staged/, what others may have
    in public/, for any web server. A verifier fetches it with `trust refresh` and checks labels with
    `fairmark verify --trust`.
    """


@command.command("init")
@REPO
@click.option("--root-key", "holders", multiple=True, required=True, help=f"{_KEYS}; once for every holder.")
@click.option(
    "--threshold", type=click.IntRange(1, 32), default=2, show_default=True, help="Signatures that are needed."
)
@click.option("--online", required=True, help="The key that signs snapshots and timestamps every day.")
@click.option("--status", "status_key", required=True, help="The key that signs for status lists every day.")
def init_command(repo: Path, *, holders: tuple[str, ...], threshold: int, online: str, status_key: str) -> None:
    """Make a repository whose trust list trusts nobody; the holders then sign it: fairmark trust sign."""
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.trust_repository import begin

    shelf = TrustShelf(repo)
    daily = {name: _daily_key(shelf, name) for name in (online, status_key)}
    begin(shelf, _keys(holders), threshold, online=daily[online], status=daily[status_key], now=_now())
    click.echo(f"{len(holders)} holders, of whom {threshold} must sign. Next: fairmark trust sign {repo} --key KEY")


@command.command("set")
@REPO
@click.argument("trust_file", metavar="TRUST.JSON", type=FILE)
@click.option("--add", is_flag=True, help="Keep what the list names already, and add this; no cut is undone.")
def set_command(repo: Path, trust_file: Path, *, add: bool) -> None:
    """Stage the trust list TRUST.JSON; version and dates are set here. It counts when enough holders signed it."""
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.trust import LARGEST_LIST, read_trust
    from fairmark.certify.trust_repository import current_list, merged, set_list
    from fairmark.workflows.adapters.inputs import read_file

    given = read_trust(read_file(trust_file, limit=LARGEST_LIST, what="a trust list"))
    shelf = TrustShelf(repo)
    _tell_list(set_list(shelf, merged(current_list(shelf), given) if add else given, now=_now()))
    _tell_waiting(shelf)


@command.command("sign")
@REPO
@click.option("--key", "key_name", required=True, help="The holder's key.")
@click.option("--role", type=click.Choice(["root", "targets"]), help="Sign only this; default: all that is staged.")
@JSON
def sign_command(repo: Path, *, key_name: str, role: Literal["root", "targets"] | None, as_json: bool) -> None:
    """Add a holder's signature to what is staged, on his own machine, offline; then pass REPO on to the next one.

    Look at what is signed first: fairmark trust show REPO.
    """
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.trust_repository import sign
    from fairmark.cli.show import show_json

    found = sign(TrustShelf(repo), signer_of(key_name), role)
    if as_json:
        show_json([{"role": one.role, "version": one.version, "missing": one.missing} for one in found])
    else:
        _tell(found)


@command.command("rotate")
@REPO
@click.option("--add", multiple=True, help=f"{_KEYS}: a new holder's.")
@click.option("--remove", multiple=True, help="A holder's public key that is not to count any more.")
@click.option("--threshold", type=click.IntRange(1, 32), help="Signatures that are needed from now on.")
@click.option("--online", help="Another key for snapshots and timestamps.")
@click.option("--status", "status_key", help="Another key to sign for status lists.")
def rotate_command(
    repo: Path,
    *,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    threshold: int | None,
    online: str | None,
    status_key: str | None,
) -> None:
    """Stage a new root with other keys, or without options the same keys for another year.

    Enough of the old holders must sign it, and enough of the new ones.
    """
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.trust_repository import rotate

    shelf = TrustShelf(repo)
    rotate(
        shelf,
        add=_keys(add),
        remove=_keys(remove),
        threshold=threshold,
        online=_daily_key(shelf, online) if online else None,
        status=_daily_key(shelf, status_key) if status_key else None,
        now=_now(),
    )
    _tell_waiting(shelf)


@command.command("stolen")
@REPO
@click.option("--issuer-key", required=True, help="The stolen key: its id in labels (8 hex digits) or as in the list.")
@click.option("--after-index", type=click.IntRange(-1), required=True, help="Last entry of the log that still counts.")
@click.option("--log", help="Origin of the log, where the trust list names several.")
def stolen_command(repo: Path, *, issuer_key: str, after_index: int, log: str | None) -> None:
    """Stage that a key of an issuer was stolen: its labels count only up to a place in the log.

    Labels that were printed before stay good, with the proof of their place; whatever the thief signs does not count.
    """
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.trust_repository import stolen

    shelf = TrustShelf(repo)
    _tell_list(stolen(shelf, issuer_key, after_index, log=log, now=_now()))
    _tell_waiting(shelf)


@command.command("publish")
@REPO
@click.option("--status", "lists", type=FOLDER, help="Folder with new status lists, as OFFICE/publish/status.")
@click.option("--log", "log_folder", type=FOLDER, help="Log that a new trust list is entered into first.")
@JSON
def publish_command(repo: Path, *, lists: Path | None, log_folder: Path | None, as_json: bool) -> None:
    """Publish what enough holders signed, and the status lists of the day. Run it every day: timestamps hold one day.

    What misses signatures waits, and what was published before goes on.
    """
    from dataclasses import asdict

    from fairmark.certify.adapters.trust_shelf import TrustShelf, status_files
    from fairmark.certify.trust_repository import next_list, publish
    from fairmark.cli.show import show_json

    shelf, now = TrustShelf(repo), _now()
    coming = next_list(shelf)
    if coming and log_folder:
        _log(log_folder, *coming, now=now)
    found = publish(shelf, status_files(lists) if lists else {}, lambda key: signer_of(shelf.name_of(key)), now=now)
    if as_json:
        show_json(asdict(found) | {"versions": dict(found.versions)})
        return
    click.echo(f"Published in {shelf.public}: " + ", ".join(f"{role} {number}" for role, number in found.versions))
    click.echo(f"Status lists: {', '.join(map(str, found.lists)) or 'none'}.")
    for one in found.waiting:
        click.echo(f"{one.role} {one.version} waits for {_signatures(one.missing)} and is not published.")
    for text in found.warnings:
        click.echo(f"Soon: {text}. Have it signed anew: fairmark trust rotate", err=True)


@command.command("refresh")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--from", "source", help="Folder or https address with metadata/ and targets/; default: as last time.")
@click.option("--root", type=FILE, help="The first root, from somebody you trust; needed once.")
@JSON
def refresh_command(folder: Path, *, source: str | None, root: Path | None, as_json: bool) -> None:
    """Fetch the trust list and the status lists into DIR; nothing older, mixed or signed by too few is taken."""
    from fairmark.cli.show import show_json

    found = refreshed(folder, source, root)
    if as_json:
        show_json({"trust": found.trust.version, "root": found.root, "lists": list(found.lists)})
        return
    click.echo(f"{folder}: root {found.root}, status lists: {', '.join(map(str, found.lists)) or 'none'}.")
    _tell_list(found.trust)


@command.command("show")
@click.argument("folder", metavar="REPO|DIR", type=FOLDER)
@click.option("--list", "as_list", is_flag=True, help="Print the trust list itself, to be changed and set.")
@JSON
def show_command(folder: Path, *, as_list: bool, as_json: bool) -> None:
    """Show a repository, with what waits for signatures; or a verifier's folder."""
    from fairmark.certify.adapters.trust_folder import read_folder
    from fairmark.certify.adapters.trust_shelf import TrustShelf
    from fairmark.certify.key_text import written
    from fairmark.certify.trust_repository import current_list, holders, waiting
    from fairmark.cli.show import show_json

    shelf = TrustShelf(folder)
    is_repository = shelf.exists()
    found = current_list(shelf) if is_repository else read_folder(folder).trust
    if as_list:
        click.echo(found.model_dump_json(indent=2))
        return
    staged = waiting(shelf) if is_repository else []
    people, needed = holders(shelf) if is_repository else ([], 0)
    if as_json:
        rows = [{"role": one.role, "version": one.version, "missing": one.missing} for one in staged]
        keys = [written(one) for one in people]
        show_json({"trust": found, "staged": rows, "holders": keys, "threshold": needed})
        return
    _tell_list(found)
    if people:
        click.echo(f"Holders, of whom {needed} must sign:")
    for one in people:
        click.echo(f"  {written(one)}")
    _tell(staged)


def refreshed(folder: Path, source: str | None, root: Path | None) -> "Refreshed":
    """Bring a verifier's folder up to date; see ``trust_client.refresh``."""
    from fairmark.certify.adapters.trust_client import refresh
    from fairmark.certify.trust_roles import LARGEST
    from fairmark.workflows.adapters.inputs import read_file

    is_web = source is not None and source.startswith(("https://", "http://"))
    place = source if is_web or source is None else str(Path(source).resolve())
    first = read_file(root, limit=LARGEST, what="a root") if root else None
    return refresh(folder, place, first, now=_now())


def _tell_list(found: "TrustList") -> None:
    from fairmark.certify.label_verdict import DAY, day_text

    click.echo(
        f"Trust list {found.version} of {day_text(found.issued // DAY)}, good until {day_text(found.expires // DAY)}:"
    )
    for one in found.issuers:
        cut = f", only up to entry {one.log_cutoff} of {one.log or 'the log'}" if one.log_cutoff is not None else ""
        click.echo(f"  issuer {one.id} {one.name}, scheme {one.scheme}, key {one.key.kid.hex()}{cut}")
    for log in found.logs:
        click.echo(f"  log {log.origin}, {log.quorum} of {len(log.witnesses)} witnesses")
    for status in found.status_lists:
        click.echo(f"  status list {status.id} of {status.url}")
    if not found.issuers:
        click.echo("  it trusts nobody")


def _tell_waiting(shelf: "TrustShelf") -> None:
    from fairmark.certify.trust_repository import waiting

    _tell(waiting(shelf))


def _tell(staged: "Sequence[Waiting]") -> None:
    for one in staged:
        told = f"misses {_signatures(one.missing)}" if one.missing else "has its signatures: fairmark trust publish"
        click.echo(f"{one.role} {one.version} {told}")


def _signatures(number: int) -> str:
    return f"{number} more signature{'s' if number > 1 else ''}"


def _log(folder: Path, version: int, content: bytes, *, now: int) -> None:
    from fairmark.certify import entries
    from fairmark.certify.adapters.office_log import OfficeLog
    from fairmark.errors import WrongUsageError
    from fairmark.ledger.adapters.files import StateFile
    from fairmark.ledger.adapters.log_folder import opened_folder
    from fairmark.ledger.signer import StatefulSigner

    log = opened_folder(folder)
    key = signer_of(str(log.folder / log.key_file))
    if key.public != log.key.public:
        raise WrongUsageError(f"{log.key_file} is another key than {log.key}", hint="Put the log's key back.")
    signer = StatefulSigner(log.origin, key, StateFile(log.folder / log.state))
    ledger = OfficeLog(log, signer, lambda text: click.echo(f"  {text}", err=True), now=now)
    (logged,) = ledger.enter([entries.trust_list(version, content, at=now)])
    click.echo(f"Entry {logged.index} of the log {log.origin}.", err=True)


def _keys(names: Sequence[str]) -> "list[PublicKey]":
    return [_key(name) for name in names]


def _key(name: str) -> "PublicKey":
    from fairmark.certify.cose import public_key
    from fairmark.certify.key_text import is_written, read

    return read(name) if is_written(name) else public_key(signer_of(name))


def _daily_key(shelf: "TrustShelf", name: str) -> "PublicKey":
    """Return the public side of an online key, and note how it will be opened from anywhere."""
    from fairmark.certify.key_text import is_written
    from fairmark.errors import WrongUsageError

    if is_written(name):
        raise WrongUsageError("an online key is opened every day", hint="Name its file or token, not its public side.")
    key = _key(name)
    shelf.keep_name(key, name if name.startswith(TOKEN) else str(Path(name).resolve()))
    return key


def _now() -> int:
    return int(time.time())
