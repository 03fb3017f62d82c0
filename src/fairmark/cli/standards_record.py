"""``fairmark standards record``: tests by hand, with a guided form."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.model.device import Device
    from fairmark.standards.manual import Results, State
    from fairmark.workflows.manual import Answer


@click.command("record")
@click.argument("device", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("test", required=False)
@click.option(
    "--results",
    "place",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File of results of this device; made when it is not there.",
)
@click.option("--list", "only_list", is_flag=True, help="Show where every test stands, and record nothing.")
@click.option(
    "--answers",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML file with records to add, instead of asking.",
)
@click.option("--by", help="Who does the tests; asked for when not given.")
@click.option("--unit", help="Which unit: its serial number or another mark; asked for when not given.")
@click.option("--json", "as_json", is_flag=True, help="Print where the tests stand as JSON.")
def command(
    device: Path,
    test: str | None,
    *,
    place: Path,
    only_list: bool,
    answers: Path | None,
    by: str | None,
    unit: str | None,
    as_json: bool,
) -> None:
    """Lead a person through TEST on DEVICE (device.yaml), or through every open test, and write down the result.

    Records are only ever added: a changed answer keeps the older one. A file that proves a record is kept as digest
    and size. Stop at any time: what was recorded stays, and the next run goes on. `assess --results` counts it.
    """
    from datetime import UTC, datetime

    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.standards.manual import manual_test
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.manual import MAX_BYTES, as_rows, read_answers, read_results, where_it_stands
    from fairmark.workflows.profile import MAX_BYTES as MOST
    from fairmark.workflows.profile import read_profile

    profile = read_profile(read_file(device, limit=MOST, what="a device profile"), str(device))
    content = read_file(place, limit=MAX_BYTES, what="results of tests by hand") if place.exists() else b""
    results = read_results(content, str(place), profile)
    today = datetime.now(UTC).date()
    if test is not None:
        manual_test(test)
    if answers is not None:
        given = read_answers(read_file(answers, limit=MAX_BYTES, what="answers"), str(answers))
        results = _kept(results, given, profile, place, base=answers.parent)
        click.echo(f"{len(given)} records added to {place}.", err=as_json)
    elif not (only_list or as_json):
        if not sys.stdin.isatty():
            raise WrongUsageError(
                "there is nobody to ask: the input is no terminal", hint="Give a file with --answers."
            )
        _ask_all(results, profile, place, test, by, unit, str(today))
        return
    stands = [one for one in where_it_stands(results, profile) if test in {None, one.name}]
    if as_json:
        show_json(as_rows(stands))
    elif only_list:
        _list(stands)


def _kept(
    results: "Results", answers: "tuple[Answer, ...]", profile: "Device", place: Path, *, base: Path
) -> "Results":
    """Add the answers and write the file: whole, or not at all."""
    from datetime import UTC, datetime

    from fairmark.workflows.adapters.attachments import attached
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.manual import recorded, written

    today = datetime.now(UTC).date()
    results = recorded(results, answers, profile, lambda path: attached(base / path), today)
    write_together(place.parent, {place.name: written(results)})
    return results


def _list(stands: "list[State]") -> None:
    counted = sum(1 for one in stands if one.record is None)
    click.echo(f"{counted} of {len(stands)} tests by hand are open.")
    for one in stands:
        state = f"{one.record.result} by {one.record.by} on {one.record.day}" if one.record else "open"
        lacks = f"; does not count: {'; '.join(one.lacks)}" if one.lacks else ""
        click.echo(f"  {one.name:<24} {one.test.kind:<13} {state}{lacks}")
        click.echo(f"  {'':<24} {one.test.title}")


def _ask_all(
    results: "Results", profile: "Device", place: Path, test: str | None, by: str | None, unit: str | None, today: str
) -> None:
    """Ask test by test; each record is on the disk before the next is asked."""
    from fairmark.workflows.manual import where_it_stands

    stands = where_it_stands(results, profile)
    wanted = [one for one in stands if (one.name == test if test else one.record is None)]
    if not wanted:
        click.echo("No test is open." if test is None else f"{test} does not matter for this device, by its facts.")
        return
    by = by or click.prompt("Your name")
    unit = unit or click.prompt("The unit on the table (serial number or another mark)")
    for number, one in enumerate(wanted, 1):
        _show(one, number, len(wanted))
        answer = _ask(one, str(by), str(unit), today)
        if answer is None:
            continue
        results = _kept(results, (answer,), profile, place, base=Path())
        click.echo(f"Recorded in {place}.")


def _show(one: "State", number: int, count: int) -> None:
    from fairmark.cli.show import show_rows

    click.echo(f"\n[{number}/{count}] {one.name}: {one.test.title} ({one.test.kind})")
    if one.record:
        click.echo(f"  Recorded already: {one.record.result} by {one.record.by} on {one.record.day}; it will be kept.")
    rows = [("you need", "; ".join(one.test.needs))]
    rows += [(f"step {i}", step) for i, step in enumerate(one.test.steps, 1)]
    rows += [("write down", one.test.record), ("PASS", one.test.passes), ("FAIL", one.test.fails)]
    rows.append(("INCONCLUSIVE", one.test.inconclusive))
    show_rows(rows)


def _ask(one: "State", by: str, unit: str, today: str) -> "Answer | None":
    from fairmark.workflows.manual import Answer

    kind = click.Choice(["pass", "fail", "inconclusive", "skip", "stop"], case_sensitive=False)
    result = click.prompt("Result", type=kind, default="skip").lower()
    if result == "stop":
        click.echo("Stopped; what was recorded is kept.")
        sys.exit(0)
    if result == "skip":
        return None
    seen = click.prompt("What did you do and see")
    day = click.prompt("Day (year-month-day)", default=today, type=click.DateTime(["%Y-%m-%d"]))
    files: list[str] = []
    wanted = "A file that proves it (a PASS of this test needs one)" if one.test.attach else "A file that proves it"
    while path := click.prompt(f"{wanted}, or Enter for none", default="", show_default=False):
        if Path(path).is_file():
            files.append(path)
            wanted = "Another file"
        else:
            click.echo(f"  {path} is no file.")
    return Answer(
        test=one.name, result=result.upper(), by=by, day=day.date(), unit=unit, seen=seen, attach=tuple(files)
    )
