"""Make findings of claims that the evidence contradicts, with the evidence of both sides.

They speak of the maker's statement, not of the device: what contradicts it is a finding already, which fails the
provision and moves the price. So these move nothing and are heard by no verdict.
"""

from collections.abc import Iterable, Iterator, Mapping

from fairmark.examine.rule import Rule
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity, joined
from fairmark.model.standard import Verdict
from fairmark.standards.claims import claimed
from fairmark.standards.contradicted import ContradictedClaim, contradicted_claims
from fairmark.standards.contradictions import Contradiction

CLAIM = Rule(
    id="claim-contradicted",
    title="A claim of the profile is contradicted by evidence",
    weakness="claim-contradicted",
    severity=Severity.LOW,
    what="The maker states that a provision is implemented, or not applicable, and findings fail it. The grade is that "
    "of the surest of them. It moves no price: what contradicts the claim does.",
    false_positives="A claim that was right for another firmware.",
    fix="Mend what was found, or correct the claim and give the reason.",
)
FACT = Rule(
    id="declared-fact-contradicted",
    title="A fact of the profile is contradicted by evidence",
    weakness="claim-contradicted",
    severity=Severity.LOW,
    what="The profile states a fact, and the examination shows the opposite. What was seen counts; whatever rests on "
    "the declared fact is not believed.",
    false_positives="A part of the image that is never used.",
    fix="Correct the profile, or take out what was seen.",
)
RULES = (CLAIM, FACT)
_CLAIMED = {True: "implemented", None: "not applicable"}
_MOST_PROOFS = 20


def refuted(
    device: Device, verdicts: Iterable[Verdict], seen: Detection, contradictions: Iterable[Contradiction]
) -> Detection:
    """Return a finding for every claim and every declared fact that the evidence contradicts.

    A declared fact is left out where a finding of an undeclared connection rests on the same evidence: that says it.
    """
    known = {one.id: one for one in seen.evidence}
    told = {name for one in seen.findings if one.weakness == "undeclared-connectivity" for name in one.evidence}
    claims = (_of_claim(one, known) for one in contradicted_claims(device, verdicts, seen.findings))
    return joined([*claims, *_of_facts(contradictions, known, told)])


def _of_claim(one: ContradictedClaim, known: Mapping[str, Evidence]) -> Detection:
    verdict, surest = one.verdict, one.findings[0]
    claim = claimed(verdict.catalogue, verdict.provision, one.claim)
    proofs = [known[name] for finding in one.findings for name in finding.evidence if name in known][:_MOST_PROOFS]
    more = f" and {len(one.findings) - 1} more" if len(one.findings) > 1 else ""
    place = f"{verdict.catalogue} {verdict.provision}"
    title = f"{place} is claimed as {_CLAIMED[one.claim.implemented]}, against evidence: {surest.title}{more}"
    return _detection(CLAIM, title, claim, proofs, surest.confidence)


def _of_facts(
    contradictions: Iterable[Contradiction], known: Mapping[str, Evidence], told: set[str]
) -> Iterator[Detection]:
    for one in contradictions:
        proofs = [known[name] for name in one.evidence if name in known]
        if proofs and not told & set(one.evidence):
            title = f"{one.fact} is declared {str(one.claimed).lower()}, against evidence: {one.proof.rstrip('.')}"
            yield _detection(FACT, title, one.claim, proofs[:_MOST_PROOFS], Confidence.A)


def _detection(rule: Rule, title: str, claim: Evidence, proofs: list[Evidence], grade: Confidence) -> Detection:
    evidence = {one.id: one for one in (claim, *proofs)}
    finding: Finding = rule.finding(title, tuple(evidence), confidence=grade, reach=Reach.PRESENT)
    return Detection(findings=(finding,), evidence=tuple(evidence.values()))
