"""``fairmark standards check``: nothing hangs loose, and what an assessment rests on is still here."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.standards.readings import Agreement


@click.command("check")
@click.argument("assessment", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(assessment: tuple[Path, ...], *, as_json: bool) -> None:
    """Check every catalogue, your own ones too: ids, conditions, links, editions, and the second readings.

    For each ASSESSMENT (assessment.json) it says which editions it was judged by are not here any more, or have
    changed. Exit code 1 when something is wrong.
    """
    from dataclasses import asdict

    from fairmark.cli.show import show_json
    from fairmark.errors import CheckFailedError
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES, read_assessment
    from fairmark.workflows.standards_check import WANTED, check

    given = tuple(
        read_assessment(read_file(path, limit=MAX_BYTES, what="an assessment"), str(path)) for path in assessment
    )
    found = check(given)
    if as_json:
        show_json(asdict(found))
    else:
        own = f", {found.own} of them your own" if found.own else ""
        click.echo(
            f"{found.catalogues} catalogues{own}, {found.provisions} provisions, {found.links} links as written."
        )
        for one in found.agreements:
            click.echo(_sentence(one, WANTED))
        for sentence in (*found.faults, *found.editions):
            click.echo(sentence)
    if found.faults or found.editions:
        count = len(found.faults) + len(found.editions)
        raise CheckFailedError(f"{count} of these do not hold", hint="The sentences above say which.")


def _sentence(one: "Agreement", wanted: float) -> str:
    note = " The answers were defined anew after this round." if one.redefined else ""
    return (
        f"Second reading, round {one.round}, {one.date}: of {one.of} provisions {_share(one.demands, one.of, wanted)} "
        f"agree in what they demand (status, condition, levels); {_share(one.opinions, one.of, wanted)} agree in who "
        f"can judge them.{note}"
    )


def _share(alike: int, of: int, wanted: float) -> str:
    return f"{alike}" if alike >= wanted * of else f"{alike} (wanted {wanted:.0%}: does not hold)"
