"""``fairmark fleet``: many images, on all cores or on a cluster."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # the modules are loaded when the command runs
    from fairmark.jobs.plan import Engine

LOCAL = "local"
_DASK = re.compile(r"dask://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5})")


@click.command("fleet")
@click.argument("source", metavar="DIR|LIST", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--engine", default=LOCAL, show_default=True, help="local, or dask://HOST:PORT: a cluster's scheduler.")
@click.option(
    "--workers", type=click.IntRange(1, 1024), help="Images at a time; default: one for each core of this machine."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Results; default: NAME-fleet here.")
@click.option("--documents", "all_documents", is_flag=True, help="Write all documents of each image, report included.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    source: Path, engine: str, workers: int | None, out: Path | None, all_documents: bool, as_json: bool
) -> None:
    """Assess every image of DIR and below it, or of LIST (one path a line; - reads standard input).

    Each result goes to OUT/DIGEST-NAME/assessment.json, the summary to OUT/fleet.csv, fleet.html and fleet.json. Run
    it again after an interruption: what is done and still true is not done again. A broken image is a row with its
    reason, and the exit code is then 3.
    """
    import os
    import sys

    from fairmark.cli.fleet_run import Wanted, run_fleet, show_fleet

    if str(source) != "-" and not source.exists():
        from fairmark.errors import UnreadableInputError

        raise UnreadableInputError(f"{source} does not exist", hint="Name a folder, or a text file of paths.")
    folder = out or Path(f"{Path(os.path.realpath(source)).stem if str(source) != '-' else 'stdin'}-fleet")
    with _engine(engine, workers) as chosen:
        outcome = run_fleet(Wanted(source, folder, all_documents=all_documents), chosen)
    show_fleet(outcome, folder, as_json=as_json)
    sys.exit(3 if outcome.failures else 0)


@contextmanager
def _engine(text: str, workers: int | None) -> Iterator["Engine"]:
    import os

    from fairmark.errors import WrongUsageError

    if text == LOCAL:
        from fairmark.jobs.adapters.pool import ProcessPool

        yield ProcessPool(workers or len(os.sched_getaffinity(0)))
        return
    address = _DASK.fullmatch(text)
    if address is None:
        raise WrongUsageError(f"there is no engine {text}", hint="Write local, or dask://HOST:PORT.")
    from fairmark.jobs.adapters.dask_cluster import dask_cluster

    with dask_cluster(address[1], workers) as cluster:
        yield cluster
