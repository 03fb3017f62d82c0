"""Compare two assessments of a device: what the update broke, what must be tested again, what it fixed.

Read in this order: ``difference``, then the part that is asked for. What two findings have in common when neither id
nor words are the same (a line moved, a count in a title) is settled in ``changed_findings``; files, components,
services and keys in ``changed_parts``.
"""

from collections.abc import Iterator, Sequence

from fairmark.model.assessment import Assessment
from fairmark.model.difference import Change, Difference, LevelChange, MoneyChange, Proof, Retest, Side
from fairmark.model.risk import Loss
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.test_case import CaseInput, TestCase
from fairmark.workflows.changed_findings import paired
from fairmark.workflows.changed_parts import components, files, keys, services

_MOST_REASONS = 6
_BY_HAND = frozenset({"network", "person", "document"})
_ON_DEVICE = frozenset({"network", "person"})
# A provision that begins or ceases to apply is neither better nor worse, unless it fails on either side.
_RANK = {Outcome.PASS: 0, Outcome.NOT_APPLICABLE: 1, Outcome.INCONCLUSIVE: 1, Outcome.FAIL: 2}


def difference(old: Assessment, new: Assessment) -> Difference:
    """Return what lies between two assessments, the older first."""
    pairing = paired(old, new)
    verdicts = tuple(_verdicts(old, new))
    money = _money(old, new)
    retest, proofs = _cases(old, new)
    return Difference(
        old=_side(old),
        new=_side(new),
        notes=tuple(_notes(old, new)),
        broke=(
            *pairing.worse,
            *(change for change, worse in verdicts if worse),
            *_opened(old, new),
            *_dearer(money, old, new),
            *_lower(old, new),
        ),
        retest=retest,
        fixed=(*pairing.better, *(change for change, worse in verdicts if not worse), *_cheaper(money, old, new)),
        same_findings=pairing.same,
        files=files(old, new),
        components=components(old, new),
        services=services(old, new),
        keys=keys(old, new),
        money=money,
        currency=old.risk.currency if _same_money(old, new) else "",
        level=LevelChange(
            required=(old.level.required, new.level.required), reached=(old.level.reached, new.level.reached)
        ),
        carried=proofs,
        cases=len(new.cases),
    )


def _side(one: Assessment) -> Side:
    name = f"{one.device.maker or ''} {one.device.model or ''}".strip() or "device"
    return Side(
        name=name,
        version=one.device.firmware_version or "",
        image=one.image.sha256,
        created=one.created,
        inputs=one.inputs,
    )


def _notes(old: Assessment, new: Assessment) -> Iterator[str]:
    """Say what else changed beside the image: a difference may come from there."""
    if (old.device.maker, old.device.model) != (new.device.maker, new.device.model):
        yield "The two assessments name different devices."
    if old.tool != new.tool or old.inputs.examination != new.inputs.examination:
        yield "Tool or rules differ: what is new may have been there before, and nobody looked for it."
    if old.inputs.vulnerability_db != new.inputs.vulnerability_db:
        yield "The data of published flaws differs: a flaw that is new may be new in the data only."
    if old.inputs.device != new.inputs.device:
        yield "The device profile (device.yaml) differs: verdicts and money may have moved because of it."
    if old.inputs.catalogues != new.inputs.catalogues or old.inputs.crosswalk != new.inputs.crosswalk:
        yield "The catalogues of standards differ: verdicts may have moved because of it."
    if old.inputs.calibration != new.inputs.calibration:
        yield "The calibration differs: money may have moved because of it."
    if not _same_money(old, new):
        yield "The two count in different currencies or prices: the money is not compared."
    if bool(old.coverage.hints) != bool(new.coverage.hints):
        yield "One of the two left hints (grade C) out and the other did not."
    if not old.cases or not new.cases:
        yield "One of the two keeps no test cases: everything must be tested again."


def _same_money(old: Assessment, new: Assessment) -> bool:
    return (old.risk.currency, old.risk.price_year) == (new.risk.currency, new.risk.price_year)


def _verdicts(old: Assessment, new: Assessment) -> Iterator[tuple[Change, bool]]:
    """Yield each verdict with another outcome, and whether it is worse."""
    before = {one.id: one for one in old.verdicts}
    for now in new.verdicts:
        was = before.get(now.id)
        if was is None or _RANK[was.outcome] == _RANK[now.outcome]:
            continue
        if {was.outcome, now.outcome} != {Outcome.PASS, Outcome.NOT_APPLICABLE}:
            yield _verdict(was, now), _RANK[now.outcome] > _RANK[was.outcome]


def _verdict(was: Verdict, now: Verdict) -> Change:
    return Change(
        kind="verdict",
        title=f"{now.catalogue} {now.provision}: {now.title}",
        was=str(was.outcome),
        now=f"{now.outcome}: {now.reason}",
        rule=f"{now.catalogue} {now.provision}",
        old_id=was.id,
        new_id=now.id,
    )


