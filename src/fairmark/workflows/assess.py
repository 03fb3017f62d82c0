"""The main job on one page: from a device image to proof, verdicts, money and a plan."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fairmark import __version__
from fairmark.examine.bare_metal import running_paths
from fairmark.examine.build import build_of
from fairmark.examine.detectors import DETECTORS
from fairmark.examine.extract import Extraction
from fairmark.examine.inventory import inventory
from fairmark.examine.limits import Limits
from fairmark.examine.linkage import reach_by_file
from fairmark.examine.provenance import rules_digest
from fairmark.examine.recording import Reading
from fairmark.examine.scan import scan
from fairmark.examine.services import started_services, trace
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.assessment import Assessment, Inputs
from fairmark.model.data import digest_of
from fairmark.model.device import Device, Market
from fairmark.model.evidence import EvidenceKind, Tool
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, joined
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Build, Component, Coverage, ImageRecord, MakerWord
from fairmark.model.listing import Folder
from fairmark.model.marketing import Advertised
from fairmark.model.risk import Risk
from fairmark.model.service import Service
from fairmark.model.standard import Verdict
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vocabulary import FILE as VOCABULARY_FILE
from fairmark.model.vocabulary import PACKAGE, declared_facts, vocabulary
from fairmark.model.vulnerability import Vulnerabilities
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Settled
from fairmark.risk.plan import plan
from fairmark.risk.price import price
from fairmark.standards.claims import claim_evidence
from fairmark.standards.contradictions import Contradiction, noted, settle
from fairmark.standards.document_text import Text
from fairmark.standards.judge import judge
from fairmark.standards.library import catalogue_digests, catalogues, crosswalk_digest
from fairmark.standards.marketing import Known, judge_marketing
from fairmark.standards.summary import admitted, coming, required_by_law
from fairmark.vulnerabilities.match import Matched, match
from fairmark.vulnerabilities.needs import named_files
from fairmark.vulnerabilities.record import Records
from fairmark.vulnerabilities.vex import MakerStatement
from fairmark.workflows.carried import Older
from fairmark.workflows.cases import Casebook, rules_of_cases
from fairmark.workflows.code_scanners import NO_REPORTS, Reports, doubted, unfinished
from fairmark.workflows.device_price import older_price, settled_of
from fairmark.workflows.enough_level import enough_level
from fairmark.workflows.listing import listed
from fairmark.workflows.refuted import refuted
from fairmark.workflows.sbom import list_of
from fairmark.workflows.sbom_differences import differences
from fairmark.workflows.sbom_entries import Sbom
from fairmark.workflows.services import chains, described
from fairmark.workflows.vex import about, told, word_of

TOOL = Tool(name="fairmark", version=__version__)

# Said in every report: a reader must know what nobody looked at.
NOT_PROBED = "The running device: no port was probed, no traffic captured, no hardware opened."
PROBED = "The running device: no traffic was captured, no hardware opened."
NOT_EXAMINED = (
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
    """What the user handed over: the opened image, the profile, the maker's and other tools' documents."""

    extraction: Extraction | None
    image: ImageRecord
    device: Device
    created: datetime
    device_digest: str = ""
    sbom: Sbom | None = None
    maker: tuple[MakerStatement, ...] = ()
    """What the maker's VEX documents say of published flaws."""
    vex_digests: tuple[str, ...] = ()
    reports: Reports = NO_REPORTS
    """What code scanners report of the sources."""
    given: tuple[Detection, ...] = ()
    """What was seen elsewhere than in the image: at the live device, in documents, in tests by hand."""
    documents: tuple[str, ...] = ()
    """SHA-256 of the maker's documents, sorted; what they tell is in ``given``."""
    results: str = ""
    """SHA-256 of the results of tests by hand; what they tell is in ``given``."""
    marketing: Text | None = None
    """What the maker advertises."""
    marketing_digest: str = ""
    older: Older | None = None
    """An assessment of another build, whose results are taken over where nothing that they rest on has changed."""

    @property
    def listed(self) -> tuple[Component, ...]:
        """The components that the maker lists."""
        return self.sbom.components if self.sbom else ()


@dataclass(frozen=True)
class Examined:
    """What was seen, before anything is judged or priced."""

    image: ImageRecord
    detection: Detection
    components: tuple[Component, ...]
    build: Build
    vulnerabilities: Vulnerabilities
    coverage: Coverage
    services: tuple[Service, ...] = ()
    conditional: tuple[Service, ...] = ()
    files: tuple[Folder, ...] = ()


