"""What the maker's documents tell: security.txt, policies, statements, instructions; given as content, never fetched.

A document is the maker's word. It can prove what it tells and what it leaves out, never that anybody acts on it. So the
findings here are about papers, none is grade A save what the fields of a security.txt show, and none moves the price.

What a document shows may pass a provision only where that provision asks for the document itself, a policy or a stated
process; each such observation then names the sentences, and what keeps it from being whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fairmark import __version__
from fairmark.examine.rule import Rule
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Detection, Finding, Method, Observation, Reach, Severity, joined
from fairmark.model.value import sha256_hex
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards.data_kinds import About, held_against_kinds
from fairmark.standards.document_text import Sentence, Text, read_text
from fairmark.standards.documents import Answer, Shown, Told, documents_file, end_of_support, read
from fairmark.standards.security_txt import Fault, SecurityTxt, read_security_txt
from fairmark.workflows import maker_admissions

_TOOL = Tool(name="fairmark", version=__version__)
_QUOTED = 300
_FALSE_WORDS = "The document says it in words that our list does not know; it shows what it looked for."

NO_CONTACT = Rule(
    id="disclosure-policy-without-contact",
    title="The policy for reports names no address",
    weakness="no-report-contact",
    severity=Severity.MEDIUM,
    what="No sentence of the policy holds a mail address, a web form or a number for whoever found a flaw, and no "
    "valid security.txt was handed over that does. Grade B where no word points to one, else a hint.",
    false_positives=_FALSE_WORDS,
    fix="Name a mail address or a form that somebody reads, in the policy and in security.txt.",
)
NO_TIMES = Rule(
    id="disclosure-policy-without-times",
    title="The policy for reports names no times",
    weakness="no-report-times",
    severity=Severity.MEDIUM,
    what="No sentence of the policy says within which time a report is acknowledged, or how often its finder hears how "
    "it stands. Grade B where no time stands in it at all, else a hint.",
    false_positives=_FALSE_WORDS,
    fix='Write both times, such as "We acknowledge a report within 3 days and say how it stands every 14 days".',
)
NO_END = Rule(
    id="support-end-not-told",
    title="The statement of the support period names no end",
    weakness="no-support-period",
    severity=Severity.MEDIUM,
    what="No sentence of the statement joins support or updates with a date on which they end.",
    false_positives=_FALSE_WORDS,
    fix='Name the day, such as "Security updates until 31 December 2031".',
)
OTHER_END = Rule(
    id="support-end-contradicts-profile",
    title="The statement of the support period and the profile name different days",
    weakness="claim-contradicted",
    severity=Severity.MEDIUM,
    what="The day that the statement names is not the day under support_until of the profile.",
    false_positives="A statement that speaks of another model.",
    fix="Correct whichever is wrong; what is published binds.",
)
FAULTY = Rule(
    id="security-txt-faulty",
    title="security.txt does not keep to its form",
    weakness="stale-security-txt",
    severity=Severity.MEDIUM,
    what="The file has expired, names no contact, or breaks another demand of RFC 9116; whoever reads it by program or "
    "with care, will not rely on it. The signature is not verified.",
    false_positives="None known.",
    fix="Write the file anew, with Contact and an Expires less than a year ahead, and renew it in time.",
    references=("RFC 9116",),
)
PRIVACY = Rule(
    id="privacy-information-incomplete",
    title="The privacy information leaves out what it must tell",
    weakness="privacy-notice-incomplete",
    severity=Severity.MEDIUM,
    what="No sentence tells which personal data is processed, why, by whom, or for how long it is kept; or none speaks "
    "of a kind of data that the profile states, such as pictures or an account.",
    false_positives=_FALSE_WORDS,
    fix="Write one plain sentence for each of the four.",
)
TELEMETRY = Rule(
    id="telemetry-not-explained",
    title="The privacy information does not explain the telemetry",
    weakness="telemetry-notice-incomplete",
    severity=Severity.MEDIUM,
    what="The profile does not rule telemetry out, and no sentence tells what of it is collected and what for.",
    false_positives=_FALSE_WORDS,
    fix="Write what is collected and what for, or state in the profile that none is.",
)
NO_GUIDE = Rule(
    id="no-guide-to-secure-set-up",
    title="The instructions say nothing of a secure set-up nor of checking it",
    weakness="guidance-missing",
    severity=Severity.LOW,
    what="No sentence joins set-up with passwords, encryption or updates, and none says how to check them.",
    false_positives=_FALSE_WORDS,
    fix="Add a page on setting the device up securely, and one on checking it.",
)
_ASKED = (NO_CONTACT, NO_TIMES, NO_END, OTHER_END, FAULTY, PRIVACY, TELEMETRY, NO_GUIDE)
RULES = (*_ASKED, *maker_admissions.RULES)
_BY_WEAKNESS = {rule.weakness: rule for rule in _ASKED if rule not in {OTHER_END, FAULTY}}
_PUBLISHED = ("disclosure_policy", "support_period", "privacy_information", "update_policy")
"""Documents that must be public: without a stated address they are never complete."""
_OF_KINDS: Mapping[str, About] = {"privacy-notice": "personal", "telemetry-notice": "telemetry"}
"""Observations that are whole only where each kind of data of the profile is told."""


@dataclass(frozen=True, slots=True)
class Given:
    """A document that was handed over."""

    field: str
    """Field under ``documents`` of the profile."""
    name: str
    content: bytes


def digests(documents: Iterable[Given]) -> tuple[str, ...]:
    """Return the SHA-256 of the documents, sorted."""
    return tuple(sorted({sha256_hex(one.content) for one in documents}))


def read_documents(documents: Sequence[Given], device: Device, now: datetime) -> Detection:
    """Return what the documents show and lack at the date of the assessment.

    Raises UnreadableInputError where one is no text (a PDF, a broken encoding, too large).
    """
    facts = declared_facts(device, vocabulary())
    prose = {
        one.field: read_text(one.content, one.name) for one in documents if one.field in documents_file().documents
    }
    kept = {one.field: one for one in documents}
    txt = next((one for one in documents if one.field == "security_txt"), None)
    addresses = read_security_txt(txt.content, txt.name, now) if txt else None
    answers = _with_contact(read(prose, facts), addresses)
    case = _Case(device, facts, kept, prose, answers, addresses)
    parts = [Detection(unseen=tuple(_foreign(case))), *_findings(case), *_observations(case)]
    parts += maker_admissions.told_against(prose, case.shows)
    parts += maker_admissions.of_senses(prose, facts, case.shows)
    if (policy := prose.get("update_policy")) is not None and policy.english:
        parts += maker_admissions.of_fix_times(
            policy, case.shows, is_public=bool(case.published("update_policy")), now=now
        )
    return joined(parts)


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that was handed over, read."""

    device: Device
    facts: Mapping[str, bool]
    given: Mapping[str, Given]
    prose: Mapping[str, Text]
    answers: tuple[Answer, ...]
    addresses: SecurityTxt | None

    def shows(self, field: str, statement: str, sentence: Sentence | None = None) -> Evidence:
        """Return a place in a document as evidence."""
        document = self.given[field]
        where = Where(
            path=document.name,
            line=sentence.line if sentence else None,
            sha256=sha256_hex(document.content),
            quote=" ".join(sentence.text.split())[:_QUOTED] if sentence else "",
        )
        return Evidence(kind=EvidenceKind.DOCUMENT, where=where, tool=_TOOL, statement=statement)

    def published(self, field: str) -> str:
        """Return the address at which the document is said to be public; empty when nobody states one."""
        named = getattr(self.device.documents, field) or ""
        return named if named.lower().startswith(("https://", "http://")) else self.prose[field].canonical


