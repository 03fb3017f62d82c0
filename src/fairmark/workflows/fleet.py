"""Many images: where each result goes, the summary of all, and the indexes across them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairmark.jobs.plan import Job
from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Severity
from fairmark.model.fleet import FleetEntry, FleetRow, HeldKey
from fairmark.model.value import canonical_json
from fairmark.render import fleet as page
from fairmark.render.wording import device_name, visible

SCHEMA = "fairmark.fleet/1"
PRIVATE = "private"
PRIVATE_NOTE = "For you alone: whoever holds one of these keys can attack every image that is listed under it."
GRADES = tuple(f"{grade} {severity}" for grade in (Confidence.A, Confidence.B) for severity in Severity)

_HELD_KEY = re.compile(
    r"((?:private|authorised|host|public) key|certificate), .*; SHA-256 of its (?:public part|body) ([0-9a-f]{64})"
)
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told: absolute paths, the digests they had, and what decides over the bytes of the result."""

    image: str
    sha256: str
    profile: str
    profile_digest: str
    database: str
    epoch: str
    documents: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image as the user named it, and the order it becomes."""

    name: str
    order: Order


def jobs_of(candidates: Sequence[Candidate], version: str) -> tuple[tuple[Job[Order], ...], dict[str, str]]:
    """Return the jobs and, for the name of each image, the id of its job: the folder of its result.

    Images of equal content, file name and profile share a job. Where only the profile differs, the folder's name
    ends in the digest of the profile. ``version`` is the program's: a result of another one is made anew.
    """
    jobs: dict[str, Job[Order]] = {}
    places: dict[str, str] = {}
    for candidate in sorted(candidates, key=lambda one: one.name):
        order = candidate.order
        digests = {"image": order.sha256, "device": order.profile_digest, "tool": version}
        place = f"{order.sha256[:16]}-{_plain(candidate.name)}"
        if place in jobs and jobs[place].digests != digests:
            place = f"{place}-{order.profile_digest[:16] or 'no-profile'}"
        jobs.setdefault(place, Job(place, order, digests))
        places[candidate.name] = place
    return tuple(jobs[place] for place in sorted(jobs)), places


def _plain(name: str) -> str:
    return _ODD.sub("_", name.rstrip("/").rpartition("/")[2])[:_LONGEST_NAME]


def digests_in(assessment: Assessment) -> dict[str, str]:
    """Return the recorded digests of what went in, as ``jobs_of`` names them."""
    inputs = assessment.inputs
    return {"image": inputs.image, "device": inputs.device, "tool": assessment.tool.version}


def entry_of(assessment: Assessment, place: str) -> FleetEntry:
    """Return what an assessment adds to the summary; the image is still without its name."""
    counts = dict.fromkeys(GRADES, 0)
    for finding in assessment.findings:
        if (kind := f"{finding.confidence} {finding.severity}") in counts:
            counts[kind] += 1
    held = ((item, _HELD_KEY.match(item.statement)) for item in assessment.evidence)
    keys = {HeldKey(public_sha256=seen[2], path=item.where.path, kind=seen[1]) for item, seen in held if seen}
    risk = assessment.risk
    row = FleetRow(
        image="",
        sha256=assessment.inputs.image,
        device=device_name(assessment.device),
        result=place,
        findings=counts,
        currency=risk.currency,
        private_mean=risk.private.mean,
        private_p95=risk.private.p95,
        social_mean=risk.social.mean,
        level_reached=assessment.level.reached,
        level_required=assessment.level.required,
        gaps=len(assessment.coverage.gaps),
    )
    return FleetEntry(
        row=row,
        keys=tuple(sorted(keys, key=lambda one: (one.public_sha256, one.path, one.kind))),
        components=tuple(sorted({(one.name, one.version) for one in assessment.components})),
    )


def named(entry: FleetEntry, name: str) -> FleetEntry:
    """Give the entry of a result the name of an image."""
    return entry.model_copy(update={"row": entry.row.model_copy(update={"image": visible(name)})})


def failed(name: str, error: str, sha256: str = "") -> FleetEntry:
    """Return the entry of an image that could not be assessed."""
    return FleetEntry(row=FleetRow(image=visible(name), sha256=sha256, error=visible(error)))


def summary_documents(entries: Iterable[FleetEntry]) -> dict[str, bytes]:
    """Return file name -> content of the summary, by name of the image."""
    rows = tuple(sorted((entry.row for entry in entries), key=lambda row: (row.image, row.sha256)))
    return {
        "fleet.csv": page.csv_of(rows, GRADES),
        "fleet.html": page.html_of(rows, GRADES),
        "fleet.json": canonical_json({"schema": SCHEMA, "images": rows}) + b"\n",
    }


@dataclass(frozen=True, slots=True)
class Indexes:
    """What images have in common: key -> image -> paths, key -> what it is, and (name, version) -> images."""

    keys: Mapping[str, Mapping[str, Sequence[str]]]
    components: Mapping[tuple[str, str], Sequence[str]]
    kinds: Mapping[str, Sequence[str]]

    @property
    def shared_keys(self) -> int:
        """How many keys lie in more than one image."""
        return sum(len(images) > 1 for images in self.keys.values())

    @property
    def spread_components(self) -> int:
        """How many components, in one version, lie in more than one image."""
        return sum(len(images) > 1 for images in self.components.values())

    def documents(self) -> dict[str, bytes]:
        """Return file name -> content, what is most widely spread first."""
        keys = sorted(self.keys.items(), key=lambda item: (-len(item[1]), item[0]))
        components = sorted(self.components.items(), key=lambda item: (-len(item[1]), item[0]))
        reuse = [{"public_sha256": key, "kinds": self.kinds[key], "images": images} for key, images in keys]
        spread = [{"name": name, "version": version, "images": images} for (name, version), images in components]
        return {
            "components.json": canonical_json({"note": PRIVATE_NOTE, "components": spread}) + b"\n",
            "keys.json": canonical_json({"note": PRIVATE_NOTE, "keys": reuse}) + b"\n",
        }


def indexes(entries: Iterable[FleetEntry]) -> Indexes:
    """Index keys and components over all images. A certificate and its private key are one key."""
    keys: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    kinds: dict[str, set[str]] = defaultdict(set)
    components: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: one.row.image):
        for key in entry.keys:
            kinds[key.public_sha256].add(key.kind)
            if key.path not in keys[key.public_sha256][entry.row.image]:
                keys[key.public_sha256][entry.row.image].append(key.path)
        for component in entry.components:
            components[component].append(entry.row.image)
    return Indexes(keys, components, {key: sorted(found) for key, found in kinds.items()})
