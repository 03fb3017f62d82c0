"""Give one verdict for every provision: the evidence against it first, silence never a PASS.

The order of the questions is the order of their force:

1. The condition is false: NOT_APPLICABLE, with the facts that make it so. A finding that
   speaks against even that leaves the verdict open.
2. A finding of grade A or B that may fail the provision: FAIL. One open door is enough.
   Grade C is a hint and is not heard at all.
3. The condition is unknown: INCONCLUSIVE, naming the facts that would decide it.
4. The maker states that it is not implemented: FAIL, by the maker's own word.
5. PASS only when nothing stands in its way: see ``_obstacles``.
6. Otherwise INCONCLUSIVE, with what would settle it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fairmark.model.device import Claim, Device
from fairmark.model.finding import Confidence, Finding, Observation
from fairmark.model.image import Coverage
from fairmark.model.standard import Catalogue, Outcome, Provision, Status, Verdict
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards import wording
from fairmark.standards.claims import claim_of, claimed, documented
from fairmark.standards.condition import evaluate, facts_of, unknown_facts
from fairmark.standards.crosswalk import Link
from fairmark.standards.library import Library, library


def judge(
    device: Device,
    findings: Iterable[Finding],
    observations: Iterable[Observation],
    facts: Mapping[str, bool],
    coverage: Coverage,
    *,
    books: Library | None = None,
) -> tuple[Verdict, ...]:
    """Return the verdicts, catalogue by catalogue, in the order of their provisions.

    ``facts`` are the settled ones (see ``contradictions.settle``, and ``noted`` for what it
    found). ``because`` of a verdict holds ids of findings, of evidence and of claims
    (``claims.claim_evidence`` gives the latter). ``books`` defaults to the whole library.
    """
    heard = tuple(sorted((f for f in findings if f.confidence is not Confidence.C), key=lambda f: f.id))
    told = tuple(sorted(observations, key=lambda o: (o.rule, o.statement, o.evidence)))
    case = _Case(device, heard, told, facts, coverage, books or library())
    return tuple(verdict for catalogue in case.books.catalogues for verdict in _judge_catalogue(catalogue, case))


@dataclass(frozen=True)
class _Case:
    """Everything that verdicts rest on."""

    device: Device
    findings: tuple[Finding, ...]
    observations: tuple[Observation, ...]
    facts: Mapping[str, bool]
    coverage: Coverage
    books: Library

    @cached_property
    def declared(self) -> Mapping[str, bool]:
        return declared_facts(self.device, vocabulary())


@dataclass(frozen=True)
class _Question:
    """One provision, with what speaks to it."""

    case: _Case
    catalogue: Catalogue
    provision: Provision

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return self.case.books.crosswalk.links_to(self.catalogue.id, self.provision.id)

    @cached_property
    def applies(self) -> bool | None:
        return evaluate(self.provision.condition, self.case.facts)

    @cached_property
    def claim(self) -> Claim | None:
        return claim_of(self.case.device, self.catalogue.id, self.provision.id)

    @cached_property
    def against(self) -> tuple[Finding, ...]:
        """Findings that fail the provision, given what is known of its condition."""
        able = [link for link in self.links if link.can_fail and (self.applies or not link.needs_condition)]
        return self._heard(able)

    @cached_property
    def speaking(self) -> tuple[Finding, ...]:
        """Every finding of a linked capability, whether or not it may fail the provision."""
        return self._heard(self.links)

    @cached_property
    def claim_ids(self) -> tuple[str, ...]:
        return (claimed(self.catalogue.id, self.provision.id, self.claim).id,) if self.claim else ()

    def _heard(self, links: Iterable[Link]) -> tuple[Finding, ...]:
        able = tuple(links)
        return tuple(f for f in self.case.findings if any(link.hears(f) for link in able))

    def verdict(self, outcome: Outcome, reason: str, because: Iterable[str], settled_by: str = "") -> Verdict:
        return Verdict(
            catalogue=self.catalogue.id,
            edition=self.catalogue.edition,
            provision=self.provision.id,
            title=self.provision.title,
            status=self.provision.status,
            outcome=outcome,
            reason=reason,
            settled_by=settled_by,
            because=tuple(dict.fromkeys(because)),
        )


def _judge_catalogue(catalogue: Catalogue, case: _Case) -> list[Verdict]:
    verdicts = [_judge_one(_Question(case, catalogue, provision)) for provision in catalogue.provisions]
    duty = case.books.crosswalk.reason_duty.get(catalogue.id)
    return [_with_reasons(v, verdicts, case.device) if v.provision == duty else v for v in verdicts]


def _judge_one(question: _Question) -> Verdict:
    claim = question.claim
    if question.applies is False:
        return _outside(question)
    if question.against:
        return _failed(question)
    if question.applies is None:
        return _perhaps_outside(question)
    if claim is not None and claim.implemented is False:
        return question.verdict(Outcome.FAIL, wording.failed_by_claim(claim), question.claim_ids)
    obstacles = _obstacles(question)
    if not obstacles:
        return _passed(question)
    return _open(question, obstacles)


def _outside(question: _Question) -> Verdict:
    """The condition is false: not applicable, unless a finding says otherwise."""
    case = question.case
    known = {fact: case.facts[fact] for fact in facts_of(question.provision.condition) if fact in case.facts}
    facts = wording.known_facts(known, case.declared)
    if question.against:
        reason = wording.outside_but_found(facts, question.against)
        return question.verdict(Outcome.INCONCLUSIVE, reason, _cited(question.against), question.provision.settled_by)
    reason = wording.outside(question.provision.condition_text, facts, question.claim)
    return question.verdict(Outcome.NOT_APPLICABLE, reason, question.claim_ids)


def _failed(question: _Question) -> Verdict:
    unknown = unknown_facts(question.provision.condition, question.case.facts)
    reason = wording.failed(question.against, unknown, question.claim)
    return question.verdict(Outcome.FAIL, reason, (*_cited(question.against), *question.claim_ids))


def _perhaps_outside(question: _Question) -> Verdict:
    provision = question.provision
    unknown = unknown_facts(provision.condition, question.case.facts)
    reason = wording.unknown_condition(provision.condition_text, unknown, question.speaking, question.claim)
    settled_by = wording.state_facts(unknown, provision.settled_by)
    return question.verdict(Outcome.INCONCLUSIVE, reason, (*_cited(question.speaking), *question.claim_ids), settled_by)


def _passed(question: _Question) -> Verdict:
    told = _observed(question, (link for link in question.links if link.can_pass))
    return question.verdict(Outcome.PASS, wording.passed(told), (*_shown_by(told), *question.claim_ids))


def _open(question: _Question, obstacles: Iterable[str]) -> Verdict:
    fields = dict.fromkeys(field for link in question.links for field in link.documents)
    papers = {field: documented(question.case.device, field) for field in fields}
    named = [paper.id for paper in papers.values() if paper is not None]
    told = _observed(question, question.links)
    reason = wording.still_open(obstacles, question.speaking, told, question.claim, papers)
    because = (*_cited(question.speaking), *_shown_by(told), *named, *question.claim_ids)
    return question.verdict(Outcome.INCONCLUSIVE, reason, because, question.provision.settled_by)


def _obstacles(question: _Question) -> tuple[str, ...]:
    """Return what stands in the way of a PASS; each entry is a clause of the reason.

    A PASS wants, for every capability that can pass the provision, complete observations
    and none that is incomplete; no finding of any linked capability; a root file system,
    and not one gap that could hide the opposite; and the maker's claim.
    """
    able = [link for link in question.links if link.can_pass]
    if not able:
        return (wording.NO_TEST,)
    found = [clause for link in able if (clause := _observation_obstacle(question, link))]
    coverage = question.case.coverage
    if not coverage.root_file_systems:
        found.append("no root file system was examined")
    if coverage.gaps:
        found.append(wording.gaps(coverage.gaps))
    if question.speaking:
        found.append("findings speak against it")
    if question.claim is None or question.claim.implemented is not True:
        found.append("the maker does not claim that it is implemented")
    return tuple(found)


def _observation_obstacle(question: _Question, link: Link) -> str:
    told = _observed(question, [link])
    title = vocabulary().capabilities[link.capability].title
    if not told:
        return f'nothing examined speaks for "{title}"'
    if not all(observation.complete for observation in told):
        return f'what speaks for "{title}" does not cover every place that could hold the opposite'
    return ""


def _observed(question: _Question, links: Iterable[Link]) -> tuple[Observation, ...]:
    capabilities = {link.capability for link in links}
    return tuple(o for o in question.case.observations if o.capability in capabilities)


def _shown_by(observations: Iterable[Observation]) -> list[str]:
    return sorted({name for observation in observations for name in observation.evidence})


def _cited(findings: Iterable[Finding]) -> list[str]:
    """Return the findings' ids, then their evidence."""
    said = tuple(findings)
    return [f.id for f in said] + sorted({name for f in said for name in f.evidence})