def assess(
    material: Material, calibration: Calibration, world: World, *, limits: Limits, hints: bool = False
) -> Assessment:
    """Examine, judge, price and plan one device build; with ``hints``, grade C findings are kept."""
    device = material.device
    book = Casebook(TOOL, material.older)
    examined = examine(material, world, limits, book)
    findings = tuple(f for f in examined.detection.findings if hints or f.confidence is not Confidence.C)
    dropped = len(examined.detection.findings) - len(findings)
    coverage = examined.coverage.model_copy(update={"hints": dropped})

    world.progress("judging the provisions")
    words = vocabulary()
    facts, contradictions = settle(declared_facts(device, words), examined.detection.facts)
    verdicts = judge(device, findings, examined.detection.observations, facts, coverage)
    verdicts = doubted(noted(verdicts, contradictions, catalogues()), material.reports)
    against = book.note("claims", *_against_claims(device, verdicts, examined.detection, findings, contradictions))
    findings = joined([Detection(findings=findings, evidence=examined.detection.evidence), against]).findings
    stated = (*claim_evidence(device, verdicts), *(one.claim for one in contradictions), *against.evidence)

    world.progress("pricing the risk")
    sold = device.markets or tuple(Market)  # not stated: the law of every market counts
    today = material.created.date()
    law = required_by_law(verdicts, catalogues(), sold, findings, today)

    def taken(profile: Device) -> Settled:
        seen = examined.detection.observations
        return settled_of(profile, findings, seen, calibration, examined=material.extraction is not None)

    settled = taken(device)
    risk = _older_price(material, book, settled, findings, calibration)
    is_older = risk is not None
    risk = risk or price(settled, findings, calibration)
    world.progress("choosing the measures")
    conceded = admitted(verdicts, catalogues(), sold, findings, today)
    todo = plan(settled, findings, law, calibration, admitted=conceded)
    todo = todo.model_copy(update={"notes": (*coming(verdicts, catalogues(), sold, today), *todo.notes)})

    return Assessment(
        created=material.created,
        tool=TOOL,
        inputs=_inputs(material, examined.image, calibration, examined.vulnerabilities.database),
        device=device,
        image=examined.image,
        components=examined.components,
        build=examined.build,
        services=examined.services,
        conditional_services=examined.conditional,
        vulnerabilities=examined.vulnerabilities,
        evidence=joined(
            [Detection(evidence=(*examined.detection.evidence, *stated, *material.reports.evidence))]
        ).evidence,
        findings=findings,
        reported=material.reports.reported,
        scanners=material.reports.scanners,
        observations=examined.detection.observations,
        facts=examined.detection.facts,
        verdicts=verdicts,
        advertised=_advertised(material, findings, examined.detection.observations, facts, verdicts),
        risk=risk,
        plan=todo,
        level=enough_level(device, taken, findings, verdicts, law, conceded, calibration),
        coverage=coverage,
        files=examined.files,
        cases=book.cases(findings, examined.vulnerabilities),
        carried=book.carried(price=is_older),
    )


def _older_price(
    material: Material, book: Casebook, settled: Settled, findings: tuple[Finding, ...], calibration: Calibration
) -> Risk | None:
    """Return the price of the older assessment where this build has the same."""
    older = book.comparable
    if older is None:
        return None
    return older_price(older, material.device, material.device_digest, settled, findings, calibration)


def _advertised(
    material: Material,
    findings: tuple[Finding, ...],
    observations: tuple[Observation, ...],
    facts: Mapping[str, bool],
    verdicts: tuple[Verdict, ...],
) -> tuple[Advertised, ...]:
    """Hold what the maker advertises against the evidence; nothing where nothing was handed over."""
    if material.marketing is None:
        return ()
    day, until = material.created.date(), material.device.support_until
    return judge_marketing(material.marketing, Known(findings, observations, facts, verdicts, until, day))


def _against_claims(
    device: Device,
    verdicts: Sequence[Verdict],
    seen: Detection,
    findings: tuple[Finding, ...],
    contradictions: Sequence[Contradiction],
) -> tuple[Detection, Mapping[str, object]]:
    """Return what the evidence says against the maker's claims, and what that was read from."""
    kept = seen.model_copy(update={"findings": findings})
    read = {
        "claims": device.claims,
        "device": device,
        "findings": [one.id for one in findings],
        "observations": seen.observations,
        "facts seen": seen.facts,
        "verdicts": [[one.id, one.outcome] for one in verdicts],
    }
    return refuted(device, verdicts, kept, contradictions), read


