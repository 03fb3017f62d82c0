"""What two images consist of, side by side: files, components, services, keys."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from fairmark.model.assessment import Assessment
from fairmark.model.difference import FileChanges, ListChanges
from fairmark.model.image import Component
from fairmark.model.service import Service
from fairmark.vulnerabilities.record import Scheme
from fairmark.vulnerabilities.versions import compare

MOST_NAMED = 2_000
_KEY = re.compile(r"public part ([0-9a-f]{64})")
Thing = TypeVar("Thing")


def files(old: Assessment, new: Assessment) -> FileChanges:
    """Compare the listings of files; an image without files has an empty one, an older form has none."""
    known = all(one.files or not one.coverage.files for one in (old, new))
    before, after = _listing(old), _listing(new)
    if not known:
        return FileChanges(known=False)
    both = sorted(set(before) & set(after))
    changed = [path for path in both if before[path][1] != after[path][1]]
    rights = [f"{path}: {before[path][0]} -> {after[path][0]}" for path in both if before[path][0] != after[path][0]]
    added, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    lists = (added, gone, changed, rights)
    return FileChanges(
        added=tuple(added[:MOST_NAMED]),
        gone=tuple(gone[:MOST_NAMED]),
        changed=tuple(changed[:MOST_NAMED]),
        rights=tuple(rights[:MOST_NAMED]),
        same=sum(before[path] == after[path] for path in both),
        left_out=sum(max(0, len(one) - MOST_NAMED) for one in lists),
    )


def _listing(one: Assessment) -> Mapping[str, tuple[str, str]]:
    """Return path -> (rights, digest)."""
    found: dict[str, tuple[str, str]] = {}
    for folder in one.files:
        above = f"{folder.root}: {folder.path}" if folder.root else folder.path
        for name, held in folder.files.items():
            rights, _, digest = held.partition(" ")
            found[f"{above.rstrip('/')}/{name}"] = (rights, digest)
    return found


def components(old: Assessment, new: Assessment) -> ListChanges:
    """Compare the components by name: those of one version on both sides that differ went up or down."""
    before, after = _by(old.components, lambda one: one.name), _by(new.components, lambda one: one.name)
    newer: list[str] = []
    older: list[str] = []
    changed: list[str] = []
    same = 0
    for name in sorted(set(before) & set(after)):
        was, now = _versions(before[name]), _versions(after[name])
        if was == now:
            same += 1
            continue
        words = f"{name} {_words(was)} -> {_words(now)}"
        step = _step(was, now)
        (newer if step > 0 else older if step < 0 else changed).append(words)
    return ListChanges(
        added=tuple(f"{name} {_words(_versions(after[name]))}" for name in sorted(set(after) - set(before))),
        gone=tuple(f"{name} {_words(_versions(before[name]))}" for name in sorted(set(before) - set(after))),
        newer=tuple(newer),
        older=tuple(older),
        changed=tuple(changed),
        same=same,
    )


def _versions(found: Sequence[Component]) -> tuple[str, ...]:
    return tuple(sorted({one.version for one in found}))


def _words(versions: Sequence[str]) -> str:
    return " and ".join(one or "of unknown version" for one in versions)


def _step(was: Sequence[str], now: Sequence[str]) -> int:
    """Say whether one version went up (1) or down (-1); 0 where there are several, or one is unknown."""
    if len(was) != 1 or len(now) != 1 or not was[0] or not now[0]:
        return 0
    return compare(Scheme.GENERIC, now[0], was[0])


def services(old: Assessment, new: Assessment) -> ListChanges:
    """Compare the services that are started for certain, by name, program and root."""

    def key(one: Service) -> str:
        return f"{one.name} ({one.root}: {one.program})" if one.root else f"{one.name} ({one.program})"

    before, after = _by(old.services, key), _by(new.services, key)
    both = sorted(set(before) & set(after))
    states = {name: (_state(before[name]), _state(after[name])) for name in both}
    return ListChanges(
        added=tuple(f"{name} {_state(after[name])}" for name in sorted(set(after) - set(before))),
        gone=tuple(f"{name} {_state(before[name])}" for name in sorted(set(before) - set(after))),
        changed=tuple(f"{name} {was} -> {now}" for name, (was, now) in states.items() if was != now),
        same=sum(was == now for was, now in states.values()),
    )


def _state(found: Sequence[Service]) -> str:
    ports = sorted({str(port) for one in found for port in one.ports})
    users = ", ".join(sorted({one.user for one in found}))
    return f"{', '.join(ports) or 'no port'} as {users}"


def keys(old: Assessment, new: Assessment) -> ListChanges:
    """Compare the keys by the digest of their public part, as evidence names it; a kept key is a fact to know."""
    before, after = _keys(old), _keys(new)
    return ListChanges(
        added=tuple(f"{one} in {after[one]}" for one in sorted(set(after) - set(before))),
        gone=tuple(f"{one} in {before[one]}" for one in sorted(set(before) - set(after))),
        same=len(set(before) & set(after)),
    )


def _keys(one: Assessment) -> Mapping[str, str]:
    """Return the digest of each key -> the first of its places."""
    found: dict[str, str] = {}
    for proof in one.evidence:
        for digest in _KEY.findall(proof.statement):
            place = proof.where.path if not proof.where.root else f"{proof.where.root}: {proof.where.path}"
            found[digest] = min(found.get(digest, place), place)
    return found


def _by(things: Iterable[Thing], key: Callable[[Thing], str]) -> Mapping[str, list[Thing]]:
    grouped: dict[str, list[Thing]] = defaultdict(list)
    for one in things:
        grouped[key(one)].append(one)
    return grouped
