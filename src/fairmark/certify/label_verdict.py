"""What a person is told about a label: never more than is known, and never without its date.

The rules: the status is that of a list with a date. A list older than seven days makes the answer amber; a certificate
that was withdrawn is red, with reason and day; one whose support ended is grey. "Now" is the latest of the clock and of
every time that was signed, so that a clock that was set back revives nothing. What a demo key signed is a test.

``verify.js`` follows the same steps in the same order, and the vectors of the tests hold both to the same answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from fairmark.certify.cose import parse
from fairmark.certify.label import Claims, Printed, from_digits, is_of, read_claims, take_apart
from fairmark.certify.status import State, Status
from fairmark.certify.trust import Register, Trusted
from fairmark.errors import UnreadableInputError
from fairmark.model.data import load_yaml

DAY = 86_400
STALE_AFTER = 7 * DAY
DECLARED = 1
"""Up to this level a label is the maker's own statement, and shown without a badge."""
NO_STATUS: Mapping[int, Status] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LabelVerdict:
    """The answer: ``kind`` for programs, the rest for people."""

    kind: str
    colour: str
    stands: bool
    """Whether the label may be relied on now; never of a test."""
    is_test: bool
    title: str
    says: str
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """What the label claims, signed; empty when nobody trusted signed it."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A label whose signature holds, and what it is judged by."""

    claims: Claims
    printed: Printed
    by: Trusted
    status: Status | None
    clock: int
    now: int
    trust_until: int


@cache
def words() -> Mapping[str, Any]:
    """Return the sentences that Python and the browser share."""
    found: Mapping[str, Any] = load_yaml("fairmark.certify", "words.yaml")
    return found


def judge(
    text: str,
    register: Register,
    statuses: Mapping[int, Status] = NO_STATUS,
    *,
    now: int,
    log_index: int | None = None,
    seen: int = 0,
) -> LabelVerdict:
    """Return what a person is told about the text of a label.

    Args:
        text: an address, or its digits.
        register: whom to believe.
        statuses: status lists that were checked, by number.
        now: what the clock says, in seconds since 1970.
        log_index: where the label is in the log that its issuer's cut counts in, if that was proven.
        seen: the newest signed time that this verifier ever saw, in seconds since 1970.
    """
    try:
        printed = take_apart(text)
        message = parse(from_digits(printed.digits))
    except UnreadableInputError:
        return _bare("no_label")
    known = tuple(register.with_header(message.header))
    if not known:
        return _bare("unknown_issuer")
    signers = [one for one in known if message.is_signed_by(one.key)]
    try:
        claims = read_claims(message.payload) if signers else None
    except UnreadableInputError:
        claims = None
    by = next((one for one in signers if claims and may_sign(one, claims)), None)
    if claims is None or by is None:
        return _bare("not_genuine")
    return judge_claims(claims, printed, by, register, statuses, now=now, log_index=log_index, seen=seen)


def judge_claims(
    claims: Claims,
    printed: Printed,
    by: Trusted,
    register: Register,
    statuses: Mapping[int, Status],
    *,
    now: int,
    log_index: int | None,
    seen: int = 0,
) -> LabelVerdict:
    """Return what a person is told about claims whose signature holds; nothing was printed: ``printed`` is empty."""
    status = statuses.get(claims.status[0])
    trust = register.trust
    newest = max(now, seen, trust.issued, claims.issued * DAY, status.list.issued if status else 0)
    checked = _Checked(claims, printed, by, status, now, newest, trust.expires)
    return _told(_kind(checked, log_index), checked)


def may_sign(by: Trusted, claims: Claims) -> bool:
    """Whether the key may sign these claims: its issuer, its scheme, and within its time."""
    issuer = by.issuer
    mine = claims.issuer == issuer.id and claims.scheme == by.scheme.id
    return mine and issuer.not_before <= claims.issued <= issuer.not_after


