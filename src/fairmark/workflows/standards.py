"""The catalogues as a user sees them: listed, shown, compared, checked."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.standard import Automation, Catalogue, Provision
from fairmark.standards.library import catalogue, catalogue_digests, catalogues, crosswalk
from fairmark.standards.profiles import profiles, states

_AUTOMATION = {
    "automatic": Automation.AUTOMATABLE,
    "partly": Automation.PARTLY,
    "document": Automation.DOCUMENT,
    "human": Automation.HUMAN,
}
"""Name in the list -> who can judge a provision, by the catalogue's own word."""


def listed() -> list[dict[str, Any]]:
    """Return one row for every catalogue, in their order."""
    return [_row(one) for one in catalogues()]


def _row(one: Catalogue) -> dict[str, Any]:
    counted = Counter(provision.automation for provision in one.provisions)
    return {
        "id": one.id,
        "edition": one.edition,
        "title": one.name,
        "provisions": len(one.provisions),
        **{name: counted[kind] for name, kind in _AUTOMATION.items()},
        "confidence": one.confidence,
    }


def shown(name: str, provision: str = "") -> dict[str, Any]:
    """Return a catalogue with its provisions, or one provision with its links; raises WrongUsageError for neither."""
    one = catalogue(name)
    if provision:
        return _provision(one, _found(one, provision))
    head = {
        "kind": one.kind,
        "markets": one.markets,
        "applies_from": one.applies_from,
        "publisher": one.publisher,
        "provenance": one.provenance,
        "sha256": catalogue_digests()[one.id],
        "levels": one.levels,
        "groups": one.groups,
        "applies_from_by_group": one.applies_from_by_group,
        "outcomes": one.outcomes,
        "restrictions": [part.model_dump() for part in one.restrictions],
        "earlier": one.earlier.catalogue if one.earlier else None,
    }
    fields = ("id", "title", "status", "group", "levels")
    rows = [{field: getattr(p, field) for field in fields} for p in one.provisions]
    return {**_row(one), **head, "items": rows}


def profile_shown(name: str, assessment: Assessment | None = None) -> dict[str, Any] | None:
    """Return a profile with its levels, and how they stand in an assessment; ``None`` when there is no such profile."""
    profile = next((one for one in profiles() if one.id == name), None)
    if profile is None:
        return None
    head = profile.model_dump(exclude={"levels"})
    stand = {one.level: one for one in states(profile, assessment.verdicts)} if assessment else {}
    rows = []
    for level, one in profile.levels.items():
        row: dict[str, Any] = {"level": level, **one.model_dump(), "asked": len(profile.asked(level))}
        if level in stand:
            row |= {"outcomes": {key.value: n for key, n in stand[level].counts.items()}, "failed": stand[level].failed}
        rows.append(row)
    return {**head, "levels": rows}


def _provision(one: Catalogue, p: Provision) -> dict[str, Any]:
    return {
        "catalogue": one.id,
        "edition": one.edition,
        **p.model_dump(),
        "applies_from": one.first_day(p.group),
        "links": [
            {"capability": link.capability, "can": link.can, "needs": link.needs if link.can_pass else ()}
            for link in crosswalk().links_to(one.id, p.id)
        ],
        "confidence": one.confidence,
    }


