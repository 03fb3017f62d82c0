"""The rows of an implementation conformance statement: what is claimed, and what stands against each claim.

After the idea of ETSI TS 103 701: every provision gets one row with its status, whether its
condition holds, and the maker's Y, N or N/A. A row is at fault where a claim contradicts the
facts or the evidence, or where a reason is missing that the standard asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairmark.model.device import Claim, Device
from fairmark.model.finding import Finding
from fairmark.model.implementation import ClaimRow
from fairmark.model.standard import Catalogue, Outcome, Provision, Status, Verdict
from fairmark.standards.claims import claim_of
from fairmark.standards.condition import evaluate, unknown_facts
from fairmark.standards.contradicted import failing
from fairmark.standards.wording import shown

_STATED = {True: "Y", False: "N", None: "N/A"}


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What an assessment found, as far as the rows need it."""

    verdicts: Mapping[tuple[str, str], Verdict]
    findings: Mapping[str, Finding]


NOTHING = Evidenced({}, {})


def rows(
    device: Device, catalogue: Catalogue, facts: Mapping[str, bool], evidenced: Evidenced = NOTHING
) -> tuple[ClaimRow, ...]:
    """Return a row for every provision, in the order of the catalogue; ``facts`` are the settled ones."""
    return tuple(_row(provision, device, catalogue.id, facts, evidenced) for provision in catalogue.provisions)


def _row(
    provision: Provision, device: Device, catalogue: str, facts: Mapping[str, bool], evidenced: Evidenced
) -> ClaimRow:
    claim = claim_of(device, catalogue, provision.id)
    applies = evaluate(provision.condition, facts)
    verdict = evidenced.verdicts.get((catalogue, provision.id))
    found = failing(verdict, evidenced.findings) if verdict else ()
    unmet = verdict is not None and verdict.outcome is Outcome.FAIL
    return ClaimRow(
        provision=provision.id,
        title=provision.title,
        status=provision.status,
        condition=provision.condition_text,
        applies=applies,
        claim=_STATED[claim.implemented] if claim else "",
        reason=" ".join(claim.reason.split()) if claim else "",
        outcome=verdict.outcome if verdict else None,
        faults=(*_undecided(applies, provision, facts), *_reason_faults(claim, provision.status, unmet=unmet)),
        contradicted=(
            *_condition_faults(claim, applies),
            *(_contradiction(found) if unmet and claim is not None and claim.implemented is not False else ()),
        ),
    )


def _undecided(applies: bool | None, provision: Provision, facts: Mapping[str, bool]) -> Iterator[str]:  # noqa: FBT001
    if applies is None:
        yield f"Whether it applies is not decided; state {', '.join(unknown_facts(provision.condition, facts))}."


def _condition_faults(claim: Claim | None, applies: bool | None) -> Iterator[str]:  # noqa: FBT001
    if claim is not None and claim.implemented is None and applies:
        yield "Stated as not applicable, and by the facts it applies."
    elif claim is not None and claim.implemented is not None and applies is False:
        yield "By the facts it does not apply, and it is stated as if it did."


def _reason_faults(claim: Claim | None, status: Status, *, unmet: bool) -> Iterator[str]:
    if claim is not None and claim.reason.strip():
        return
    if claim is not None and claim.implemented is not True:
        yield "The reason is missing."
    elif unmet and status is Status.RECOMMENDED:
        yield "A recommendation that is not met, without a reason."


def _contradiction(found: tuple[Finding, ...]) -> Iterator[str]:
    if found:
        yield f"Contradicted by evidence: {shown(found)}."
