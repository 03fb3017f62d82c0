"""The repository of a trust list: what its holders sign offline, and what goes out online, day by day.

A change is *staged*. Every holder adds a signature on his own machine. Only what enough of them signed is published, by
the threshold of the last root and of the new one; until then what was published goes on. So one stolen holder's key
changes nothing, and one that is lost stops nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import ValidationError
from tuf.api.metadata import Metadata, Root, TargetFile  # type: ignore[attr-defined] # exported, but not said so

from fairmark.certify import trust_roles as roles
from fairmark.certify.cose import PublicKey, decode, parse, public_key
from fairmark.certify.status import read_reasons, read_status
from fairmark.certify.trust import TrustList, read_trust
from fairmark.certify.trust_roles import STATUS, TRUST, RoleName
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Signer
from fairmark.model.value import canonical_json

_OFFLINE: tuple[RoleName, ...] = ("root", "targets")
_SOON = 30
_RENEW = "Stage it anew with: fairmark trust rotate; have the holders sign it, and publish again."
_DAY = 86_400


class Shelf(Protocol):
    """Where a repository lies. Whatever is put there is durable and whole when the call returns."""

    def newest(self, role: RoleName) -> bytes | None:
        """Return the newest published metadata of a role."""
        ...

    def metadata(self, name: str) -> bytes | None:
        """Return published metadata by the name of its file."""
        ...

    def target(self, found: TargetFile) -> bytes:
        """Return a published file; raises UnreadableInputError when it is not there as it was published."""
        ...

    def put_metadata(self, name: str, content: bytes) -> None:
        """Publish metadata under the name of its file."""
        ...

    def put_target(self, found: TargetFile, content: bytes) -> None:
        """Publish a file."""
        ...

    def staged(self, name: str) -> bytes | None:
        """Return what waits for signatures."""
        ...

    def stage(self, name: str, content: bytes | None) -> None:
        """Have something wait for signatures; None: nothing any more."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A staged role."""

    role: RoleName
    version: int
    missing: int
    """Signatures that are still missing."""


@dataclass(frozen=True, slots=True)
class Published:
    """What went out."""

    versions: tuple[tuple[str, int], ...]
    lists: tuple[int, ...]
    """Status lists that are published."""
    waiting: tuple[Waiting, ...]
    warnings: tuple[str, ...]


def begin(
    shelf: Shelf, holders: Sequence[PublicKey], threshold: int, *, online: PublicKey, status: PublicKey, now: int
) -> None:
    """Stage a first root, and a trust list that trusts nobody."""
    if shelf.newest("root") or shelf.staged("root.json"):
        raise WrongUsageError("there is a repository already", hint="Choose another folder.")
    if status in (*holders, online):
        raise WrongUsageError("the key of status lists is there twice", hint="It is a key of its own.")
    first = roles.root(holders, threshold, online, version=1, now=now)
    content = _list_at(TrustList(), 1, now)
    shelf.stage(TRUST, content)
    shelf.stage("targets.json", roles.targets(content, status, version=1, now=now).to_bytes())
    shelf.stage("root.json", first.to_bytes())


def current_list(shelf: Shelf) -> TrustList:
    """Return the trust list that is staged, else the published one."""
    return read_trust(_current_list(shelf))


def holders(shelf: Shelf) -> tuple[list[PublicKey], int]:
    """Return whose signatures count by the staged root, else by the published one, and how many are needed."""
    found, needed, _ = roles.holders_of(_current(shelf, "root"))
    return found, needed


def set_list(shelf: Shelf, found: TrustList, *, now: int) -> TrustList:
    """Stage a trust list with the next version, issued now; signatures on what was staged before are void."""
    published = _published(shelf, "targets")
    version = published.signed.version + 1 if published else 1
    content = _list_at(found, version, now)
    status = roles.status_key_of(_current(shelf, "targets"))
    shelf.stage(TRUST, content)
    shelf.stage("targets.json", roles.targets(content, status, version=version, now=now).to_bytes())
    return read_trust(content)


