"""One assessment from the command line: opens the inputs, wires the adapters into the journey, writes the result."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from fairmark.cli.papers import open_papers
from fairmark.cli.progress import progress_line
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.examine.adapters.crypt import crack
from fairmark.examine.adapters.directory import open_directory
from fairmark.examine.adapters.image_file import open_image
from fairmark.examine.adapters.spool import FileSpool
from fairmark.examine.adapters.unblob import unblob_or_its_absence
from fairmark.examine.extract import Extraction, extract, extract_tree
from fairmark.examine.limits import Limits
from fairmark.model.assessment import Assessment
from fairmark.model.device import Device
from fairmark.model.image import ImageRecord
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.render.extraction import render as render_extraction
from fairmark.risk.calibration import Calibration
from fairmark.risk.calibration import load as load_calibration
from fairmark.vulnerabilities.adapters.store import Store, default_path
from fairmark.vulnerabilities.record import Records
from fairmark.vulnerabilities.starter import starter
from fairmark.workflows.adapters.inputs import newest, profile_beside, read_file, work_folder
from fairmark.workflows.adapters.output import write_together
from fairmark.workflows.assess import Material, Progress, World, assess
from fairmark.workflows.carried import read_older
from fairmark.workflows.code_scanners import read_reports
from fairmark.workflows.documents import documents
from fairmark.workflows.gate import MAX_BYTES as LARGEST_ASSESSMENT
from fairmark.workflows.mapping import read_mapping
from fairmark.workflows.probe import MAX_NETWORK_BYTES, network_detection
from fairmark.workflows.profile import MAX_BYTES, read_profile
from fairmark.workflows.sarif_read import MAX_SARIF_BYTES
from fairmark.workflows.sbom import MAX_SBOM_BYTES, read_sbom
from fairmark.workflows.vex import MAX_VEX_BYTES, read_vex

LIMIT_OPTIONS = {
    "max_bytes": "total_bytes",
    "max_file_bytes": "single_file",
    "max_files": "files",
    "max_depth": "depth",
    "max_seconds": "seconds",
}


@dataclass(frozen=True)
class Given:
    """What the user typed."""

    image: Path | None
    profile: Path | None = None
    sbom: Path | None = None
    vex: tuple[Path, ...] = ()
    sarif: tuple[Path, ...] = ()
    calibration: Path | None = None
    database: Path | None = None
    network: Path | None = None
    """What a probe of the running device heard."""
    documents: Path | None = None
    """Folder of the maker's documents."""
    results: Path | None = None
    """Results of tests by hand."""
    marketing: Path | None = None
    """What the maker advertises."""
    carry: Path | None = None
    """The assessment of an older build."""
    hints: bool = False
    fallback: str = "unblob"
    threads: int = 1
    """Threads that decompress ahead of the reading."""
    limits: Mapping[str, float | None] = field(default_factory=dict)


def assess_and_write(given: Given, folder: Path) -> tuple[Assessment, list[str]]:
    """Assess and write all documents into ``folder``; return the assessment and the names of the files."""
    with progress_line() as progress:
        assessment = run_assessment(given, progress)
        progress("writing the documents")
        written = documents(assessment)
        write_together(folder, written)
    return assessment, list(written)


def run_assessment(given: Given, progress: Progress) -> Assessment:
    """Assess what the user gave; nothing is written."""
    limits = limits_of(given)
    calibration = _calibration(given.calibration)
    with known_records(given.database) as records:
        world = World(clock=time.monotonic, crack=crack, progress=progress, records=records)
        with _material(given, world, limits) as material:
            return assess(material, calibration, world, limits=limits, hints=given.hints)


def show_extraction(given: Given, *, as_json: bool) -> None:
    """Open the image and print the tree of its containers; nothing is judged and nothing written."""
    if given.image is None:
        raise WrongUsageError("no image to open", hint="Try: fairmark assess firmware.bin --explain-extraction")
    with progress_line() as progress:
        world = World(clock=time.monotonic, crack=crack, progress=progress, records=starter())
        with _material(given, world, limits_of(given)) as material:
            opened = material.extraction or Extraction()
            if as_json:
                row = {
                    "containers": [one.model_dump(mode="json") for one in opened.containers],
                    "gaps": [one.model_dump(mode="json") for one in opened.gaps],
                    "programs": opened.programs,
                }
                click.echo(canonical_json(row).decode())
            else:
                click.echo(render_extraction(opened.containers, opened.gaps, opened.programs))