def _opened(old: Assessment, new: Assessment) -> Iterator[Change]:
    """Yield each port that is open now, was not, and is not declared; a declared one is among the services."""
    before = {str(port) for one in old.services for port in one.ports}
    told: set[str] = set()
    for one in new.services:
        for port in map(str, one.ports):
            if port not in before and port not in told and one.declared is not True:
                told.add(port)
                said = "open, not declared" if one.declared is False else "open; the profile declares no services"
                yield Change(kind="service", title=f"{port} is open: {one.program}", was="closed", now=said)


def _money(old: Assessment, new: Assessment) -> tuple[MoneyChange, ...]:
    return tuple(
        _moved(side, getattr(old.risk, side), getattr(new.risk, side)) for side in ("private", "external", "social")
    )


def _moved(side: str, before: Loss, after: Loss) -> MoneyChange:
    (low, high), (new_low, new_high) = before.epistemic, after.epistemic
    return MoneyChange(
        side=side,
        before=before.mean,
        before_range=before.epistemic,
        after=after.mean,
        after_range=after.epistemic,
        told_apart=new_low > high or new_high < low,
    )


def _dearer(money: Sequence[MoneyChange], old: Assessment, new: Assessment) -> Iterator[Change]:
    yield from _apart(money, old, new, sign=1)


def _cheaper(money: Sequence[MoneyChange], old: Assessment, new: Assessment) -> Iterator[Change]:
    yield from _apart(money, old, new, sign=-1)


def _apart(money: Sequence[MoneyChange], old: Assessment, new: Assessment, *, sign: int) -> Iterator[Change]:
    """Yield the losses that moved one way by more than is unknown of them."""
    for one in money if _same_money(old, new) else ():
        if one.told_apart and (one.after - one.before) * sign > 0:
            words = f"{one.side} loss a year, mean in {new.risk.currency}"
            yield Change(kind="money", title=words, was=f"{one.before:,.0f}", now=f"{one.after:,.0f}")


def _lower(old: Assessment, new: Assessment) -> Iterator[Change]:
    if new.level.reached < old.level.reached:
        now = f"{new.level.reached}: {'; '.join(new.level.why)}"
        yield Change(kind="level", title="assurance level reached", was=str(old.level.reached), now=now)


# Test cases ------------------------------------------------------------------------------------------------------


def _cases(old: Assessment, new: Assessment) -> tuple[tuple[Retest, ...], tuple[Proof, ...]]:
    """Return the cases whose results of then say nothing about now, and those whose results hold, with the proof."""
    then = {one.id: one for one in old.cases}
    again: list[Retest] = []
    proofs: list[Proof] = []
    is_same_tool = (old.tool, old.inputs.examination) == (new.tool, new.inputs.examination)
    for now in new.cases:
        was = then.get(now.id)
        why = tuple(_why(was, now, is_same_tool=is_same_tool, is_same_image=old.image.sha256 == new.image.sha256))
        if why:
            again.append(_retest(was, now, why))
        else:
            proofs.append(Proof(case=now.id, examination=now.examination, unit=now.unit, inputs=len(now.inputs)))
    known = {one.id for one in new.cases}
    untested = ("it was tested for the older build, and nobody has tested the newer one",)
    again += [_retest(was, None, untested) for was in old.cases if was.id not in known and was.examination in _BY_HAND]
    return tuple(sorted(again, key=lambda one: (not one.by_hand, one.examination, one.unit))), tuple(proofs)


def _retest(was: TestCase | None, now: TestCase | None, why: tuple[str, ...]) -> Retest:
    case = now or was
    assert case is not None  # noqa: S101 - one of the two is there
    return Retest(
        case=case.id,
        examination=case.examination,
        unit=case.unit,
        why=why,
        was=str(was.outcome) if was else "",
        now=str(now.outcome) if now else "",
        by_hand=case.examination in _BY_HAND,
    )


def _why(was: TestCase | None, now: TestCase, *, is_same_tool: bool, is_same_image: bool) -> Iterator[str]:
    """Yield why the result of then does not hold; nothing where it does."""
    if was is None:
        yield "there was no such case"
        return
    if not is_same_tool:
        yield "tool or rules are not the same"
    if now.examination in _ON_DEVICE and not is_same_image and was.inputs == now.inputs:
        yield "it was tested on the running device, and that has another image now"
    if was.hints > len(was.hidden):
        yield "hints of the older assessment were not kept"
    then = {(one.kind, one.name): one.sha256 for one in was.inputs}
    here = {(one.kind, one.name): one.sha256 for one in now.inputs}
    # What is read depends on what was read before: more or less of it may follow from one change.
    changed = [one for one in now.inputs if not one.sha256 or then.get((one.kind, one.name), one.sha256) != one.sha256]
    if not changed and then != here:
        changed = [one for one in now.inputs if (one.kind, one.name) not in then]
        if not changed:
            yield "it read less than before"
    for one in changed[:_MOST_REASONS]:
        yield _named(one)
    if len(changed) > _MOST_REASONS:
        yield f"and {len(changed) - _MOST_REASONS} more"


def _named(one: CaseInput) -> str:
    words = f"{one.kind} of {one.name}" if one.name else one.kind
    return words if one.sha256 else f"{words} (cannot be compared)"
