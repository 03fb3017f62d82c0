"""Change what became of a certificate, and publish it: journal first, then the log, then the signed list.

The journal is durable before anything else happens, so that a change that was begun is never lost; the list is signed
after its states are in the log, and its digest is there before anybody can have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fairmark.certify import entries
from fairmark.certify.office import Cabinet, Change, next_change, places, standing, trust_list
from fairmark.certify.status import (
    State,
    Status,
    StatusList,
    Why,
    publish,
    publish_reasons,
    read_reasons,
    read_status,
    status_list,
)
from fairmark.certify.trust import TrustList, read_trust
from fairmark.errors import CheckFailedError, WrongUsageError
from fairmark.model.value import canonical_json
from fairmark.workflows.certify import Desk, take_up

TRUST = "trust.json"


@dataclass(frozen=True, slots=True)
class Stand:
    """What is known of the certificates of an office."""

    numbers: tuple[int, ...]
    states: Mapping[int, State]
    reasons: Mapping[int, Why]
    published: StatusList | None


def set_state(desk: Desk, number: int, state: str, reason: str) -> None:
    """Change the state of a certificate, log and publish it.

    Raises WrongUsageError for a certificate that there is not, and for a change that cannot be.
    """
    cabinet = desk.cabinet
    with cabinet.alone():
        _settled(desk)
        if number not in cabinet.numbers():
            raise WrongUsageError(f"there is no certificate {number}", hint="See: fairmark status show")
        changes = cabinet.changes()
        change = Change(number=number, state=state, reason=reason, at=desk.now)
        if changes and change.at < changes[-1].at:
            raise _clock("the last change of state")
        next_change(standing(changes)[0].get(number, State.VALID), change)
        cabinet.add_change(change)
        desk.ledger.enter([_entry(desk, change)])
        _publish(desk)


def publish_status(desk: Desk) -> StatusList:
    """Sign and publish the list as it stands now; once a day also when nothing changed, or labels become amber."""
    with desk.cabinet.alone():
        _settled(desk)
        return _publish(desk)


def publish_if_short(desk: Desk, number: int) -> None:
    """Publish the list unless the one that is out reaches a certificate already."""
    with desk.cabinet.alone():
        _settled(desk)
        found = published(desk.cabinet)
        if found is None or found.list.state(number) is None:
            _publish(desk)


def stand(cabinet: Cabinet) -> Stand:
    """Return what is known of the certificates of an office."""
    states, reasons = standing(cabinet.changes())
    found = published(cabinet)
    return Stand(tuple(cabinet.numbers()), states, reasons, found.list if found else None)


def published(cabinet: Cabinet) -> Status | None:
    """Return the list that is out; None when there is none."""
    settings = cabinet.settings
    number = settings.status_list
    content, why = cabinet.published(f"status/{number}"), cabinet.published(f"status/{number}.reasons")
    if content is None:
        return None
    key = settings.status_key.key
    return Status(read_status(content, key, number), read_reasons(why, key, number) if why is not None else {})


def _settled(desk: Desk) -> None:
    """Finish what a sudden end left half done: the last certificate, and the entry of the last change."""
    take_up(desk)
    changes = desk.cabinet.changes()
    if changes and not desk.ledger.has(entry := _entry(desk, changes[-1])):
        desk.ledger.enter([entry])


def _publish(desk: Desk) -> StatusList:
    cabinet, settings = desk.cabinet, desk.settings
    number = settings.status_list
    before, trusted = published(cabinet), _trust(cabinet)
    if (before and before.list.issued > desk.now) or trusted.issued > desk.now:
        raise _clock("the last list that was published")
    states, reasons = standing(cabinet.changes())
    found = status_list(number, states, size=places(cabinet.numbers()), now=desk.now)
    content = publish(found, desk.status)
    trust = trust_list(settings, desk.ledger, version=trusted.version + 1, now=desk.now)
    listed = canonical_json(trust) + b"\n"
    desk.ledger.enter(
        [
            entries.status_list(number, content, at=desk.now),
            entries.trust_list(trust.version, listed, at=desk.now),
        ]
    )
    cabinet.publish(f"status/{number}.reasons", publish_reasons(number, reasons, desk.status, now=desk.now))
    cabinet.publish(f"status/{number}", content)
    cabinet.publish(TRUST, listed)
    return found


def _trust(cabinet: Cabinet) -> TrustList:
    content = cabinet.published(TRUST)
    return read_trust(content) if content is not None else TrustList()


def _entry(desk: Desk, change: Change) -> bytes:
    issuer = desk.settings.issuer.id
    return entries.state(issuer, change.number, change.state, change.reason, at=change.at)


def _clock(what: str) -> CheckFailedError:
    return CheckFailedError(f"the clock is behind {what}", hint="Set the clock right; what was signed stays signed.")