def limits_of(given: Given) -> Limits:
    """Return the limits, with what the user typed."""
    wanted: dict[str, Any] = {LIMIT_OPTIONS[name]: value for name, value in given.limits.items() if value is not None}
    return Limits(**wanted)


@contextmanager
def known_records(path: Path | None) -> Iterator[Records]:
    """Open the vulnerability database: the one that was named, else the user's own, else the starter set.

    A database of the user's that holds nothing yet (a first update that failed) is none.
    """
    place = path or default_path()
    if path is None and not place.is_file():
        yield starter()
        return
    if not place.is_file():
        raise UnreadableInputError(f"{place} is no file", hint="Make it with: fairmark db import --db FILE FEED...")
    with Store(place) as store:
        yield store if path or store.feeds() else starter()


def _calibration(path: Path | None) -> Calibration:
    if path is None:
        return load_calibration()
    text = read_file(path, limit=16 << 20, what="calibration entries")
    return load_calibration(read_mapping(text, str(path), hint="Write `entries:` with the ids you know better."))


@contextmanager
def _pool(threads: int) -> Iterator[Executor | None]:
    """Give threads that decompress ahead of the reading; none where they would have no processor of their own."""
    if threads < 2:
        yield None
        return
    with ThreadPoolExecutor(threads, "ahead") as pool:
        yield pool


@contextmanager
def _material(given: Given, world: World, limits: Limits) -> Iterator[Material]:
    """Open everything the user named; the image stays open while the journey reads from it."""
    profile = given.profile or profile_beside(given.image)
    text = read_file(profile, limit=MAX_BYTES, what="a device profile") if profile else b""
    device = read_profile(text, str(profile)) if profile else Device()
    sbom = read_file(given.sbom, limit=MAX_SBOM_BYTES, what="CycloneDX or SPDX") if given.sbom else b""
    listed = read_sbom(sbom, str(given.sbom)) if given.sbom else None
    documents = [(read_file(path, limit=MAX_VEX_BYTES, what="a VEX document"), str(path)) for path in given.vex]
    maker = tuple(statement for content, name in documents for statement in read_vex(content, name))
    reports = read_reports((read_file(path, limit=MAX_SARIF_BYTES, what="SARIF"), str(path)) for path in given.sarif)
    named = (given.image, profile, given.sbom, *given.vex, *given.sarif, given.calibration, given.network)
    papers = open_papers(device, profile, documents=given.documents, results=given.results, marketing=given.marketing)
    paths = (*(path for path in named if path), *papers.paths)
    network = read_file(given.network, limit=MAX_NETWORK_BYTES, what="a report of a probe") if given.network else b""
    elsewhere = (network_detection(network, str(given.network), device),) if given.network else ()
    older = read_file(given.carry, limit=LARGEST_ASSESSMENT, what="an assessment") if given.carry else b""

    def material(extraction: Extraction | None, image: ImageRecord, inside: int = 0) -> Material:
        now = newest(paths, inside=inside)
        return Material(
            extraction=extraction,
            image=image,
            device=device,
            created=now,
            device_digest=sha256_hex(text) if profile else "",
            sbom=listed,
            maker=maker,
            vex_digests=tuple(sorted({sha256_hex(content) for content, _ in documents})),
            reports=reports,
            given=(*elsewhere, *papers.seen(now)),
            documents=papers.document_digests,
            results=papers.results_digest,
            marketing=papers.marketing,
            marketing_digest=papers.marketing_digest,
            older=read_older(older, str(given.carry)) if given.carry else None,
        )

    if given.image is None:
        yield material(None, ImageRecord())
        return
    world.progress("opening the image")
    fallback = unblob_or_its_absence() if given.fallback == "unblob" else None
    with work_folder() as folder, FileSpool(folder) as spool, _pool(given.threads) as pool:
        if given.image.is_dir():
            with open_directory(given.image, limits=limits, clock=world.clock) as found:
                opened = extract_tree(
                    found.tree,
                    limits=limits,
                    clock=world.clock,
                    spool=spool,
                    progress=world.progress,
                    fallback=fallback,
                    pool=pool,
                )
                opened = replace(opened, gaps=(*opened.gaps, *found.gaps))
                yield material(opened, ImageRecord(containers=opened.containers), found.mtime)
        else:
            with open_image(given.image) as image:
                opened = extract(
                    image.blob,
                    limits=limits,
                    clock=world.clock,
                    spool=spool,
                    progress=world.progress,
                    fallback=fallback,
                    pool=pool,
                )
                record = ImageRecord(sha256=image.sha256, size=image.size, containers=opened.containers)
                yield material(opened, record)
