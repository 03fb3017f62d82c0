"""The main job on one page: from a device image to proof, verdicts, money and a plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from fairmark import __version__
from fairmark.examine.build import build_of
from fairmark.examine.detectors import DETECTORS
from fairmark.examine.extract import Extraction
from fairmark.examine.inventory import inventory
from fairmark.examine.limits import Limits
from fairmark.examine.linkage import reach_by_file
from fairmark.examine.provenance import rules_digest
from fairmark.examine.scan import scan
from fairmark.examine.services import started_services
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.assessment import Assessment, Inputs
from fairmark.model.data import digest_of
from fairmark.model.device import Device, Market
from fairmark.model.evidence import Tool
from fairmark.model.finding import Confidence, Detection, Observation, Reach, joined
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Build, Component, Coverage, ImageRecord
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vocabulary import FILE as VOCABULARY_FILE
from fairmark.model.vocabulary import PACKAGE, declared_facts, vocabulary
from fairmark.model.vulnerability import Vulnerabilities
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import ExchangeRate
from fairmark.risk.plan import plan
from fairmark.risk.price import price
from fairmark.standards.claims import claim_evidence
from fairmark.standards.contradictions import noted, settle
from fairmark.standards.judge import judge
from fairmark.standards.level import level
from fairmark.standards.library import catalogue_digests, catalogues, crosswalk_digest
from fairmark.standards.summary import admitted, required_by_law
from fairmark.vulnerabilities.match import match
from fairmark.vulnerabilities.record import Records

TOOL = Tool(name="fairmark", version=__version__)

# Said in every report: a reader must know what nobody looked at.
NOT_EXAMINED = (
    "The running device: no port was probed, no traffic captured, no hardware opened.",
    "Cloud services and apps: they were not looked at, nor were the maker's processes.",
    "Published pages: addresses of policies are taken from device.yaml and were not fetched.",
    "Program code: beyond names, strings and compiler protections there was no emulation and no code analysis.",
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class World:
    """What the journey needs from outside, wired by the command line: nothing here is read from the machine itself."""

    clock: Callable[[], float]
    """Seconds, monotonic: only for limits on time."""
    crack: Callable[[Sequence[str], Sequence[str]], Mapping[str, int | None]]
    progress: Progress
    records: Records
    """What is known of published flaws: the user's database, or the starter set."""


@dataclass(frozen=True)
class Material:
    """What the user handed over: the opened image, the profile, the maker's own list of components."""

    extraction: Extraction | None
    image: ImageRecord
    device: Device
    created: datetime
    device_digest: str = ""
    sbom: tuple[Component, ...] = ()
    sbom_digest: str = ""


class _Known(TypedDict):
    """What price and plan both rest on, beside the profile and the findings."""

    examined: bool
    observations: tuple[Observation, ...]
    in_place: tuple[str, ...]
    rate: ExchangeRate | None


@dataclass(frozen=True)
class _Examined:
    image: ImageRecord
    detection: Detection
    components: tuple[Component, ...]
    build: Build
    vulnerabilities: Vulnerabilities
    coverage: Coverage


def assess(
    material: Material, calibration: Calibration, world: World, *, limits: Limits, hints: bool = False
) -> Assessment:
    """Examine, judge, price and plan one device build; with ``hints``, grade C findings are kept."""
    device = material.device
    examined = _examine(material, world, limits)
    findings = tuple(f for f in examined.detection.findings if hints or f.confidence is not Confidence.C)
    dropped = len(examined.detection.findings) - len(findings)
    coverage = examined.coverage.model_copy(update={"hints": dropped})

    world.progress("judging the provisions")
    words = vocabulary()
    facts, contradictions = settle(declared_facts(device, words), examined.detection.facts)
    verdicts = judge(device, findings, examined.detection.observations, facts, coverage)
    verdicts = noted(verdicts, contradictions, catalogues())
    stated = (*claim_evidence(device, verdicts), *(one.claim for one in contradictions))

    world.progress("pricing the risk")
    sold = device.markets or tuple(Market)  # not stated: the law of every market counts
    law = required_by_law(verdicts, catalogues(), sold, findings)
    known: _Known = {
        "examined": material.extraction is not None,
        "observations": examined.detection.observations,
        "in_place": device.controls,
        "rate": _rate(device),
    }
    risk = price(device, findings, calibration, **known)
    todo = plan(device, findings, law, calibration, **known, admitted=admitted(verdicts, catalogues(), sold, findings))

    return Assessment(
        created=material.created,
        tool=TOOL,
        inputs=_inputs(material, examined.image, calibration, examined.vulnerabilities.database),
        device=device,
        image=examined.image,
        components=examined.components,
        build=examined.build,
        vulnerabilities=examined.vulnerabilities,
        evidence=joined([Detection(evidence=(*examined.detection.evidence, *stated))]).evidence,
        findings=findings,
        observations=examined.detection.observations,
        facts=examined.detection.facts,
        verdicts=verdicts,
        risk=risk,
        plan=todo,
        level=level(device, verdicts, findings),
        coverage=coverage,
    )