def merged(old: TrustList, new: TrustList) -> TrustList:
    """Return a trust list with what both name; where both name the same, the new one counts, but no cut is undone.

    The same is: a scheme or status list of one number, a log with one origin and key, an issuer with one number and
    key. So a key that an issuer used before stays, and what it signed stays good.
    """
    cuts = {(one.id, one.public): one for one in old.issuers if one.log_cutoff is not None}
    parts: dict[str, dict[Any, Any]] = {
        "schemes": {one.id: one for one in (*old.schemes, *new.schemes)},
        "issuers": {(one.id, one.public): one for one in (*old.issuers, *new.issuers)} | cuts,
        "logs": {(one.origin, one.public): one for one in (*old.logs, *new.logs)},
        "status_lists": {one.id: one for one in (*old.status_lists, *new.status_lists)},
    }
    rows = {name: [one.model_dump() for one in known.values()] for name, known in parts.items()}
    try:
        return TrustList.model_validate(new.model_dump() | rows)
    except ValidationError as error:
        raise WrongUsageError(
            f"the two lists do not fit together: {error.errors()[0]['msg']}", hint="Edit: fairmark trust show --list"
        ) from None


def stolen(shelf: Shelf, key: str, after: int, *, log: str | None, now: int) -> TrustList:
    """Stage a trust list by which labels of a stolen key count only up to a place in the log.

    Args:
        shelf: the repository.
        key: the issuer's key, as in the trust list, or the 8 hex digits by which labels name it.
        after: the last place in the log that the thief cannot have reached.
        log: which log, where the list names several.
        now: seconds since 1970.

    Raises:
        WrongUsageError: no such key or several, no log to count in, or a later cut than before.
    """
    found = current_list(shelf)
    fitting = [one for one in found.issuers if key in {one.public, one.key.kid.hex()}]
    if len({one.public for one in fitting}) != 1:
        raise WrongUsageError(
            f"{len(fitting)} keys of issuers fit {key[:60]!r}", hint="Name one as in the trust list, or by its id."
        )
    origins = {one.origin for one in found.logs}
    if not origins or (log is not None and log not in origins) or (log is None and len(origins) > 1):
        raise WrongUsageError(
            f"the trust list names {len(origins)} logs", hint="Name one with --log; without a log nothing is provable."
        )
    if any(one.log_cutoff is not None and one.log_cutoff < after for one in fitting):
        raise WrongUsageError("an earlier cut stands already", hint="A cut can only be moved back.")
    cut = {"log_cutoff": after, "log": log or origins.pop()}
    issuers = [one.model_copy(update=cut) if one in fitting else one for one in found.issuers]
    changed = TrustList.model_validate(found.model_dump() | {"issuers": [one.model_dump() for one in issuers]})
    return set_list(shelf, changed, now=now)


def rotate(
    shelf: Shelf,
    *,
    add: Sequence[PublicKey] = (),
    remove: Sequence[PublicKey] = (),
    threshold: int | None = None,
    online: PublicKey | None = None,
    status: PublicKey | None = None,
    now: int,
) -> None:
    """Stage a new root with other keys, or the same for another year; and the trust list anew, under those keys.

    Raises WrongUsageError when a key is not there, is there twice, or too few are left.
    """
    old = _current(shelf, "root")
    holders, needed, own = roles.holders_of(old)
    if any(one not in holders for one in remove):
        raise WrongUsageError("a key that is to go is no holder's", hint="See: fairmark trust show")
    left = [*(one for one in holders if one not in remove), *add]
    if status is not None and status in (*left, online or own):
        raise WrongUsageError("the key of status lists is there twice", hint="It is a key of its own.")
    published = _published(shelf, "root")
    version = published.signed.version + 1 if published else 1
    new = roles.root(left, threshold or needed, online or own, version=version, now=now)
    content, before = _current_list(shelf), _published(shelf, "targets")
    number = before.signed.version + 1 if before else 1
    content = _list_at(read_trust(content), number, now)
    key = status or roles.status_key_of(_current(shelf, "targets"))
    shelf.stage(TRUST, content)
    shelf.stage("targets.json", roles.targets(content, key, version=number, now=now).to_bytes())
    shelf.stage("root.json", new.to_bytes())


def sign(shelf: Shelf, signer: Signer, only: RoleName | None = None) -> list[Waiting]:
    """Add a holder's signature to what is staged; return what is staged, and what is still missing.

    Raises WrongUsageError when nothing is staged, or the key is no holder's.
    """
    name = roles.key_id(public_key(signer))
    wanted = [role for role in _OFFLINE if shelf.staged(f"{role}.json") and only in {None, role}]
    if not wanted:
        raise WrongUsageError("nothing waits for a signature", hint="Stage something: fairmark trust set, or rotate.")
    _require_list(shelf)
    mine = [role for role in wanted if any(name in _ids(one, role) for one in _delegators(shelf, role))]
    if not mine:
        raise WrongUsageError(
            "this key is no holder's, so its signature would not count", hint="See: fairmark trust show"
        )
    for role in mine:
        found = roles.read(shelf.staged(f"{role}.json") or b"", role)
        roles.add_signature(found, signer)
        shelf.stage(f"{role}.json", found.to_bytes())
    return waiting(shelf)


