"""Keep the book of test cases: what each examination read and gave, and which of them an older assessment answers.

A detector is asked through ``examined``, the published flaws of components through ``component_cases``; ``note`` and
``given`` write down what is looked at anew each time. Where an older assessment has a case with the same inputs, rules
and tool, its result is taken over and the examination is not run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from fairmark.examine.provenance import program_digest, rules_digest
from fairmark.examine.recording import Reading
from fairmark.examine.rule import Detector
from fairmark.examine.subject import Subject
from fairmark.model.evidence import Evidence, EvidenceKind, Tool
from fairmark.model.finding import Confidence, Detection, Finding, Severity
from fairmark.model.image import Component
from fairmark.model.standard import Outcome
from fairmark.model.test_case import CarriedOver, CaseInput, CaseKind, CaseOutcome, TestCase, case_id
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vocabulary import vocabulary
from fairmark.model.vulnerability import Statement, Status, Vulnerabilities
from fairmark.vulnerabilities.group import Group
from fairmark.vulnerabilities.match import Pair
from fairmark.workflows.carried import Key, Older, Result, result_id, sentence_id

IMAGE = "image"
FLAWS = "published-flaws"
INVENTORY = "inventory"
TRUST = (
    "The older assessment was taken as the user gave it: its ids follow from its content and its parts hang together, "
    "but only a run without it would show that nobody wrote other results into it."
)
# What asks for things that nobody declared; every other detector asks whether the device does what it should.
_COMPLETENESS = frozenset({"services", "connectivity", "components", "maker-sbom", FLAWS})
_GIVEN: Mapping[EvidenceKind, tuple[str, CaseKind]] = {
    EvidenceKind.NETWORK: ("network", CaseKind.FUNCTIONAL),
    EvidenceKind.PERSON: ("person", CaseKind.FUNCTIONAL),
    EvidenceKind.DOCUMENT: ("document", CaseKind.CONCEPTUAL),
    EvidenceKind.CLAIM: ("claim", CaseKind.CONCEPTUAL),
}
_SILENCE = "nothing wrong was found; that proves nothing where not every place was looked at"
_FLAW_CAPABILITIES = ("no-known-vulns",)


@dataclass(slots=True)
class _Entry:
    """A case in the making. ``group`` is set for the published flaws of a component, ``detection`` for all else."""

    examination: str
    unit: str
    inputs: tuple[CaseInput, ...] = ()
    kind: CaseKind = CaseKind.FUNCTIONAL
    capabilities: tuple[str, ...] = ()
    detection: Detection = field(default_factory=Detection)
    group: Group | None = None
    is_carried: bool = False
    silence: str = _SILENCE
    """What is said where nothing wrong was found and nothing right was proven."""


@dataclass(slots=True)
class Casebook:
    """The cases of one assessment; ``older`` is asked before anything is run."""

    tool: Tool
    older: Older | None = None
    _entries: list[_Entry] = field(default_factory=list)
    _units: set[tuple[str, str]] = field(default_factory=set)

    @property
    def comparable(self) -> Older | None:
        """The older assessment, if it was made by the same tool and rules."""
        return self.older if self.older and self.older.is_of(self.tool, rules_of_cases()) else None

    def examined(self, detector: Detector, subject: Subject, reading: Reading) -> Detection:
        """Return what a detector says of the image: from the older assessment where nothing it read has changed."""
        entry = _Entry(detector.id, IMAGE, kind=_kind_of(detector.id), capabilities=_capabilities(detector))
        self._entries.append(entry)
        case = self._same(entry, lambda one: reading.digest(one.kind, one.name))
        if case and self.older:
            entry.detection, entry.inputs, entry.is_carried = self.older.detection(case), case.inputs, True
        else:
            entry.detection, entry.inputs = reading.watch(lambda: detector.detect(subject))
        return entry.detection

    def listed(self, components: Sequence[Component], proofs: Sequence[Evidence], read: tuple[CaseInput, ...]) -> None:
        """Write down how the list of components came about; it is always made anew."""
        words = f"{len(components):,} components were found; what carries no name of its own was not"
        detection = Detection(evidence=tuple(proofs))
        self._entries.append(
            _Entry(INVENTORY, IMAGE, read, CaseKind.COMPLETENESS, _FLAW_CAPABILITIES, detection, silence=words)
        )

    def note(self, examination: str, detection: Detection, inputs: Mapping[str, object]) -> Detection:
        """Write down what is always looked at anew; ``inputs`` are values by their name."""
        read = tuple(_input(name, "", value) for name, value in sorted(inputs.items()))
        self._entries.append(_Entry(examination, IMAGE, read, _kind_of(examination), _spoken(detection), detection))
        return detection

    def given(self, detections: Iterable[Detection]) -> None:
        """Write down what was seen elsewhere than in the image: one case for each place."""
        for detection in detections:
            kinds = [one.kind for one in detection.evidence if one.kind in _GIVEN]
            name, kind = _GIVEN[kinds[0]] if kinds else ("given", CaseKind.FUNCTIONAL)
            places = sorted({one.where.path for one in detection.evidence}) or [IMAGE]
            unit = self._unit(name, f"{places[0]} and {len(places) - 1} more" if len(places) > 1 else places[0])
            read = _input("evidence", "", sorted(one.id for one in detection.evidence))
            self._entries.append(_Entry(name, unit, (read,), kind, _spoken(detection), detection))

    def component_cases(self, surroundings: Mapping[str, object]) -> Callable[[Group, bool], Sequence[Pair] | None]:
        """Return what ``match`` asks for each group of components before it judges it.

        ``surroundings`` are the values, by their name, that decide beside the component: build, data, maker's word.
        """
        around = _input("surroundings", "", [[name, value] for name, value in sorted(surroundings.items())])

        def settled(group: Group, loaded: bool) -> Sequence[Pair] | None:  # noqa: FBT001 - what ``match`` says
            key = key_of(group)
            read: tuple[CaseInput, ...] = (_component_input(group, loaded=loaded), around)
            named = " ".join(filter(None, key))
            unit = self._unit(FLAWS, named)
            if unit != named:  # its statements cannot be told from those of its namesake
                read = (*read, CaseInput(kind="namesake"))
            entry = _Entry(FLAWS, unit, read, CaseKind.COMPLETENESS, _FLAW_CAPABILITIES, group=group)
            self._entries.append(entry)
            digests = {(one.kind, one.name): one.sha256 for one in read}
            case = self._same(entry, lambda one: digests.get((one.kind, one.name), ""))
            if case is None or self.older is None or len(case.inputs) != len(read):
                return None
            if case_id(FLAWS, _numbered(unit, 2)) in self.older.cases:
                return None
            pairs = self.older.pairs(key, group.evidence)
            entry.is_carried = pairs is not None
            return pairs

        return settled

    def _unit(self, examination: str, unit: str) -> str:
        """Number units of one name, so that each case has an id of its own."""
        name, number = unit, 1
        while (examination, name) in self._units:
            number += 1
            name = _numbered(unit, number)
        self._units.add((examination, name))
        return name

    def _same(self, entry: _Entry, digest: Callable[[CaseInput], str]) -> TestCase | None:
        """Return the older case if all that it read is the same here, and the rules and the tool are."""
        if self.comparable is None:
            return None
        case = self.comparable.cases.get(case_id(entry.examination, entry.unit))
        if case is None or case.hints > len(case.hidden) or not case.inputs:
            return None
        return case if all(one.sha256 and one.sha256 == digest(one) for one in case.inputs) else None

    # What came out ------------------------------------------------------------------------------------

    def cases(self, kept: Iterable[Finding], flaws: Vulnerabilities) -> tuple[TestCase, ...]:
        """Return the cases by examination and unit; ``kept`` are the findings that the assessment keeps."""
        known = {one.id: one for one in kept}
        told: dict[Key, list[Statement]] = {}
        for statement in flaws.statements:
            told.setdefault((statement.component, statement.version, statement.purl), []).append(statement)
        made = [
            self._of_component(entry, entry.group, told.get(key_of(entry.group), []), flaws)
            if entry.group
            else self._of_detection(entry, known)
            for entry in self._entries
        ]
        return tuple(sorted(made, key=lambda case: (case.examination, case.unit)))

    def carried(self, *, price: bool = False) -> CarriedOver | None:
        """Say what was taken over; None where no older assessment was given."""
        if self.older is None:
            return None
        taken = sum(entry.is_carried for entry in self._entries)
        return CarriedOver(
            older=self.older.digest,
            older_image=self.older.assessment.image.sha256,
            carried=taken,
            run_again=len(self._entries) - taken,
            price=price,
            trust=TRUST,
        )

    def _of_detection(self, entry: _Entry, kept: Mapping[str, Finding]) -> TestCase:
        given = entry.detection
        shown = [one for one in given.findings if one.id in kept]
        outcome, reason = _outcome(entry, shown)
        told: tuple[Result, ...] = (*given.observations, *given.facts, *given.gaps)
        results = {*map(result_id, told), *map(sentence_id, given.unseen)}
        case = self._case(entry, outcome, reason, {*(one.id for one in shown), *(one.id for one in given.evidence)})
        # Two detectors may find the same thing and grade it differently: the assessment keeps one of the two.
        differs = any(kept[one.id] != one for one in shown)
        more = (CaseInput(kind="finding shared with another case"),) if differs else ()
        seen = {one.id for one in shown}
        hidden = {one.id: one for one in given.findings if one.id not in seen}
        return case.model_copy(
            update={
                "results": tuple(sorted(results)),
                "hints": len(hidden),
                "hidden": tuple(hidden[key] for key in sorted(hidden)),
                "inputs": (*case.inputs, *more),
            }
        )

    def _of_component(self, entry: _Entry, group: Group, told: Sequence[Statement], flaws: Vulnerabilities) -> TestCase:
        outcome, reason = _outcome_of_component(told, flaws)
        # A flaw that is not decided may be a finding of grade C, which nobody keeps.
        open_ends = sum(one.status is Status.UNDER_INVESTIGATION and not one.finding for one in told)
        because = {*(one.finding for one in told if one.finding), *group.evidence}
        return self._case(entry, outcome, reason, because, hints=open_ends)

    def _case(self, entry: _Entry, outcome: CaseOutcome, reason: str, because: set[str], *, hints: int = 0) -> TestCase:
        return TestCase(
            examination=entry.examination,
            capabilities=entry.capabilities,
            kind=entry.kind,
            unit=entry.unit,
            inputs=entry.inputs,
            outcome=outcome,
            reason=reason,
            because=tuple(sorted(because)),
            hints=hints,
            carried_from=self.older.digest if entry.is_carried and self.older else "",
        )


def _numbered(unit: str, number: int) -> str:
    return f"{unit} ({number})"


def key_of(group: Group) -> Key:
    """Return how the statements on a group name it."""
    return group.lead.name, group.lead.version or group.lead.upstream_version, group.lead.purl


@cache
def rules_of_cases() -> str:
    """Return the digest of all that decides a result beside the inputs: rules, vocabulary, program code and data."""
    return sha256_hex(canonical_json([rules_digest(), program_digest()]))


def _input(kind: str, name: str, value: object) -> CaseInput:
    return CaseInput(kind=kind, name=name, sha256=sha256_hex(canonical_json(value)))


def _component_input(group: Group, *, loaded: bool) -> CaseInput:
    """Digest what a group is. Where it stands in a list may move; that it was seen at all decides something."""
    plain = group.lead.model_dump_json(exclude={"evidence"})
    seen = (group.reach.value, bool(group.lead.evidence), bool(group.evidence), loaded)
    return CaseInput(kind="component", sha256=sha256_hex(f"{plain} {seen}".encode()))


def _kind_of(examination: str) -> CaseKind:
    return CaseKind.COMPLETENESS if examination in _COMPLETENESS else CaseKind.FUNCTIONAL


def _capabilities(detector: Detector) -> tuple[str, ...]:
    weaknesses = vocabulary().weaknesses
    return tuple(sorted({weaknesses[rule.weakness].capability for rule in detector.rules}))


def _spoken(detection: Detection) -> tuple[str, ...]:
    found = {one.capability for one in detection.findings}
    return tuple(sorted(found | {one.capability for one in detection.observations}))


def _outcome(entry: _Entry, shown: Sequence[Finding]) -> tuple[CaseOutcome, str]:
    """A finding is a FAIL; a PASS needs a complete observation of every capability and no gap. Silence is no pass."""
    ranks = list(Severity)
    flaws = [one for one in shown if one.confidence is not Confidence.C]
    flaws.sort(key=lambda one: (ranks.index(one.severity), one.confidence, one.id))
    if flaws:
        more = f" and {len(flaws) - 1} more" if len(flaws) > 1 else ""
        return Outcome.FAIL, f"{flaws[0].title}{more}"
    given = entry.detection
    seen = {one.capability for one in given.observations if one.complete}
    if given.gaps or given.unseen:
        return Outcome.INCONCLUSIVE, "nothing wrong was found, and not everything could be seen"
    if entry.capabilities and seen >= {*entry.capabilities}:
        return Outcome.PASS, "everything that could be wrong was looked at, and it is right"
    return Outcome.INCONCLUSIVE, entry.silence


def _outcome_of_component(told: Sequence[Statement], flaws: Vulnerabilities) -> tuple[CaseOutcome, str]:
    """What is known of a component's flaws; silence of data that is old or thin is no pass."""
    found = [one for one in told if one.status is Status.AFFECTED]
    undecided = [one for one in told if one.status is Status.UNDER_INVESTIGATION]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return Outcome.FAIL, f"it has {found[0].cve}{more}"
    if undecided:
        return Outcome.INCONCLUSIVE, f"whether it has {undecided[0].cve} is not decided ({len(undecided)} in all)"
    if flaws.warnings:
        return Outcome.INCONCLUSIVE, "the data names no open flaw of it, and the data has warnings"
    return Outcome.PASS, "the data names no open flaw of it"
