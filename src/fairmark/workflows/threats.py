"""From an assessment to its threat model: propose, hear the engineer, compare with the build before.

What the engineer decided stays beside what the evidence says and never replaces it. An edit that
speaks of something that is not there any more is listed as unmatched: nothing is lost in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fairmark.model.assessment import Assessment
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.threat import Decision, DecisionKind, EntryPoint, Requirement, Threat, ThreatModel
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vocabulary import Vocabulary, declared_facts, vocabulary
from fairmark.risk.entry_points import Ground, flows, holdings, surfaces
from fairmark.risk.threat_rules import ThreatRule, ThreatRules, rules_digest, threat_rules
from fairmark.risk.threats import Added, propose
from fairmark.standards.contradictions import settle
from fairmark.standards.library import crosswalk
from fairmark.workflows.threat_changes import changes
from fairmark.workflows.threat_edits import NO_EDITS, OWN, AddedThreat, DecisionRow, Edits, RequirementRow, nearest

_SUGGESTED = 20
CRA, PART_I = "cra", ("I.1", "I.2.")
NO_CATALOGUE = (
    "The assessment holds no verdicts of the catalogue `cra`: it was made without it. Assess the device again, and "
    "this table says of each point of Annex I part I whether it applies and what the evidence says."
)


@dataclass(frozen=True, slots=True)
class Given:
    """The engineer's edits with the digest of their file, and the build before."""

    edits: Edits = NO_EDITS
    digest: str = ""
    previous: Assessment | None = None


NOTHING = Given()


def threat_model(assessment: Assessment, given: Given = NOTHING) -> ThreatModel:
    """Return the threat model of a build."""
    rules, words = threat_rules(), vocabulary()
    edits = given.edits
    ground = _ground(assessment, rules, words)
    proposed = propose(ground, words, _added(edits, rules))
    made = {row.threat: row for row in edits.decisions}
    threats = tuple(_decided(one, made.get(one.id), assessment.created.date()) for one in proposed.threats)
    requirements = _requirements(assessment, threats, edits, rules, words)
    older = threat_model(given.previous) if given.previous is not None else None
    points = tuple(_sourced(one, edits) for one in proposed.points)
    model = ThreatModel(
        created=assessment.created,
        tool=assessment.tool,
        assessment=_digest(assessment),
        image=assessment.image.sha256,
        rules=rules_digest(),
        edits=given.digest,
        previous=_digest(given.previous) if given.previous is not None else "",
        device=assessment.device,
        boundaries=rules.boundaries,
        assets=holdings(ground),
        entry_points=points,
        flows=flows(ground, points),
        threats=threats,
        not_examined=surfaces(ground),
        requirements=requirements,
        requirements_note="" if requirements else NO_CATALOGUE,
        review_months=rules.review_months,
    )
    found = changes(older, model) if older else ()
    return model.model_copy(update={"changes": found, "unmatched": tuple(_unmatched(model, edits, older))})


def conflicts(model: ThreatModel) -> tuple[str, ...]:
    """Return every decision that the evidence contradicts, or whose review is due."""
    return tuple(f"{one.id}: {one.conflict}" for one in model.threats if one.conflict)


def _ground(assessment: Assessment, rules: ThreatRules, words: Vocabulary) -> Ground:
    facts, _ = settle(declared_facts(assessment.device, words), assessment.facts, words)
    return Ground(assessment, facts, rules)


def _digest(assessment: Assessment) -> str:
    return sha256_hex(canonical_json(assessment))


# The engineer's edits -----------------------------------------------------------------------------


def _added(edits: Edits, rules: ThreatRules) -> Added:
    points = {f"{OWN}{one.id}": (rules.kind(one.kind), one.title, one.reason) for one in edits.entry_points}
    own: dict[str, list[ThreatRule]] = {}
    for one in edits.threats:
        own.setdefault(one.entry, []).append(_as_rule(one))
    return Added(points, {entry: tuple(given) for entry, given in own.items()})


def _as_rule(one: AddedThreat) -> ThreatRule:
    return ThreatRule(
        id=f"{OWN}{one.id}",
        stride=one.stride,
        title=one.title,
        what=one.what or one.reason,
        at=(),
        weaknesses=one.weaknesses,
        scenarios=one.scenarios,
        needs=(),
        source=one.owner,
        date=one.date,
    )