def _with_contact(answers: tuple[Answer, ...], addresses: SecurityTxt | None) -> tuple[Answer, ...]:
    """Let a valid security.txt name the contact where the policy does not."""
    if addresses is None or not addresses.usable or not addresses.values("contact"):
        return answers
    first = addresses.values("contact")[0]
    sentence = Sentence(first.number, f"Contact: {first.value}")
    return tuple(
        replace(one, told=Told.SHOWN, document="security_txt", sentence=sentence)
        if one.name == "contact" and one.told is not Told.SHOWN
        else one
        for one in answers
    )


def _foreign(case: _Case) -> Iterator[str]:
    for field, text in case.prose.items():
        if not text.english:
            yield f"{case.given[field].name}: it does not seem to be in English and was not read."


def _findings(case: _Case) -> Iterator[Detection]:
    told = {one.ask.weakness for one in case.answers if one.ask.together and one.told is not Told.MISSING}
    for answer in case.answers:
        rule = _BY_WEAKNESS.get(answer.ask.weakness)
        if rule is not None and answer.told is not Told.SHOWN and answer.ask.weakness not in told:
            yield _lacking(case, answer, rule)
    yield from _unnamed_kinds(case)
    if case.addresses is not None and not case.addresses.usable:
        yield _faulty(case, case.addresses)
    day = end_of_support(case.answers)
    if day is not None and case.device.support_until not in {None, day}:
        yield _other_end(case, f"{day}", f"{case.device.support_until}")


