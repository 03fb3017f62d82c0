"""One run over many images: plans the jobs, hands them to the engine, writes each result as it comes in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from fairmark import __version__
from fairmark.cli.progress import progress_line
from fairmark.cli.session import Given, run_assessment
from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.examine.adapters.image_file import open_image
from fairmark.jobs.plan import Engine, Job, still_to_do
from fairmark.model.fleet import FleetEntry
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.render.wording import count
from fairmark.standards.own import shelve
from fairmark.vulnerabilities.adapters.store import default_path
from fairmark.workflows.adapters.catalogue_folder import own_catalogues
from fairmark.workflows.adapters.fleet_files import ASSESSMENT, Listed, listed_images, recorded, write_private
from fairmark.workflows.adapters.inputs import profile_beside, read_file
from fairmark.workflows.adapters.output import write_files, write_together
from fairmark.workflows.documents import documents
from fairmark.workflows.fleet import (
    PRIVATE,
    Candidate,
    Indexes,
    Order,
    digests_in,
    entry_of,
    failed,
    indexes,
    jobs_of,
    named,
    summary_documents,
)
from fairmark.workflows.profile import MAX_BYTES

REPORT = "report.html"
EPOCH = "SOURCE_DATE_EPOCH"
_SHOWN_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user typed."""

    source: Path
    folder: Path
    all_documents: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What a worker sends back: the documents of one image by file name, and its part of the summary."""

    documents: Mapping[str, bytes]
    entry: FleetEntry


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    summary: Mapping[str, bytes]
    entries: tuple[FleetEntry, ...]
    indexes: Indexes
    kept: int

    @property
    def failures(self) -> tuple[FleetEntry, ...]:
        """The images without an assessment."""
        return tuple(entry for entry in self.entries if entry.row.error)


def run_fleet(wanted: Wanted, engine: Engine) -> Outcome:
    """Assess what is not assessed yet and write everything into the folder."""
    with progress_line() as progress:
        progress("looking for images")
        images = listed_images(wanted.source, wanted.folder)
        if not images:
            raise UnreadableInputError(f"there is no image in {wanted.source}", hint="Hidden files do not count.")
        candidates, lost = _candidates(images, wanted, progress)
        jobs, places = jobs_of(candidates, __version__)
        known = _kept(jobs, wanted)
        waiting = still_to_do(jobs, lambda place: known[place][0] if place in known else None)
        results = {place: entry for place, (_, entry) in known.items()} | _work(waiting, engine, wanted, progress)
    entries = [*lost]
    for candidate in candidates:
        result = results[places[candidate.name]]
        if isinstance(result, str):
            text = result.replace(candidate.order.image, candidate.name)
            entries.append(failed(candidate.name, text, candidate.order.sha256))
        else:
            entries.append(named(result, candidate.name))
    return _written(tuple(entries), wanted, len(jobs) - len(waiting))


def _written(entries: tuple[FleetEntry, ...], wanted: Wanted, kept: int) -> Outcome:
    outcome = Outcome(summary_documents(entries), entries, indexes(entries), kept)
    write_files(wanted.folder, outcome.summary)
    write_private(wanted.folder / PRIVATE, outcome.indexes.documents())
    return outcome


def _candidates(
    images: tuple[Listed, ...], wanted: Wanted, progress: Callable[[str], None]
) -> tuple[tuple[Candidate, ...], tuple[FleetEntry, ...]]:
    """Read the digest of each image and profile; an image that cannot be read is lost to the run, and no other is."""
    found: list[Candidate] = []
    lost: list[FleetEntry] = []
    for image in images:
        progress(f"reading {image.name}")
        try:
            if image.error:
                raise UnreadableInputError(image.error)
            found.append(Candidate(image.name, _order(image.path, wanted)))
        except FairmarkError as error:
            lost.append(failed(image.name, error.message.replace(str(image.path), image.name)))
    return tuple(found), tuple(lost)


def _order(path: Path, wanted: Wanted) -> Order:
    with open_image(path) as image:
        digest = image.sha256
    profile = profile_beside(path)
    text = read_file(profile, limit=MAX_BYTES, what="a device profile") if profile else b""
    database = default_path()
    return Order(
        image=str(path.absolute()),
        sha256=digest,
        profile=str(profile.absolute()) if profile else "",
        profile_digest=sha256_hex(text) if profile else "",
        database=str(database) if database.is_file() else "",
        epoch=os.environ.get(EPOCH, ""),
        documents=wanted.all_documents,
    )


def _kept(jobs: tuple[Job[Order], ...], wanted: Wanted) -> dict[str, tuple[dict[str, str], FleetEntry]]:
    """Return what earlier runs left, by place: its digests, and its part of the summary."""
    kept = {}
    for job in jobs:
        folder = wanted.folder / job.id
        if wanted.all_documents and not (folder / REPORT).is_file():
            continue
        assessment = recorded(folder)
        if assessment is not None:
            kept[job.id] = (digests_in(assessment), entry_of(assessment, job.id))
    return kept


def _work(
    jobs: tuple[Job[Order], ...], engine: Engine, wanted: Wanted, progress: Callable[[str], None]
) -> dict[str, FleetEntry | str]:
    """Have the jobs done and write each result at once: an interruption costs what is in hand, and nothing else."""
    results: dict[str, FleetEntry | str] = {}
    progress(f"0 of {len(jobs)}")
    for number, done in enumerate(engine.run(jobs, examine), start=1):
        if done.result is None:
            results[done.id] = done.error
        else:
            write_together(wanted.folder / done.id, done.result.documents)
            row = done.result.entry.row.model_copy(update={"result": done.id})
            results[done.id] = done.result.entry.model_copy(update={"row": row})
        progress(f"{number} of {len(jobs)}: {done.id}")
    return results


def examine(order: Order) -> Examined:
    """Do one order, in a worker: assess the image and return its documents; nothing is written."""
    _set_epoch(order.epoch)
    shelve(own_catalogues)  # a worker does not come in by the door of the command line
    given = Given(
        image=Path(order.image),
        profile=Path(order.profile) if order.profile else None,
        database=Path(order.database) if order.database else None,
    )
    assessment = run_assessment(given, lambda _text: None)
    if (assessment.inputs.image, assessment.inputs.device) != (order.sha256, order.profile_digest):
        raise UnreadableInputError(f"{order.image} or its profile changed while the run went on")
    text = canonical_json(assessment) + b"\n"
    return Examined(documents(assessment) if order.documents else {ASSESSMENT: text}, entry_of(assessment, ""))


def _set_epoch(epoch: str) -> None:
    """Date the result as the machine would that ordered it."""
    if epoch:
        os.environ[EPOCH] = epoch
    else:
        os.environ.pop(EPOCH, None)


def show_fleet(outcome: Outcome, folder: Path, *, as_json: bool) -> None:
    """Print what came out."""
    if as_json:
        click.echo(outcome.summary["fleet.json"], nl=False)
    else:
        kept = f", {outcome.kept} of them kept from an earlier run" if outcome.kept else ""
        assessed = len(outcome.entries) - len(outcome.failures)
        click.echo(f"{count(assessed, 'image')} assessed{kept}; {len(outcome.failures)} could not be.")
        shared = count(outcome.indexes.shared_keys, "private key")
        spread = count(outcome.indexes.spread_components, "component")
        click.echo(f"In more than one image: {shared} and {spread} of the same version.")
        click.echo(f"Written to {folder}/: {', '.join(outcome.summary)}, and a folder for each image.")
        click.echo(f"For you only, readable by no other user: {folder / PRIVATE}/keys.json, components.json.")
    for entry in outcome.failures[:_SHOWN_FAILURES]:
        click.echo(f"not assessed: {entry.row.image}: {entry.row.error}", err=True)
    if len(outcome.failures) > _SHOWN_FAILURES:
        click.echo(f"... and {len(outcome.failures) - _SHOWN_FAILURES} more: see fleet.csv", err=True)
