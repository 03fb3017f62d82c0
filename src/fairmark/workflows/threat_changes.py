"""What a new build changes in the threat model of the one before: new and vanished entry points, threats that moved."""

from collections import Counter
from collections.abc import Iterator

from fairmark.model.threat import Change, EntryPoint, ThreatModel

NEW, VANISHED, CHANGED = "new", "vanished", "changed"
_SAID = {None: "not known", True: "yes", False: "no"}


def changes(older: ThreatModel, newer: ThreatModel) -> tuple[Change, ...]:
    """Return entry points that came, went or changed, then the threats of those that stayed; what a build adds first.

    ``older`` is the model of the assessment before without the engineer's edits, so entry points and threats of his
    are no changes of the build.
    """
    return (*_points(older, newer), *_threats(older, newer))


def _points(older: ThreatModel, newer: ThreatModel) -> Iterator[Change]:
    before = {one.id: one for one in older.entry_points}
    after = {one.id: one for one in newer.entry_points if not one.added}
    threats = Counter(one.entry for one in newer.threats)
    for key, one in after.items():
        if key not in before:
            count = threats[key]
            text = f"New entry point: {one.title}. It brings {count} threat{'s' if count != 1 else ''}."
            yield Change(kind=NEW, subject=key, text=text)
    for key, one in before.items():
        if key not in after:
            yield Change(kind=VANISHED, subject=key, text=f"Entry point gone: {one.title}.")
    for key, one in after.items():
        if key in before:
            moved = "; ".join(_moved(before[key], one))
            if moved:
                yield Change(kind=CHANGED, subject=key, text=f"{one.title}: {moved}.")


def _moved(before: EntryPoint, after: EntryPoint) -> Iterator[str]:
    """Yield what differs between two sights of one entry point, in words."""
    rows = (
        ("programs", ", ".join(before.programs), ", ".join(after.programs)),
        ("ports", ", ".join(before.ports), ", ".join(after.ports)),
        ("user", before.user, after.user),
        ("presence", before.presence.value, after.presence.value),
        ("declared", _SAID[before.declared], _SAID[after.declared]),
        ("boundaries", ", ".join(before.boundaries), ", ".join(after.boundaries)),
    )
    yield from (f"{name} was {old or 'none'}, is {new or 'none'}" for name, old, new in rows if old != new)


def _threats(older: ThreatModel, newer: ThreatModel) -> Iterator[Change]:
    before = {one.id: one for one in older.threats}
    points = {one.id for one in older.entry_points}
    for one in newer.threats:
        old = before.get(one.id)
        if old is None and one.entry in points and not one.added:
            yield Change(kind=NEW, subject=one.id, text=f"New threat ({one.standing.value}): {one.title}.")
        elif old is not None and old.standing is not one.standing:
            text = f"{one.title}: was {old.standing.value}, is {one.standing.value}."
            yield Change(kind=CHANGED, subject=one.id, text=text)
    still = {one.id for one in newer.threats}
    left = {one.id for one in newer.entry_points}
    for key, old in before.items():
        if key not in still and old.entry in left:
            yield Change(kind=VANISHED, subject=key, text=f"Threat gone: {old.title}.")