def waiting(shelf: Shelf) -> list[Waiting]:
    """Return what is staged, and how many signatures are missing."""
    found = []
    for role in _OFFLINE:
        content = shelf.staged(f"{role}.json")
        if content is not None:
            staged = roles.read(content, role)
            left = roles.missing(staged, role, _delegators(shelf, role))
            found.append(Waiting(role, staged.signed.version, left))
    return found


def next_list(shelf: Shelf) -> tuple[int, bytes] | None:
    """Return version and content of the trust list that the next publication brings; None where it brings none."""
    staged = waiting(shelf)
    return (staged[-1].version, _current_list(shelf)) if staged and not any(one.missing for one in staged) else None


def publish(shelf: Shelf, lists: Mapping[str, bytes], opened: Callable[[PublicKey], Signer], *, now: int) -> Published:
    """Publish what enough holders signed, and the status lists of the day, under a new snapshot and timestamp.

    Args:
        shelf: the repository.
        lists: new status lists and reasons, by name, as in ``1`` and ``1.reasons``; the others stay.
        opened: opens the online keys that the holders named.
        now: seconds since 1970.

    Raises:
        CheckFailedError: too few signatures for a first publication, something that ended, a status list that its key
            did not sign or that is older than the published one.
        WrongUsageError: a key that the holders did not name.
    """
    staged = waiting(shelf)
    whole = bool(staged) and not any(one.missing for one in staged)
    chosen = {
        role: (whole and shelf.staged(f"{role}.json")) or shelf.newest(role) or _nothing(staged) for role in _OFFLINE
    }
    root, targets = (roles.read(chosen[role], role) for role in _OFFLINE)
    soon = _ends({"root": root, "targets": targets}, now)
    online = _opened(opened, roles.holders_of(root)[2])
    status = _opened(opened, roles.status_key_of(targets))
    content = _current_list(shelf) if whole else shelf.target(targets.signed.targets[TRUST])
    files, named = _status_files(shelf, read_trust(content), lists)
    if whole:
        shelf.put_target(targets.signed.targets[TRUST], content)
        shelf.put_metadata(f"{root.signed.version}.root.json", chosen["root"])
        shelf.put_metadata(f"{targets.signed.version}.targets.json", chosen["targets"])
    for path, new in files.items():
        shelf.put_target(named[path], new)
    versions = _online(shelf, (targets.signed.version, chosen["targets"]), named, online, status, now)
    if whole:
        for name in ("root.json", "targets.json", TRUST):
            shelf.stage(name, None)
    return Published(
        (("root", root.signed.version), ("targets", targets.signed.version), *versions),
        tuple(sorted(int(path.removeprefix(f"{STATUS}/")) for path in named if path[-1].isdigit())),
        () if whole else tuple(staged),
        soon,
    )


def _ends(offline: Mapping[str, Metadata[Any]], now: int) -> tuple[str, ...]:
    """Return which of the offline roles end soon; raises CheckFailedError for one that has ended."""
    today, soon = datetime.fromtimestamp(now, UTC), []
    for role, found in offline.items():
        ends = found.signed.expires
        if found.signed.is_expired(today):
            raise CheckFailedError(f"the {role} ended on {ends:%Y-%m-%d}", hint=_RENEW)
        if (ends - today).days < _SOON:
            soon.append(f"{role} ends on {ends:%Y-%m-%d}")
    return tuple(soon)


def _online(
    shelf: Shelf,
    targets: tuple[int, bytes],
    named: dict[str, TargetFile],
    online: Signer,
    status: Signer,
    now: int,
) -> list[tuple[str, int]]:
    """Sign and publish status, snapshot and timestamp, the last one last: it makes the others count."""
    versions: list[tuple[str, int]] = []

    def put(role: RoleName, made: Metadata[Any], signer: Signer) -> tuple[int, bytes]:
        roles.add_signature(made, signer)
        content = made.to_bytes()
        name = "timestamp.json" if role == "timestamp" else f"{made.signed.version}.{role}.json"
        shelf.put_metadata(name, content)
        versions.append((role, made.signed.version))
        return made.signed.version, content

    def number(role: RoleName) -> int:
        before = _published(shelf, role)
        return int(before.signed.version) + 1 if before else 1

    lists = put("status", roles.status(named, version=number("status"), now=now), status)
    parts = {"targets": targets, STATUS: lists}
    whole = put("snapshot", roles.snapshot(parts, version=number("snapshot"), now=now), online)
    put("timestamp", roles.timestamp(whole, version=number("timestamp"), now=now), online)
    return versions


