"""``fairmark db``: fetch, read in, pass on and look at vulnerability data."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairmark.vulnerabilities.sync import Response
    from fairmark.workflows.database import NvdAccess, Outside, Report

_DATABASE = click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database file; without it, the one in your data folder.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("db")
def command() -> None:
    """Keep the data of published flaws: one file, from public feeds, any mirror, or a signed bundle."""


@command.command("update", short_help="Fetch what is new in the feeds.")
@click.option("--feed", "feeds", multiple=True, help="Only this feed; may be repeated.")
@click.option(
    "--from",
    "places",
    multiple=True,
    metavar="[FEED=]PLACE",
    help="Another address or a folder for a feed; may be repeated. FEED may be left out beside one --feed.",
)
@click.option(
    "--nvd-key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with your key for NVD's interface: ten times as many requests. Or set FAIRMARK_NVD_API_KEY.",
)
@_DATABASE
@_JSON
def update_command(
    feeds: tuple[str, ...], places: tuple[str, ...], nvd_key_file: Path | None, database: Path | None, as_json: bool
) -> None:
    """Fetch what is new in the feeds, and go on where an interrupted run stopped.

    Exit code 1: a feed could not be brought up to date; what was stored is kept.
    """
    from fairmark.cli.progress import progress_line
    from fairmark.vulnerabilities.adapters.store import Store, default_path
    from fairmark.workflows.database import chosen, update

    mirrors = _mirrors(feeds, places)
    wanted = chosen(feeds or tuple(mirrors))
    access = _nvd_access(nvd_key_file, mirrors.get("nvd", ""))
    path = database or default_path()
    with Store(path) as store, progress_line() as progress:
        report = update(store, wanted, mirrors, _outside(path, progress, access))
    _show(report, as_json)


@command.command("import", short_help="Read files, folders or a signed bundle.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--feed", default="", help="The feed of the files; without it, they are recognised by their content.")
@click.option(
    "--trust",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Public key (PEM): PATH is a bundle signed with it. Any other signature is refused.",
)
@_DATABASE
@_JSON
def import_command(
    paths: tuple[Path, ...], feed: str, trust: Path | None, database: Path | None, as_json: bool
) -> None:
    """Read files of feeds, folders of them, or with --trust a bundle made by `fairmark db export`."""
    from fairmark.cli.progress import progress_line
    from fairmark.vulnerabilities.adapters.folder import opened_bundle, refuse_bundles
    from fairmark.vulnerabilities.adapters.store import Store, default_path
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.database import FeedResult, Report, import_bundle, import_paths

    path = database or default_path()
    if trust is None:
        refuse_bundles(paths)
        with Store(path) as store, progress_line() as progress:
            report = import_paths(store, paths, _outside(path, progress), feed)
    else:
        key = read_file(trust, limit=1 << 16, what="a public key")
        results: list[FeedResult] = []
        for bundle in paths:
            with opened_bundle(bundle) as file, Store(path) as store:
                results += import_bundle(store, file, key).results
        report = Report(results=tuple(results))
    _show(report, as_json)


@command.command("export", short_help="Write a signed bundle.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Private key (PEM), as `fairmark db key` makes it.",
)
@_DATABASE
@_JSON
def export_command(file: Path, key: Path, database: Path | None, as_json: bool) -> None:
    """Write everything in the database to FILE, signed, for machines without a network."""
    import io

    from fairmark.cli.show import show_json
    from fairmark.vulnerabilities.adapters.store import Store, default_path
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.database import export

    private = read_file(key, limit=1 << 16, what="a private key")
    buffer = io.BytesIO()
    with Store(database or default_path()) as store:
        count = export(store, buffer, private)
    write_together(file.parent, {file.name: buffer.getvalue()})
    if as_json:
        show_json({"bundle": str(file), "records": count})
    else:
        click.echo(f"{file}: {count} records, signed. Give it together with the public key.")


@command.command("key", short_help="Make a key pair for bundles.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
def key_command(file: Path, as_json: bool) -> None:
    """Write a new private key to FILE, readable by you alone, and its public key to FILE.pub."""
    from fairmark.cli.show import show_json
    from fairmark.vulnerabilities.bundle import new_key
    from fairmark.workflows.adapters.keys import write_pair

    public = write_pair(file, *new_key())
    if as_json:
        show_json({"private": str(file), "public": str(public)})
    else:
        click.echo(f"Private key: {file} (keep it). Public key: {public} (give it to those who import).")


@command.command("info", short_help="What is in the database, and how old it is.")
@_DATABASE
@_JSON
def info_command(database: Path | None, as_json: bool) -> None:
    """Show each feed: how many records, how old, under which terms; and warn of what is too old."""
    from datetime import UTC, datetime

    from fairmark.cli.show import show_json
    from fairmark.vulnerabilities.adapters.store import Store, default_path
    from fairmark.workflows.database import info

    path = database or default_path()
    with Store(path) as store:
        found = info(store, str(path), datetime.now(UTC).date())
    if as_json:
        show_json(found)
        return
    click.echo(f"{found.database}\nstate of the data: {found.digest}")
    if not found.feeds:
        click.echo("It is empty: `fairmark db update` fetches the public feeds.")
    for one in found.feeds:
        age = "of unknown age" if one.age_days is None else f"{one.age_days} days old"
        lost = f", {one.without_product} without product data" if one.without_product else ""
        click.echo(f"  {one.name}: {one.records} records{lost}, {age}. Terms: {one.licence or 'not known'}.")
        for line in filter(None, (one.note, one.notice)):
            click.echo(f"      {line}")
    for warning in found.warnings:
        click.echo(f"WARNING: {warning}", err=True)


def _mirrors(feeds: tuple[str, ...], places: tuple[str, ...]) -> dict[str, str]:
    """Read ``--from``: FEED=PLACE, or PLACE alone beside one --feed."""
    from fairmark.errors import WrongUsageError
    from fairmark.vulnerabilities.adapters.http import check_address

    found: dict[str, str] = {}
    for place in places:
        name, equals, target = place.partition("=")
        if not equals or "/" in name:
            name, target = (feeds[0] if len(feeds) == 1 else ""), place
        if not name or not target:
            raise WrongUsageError(f"--from {place} names no feed", hint="Write --from FEED=PLACE.")
        if "://" in target:
            check_address(target, named=True)
        elif not Path(target).exists():
            raise WrongUsageError(f"{target} is neither an address nor a folder", hint="Addresses begin with https://.")
        found[name] = target
    return found


def _nvd_access(file: Path | None, mirror: str) -> "NvdAccess":
    """Read the key for NVD from its file or the environment; it is not shown and not kept."""
    import os

    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.database import nvd_access

    held = read_file(file, limit=1 << 12, what="a key for NVD").decode("utf-8", "replace") if file else None
    return nvd_access(held, os.environ.get("FAIRMARK_NVD_API_KEY", ""), mirror)


def _outside(path: Path, progress: "Callable[[str], None]", access: "NvdAccess | None" = None) -> "Outside":
    import time
    from datetime import UTC, datetime

    from fairmark.vulnerabilities.adapters.folder import documents
    from fairmark.vulnerabilities.adapters.http import download, fetch
    from fairmark.vulnerabilities.sync import World
    from fairmark.workflows.database import NvdAccess, Outside

    def archive(feed: str, url: str, headers: Mapping[str, str]) -> "tuple[Response, Path]":
        file = path.with_name(f"{path.name}.{feed}.zip")
        return download(url, headers, file), file

    asked = access or NvdAccess()
    world = World(fetch, time.sleep, datetime.now(UTC), progress, asked.pause_seconds, asked.key)
    return Outside(world, documents, archive, lambda file: file.unlink(missing_ok=True))


def _show(report: "Report", as_json: bool) -> None:
    from fairmark.cli.show import show_json

    if as_json:
        show_json(report)
    else:
        for one in report.results:
            skipped = f", {one.skipped} left out" if one.skipped else ""
            click.echo(f"{one.feed}: {one.read} records read{skipped}  [{one.source}]")
            for fault in one.faults:
                click.echo(f"  ! {fault}")
    sys.exit(0 if report.is_whole else 1)