def _found(one: Catalogue, provision: str) -> Provision:
    for p in one.provisions:
        if p.id == provision:
            return p
    from difflib import get_close_matches  # noqa: PLC0415 - only needed to word a fault

    near = get_close_matches(provision, [p.id for p in one.provisions], n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else f"`fairmark standards show {one.id}` lists them."
    raise WrongUsageError(f"{one.id} has no provision {provision}", hint=hint)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a provision from one edition to the other."""

    kind: str
    """``same``, ``changed`` (status, condition or title), ``split``, ``merged``, ``new``, ``gone``."""
    before: tuple[str, ...]
    after: tuple[str, ...]
    what: tuple[str, ...] = ()


def compared(old: str, new: str) -> tuple[Change, ...]:
    """Return the changes from one catalogue to another, in the order of the later one; those that are gone come last.

    Provisions that the later edition traces back (``earlier``) are followed; every other one is the one with the
    same id, if there is one.
    """
    first, second = catalogue(old), catalogue(new)
    if first.earlier is not None and first.earlier.catalogue == second.id:
        first, second = second, first
    traced: Mapping[str, tuple[str, ...]] = {}
    if second.earlier is not None and second.earlier.catalogue == first.id:
        traced = second.earlier.sources
    known = {p.id: p for p in first.provisions}
    sources = {p.id: traced.get(p.id, (p.id,) if p.id in known else ()) for p in second.provisions}
    heirs = {name: tuple(p for p, row in sources.items() if name in row) for name in known}
    changes = []
    done: set[str] = set()
    for p in second.provisions:
        if p.id not in done:
            change = _change(p, sources, heirs, known, second)
            done.update(change.after)
            changes.append(change)
    changes += [Change("gone", (name,), ()) for name, after in heirs.items() if not after]
    return tuple(changes)


def _change(
    p: Provision,
    sources: Mapping[str, tuple[str, ...]],
    heirs: Mapping[str, tuple[str, ...]],
    known: Mapping[str, Provision],
    second: Catalogue,
) -> Change:
    before = sources[p.id]
    if not before:
        return Change("new", (), (p.id,))
    if len(before) > 1:
        return Change("merged", before, (p.id,))
    after = heirs[before[0]]
    by_id = {one.id: one for one in second.provisions}
    if len(after) > 1:
        return Change(
            "split", before, after, tuple(w for one in after for w in _differences(known[before[0]], by_id[one]))
        )
    what = _differences(known[before[0]], p)
    return Change("changed" if what else "same", before, (p.id,), what)


def _differences(old: Provision, new: Provision) -> tuple[str, ...]:
    rows = (
        ("id", old.id, new.id),
        ("status", old.status, new.status),
        ("condition", old.condition or "none", new.condition or "none"),
        ("title", old.title, new.title),
    )
    return tuple(f"{new.id}: {name}: {before} -> {after}" for name, before, after in rows if before != after)


def gone_editions(assessment: Assessment) -> tuple[str, ...]:
    """Return a sentence for every catalogue that an assessment was judged by and that is not here any more."""
    editions = {verdict.catalogue: verdict.edition for verdict in assessment.verdicts}
    names = sorted(set(assessment.inputs.catalogues) - set(catalogue_digests()))
    return tuple(
        f"{name} ({editions.get(name, 'edition not stated')}) is not here any more: its verdicts stay as they were "
        "given, and cannot be explained or given anew. Put its file back, or assess again."
        for name in names
    )


def removed_editions(assessment: Assessment) -> tuple[str, ...]:
    """Return a sentence for every catalogue that an assessment was judged by and that is gone, or has changed since."""
    digests = catalogue_digests()
    editions = {verdict.catalogue: verdict.edition for verdict in assessment.verdicts}
    changed = [
        f"{name} ({editions.get(name, 'edition not stated')}) has another content now: its verdicts rest on the file "
        "of that day."
        for name, digest in sorted(assessment.inputs.catalogues.items())
        if digests.get(name, digest) != digest
    ]
    return (*gone_editions(assessment), *changed)


def links_as_written() -> int:
    """Return the number of links, each family of catalogues counted once."""
    return len({(link.capability, _family(link.catalogue), link.provision) for link in crosswalk()})


def _family(name: str) -> str:
    return next((family for family, members in crosswalk().families.items() if name in members), name)


def counted(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the sums over all rows of ``listed``."""
    kept = list(rows)
    return {name: sum(int(row[name]) for row in kept) for name in ("provisions", *_AUTOMATION)}
