"""``fairmark watch``: what is new for devices that were assessed before, without their images."""

import sys
from datetime import datetime
from pathlib import Path

import click


@click.command("watch")
@click.argument("assessments", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Vulnerability database; default: the user's own, else the starter set inside the program.",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Also what became known on that day or later, reported or not."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(assessments: tuple[Path, ...], database: Path | None, since: datetime | None, as_json: bool) -> None:
    """Hold saved ASSESSMENTS against the vulnerability data of today; exit 1 when something is new.

    News are flaws that are now known to be exploited, that are now likely to be exploited (EPSS 0.1 or more), and
    flaws of grade A or B that an assessment does not report yet.
    """
    from datetime import UTC

    from fairmark.cli.session import known_records
    from fairmark.cli.show import show_json
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES, read_assessment
    from fairmark.workflows.watch import watch

    saved = [
        (str(path), read_assessment(read_file(path, limit=MAX_BYTES, what="an assessment"), str(path)))
        for path in assessments
    ]
    with known_records(database) as records:
        report = watch(saved, records, today=datetime.now(UTC).date(), since=since.date() if since else None)
    if as_json:
        show_json(report)
    else:
        _show(report)
    sys.exit(1 if report.news else 0)


def _show(report: object) -> None:
    from fairmark.workflows.watch import WatchReport

    assert isinstance(report, WatchReport)  # noqa: S101 - tells the type, imported late
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


def _printable(line: str) -> str:
    """Names come out of images: they must not steer the terminal."""
    return "".join(character if character.isprintable() else "?" for character in line)