def _lacking(case: _Case, answer: Answer, rule: Rule) -> Detection:
    """Make the finding that a document does not tell what is asked, or leaves it unclear."""
    missing = answer.told is Told.MISSING
    kind = documents_file().documents[answer.ask.home]
    said = "does not tell" if missing else "does not tell clearly"
    count = len(case.prose[answer.ask.home].sentences)
    statement = f"The {kind} ({count} sentences) {said} {answer.ask.title}."
    proof = case.shows(answer.document, statement, answer.sentence)
    title = f"The {kind} {said} {answer.ask.title}"
    grade = Confidence.B if missing else Confidence.C
    return _with(rule.finding(title, (proof.id,), confidence=grade, reach=Reach.PRESENT), proof)


def _unnamed_kinds(case: _Case) -> Iterator[Detection]:
    """Yield a finding for the kinds of data that the profile states and the privacy information is silent about."""
    text = case.prose.get("privacy_information")
    if text is None or not text.english:
        return
    pairs: tuple[tuple[About, Rule], ...] = (("personal", PRIVACY), ("telemetry", TELEMETRY))
    for about, rule in pairs:
        unnamed = held_against_kinds(text, case.facts, about).unnamed
        if unnamed:
            title = f"The privacy information speaks nowhere of {', '.join(unnamed)}, which the profile states"
            proof = case.shows(
                "privacy_information", f"{len(text.sentences)} sentences; none names {', '.join(unnamed)}."
            )
            yield _with(rule.finding(title, (proof.id,), confidence=Confidence.B, reach=Reach.PRESENT), proof)


def _faulty(case: _Case, addresses: SecurityTxt) -> Detection:
    grave = [fault for fault in addresses.faults if fault.grave]
    proofs = [case.shows("security_txt", f"security.txt: {fault.text}.", _place(case, fault)) for fault in grave[:20]]
    title = f"security.txt: {'; '.join(fault.text for fault in grave[:3])}"
    names = tuple(dict.fromkeys(proof.id for proof in proofs))
    return _with(FAULTY.finding(title, names, confidence=Confidence.A, reach=Reach.PRESENT), *proofs)


def _place(case: _Case, fault: Fault) -> Sentence | None:
    if not fault.line:
        return None
    lines = case.given["security_txt"].content.decode("utf-8-sig", "replace").splitlines()
    text = lines[fault.line - 1] if fault.line <= len(lines) else ""
    return Sentence(fault.line, "".join(c if c.isprintable() else " " for c in text[:_QUOTED]))


def _other_end(case: _Case, told: str, declared: str) -> Detection:
    sentence = next(one.sentence for one in case.answers if one.name == "end_date")
    proof = case.shows("support_period", f"The statement names {told} as the end of support.", sentence)
    where = Where(path="support_until", quote=declared)
    claim = Evidence(
        kind=EvidenceKind.CLAIM,
        where=where,
        tool=_TOOL,
        statement=f"The profile names {declared} as the end of support.",
    )
    title = f"Support ends on {told} by the statement and on {declared} by the profile"
    finding = OTHER_END.finding(title, (proof.id, claim.id), confidence=Confidence.B, reach=Reach.PRESENT)
    return _with(finding, proof, claim)