def _examine(material: Material, world: World, limits: Limits) -> _Examined:
    """Scan every file once, trace what is started, ask each detector, and look the components up."""
    extraction = material.extraction
    if extraction is None:
        gap = Gap(where="image", reason=GapReason.TOOL, detail="no image was given: documents and claims only")
        coverage = Coverage(gaps=(gap,), not_examined=("The image.", *NOT_EXAMINED))
        matched = match(material.sbom, Build(), world.records, material.created.date())
        return _Examined(material.image, Detection(), material.sbom, Build(), matched.vulnerabilities, coverage)
    world.progress("scanning files")
    files, scan_gaps = scan(extraction.trees, loose=extraction.loose, limits=limits, clock=world.clock)
    subject = Subject(trees=extraction.trees, files=files, device=material.device, tool=TOOL, crack=world.crack)
    components, component_evidence = inventory(subject)
    subject = replace(subject, components=components)
    subject = replace(subject, services=started_services(subject))
    detections = [Detection(evidence=component_evidence)]
    for detector in DETECTORS:
        world.progress(f"looking for {detector.title}")
        detections.append(detector.detect(subject))
    world.progress("looking for published flaws")
    components = (*_reached(subject), *material.sbom)
    build = build_of(subject)
    names = {item.path for item in files}
    matched = match(components, build, world.records, material.created.date(), files=names)
    detections.append(Detection(findings=matched.findings, evidence=component_evidence))
    detection = joined(detections)
    image = _with_digest(material.image, files)
    coverage = Coverage(
        image_bytes=image.size,
        opened_bytes=extraction.opened_bytes,
        files=len(files),
        file_bytes=sum(item.size for item in files),
        elf_files=sum(item.elf is not None for item in files),
        root_file_systems=tuple(tree.name or "main" for tree in extraction.trees),
        detectors=tuple(detector.id for detector in DETECTORS),
        gaps=tuple(
            sorted((*extraction.gaps, *scan_gaps, *detection.gaps), key=lambda gap: (gap.where, gap.reason, gap.detail))
        ),
        not_examined=(*matched.vulnerabilities.warnings, *NOT_EXAMINED),
    )
    return _Examined(image, detection, components, build, matched.vulnerabilities, coverage)


def _reached(subject: Subject) -> tuple[Component, ...]:
    """Say of every component how near an attacker its nearest file lies; the kernel always runs."""
    nearest: dict[str, Reach] = {}
    for (_, path), reach in reach_by_file(subject).items():
        if path not in nearest or nearest[path].rank < reach.rank:
            nearest[path] = reach
    return tuple(
        one.model_copy(
            update={
                "reach": Reach.STARTED
                if one.upstream == "linux"
                else max(
                    (nearest.get(path, Reach.PRESENT) for path in one.paths), key=lambda r: r.rank, default=one.reach
                )
            }
        )
        for one in subject.components
    )


def _rate(device: Device) -> ExchangeRate | None:
    """The exchange rate that the profile gives, if any."""
    given = device.economics
    return ExchangeRate(given.usd_rate, str(given.usd_rate_date or "no date given")) if given.usd_rate else None


def _with_digest(image: ImageRecord, files: Sequence[FileFacts]) -> ImageRecord:
    """Give a directory, which has no bytes of its own, the digest and size of what it holds."""
    if image.sha256:
        return image
    listing = [[item.root, item.path, item.mode, item.sha256] for item in files]
    size = sum(item.size for item in files)
    return image.model_copy(update={"sha256": sha256_hex(canonical_json(listing)), "size": size})


def _inputs(material: Material, image: ImageRecord, calibration: Calibration, database: str) -> Inputs:
    return Inputs(
        image=image.sha256,
        device=material.device_digest,
        sbom=material.sbom_digest,
        vulnerability_db=database,
        rules=rules_digest(),
        calibration=calibration.digest,
        vocabulary=digest_of(PACKAGE, VOCABULARY_FILE),
        crosswalk=crosswalk_digest(),
        catalogues=dict(catalogue_digests()),
    )
