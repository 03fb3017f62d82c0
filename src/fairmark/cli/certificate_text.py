"""A certificate in words, for people: nothing that it says is left out, what is open least of all."""

import re
from collections.abc import Iterator, Sequence

from fairmark.certify.certificate import Certificate
from fairmark.certify.entries import subject

_ENDS_IN = re.compile(r"(.*?)([0-9]+|[a-z])")
_SHORTEST = 3


def rows_of(found: Certificate) -> Iterator[tuple[str, str]]:
    """Yield label and text of every line."""
    yield "certificate", f"{subject(found.issuer.id, found.number)} of {found.issuer.name}, scheme {found.scheme.name}"
    hardware = f", hardware {found.product.hardware}" if found.product.hardware else ""
    gtin = f", GTIN {found.product.gtin}" if found.product.gtin else ""
    yield "product", f"{found.holder} {found.product.model}{hardware}{gtin}"
    version = f"version {found.firmware.version}, " if found.firmware.version else ""
    yield "firmware", f"{version}image {', '.join(found.firmware.images)}"
    yield "level", level_line(found)
    yield "time", f"issued {found.issued}, ends {found.expires}, security updates until {found.support_until}"
    yield from open_rows(found)
    yield "evidence", f"bundle {found.evidence}"
    yield "decision", found.decision
    yield "assessment", found.assessment


def level_line(found: Certificate) -> str:
    """Return the level that is granted, beside what would be enough and what is reached."""
    level = found.level
    run = "; a statement of the maker, for which nobody independent answers" if level.self_run else ""
    required = "not known" if level.required is None else str(level.required)
    return f"{level.granted}, {level.name}; required: {required}; reached: {level.reached}{run}"


def open_rows(found: Certificate) -> Iterator[tuple[str, str]]:
    """Yield what speaks against it: accepted, failed, inconclusive, found, not examined."""
    for condition in found.conditions:
        yield f"accepted ({condition.id})", f"{condition.says} Reason: {condition.why}"
    for one in found.catalogues:
        if one.fail:
            what = "recommendations of" if one.asked else "not asked of the device:"
            yield f"FAIL, {what} {one.id}", in_runs(one.fail)
    for flaw in found.findings:
        yield f"open flaw (grade {flaw.confidence}, {flaw.severity})", flaw.title
    for one in found.catalogues:
        if one.inconclusive:
            asked = "" if one.asked else "not asked of the device: "
            yield f"INCONCLUSIVE, {asked}{one.id} ({len(one.inconclusive)})", in_runs(one.inconclusive)
    for text in found.not_examined:
        yield "not examined", text


def in_runs(provisions: Sequence[str]) -> str:
    """Return ids with those that follow one another as a run: ``5.1-1 to 5.1-5, 5.1-7``."""
    parts: list[str] = []
    run: list[str] = []
    for one in (*provisions, ""):
        if run and not _follows(run[-1], one):
            parts += [f"{run[0]} to {run[-1]}"] if len(run) >= _SHORTEST else run
            run = []
        run.append(one)
    return ", ".join(parts)


def _follows(one: str, other: str) -> bool:
    before, after = _ENDS_IN.fullmatch(one), _ENDS_IN.fullmatch(other)
    if before is None or after is None or before[1] != after[1] or before[2].isdigit() != after[2].isdigit():
        return False
    if before[2].isdigit():
        return int(after[2]) == int(before[2]) + 1
    return ord(after[2]) == ord(before[2]) + 1
