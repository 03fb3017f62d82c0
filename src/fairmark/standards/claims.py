"""What the maker states, as evidence of the kind CLAIM: named in verdicts, never proof of a PASS."""

from collections.abc import Iterable

from fairmark import __version__
from fairmark.model.device import Claim, Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.standard import Verdict

_TOOL = Tool(name="fairmark", version=__version__)
_STATED = {True: "implemented", False: "not implemented", None: "not applicable"}


def stated(path: str, statement: str, quote: str = "") -> Evidence:
    """Return evidence of the kind CLAIM for a field of the profile; the quote is cut to what evidence may hold."""
    where = Where(path=path, quote=" ".join(quote.split())[:300])
    return Evidence(kind=EvidenceKind.CLAIM, where=where, tool=_TOOL, statement=statement)


def claim_of(device: Device, catalogue: str, provision: str) -> Claim | None:
    """Return the maker's row for a provision, or ``None`` when there is none."""
    return device.claims.get(catalogue, {}).get(provision)


def claimed(catalogue: str, provision: str, claim: Claim) -> Evidence:
    """Return the evidence that the maker claims this for a provision."""
    said = f"The maker states that {catalogue} {provision} is {_STATED[claim.implemented]}."
    return stated(f"claims.{catalogue}.{provision}", said, claim.reason)


def documented(device: Device, field: str) -> Evidence | None:
    """Return the evidence that the profile names a document (or the end of support), or ``None`` when it does not."""
    value = device.support_until if field == "support_until" else getattr(device.documents, field)
    if not value:
        return None
    path = field if field == "support_until" else f"documents.{field}"
    return stated(path, f"The profile names {path}: a claim, no proof.", str(value))


def claim_evidence(device: Device, verdicts: Iterable[Verdict]) -> tuple[Evidence, ...]:
    """Return the claims that verdicts name in ``because``, by id: whoever keeps the verdicts keeps these with them."""
    named = {item for verdict in verdicts for item in verdict.because}
    rows = [claimed(name, p, claim) for name, part in device.claims.items() for p, claim in part.items()]
    fields = ("support_until", *type(device.documents).model_fields)
    papers = [paper for field in fields if (paper := documented(device, field))]
    known = {item.id: item for item in (*rows, *papers)}
    return tuple(known[name] for name in sorted(known) if name in named)