def _with(finding: Finding, *evidence: Evidence) -> Detection:
    return Detection(findings=(finding,), evidence=tuple({one.id: one for one in evidence}.values()))


def _observations(case: _Case) -> Iterator[Detection]:
    """Say what the documents tell, under the rule ids that the crosswalk knows."""
    by_name = {one.name: one for one in case.answers}
    for rule, row in documents_file().observations.items():
        answers = [by_name[name] for name in row.asks if name in by_name]
        shown = [one for one in answers if one.told is Told.SHOWN]
        if not shown or row.asks[0] not in by_name:
            continue
        proofs = [case.shows(one.document, f"It tells {one.ask.title}.", one.sentence) for one in shown]
        lacks = [*_open(case, row, answers)]
        if rule in _OF_KINDS:
            held = held_against_kinds(case.prose["privacy_information"], case.facts, _OF_KINDS[rule])
            lacks += [*held.open, *_unnamed_model(case, "privacy_information")]
            proofs += [case.shows("privacy_information", f"It tells {what}.", one) for what, one in held.shown]
        told = ", ".join(one.ask.title for one in shown)
        yield _observed(rule, row.capability, f"The maker's documents tell {told}", lacks, proofs)
    if "contact" not in by_name and case.addresses is not None:
        yield from _only_addresses(case, case.addresses)


def _observed(rule: str, capability: str, told: str, lacks: Sequence[str], proofs: Sequence[Evidence]) -> Detection:
    rest = f"Open: {'; '.join(lacks)}." if lacks else "Nothing that is asked of it is open."
    evidence = tuple({one.id: one for one in proofs}.values())
    observation = Observation(
        rule=rule,
        capability=capability,
        statement=f"{told}. {rest}",
        complete=not lacks,
        method=Method.DOCUMENT,
        evidence=tuple(one.id for one in evidence),
    )
    return Detection(observations=(observation,), evidence=evidence)


def _only_addresses(case: _Case, addresses: SecurityTxt) -> Iterator[Detection]:
    """Say that security.txt names a contact, where no policy was handed over."""
    contacts = addresses.values("contact")
    if not contacts:
        return
    named = case.device.documents.security_txt or ""
    lacks = [] if addresses.usable else ["security.txt has faults"]
    if not addresses.values("canonical") and not named.lower().startswith("https://"):
        lacks.append("nobody states where security.txt is published")
    sentence = Sentence(contacts[0].number, f"Contact: {contacts[0].value}")
    proof = case.shows("security_txt", "It names a contact for reports.", sentence)
    yield _observed("security-contact", "vdp", "security.txt names a contact for reports", lacks, [proof])
    yield _observed("disclosure-policy", "vdp", "security.txt is a part of it", ["no policy was handed over"], [proof])


def _open(case: _Case, row: Shown, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield what keeps the papers from being whole."""
    for one in answers:
        if one.told is not Told.SHOWN:
            yield f"{one.ask.title} ({one.told})"
    for home in dict.fromkeys(one.ask.home for one in answers):
        if home in _PUBLISHED and not case.published(home):
            yield f"nobody states where the {documents_file().documents[home]} is published"
    if "contact" in row.asks and case.addresses is not None and not case.addresses.usable:
        yield "security.txt has faults"
    if row.capability == "support-period":
        yield from _open_support(case)
    if row.partly:
        yield row.partly


def _open_support(case: _Case) -> Iterator[str]:
    day, declared = end_of_support(case.answers), case.device.support_until
    if declared is None:
        yield "the profile names no end of support to compare with"
    elif day != declared:
        yield "the statement does not name the day of the profile"
    yield from _unnamed_model(case, "support_period")


def _unnamed_model(case: _Case, field: str) -> Iterator[str]:
    """Say that a document does not name the model that is assessed."""
    model, sentences = case.device.model, case.prose[field].sentences
    if model and not any(model.lower() in f"{one.heading} {one.text}".lower() for one in sentences):
        what = "statement" if field == "support_period" else documents_file().documents[field]
        yield f"the {what} does not name the model"
