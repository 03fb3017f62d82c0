"""Which finding of a newer assessment is which of the older: by id, else by rule and place.

An id rests on title and evidence, and evidence on the digest of a file: the same flaw in a file that was rebuilt has
another id. So what has no partner by id is paired by rule, flaw and component, or by rule and the places it points to.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairmark.model.assessment import Assessment
from fairmark.model.difference import Change
from fairmark.model.finding import Confidence, Finding, Severity

_SEVERITY = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2}
_GRADE = {Confidence.C: 0, Confidence.B: 1, Confidence.A: 2}

_MOST_OF_A_KIND = 300

Places = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pairing:
    """What became of the findings."""

    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    same: int


def paired(old: Assessment, new: Assessment) -> Pairing:
    """Pair the findings of two assessments; each has at most one partner."""
    partners = _partners(old, new)
    taken = {one.id for one in partners.values()}
    worse: list[Change] = []
    better: list[Change] = []
    for now in new.findings:
        was = partners.get(now.id)
        if was is None:
            if now.confidence is not Confidence.C:
                worse.append(_change(None, now))
        elif _badness(now) > _badness(was):
            worse.append(_change(was, now))
        elif _badness(now) < _badness(was):
            better.append(_change(was, now))
    better += [_change(was, None) for was in old.findings if was.id not in taken and was.confidence is not Confidence.C]
    same = sum(1 for now in new.findings if (was := partners.get(now.id)) and _badness(now) == _badness(was))
    return Pairing(tuple(worse), tuple(better), same)


def _partners(old: Assessment, new: Assessment) -> Mapping[str, Finding]:
    """Return id of a newer finding -> its older partner."""
    left = {one.id: one for one in old.findings}
    partners = {one.id: left.pop(one.id) for one in new.findings if one.id in left}
    before, after = _places(old), _places(new)
    groups: dict[tuple[str, str, str], tuple[list[Finding], list[Finding]]] = defaultdict(lambda: ([], []))
    for was in left.values():
        groups[_what(was)][0].append(was)
    for now in new.findings:
        if now.id not in partners:
            groups[_what(now)][1].append(now)
    for olds, news in groups.values():
        _pair(olds, news, partners, lambda was, now: float(was.title == now.title and before[was.id] == after[now.id]))
        _pair(olds, news, partners, lambda was, now: _shared(before[was.id], after[now.id]))
        _pair(olds, news, partners, lambda was, now: float(was.title == now.title or bool(was.cve)))
    return partners


def _pair(
    olds: list[Finding],
    news: list[Finding],
    partners: dict[str, Finding],
    likeness: Callable[[Finding, Finding], float],
) -> None:
    """Pair what is most alike; of an absurd number of one kind only those that stand first are looked at."""
    for now in news[:_MOST_OF_A_KIND]:
        if now.id in partners or not olds:
            continue
        best = max(olds[:_MOST_OF_A_KIND], key=lambda was: likeness(was, now))
        if likeness(best, now) > 0:
            partners[now.id] = best
            olds.remove(best)


def _shared(one: Places, other: Places) -> float:
    return len(one & other) / max(1, len(one | other))


def _what(one: Finding) -> tuple[str, str, str]:
    """Name what a finding is of: a published flaw by its component, whatever the version, everything else by rule."""
    component = one.title.partition(" in ")[2].partition(" ")[0] if one.cve else ""
    return ("flaw", one.cve, component) if one.cve else (one.rule, "", "")


def _places(whole: Assessment) -> Mapping[str, Places]:
    where = {one.id: (one.where.root, one.where.path) for one in whole.evidence}
    return {one.id: frozenset(where[proof] for proof in one.evidence if proof in where) for one in whole.findings}


def _badness(one: Finding) -> tuple[int, int, int, bool]:
    return _SEVERITY[one.severity], _GRADE[one.confidence], one.reach.rank, one.kev


def _change(was: Finding | None, now: Finding | None) -> Change:
    one = now or was
    assert one is not None  # noqa: S101 - one of the two is there
    return Change(
        kind="finding",
        title=one.title,
        was=_state(was),
        now=_state(now),
        rule=one.rule,
        old_id=was.id if was else "",
        new_id=now.id if now else "",
    )


def _state(one: Finding | None) -> str:
    if one is None:
        return "not there"
    exploited = ", known to be exploited" if one.kev else ""
    return f"{one.severity} severity, grade {one.confidence}, {one.reach}{exploited}"
