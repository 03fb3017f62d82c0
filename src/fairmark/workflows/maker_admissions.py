"""What a maker's documents say against him, and how his record of mended flaws agrees with the time that he states."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from fairmark.examine.rule import Rule
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Method, Observation, Reach, Severity
from fairmark.standards.admissions import admitted
from fairmark.standards.data_kinds import unnamed_senses
from fairmark.standards.document_text import Sentence, Text
from fairmark.standards.fix_record import LONGEST_DAYS, FixTimes, fix_times

NO_UPDATES = Rule(
    id="documents-no-updates",
    title="The maker writes that the software is never updated",
    weakness="no-update-path",  # stands for the kind; what a document admits is called unmet and moves no price
    severity=Severity.HIGH,
    what="A plain sentence of the maker's documents says that the software cannot be or is not updated. Sentences with "
    "a condition, a time or an exception are left out.",
    false_positives="The sentence speaks of a part that needs no update, or of another product.",
    fix="Give the device a way to be updated, or state under constraint.no_update why it cannot have one.",
    references=("ETSI EN 303 645 provision 5.3-2", "Regulation (EU) 2024/2847, Annex I, Part I (2)(c)"),
)
PAID = Rule(
    id="documents-paid-updates",
    title="The maker writes that security updates cost money",
    weakness="no-auto-update",  # stands for the kind, as above
    severity=Severity.MEDIUM,
    what="A plain sentence of the maker's documents names a price, a fee or a paid plan for security updates.",
    false_positives="It speaks of products made to measure for a business, for which another agreement is allowed.",
    fix="Give security updates away free of charge.",
    references=("Regulation (EU) 2024/2847, Annex I, Part II (8)",),
)
EXPERT = Rule(
    id="documents-update-for-experts",
    title="By the instructions an owner cannot install an update without help",
    weakness="no-auto-update",  # stands for the kind, as above
    severity=Severity.MEDIUM,
    what="The only way to update that the documents tell needs an open case, soldering, a serial or debug connection, "
    "a command line, or the device sent away; no sentence tells a simple one.",
    false_positives="The simple way is told in a document that was not handed over, or in words that our list does not "
    "know.",
    fix="Let updates install themselves, or by a tap in the app or on a page of the device, and write so.",
    references=("ETSI EN 303 645 provision 5.3-3",),
)
LATE = Rule(
    id="documents-fix-late",
    title="By the maker's own record a flaw was mended later than he promises",
    weakness="slow-fix",  # stands for the kind, as above
    severity=Severity.MEDIUM,
    what="The update policy states a time in which flaws are mended, and a line of its record names a flaw that took "
    "longer, from the day it was known to the day it was mended.",
    false_positives="Another time holds for such flaws: the record is held against the longest in the policy.",
    fix="Mend in time, or state the time that is kept.",
    references=("ETSI EN 303 645 provision 5.3-8",),
)
UNTOLD = Rule(
    id="documents-sensor-untold",
    title="The instructions name nowhere what the device senses",
    weakness="guidance-missing",  # stands for the kind, as above
    severity=Severity.MEDIUM,
    what="The profile states that the device senses something, such as sound, and no sentence of the instructions nor "
    "of the privacy information speaks of it.",
    false_positives="They speak of it in words that our list does not know, or in a document that was not handed over.",
    fix="Name every camera, microphone and other sensor in the instructions.",
    references=("ETSI EN 303 645 provision 5.8-3",),
)
RULES = (NO_UPDATES, PAID, EXPERT, LATE, UNTOLD)
NAMED = {
    NO_UPDATES.id: ("unmet-update-exists", "update-exists"),
    PAID.id: ("unmet-update-free", "update-free"),
    EXPERT.id: ("unmet-update-auto-owner", "update-auto"),
    LATE.id: ("unmet-vuln-response-late", "vuln-response"),
    UNTOLD.id: ("unmet-external-sensing", "external-sensing"),
}
"""Rule -> the weakness that its findings bear, and its capability."""
_BY_ADMISSION = {"no-updates": NO_UPDATES, "paid-updates": PAID, "expert-updates": EXPERT}
FIX_RECORD = "fix-record"
"""The rule of what stated time and record show together."""
_OLDEST = timedelta(days=3 * 366)
"""A record whose last entry is older tells nothing of today."""
_MOST_LATE = 10
Shows = Callable[[str, str, Sentence | None], Evidence]
"""Makes evidence of a place: field of the document, what it says, the sentence."""


def told_against(documents: Mapping[str, Text], shows: Shows) -> Iterator[Detection]:
    """Yield a finding for each admission."""
    for one in admitted(documents):
        rule = _BY_ADMISSION[one.name]
        proof = shows(one.document, f"It says that {one.admission.title}.", one.sentence)
        yield Detection(
            findings=(_finding(rule, f"The maker writes that {one.admission.title}", proof),), evidence=(proof,)
        )


def of_senses(documents: Mapping[str, Text], facts: Mapping[str, bool], shows: Shows) -> Iterator[Detection]:
    """Yield a finding for what the device senses by the profile and the instructions do not tell."""
    texts = [documents[field] for field in ("user_instructions", "privacy_information") if field in documents]
    if "user_instructions" not in documents or not all(text.english for text in texts):
        return
    unnamed = unnamed_senses(texts, facts)
    if unnamed:
        count = sum(len(text.sentences) for text in texts)
        proof = shows("user_instructions", f"None of {count} sentences names {', '.join(unnamed)}.", None)
        title = f"The instructions speak nowhere of {', '.join(unnamed)}, which the profile states"
        yield Detection(findings=(_finding(UNTOLD, title, proof),), evidence=(proof,))


def of_fix_times(policy: Text, shows: Shows, *, is_public: bool, now: datetime) -> Iterator[Detection]:
    """Yield what the stated time and the record of the update policy show together."""
    times = fix_times(policy)
    for one in times.late[:_MOST_LATE]:
        said = f"Known on {one.known}, mended on {one.mended}: {one.days} days, and {times.stated} are promised."
        proofs = tuple({p.id: p for p in (shows("update_policy", said, one.sentence), _promise(times, shows))}.values())
        title = f"A flaw known on {one.known} was mended after {one.days} days; the policy promises {times.stated}"
        yield Detection(findings=(_finding(LATE, title, *proofs),), evidence=proofs)
    if times.stated is not None and times.record and not times.late:
        yield _in_time(times, shows, is_public=is_public, now=now)


def _in_time(times: FixTimes, shows: Shows, *, is_public: bool, now: datetime) -> Detection:
    last = max(one.mended for one in times.record)
    slowest = max(times.record, key=lambda one: one.days)
    reasons = {
        f"the stated time is longer than {LONGEST_DAYS} days": (times.stated or 0) > LONGEST_DAYS,
        f"the record ends on {last}": now.date() - last > _OLDEST,
        "the record names a day to come": last > now.date(),
        "nobody states where the update policy is published": not is_public,
    }
    lacks = [clause for clause, holds in reasons.items() if holds]
    rest = f"Open: {'; '.join(lacks)}." if lacks else "Nothing that is asked of it is open."
    told = f"The maker's record of {len(times.record)} mended flaws keeps the stated {times.stated} days."
    proof = shows("update_policy", f"The slowest of {len(times.record)} took {slowest.days} days.", slowest.sentence)
    evidence = tuple({one.id: one for one in (proof, _promise(times, shows))}.values())
    observation = Observation(
        rule=FIX_RECORD,
        capability="vuln-response",
        statement=f"{told} {rest}",
        complete=not lacks,
        method=Method.DOCUMENT,
        evidence=tuple(one.id for one in evidence),
    )
    return Detection(observations=(observation,), evidence=evidence)


def _promise(times: FixTimes, shows: Shows) -> Evidence:
    return shows("update_policy", f"It promises {times.stated} days.", times.by)


def _finding(rule: Rule, title: str, *proofs: Evidence) -> Finding:
    weakness, capability = NAMED[rule.id]
    return Finding(
        rule=rule.id,
        weakness=weakness,
        capability=capability,
        title=title,
        severity=rule.severity,
        confidence=Confidence.B,
        reach=Reach.PRESENT,
        fix=rule.fix,
        evidence=tuple(one.id for one in proofs),
    )