def examine(material: Material, world: World, limits: Limits, book: Casebook) -> Examined:
    """Scan every file once, trace what is started, ask each detector, and look the components up."""
    extraction = material.extraction
    book.given(material.given)
    if extraction is None:
        matched, word = _flaws(material, material.listed, Build(), world.records, book, "")
        gap = Gap(where="image", reason=GapReason.TOOL, detail="no image was given: documents and claims only")
        coverage = Coverage(
            gaps=(gap,),
            not_examined=("The image.", *_unproven(material, matched, word), *_outside(joined(material.given))),
            maker_sbom=list_of(material.sbom),
            maker_vex=word,
        )
        seen_elsewhere = joined(material.given)
        return Examined(material.image, seen_elsewhere, material.listed, Build(), matched.vulnerabilities, coverage)
    world.progress("scanning files")
    files, scan_gaps = scan(extraction.trees, loose=extraction.loose, limits=limits, clock=world.clock)
    reading = Reading(
        Subject(
            trees=extraction.trees,
            files=files,
            device=material.device,
            tool=TOOL,
            crack=world.crack,
            loose=extraction.loose,
            containers=extraction.containers,
            today=material.created.date(),
        )
    )
    (components, component_evidence), read = reading.watch(lambda: inventory(reading.subject))
    book.listed(components, component_evidence, read)
    subject = replace(reading.subject, components=components)
    subject = replace(subject, services=started_services(subject))
    reading.knows(subject)
    conditional = trace(subject).conditional
    detections = [*material.given, Detection(evidence=component_evidence)]
    detections.append(chains((*subject.services, *conditional)))
    for detector in DETECTORS:
        world.progress(f"looking for {detector.title}")
        detections.append(book.examined(detector, subject, reading))
    world.progress("looking for published flaws")
    seen = _reached(subject)
    components = (*seen, *material.listed)
    build = build_of(subject)
    names = {item.path for item in files}
    image = _with_digest(material.image, files)
    matched, word = _flaws(material, components, build, world.records, book, image.sha256, names)
    detections.append(Detection(findings=matched.findings, evidence=component_evidence))
    if material.sbom:
        apart = differences(material.sbom, seen, component_evidence, names)
        read_of_list = {"sbom": material.sbom.sha256, "components": seen, "listing": sorted(names)}
        detections.append(book.note("maker-sbom", apart, read_of_list))
    detection = joined(detections)
    coverage = Coverage(
        image_bytes=image.size,
        opened_bytes=extraction.opened_bytes,
        programs=extraction.programs,
        files=len(files),
        file_bytes=sum(item.size for item in files),
        elf_files=sum(item.elf is not None for item in files),
        root_file_systems=tuple(tree.name or "main" for tree in extraction.trees),
        detectors=tuple(detector.id for detector in DETECTORS),
        gaps=tuple(
            sorted((*extraction.gaps, *scan_gaps, *detection.gaps), key=lambda gap: (gap.where, gap.reason, gap.detail))
        ),
        not_examined=(*_unproven(material, matched, word), *_outside(detection)),
        maker_sbom=list_of(material.sbom),
        maker_vex=word,
    )
    return Examined(
        image,
        detection,
        components,
        build,
        matched.vulnerabilities,
        coverage,
        services=described(subject.services, material.device),
        conditional=described(conditional, material.device),
        files=listed(files),
    )


def _flaws(
    material: Material,
    components: Sequence[Component],
    build: Build,
    records: Records,
    book: Casebook,
    image: str,
    files: Collection[str] | None = None,
) -> tuple[Matched, MakerWord | None]:
    """Match published flaws and hear the maker; ``image`` is its digest, ``files`` the paths in it."""
    kept, names = about(material.maker, material.device, image)
    today = material.created.date()
    needed = named_files(files)
    word = [list(map(repr, kept)), names] if kept else []
    around = {"build": build, "flaw data": [records.digest(), needed], "maker's word": word}
    settled = book.component_cases(around)
    matched = match(components, build, records, today, maker=kept, device=names, files=files, settled=settled)
    return matched, word_of(material.maker, kept, matched.vulnerabilities.statements)


def _outside(detection: Detection) -> tuple[str, ...]:
    """Say what nobody looked at, whatever was in the image; a device that was probed was looked at in part."""
    probed = any(one.kind is EvidenceKind.NETWORK for one in detection.evidence)
    return (*detection.unseen, PROBED if probed else NOT_PROBED, *NOT_EXAMINED)


def _unproven(material: Material, matched: Matched, word: MakerWord | None) -> tuple[str, ...]:
    """Say what rests on old data, on the maker's word alone, or on a report that is not whole."""
    return (*matched.vulnerabilities.warnings, *told(word), *unfinished(material.reports))


def _reached(subject: Subject) -> tuple[Component, ...]:
    """Say of every component how near an attacker its nearest file lies; the kernel always runs."""
    nearest: dict[str, Reach] = dict.fromkeys(running_paths(subject), Reach.STARTED)
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
        sbom=material.sbom.sha256 if material.sbom else "",
        vex=material.vex_digests,
        reports=material.reports.digests,
        documents=material.documents,
        results=material.results,
        marketing=material.marketing_digest,
        vulnerability_db=database,
        rules=rules_digest(),
        examination=rules_of_cases(),
        calibration=calibration.digest,
        vocabulary=digest_of(PACKAGE, VOCABULARY_FILE),
        crosswalk=crosswalk_digest(),
        catalogues=dict(catalogue_digests()),
    )