def _status_files(
    shelf: Shelf, trust: TrustList, lists: Mapping[str, bytes]
) -> tuple[dict[str, bytes], dict[str, TargetFile]]:
    """Return the new status lists by path, and all that will be published; each is checked as a client will."""
    known = {str(one.id): one for one in trust.status_lists}
    strange = sorted(name for name in lists if name.removesuffix(".reasons") not in known)
    if strange:
        raise WrongUsageError(f"the trust list names no status list {strange[0][:40]}", hint="Add it: trust set.")
    before = _published(shelf, "status")
    old = {path: shelf.target(one) for path, one in (before.signed.targets if before else {}).items()}
    files = {f"{STATUS}/{name}": content for name, content in lists.items()}
    named = {}
    for number, source in sorted(known.items()):
        path = f"{STATUS}/{number}"
        content = files.get(path, old.get(path))
        if content is None:
            continue
        found = read_status(content, source.key, source.id)
        if path in old and path in files and found.issued < _issued(old[path]):
            raise CheckFailedError(f"status list {number} is older than the published one", hint="Publish a newer one.")
        named[path] = roles.target(path, content)
        reasons = files.get(f"{path}.reasons", old.get(f"{path}.reasons"))
        if reasons is not None:
            read_reasons(reasons, source.key, source.id)
            named[f"{path}.reasons"] = roles.target(f"{path}.reasons", reasons)
    return {path: content for path, content in files.items() if path in named}, named


def _issued(content: bytes) -> int:
    """Return when a status list was issued, whoever signed it."""
    items = decode(parse(content).payload)
    found = items.get(2, 0) if isinstance(items, dict) else 0
    return found if isinstance(found, int) else 0


def _list_at(found: TrustList, version: int, now: int) -> bytes:
    dated = {"version": version, "issued": now, "expires": now + roles.DAYS["targets"] * _DAY}
    return canonical_json(found.model_copy(update=dated)) + b"\n"


def _current_list(shelf: Shelf) -> bytes:
    staged = shelf.staged(TRUST)
    if staged is not None:
        return staged
    published = _published(shelf, "targets")
    if published is None:
        raise UnreadableInputError("there is no trust list", hint="Make a repository with: fairmark trust init")
    return shelf.target(published.signed.targets[TRUST])


def _require_list(shelf: Shelf) -> None:
    """Refuse a staged trust list that is not the one that the staged targets name: a holder signs what he saw."""
    content, staged = shelf.staged(TRUST), shelf.staged("targets.json")
    if staged is None:
        return
    named = roles.read(staged, "targets").signed.targets.get(TRUST)
    if content is None or named is None or roles.target(TRUST, content).hashes != named.hashes:
        raise CheckFailedError("the staged trust list is not the one that would be signed", hint="Stage it again.")
    read_trust(content)


def _published(shelf: Shelf, role: RoleName) -> Any:
    content = shelf.newest(role)
    return roles.read(content, role) if content is not None else None


def _current(shelf: Shelf, role: RoleName) -> Any:
    content = shelf.staged(f"{role}.json") or shelf.newest(role)
    if content is None:
        raise UnreadableInputError("there is no repository", hint="Make one with: fairmark trust init")
    return roles.read(content, role)


def _delegators(shelf: Shelf, role: RoleName) -> list[Metadata[Root]]:
    """Return whose thresholds a staged role must meet: for a root the last one and its own, else the root to come."""
    current = _current(shelf, "root")
    if role != "root":
        return [current]
    before = shelf.metadata(f"{current.signed.version - 1}.root.json")
    return [current] if before is None else [roles.read(before, "root"), current]


def _ids(root: Metadata[Root], role: RoleName) -> list[str]:
    return list(root.signed.roles[role].keyids)


def _opened(opened: Callable[[PublicKey], Signer], wanted: PublicKey) -> Signer:
    signer = opened(wanted)
    if public_key(signer) != wanted:
        raise WrongUsageError("an online key is not the one that the holders named", hint="Put the key back.")
    return signer


def _nothing(staged: Sequence[Waiting]) -> bytes:
    told = ", ".join(f"{one.role} misses {one.missing}" for one in staged if one.missing)
    raise CheckFailedError(
        f"too few signatures, so nothing is published: {told or 'nothing is staged'}",
        hint="Have the holders run: fairmark trust sign",
    )
