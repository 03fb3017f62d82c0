"""Claims that the evidence contradicts: the maker says "implemented" or "not applicable", findings say otherwise."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fairmark.model.device import Claim, Device
from fairmark.model.finding import Confidence, Finding
from fairmark.model.standard import Outcome, Verdict
from fairmark.standards.claims import claim_of
from fairmark.standards.library import crosswalk


@dataclass(frozen=True, slots=True)
class ContradictedClaim:
    """A row of the profile that does not hold."""

    verdict: Verdict
    claim: Claim
    findings: tuple[Finding, ...]
    """What fails the provision, the surest first; never empty."""


def contradicted_claims(
    device: Device, verdicts: Iterable[Verdict], findings: Iterable[Finding]
) -> Iterator[ContradictedClaim]:
    """Yield the claims for provisions that fail by evidence; whoever admits it is not contradicted."""
    known = {one.id: one for one in findings}
    for verdict in verdicts:
        claim = claim_of(device, verdict.catalogue, verdict.provision)
        if claim is not None and claim.implemented is not False and (against := failing(verdict, known)):
            yield ContradictedClaim(verdict, claim, against)


def failing(verdict: Verdict, findings: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """Return the findings that fail a provision, the surest first; none where it does not fail, or fails otherwise."""
    if verdict.outcome is not Outcome.FAIL:
        return ()
    links = [link for link in crosswalk().links_to(verdict.catalogue, verdict.provision) if link.can_fail]
    named = [findings[name] for name in verdict.because if name in findings]
    heard = [one for one in named if one.confidence is not Confidence.C and any(link.hears(one) for link in links)]
    return tuple(sorted(heard, key=lambda one: (one.confidence, one.id)))