def _kind(checked: _Checked, log_index: int | None) -> str:
    cutoff = checked.by.issuer.log_cutoff
    if not is_of(checked.printed, checked.claims):
        return "wrong_product"
    if cutoff is not None and (log_index is None or log_index > cutoff):
        return "unconfirmed"
    state = checked.status.list.state(checked.claims.status[1]) if checked.status else None
    if state is not None and state is not State.VALID:
        return state.name.lower()
    return _by_date(checked, is_listed=state is not None)


def _by_date(checked: _Checked, *, is_listed: bool) -> str:
    today = checked.now // DAY
    if today > checked.claims.support_until:
        return "support_ended"
    if today > checked.claims.expires:
        return "expired"
    if checked.status is None or not is_listed:
        return "unchecked"
    listed = checked.status.list
    if checked.now > min(listed.issued + STALE_AFTER, listed.expires, checked.trust_until):
        return "stale"
    return "genuine" if checked.claims.level > DECLARED else "statement"


def _told(kind: str, checked: _Checked) -> LabelVerdict:
    told, issuer = words()["kinds"][kind], checked.by.issuer
    names = _names(checked)
    names["why"] = _why(checked, names)
    title, says = (told[part].format_map(names) for part in ("title", "says"))
    is_test = checked.by.is_demo
    if is_test:
        title, says = words()["test"], f"{words()['test_says']} {title}. {says}"
    applies = {
        "statement": checked.claims.level <= DECLARED,
        "other_host": checked.printed.host not in {"", issuer.host},
        "old_trust": checked.now > checked.trust_until,
        "clock": checked.now // DAY > checked.clock // DAY,
        "copied": bool(checked.printed.digits),
    }
    notes = tuple(note.format_map(names) for name, note in words()["notes"] if applies[name])
    facts = tuple((told_as, names[name]) for name, told_as in words()["facts"] if names[name])
    colour = "test" if is_test else told["colour"]
    return LabelVerdict(kind, colour, told["stands"] and not is_test, is_test, title, says, notes, facts)


def _names(checked: _Checked) -> dict[str, str]:
    claims, issuer = checked.claims, checked.by.issuer
    return {
        "model": claims.model,
        "gtin": f"{claims.gtin:014d}" if claims.gtin is not None else "",
        "scheme": checked.by.scheme.name,
        "level": checked.by.scheme.level(claims.level),
        "issuer": issuer.name,
        "host": issuer.host,
        "number": number_text(claims),
        "issued": day_text(claims.issued),
        "expires": day_text(claims.expires),
        "support": month_text(claims.support_until),
        "support_day": day_text(claims.support_until),
        "evidence": claims.evidence.hex(),
        "status_date": day_text(checked.status.list.issued // DAY) if checked.status else "",
        "printed_host": checked.printed.host,
        "trust_until": day_text(checked.trust_until // DAY),
        "now": day_text(checked.now // DAY) if checked.now > checked.clock else "",
    }


def _why(checked: _Checked, names: Mapping[str, str]) -> str:
    why = checked.status.reasons.get(checked.claims.status[1]) if checked.status else None
    if why is None:
        return str(words()["why"]["unknown"].format_map(names))
    reason = words()["reasons"][int(why.reason)]
    return str(words()["why"]["known"].format(day=day_text(why.day), reason=reason))


def _bare(kind: str) -> LabelVerdict:
    told = words()["kinds"][kind]
    return LabelVerdict(kind, told["colour"], told["stands"], False, told["title"], told["says"])


def number_text(claims: Claims) -> str:
    """Return the short number that stands beside the code: issuer and certificate."""
    return f"{claims.issuer}-{claims.number}"


def day_text(day: int) -> str:
    """Return a day since 1970-01-01 as YYYY-MM-DD."""
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def month_text(day: int) -> str:
    """Return the month of a day since 1970-01-01 as MM/YYYY."""
    year, month, _ = day_text(day).split("-")
    return f"{month}/{year}"