def _sourced(point: EntryPoint, edits: Edits) -> EntryPoint:
    given = next((one for one in edits.entry_points if f"{OWN}{one.id}" == point.id), None)
    return point.model_copy(update={"source": given.source}) if given and given.source else point


def _decided(threat: Threat, row: DecisionRow | None, today: date) -> Threat:
    if row is None:
        return threat
    decision = Decision(
        kind=row.decision,
        reason=row.reason,
        owner=row.owner,
        date=row.date,
        reference=row.reference,
        review=row.review,
    )
    conflict = ""
    if row.decision is DecisionKind.NOT_APPLICABLE and (threat.here or threat.device_wide):
        conflict = f"decided as not applicable, but the evidence says: {threat.why}"
    elif row.review is not None and row.review < today:
        conflict = f"its review was due on {row.review.isoformat()}"
    return threat.model_copy(update={"decision": decision, "conflict": conflict})


def _unmatched(model: ThreatModel, edits: Edits, older: ThreatModel | None) -> Iterator[str]:
    """Yield every edit that speaks of something that is not there, and for the first what may be meant."""
    threats = {one.id for one in model.threats}
    points = {one.id for one in model.entry_points}
    known = {one.point for one in model.requirements}
    before = {one.id for one in older.threats} if older else set()
    lost = [row for row in edits.decisions if row.threat not in threats]
    for index, row in enumerate(lost):
        gone = " any more: it was one of the build before" if row.threat in before else ""
        said = f"{row.decision.value}, {row.owner}, {row.date.isoformat()}"
        near = nearest(row.threat, sorted(threats)) if index < _SUGGESTED else ""
        yield f"decisions: {row.threat} is no threat of this build{gone} ({said}){near}"
    for index, one in enumerate(one for one in edits.threats if one.entry not in points):
        near = nearest(one.entry, sorted(points)) if index < _SUGGESTED else ""
        yield f"threats: {one.id} names {one.entry}, which is no entry point of this build{near}"
    for point in (row.point for row in edits.requirements if row.point not in known):
        why = "is no point of Annex I part I" if known else "cannot be placed: the catalogue `cra` was not judged"
        yield f"requirements: {point} {why}"


# Annex I part I -----------------------------------------------------------------------------------


def _requirements(
    assessment: Assessment, threats: Sequence[Threat], edits: Edits, rules: ThreatRules, words: Vocabulary
) -> tuple[Requirement, ...]:
    """Say of each point whether it applies, and which threats it answers; in the order of the catalogue."""
    points = [one for one in assessment.verdicts if one.catalogue == CRA and one.provision.startswith(PART_I)]
    by_rule = {rule.id: rule.capabilities for rule in rules.rules}
    about: dict[str, set[str]] = {}
    for threat in threats:
        names = {words.weaknesses[one].capability for one in threat.weaknesses} or set(by_rule.get(threat.rule, ()))
        for name in names:
            about.setdefault(name, set()).add(threat.id)
    reasons = {row.point: row for row in edits.requirements}
    order = [one.id for one in threats]
    return tuple(_requirement(one, assessment, about, reasons.get(one.provision), order) for one in points)


def _requirement(
    verdict: Verdict,
    assessment: Assessment,
    about: Mapping[str, set[str]],
    row: RequirementRow | None,
    order: Sequence[str],
) -> Requirement:
    claim = assessment.device.claims.get(CRA, {}).get(verdict.provision)
    denied = claim is not None and claim.implemented is None
    applies: bool | None = True
    if row is not None or verdict.outcome is Outcome.NOT_APPLICABLE:
        applies = False
    elif denied:
        applies = None
    reason = ""
    if row is not None:
        reason = f"{row.reason} ({row.owner}, {row.date.isoformat()})"
    elif denied and claim is not None and claim.reason:
        reason = f"{claim.reason} (the maker, in device.yaml)"
    answered = {one for link in crosswalk().links_to(CRA, verdict.provision) for one in about.get(link.capability, ())}
    return Requirement(
        point=verdict.provision,
        title=verdict.title,
        outcome=verdict.outcome,
        reason=verdict.reason,
        applies=applies,
        reason_not_applicable=reason,
        threats=tuple(one for one in order if one in answered),
    )
