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

Some facts are the outcome of another requirement of the same catalogue; those requirements
are judged first, and what they say is known to that catalogue alone. What a reader must know
beside the outcome (a row of the maker that its condition contradicts, a clause that gives no
presumption of conformity) stands in ``warnings``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fairmark.model.device import Claim, Device
from fairmark.model.finding import Confidence, Finding, Method, Observation
from fairmark.model.image import Coverage
from fairmark.model.standard import Catalogue, Outcome, Provision, Status, Verdict
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards import wording
from fairmark.standards.catalogue_file import in_order
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

    @cached_property
    def found(self) -> Mapping[str, tuple[Finding, ...]]:
        """Capability -> the findings that speak of it, by id."""
        capabilities = {finding.capability for finding in self.findings}
        return {name: tuple(f for f in self.findings if f.capability == name) for name in capabilities}


@dataclass(frozen=True)
class _Question:
    """One provision, with what speaks to it."""

    case: _Case
    catalogue: Catalogue
    provision: Provision
    facts: Mapping[str, bool]
    """What is known, outcomes of other requirements of the catalogue included."""

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return self.case.books.crosswalk.links_to(self.catalogue.id, self.provision.id)

    @cached_property
    def applies(self) -> bool | None:
        return evaluate(self.provision.condition, self.facts)

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
        heard = (f for link in links for f in self.case.found.get(link.capability, ()) if link.hears(f))
        return tuple(sorted({f.id: f for f in heard}.values(), key=lambda f: f.id))

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
            applies_from=self.catalogue.first_day(self.provision.group),
            warnings=self.warnings(outcome),
        )

    def warnings(self, outcome: Outcome) -> tuple[str, ...]:
        """What a reader must know beside this outcome."""
        found = [wording.row_against_condition(self.applies, self.claim)] if self.claim else []
        for one in self.catalogue.restrictions:
            if self.provision.id in one.provisions and outcome is not Outcome.NOT_APPLICABLE:
                holds = evaluate(one.when, self.facts)
                found += (
                    [wording.restricted(one.text, unknown_facts(one.when, self.facts))] if holds is not False else []
                )
        return tuple(clause for clause in found if clause)


_OUTCOME_IS_TRUE = {Outcome.PASS: True, Outcome.FAIL: True, Outcome.NOT_APPLICABLE: False}
"""What the outcome of a requirement says of the fact it decides: the thing is required, whether or not it is there."""


def _judge_catalogue(catalogue: Catalogue, case: _Case) -> list[Verdict]:
    facts = dict(case.facts)
    by_id = {provision.id: provision for provision in catalogue.provisions}
    for first in in_order(catalogue.outcomes, {name: one.condition for name, one in by_id.items()}):
        outcome = _judge_one(_Question(case, catalogue, by_id[first], facts)).outcome
        if outcome in _OUTCOME_IS_TRUE:
            facts |= {fact: _OUTCOME_IS_TRUE[outcome] for fact, p in catalogue.outcomes.items() if p == first}
    verdicts = [_judge_one(_Question(case, catalogue, provision, facts)) for provision in catalogue.provisions]
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
    known = {fact: question.facts[fact] for fact in facts_of(question.provision.condition) if fact in question.facts}
    facts = wording.known_facts(known, case.declared)
    if question.against:
        reason = wording.outside_but_found(facts, question.against)
        return question.verdict(Outcome.INCONCLUSIVE, reason, _cited(question.against), question.provision.settled_by)
    reason = wording.outside(question.provision.condition_text, facts, question.claim)
    return question.verdict(Outcome.NOT_APPLICABLE, reason, question.claim_ids)


def _failed(question: _Question) -> Verdict:
    unknown = unknown_facts(question.provision.condition, question.facts)
    reason = wording.failed(question.against, unknown, question.claim)
    return question.verdict(Outcome.FAIL, reason, (*_cited(question.against), *question.claim_ids))


def _perhaps_outside(question: _Question) -> Verdict:
    provision = question.provision
    unknown = unknown_facts(provision.condition, question.facts)
    reason = wording.unknown_condition(provision.condition_text, unknown, question.speaking, question.claim)
    settled_by = wording.state_facts(unknown, provision.settled_by)
    return question.verdict(Outcome.INCONCLUSIVE, reason, (*_cited(question.speaking), *question.claim_ids), settled_by)


