"""``fairmark watch``: what is new for devices that were assessed before, without their images."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.model.assessment import Assessment
    from fairmark.workflows.watch import WatchReport


@click.command("watch")
@click.argument("assessments", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Vulnerability database; default: the user's own, else the starter set inside the program.",
)
@click.option(
    "--vex",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The maker's word on published flaws (OpenVEX, CSAF, CycloneDX); may be repeated.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that remembers what was told: each thing is told once. Made when it is not there.",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Also what became known on that day or later, reported or not."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    assessments: tuple[Path, ...],
    *,
    database: Path | None,
    vex: tuple[Path, ...],
    state: Path | None,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Hold saved ASSESSMENTS against the vulnerability data of today; exit 1 when something is new.

    News are flaws that are now known to be exploited, that are now likely to be exploited (EPSS 0.1 or more), and
    flaws of grade A or B that an assessment does not report yet. What was taken back is told and is no news. An
    assessment that cannot be read does not hold up the others: exit 3 when nothing else is new.
    """
    from datetime import UTC

    from fairmark.cli.session import known_records
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.state_file import replace_file
    from fairmark.workflows.vex import MAX_VEX_BYTES, read_vex
    from fairmark.workflows.watch import watch
    from fairmark.workflows.watch_state import MAX_STATE_BYTES, read_state, untold, written

    if state and since:
        raise WrongUsageError("--since lists again what --state leaves out", hint="Give one of the two.")
    content = read_file(state, limit=MAX_STATE_BYTES, what="the state of a watch") if state and state.exists() else b""
    memory = read_state(content, str(state))
    maker = [one for path in vex for one in read_vex(read_file(path, limit=MAX_VEX_BYTES, what="VEX"), str(path))]
    saved, unreadable = _read(assessments)
    today = datetime.now(UTC).date()
    with known_records(database) as records:
        report = watch(
            saved,
            records,
            today=today,
            since=since.date() if since else None,
            maker=maker,
            unreadable=unreadable,
            earlier=memory.earlier(),
        )
    if state:
        report, memory = untold(report, memory, today)
    if as_json:
        show_json(report)
    else:
        _show(report)
    sys.stdout.flush()
    if state:  # after the news is out: a run that is killed in between tells it again, and never loses it
        replace_file(state, written(memory))
    sys.exit(1 if report.news else 3 if report.unreadable else 0)


def _read(paths: tuple[Path, ...]) -> "tuple[list[tuple[str, Assessment]], list[str]]":
    """Read the assessments; one that cannot be read is named, and the others are watched."""
    from fairmark.errors import UnreadableInputError
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES, read_assessment

    saved, unreadable = [], []
    for path in paths:
        try:
            content = read_file(path, limit=MAX_BYTES, what="an assessment")
            saved.append((str(path), read_assessment(content, str(path))))
        except UnreadableInputError as error:
            unreadable.append(error.message)
    return saved, unreadable


def _show(report: "WatchReport") -> None:
    for fault in report.unreadable:
        click.echo(f"NOT WATCHED: {_printable(fault)}", err=True)
    for warning in report.warnings:
        click.echo(f"WARNING: {_printable(warning)}", err=True)
    click.echo(f"{len(report.news)} new for {report.assessments} assessments.")
    for one in report.news:
        since = f"known since {one.known_since.isoformat()}" if one.known_since else "since when is not known"
        likely = f", EPSS {one.epss:.2f}" if one.epss is not None else ""
        fixed = f", mended in {one.fixed_in}" if one.fixed_in else ""
        line = (
            f"{one.product}: {one.what}: {one.cve} in {one.component} {one.version} (grade {one.grade}, {one.reach}, "
            f"{one.severity}{likely}; {since}{fixed}; {one.source})  [{one.assessment}]"
        )
        click.echo(f"  - {_printable(line)}")
    for gone in report.closed:
        line = f"{gone.product}: taken back: {gone.cve} in {gone.component} {gone.version}: {gone.why}"
        click.echo(f"  ~ {_printable(line)}  [{_printable(gone.assessment)}]")


def _printable(line: str) -> str:
    """Names come out of images: they must not steer the terminal."""
    return "".join(character if character.isprintable() else "?" for character in line)