def _with_reasons(verdict: Verdict, all_of_it: Iterable[Verdict], device: Device) -> Verdict:
    """Judge the duty to record a reason for every recommendation not met or not applicable.

    The maker's rows alone can break it (a row without a reason). They never fulfil it:
    whether the recorded reasons hold is for a reader.
    """
    without: list[str] = []
    unrecorded: list[str] = []
    because: list[str] = []
    for other in all_of_it:
        claim = claim_of(device, other.catalogue, other.provision)
        unmet = other.outcome is Outcome.FAIL
        if other.status is not Status.RECOMMENDED or (claim is not None and claim.reason.strip()):
            continue
        if claim is None:
            unrecorded += [other.provision] if unmet else []
        elif unmet or claim.implemented is not True:
            without.append(other.provision)
            because += [claimed(other.catalogue, other.provision, claim).id, *other.because]
    if without and verdict.outcome is not Outcome.FAIL:
        cited = tuple(dict.fromkeys((*verdict.because, *because)))
        told = {"outcome": Outcome.FAIL, "reason": wording.no_reason(without), "settled_by": "", "because": cited}
        return verdict.model_copy(update=told)
    if unrecorded:
        return verdict.model_copy(update={"reason": f"{verdict.reason} {wording.unrecorded(unrecorded)}"})
    return verdict