def _passed(question: _Question) -> Verdict:
    able = [link for link in question.links if link.can_pass]
    told = _observed(question, able)
    used = {method for link in able for method in _best_way(question, link)}
    reason = wording.passed(told, [method for method in Method if method in used])
    return question.verdict(Outcome.PASS, reason, (*_shown_by(told), *question.claim_ids))


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

    A PASS wants, for every capability that can pass the provision, complete observations by
    every method that the link needs and none by these that is incomplete; no finding of any
    linked capability; and the maker's claim. Where it needs the image it wants a root file
    system, and not one gap that could hide the opposite.
    """
    able = [link for link in question.links if link.can_pass]
    if not able:
        return (wording.NO_TEST,)
    ways = [(link, _best_way(question, link)) for link in able]
    found = [clause for link, way in ways for clause in _observation_obstacles(question, link, way)]
    if any(Method.FIRMWARE_STATIC in way for _, way in ways):
        coverage = question.case.coverage
        found += [] if coverage.root_file_systems else ["no root file system was examined"]
        found += [wording.gaps(coverage.gaps)] if coverage.gaps else []
    if question.speaking:
        found.append("findings speak against it")
    if question.claim is None or question.claim.implemented is not True:
        found.append("the maker does not claim that it is implemented")
    return tuple(found)


def _best_way(question: _Question, link: Link) -> tuple[Method, ...]:
    """Return the set of methods that comes nearest to a PASS over this link."""
    return min(link.ways, key=lambda way: len(_observation_obstacles(question, link, way)))


def _observation_obstacles(question: _Question, link: Link, way: Iterable[Method]) -> list[str]:
    """Return what is missing, method by method, before this link lets the provision pass."""
    found = []
    title = vocabulary().capabilities[link.capability].title
    told = _observed(question, [link])
    for method in way:
        by_it = [observation for observation in told if observation.method is method]
        if not by_it:
            found.append(wording.unseen(title, method))
        elif not all(observation.complete for observation in by_it):
            found.append(wording.incomplete(title, method))
    return found


def _observed(question: _Question, links: Iterable[Link]) -> tuple[Observation, ...]:
    able = tuple(links)
    return tuple(o for o in question.case.observations if any(link.sees(o) for link in able))


def _shown_by(observations: Iterable[Observation]) -> list[str]:
    return sorted({name for observation in observations for name in observation.evidence})


def _cited(findings: Iterable[Finding]) -> list[str]:
    """Return the findings' ids, then their evidence."""
    said = tuple(findings)
    return [f.id for f in said] + sorted({name for f in said for name in f.evidence})


def _with_reasons(verdict: Verdict, all_of_it: Iterable[Verdict], device: Device) -> Verdict:
    """Judge the duty to record a reason for every recommendation not met or not applicable.

    A row without a reason breaks it. It is fulfilled only where every recommendation has a
    recorded reason or is shown to be met, and the maker claims it: whether the reasons hold
    is for a reader. A recommendation that is merely claimed as met leaves it open.
    """
    if verdict.outcome is Outcome.FAIL:
        return verdict
    without, unrecorded, because, whole = _reasons(all_of_it, device)
    if without:
        cited = tuple(dict.fromkeys((*verdict.because, *because)))
        told = {"outcome": Outcome.FAIL, "reason": wording.no_reason(without), "settled_by": "", "because": cited}
        return verdict.model_copy(update=told)
    claim = claim_of(device, verdict.catalogue, verdict.provision)
    if whole and verdict.outcome is Outcome.INCONCLUSIVE and claim is not None and claim.implemented is True:
        cited = tuple(dict.fromkeys((*verdict.because, *whole)))
        told = {
            "outcome": Outcome.PASS,
            "reason": wording.reasons_recorded(len(whole)),
            "settled_by": "",
            "because": cited,
        }
        return verdict.model_copy(update=told)
    if unrecorded:
        return verdict.model_copy(update={"reason": f"{verdict.reason} {wording.unrecorded(unrecorded)}"})
    return verdict


def _reasons(verdicts: Iterable[Verdict], device: Device) -> tuple[list[str], list[str], list[str], tuple[str, ...]]:
    """Return what lacks a reason, what is unmet and has no row, what shows it, and all the rows if they are whole.

    The rows are whole when every recommendation has a reason recorded, or is shown to be met.
    """
    without: list[str] = []
    unrecorded: list[str] = []
    because: list[str] = []
    rows: list[str] = []
    whole = True
    for other in verdicts:
        if other.status is not Status.RECOMMENDED:
            continue
        claim = claim_of(device, other.catalogue, other.provision)
        unmet = other.outcome is Outcome.FAIL
        if claim is not None and claim.reason.strip():
            rows.append(claimed(other.catalogue, other.provision, claim).id)
            continue
        whole = whole and other.outcome is Outcome.PASS
        if claim is None:
            unrecorded += [other.provision] if unmet else []
        elif unmet or claim.implemented is not True:
            without.append(other.provision)
            because += [claimed(other.catalogue, other.provision, claim).id, *other.because]
    return without, unrecorded, because, tuple(rows) if whole else ()
