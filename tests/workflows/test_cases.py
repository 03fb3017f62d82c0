from fairmark.examine.recording import Reading
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import Subject
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, Severity
from fairmark.model.gap import Gap, GapReason
from fairmark.model.standard import Outcome
from fairmark.model.test_case import CaseKind, TestCase
from fairmark.model.vulnerability import Statement, Status, Vulnerabilities
from fairmark.vulnerabilities.group import grouped
from fairmark.workflows.cases import FLAWS, IMAGE, Casebook, rules_of_cases
from tests.doubles.flaws import component
from tests.doubles.subjects import TOOL, subject

RULE = Rule(
    id="rule",
    title="A rule",
    weakness="default-password",
    severity=Severity.HIGH,
    what="It looks.",
    false_positives="None.",
    fix="Mend it.",
)
PROOF = Evidence(kind=EvidenceKind.FILE, where=Where(path="/etc/passwd"), tool=TOOL, statement="It is there.")
CAPABILITY = "no-default-password"


def found(confidence: Confidence = Confidence.A) -> Finding:
    return RULE.finding("A default password", (PROOF.id,), confidence=confidence, reach=Reach.EXPOSED)


def seen(*, complete: bool = True) -> Observation:
    return Observation(
        rule="rule", capability=CAPABILITY, statement="All is well.", complete=complete, evidence=(PROOF.id,)
    )


def case_of(detection: Detection, *, hints: bool = False) -> TestCase:
    reading = Reading(subject({"/etc/passwd": b"root::0:0::/:/bin/sh\n"}))
    book = Casebook(TOOL)
    book.examined(Detector("d", "A detector", (RULE,), lambda _: detection), reading.subject, reading)
    kept = [one for one in detection.findings if hints or one.confidence is not Confidence.C]
    (case,) = book.cases(kept, Vulnerabilities())
    return case


def test_a_finding_fails_its_case_and_is_named_with_its_proof() -> None:
    case = case_of(Detection(findings=(found(),), evidence=(PROOF,)))

    assert (case.outcome, case.reason) == (Outcome.FAIL, "A default password")
    assert set(case.because) == {found().id, PROOF.id}
    assert case.capabilities == (CAPABILITY,)


def test_silence_is_not_a_pass() -> None:
    assert case_of(Detection()).outcome is Outcome.INCONCLUSIVE


def test_a_pass_needs_a_complete_observation_and_no_gap() -> None:
    gap = Gap(where="/", reason=GapReason.LIMIT, detail="not read")

    whole = case_of(Detection(observations=(seen(),), evidence=(PROOF,)))
    partly = case_of(Detection(observations=(seen(complete=False),), evidence=(PROOF,)))
    with_gap = case_of(Detection(observations=(seen(),), evidence=(PROOF,), gaps=(gap,)))
    with_unseen = case_of(Detection(observations=(seen(),), evidence=(PROOF,), unseen=("The rest.",)))

    assert whole.outcome is Outcome.PASS
    assert {one.outcome for one in (partly, with_gap, with_unseen)} == {Outcome.INCONCLUSIVE}


def test_a_hint_never_fails_a_case_and_one_that_is_left_out_is_counted() -> None:
    hint = Detection(findings=(found(Confidence.C),), evidence=(PROOF,))

    kept, left_out = case_of(hint, hints=True), case_of(hint)

    assert (kept.outcome, kept.hints) == (Outcome.INCONCLUSIVE, 0)
    assert (left_out.outcome, left_out.hints) == (Outcome.INCONCLUSIVE, 1)


def test_a_finding_that_another_detector_grades_otherwise_cannot_be_taken_over() -> None:
    reading = Reading(subject({}))
    book = Casebook(TOOL)
    mine = Detection(findings=(found(),), evidence=(PROOF,))
    book.examined(Detector("d", "A detector", (RULE,), lambda _: mine), reading.subject, reading)

    (case,) = book.cases([found().model_copy(update={"reach": Reach.PRESENT})], Vulnerabilities())

    assert ("finding shared with another case", "") in {(one.kind, one.sha256) for one in case.inputs}


def test_what_was_seen_elsewhere_is_one_case_for_each_place() -> None:
    def at(kind: EvidenceKind, path: str) -> Detection:
        return Detection(evidence=(Evidence(kind=kind, where=Where(path=path), tool=TOOL),))

    book = Casebook(TOOL)
    book.given(
        [
            at(EvidenceKind.NETWORK, "tcp/192.0.2.1:443"),
            at(EvidenceKind.NETWORK, "tcp/192.0.2.1:443"),
            at(EvidenceKind.DOCUMENT, "security.txt"),
            at(EvidenceKind.PERSON, "test 7"),
            Detection(),
        ]
    )

    cases = book.cases([], Vulnerabilities())

    assert [(one.examination, one.unit, one.kind) for one in cases] == [
        ("document", "security.txt", CaseKind.CONCEPTUAL),
        ("given", IMAGE, CaseKind.FUNCTIONAL),
        ("network", "tcp/192.0.2.1:443", CaseKind.FUNCTIONAL),
        ("network", "tcp/192.0.2.1:443 (2)", CaseKind.FUNCTIONAL),
        ("person", "test 7", CaseKind.FUNCTIONAL),
    ]
    assert len({one.id for one in cases}) == len(cases)


def statement(status: Status) -> Statement:
    one = component()
    return Statement(
        cve="CVE-2026-0001",
        component=one.name,
        version=one.version,
        purl=one.purl,
        status=status,
        reason="r",
        source="s",
    )


def test_a_component_passes_only_where_the_data_is_without_warnings() -> None:
    def outcome(told: tuple[Statement, ...], *warnings: str) -> Outcome:
        book = Casebook(TOOL)
        settled = book.component_cases({"flaw data": "d"})
        (group,) = grouped([component()])
        assert settled(group, False) is None
        (case,) = book.cases([], Vulnerabilities(statements=told, warnings=warnings))
        return case.outcome

    assert outcome(()) is Outcome.PASS
    assert outcome((statement(Status.FIXED),)) is Outcome.PASS
    assert outcome((), "the data is old") is Outcome.INCONCLUSIVE
    assert outcome((statement(Status.UNDER_INVESTIGATION),)) is Outcome.INCONCLUSIVE
    assert outcome((statement(Status.AFFECTED), statement(Status.FIXED))) is Outcome.FAIL


def test_components_of_one_name_have_cases_of_their_own_and_are_never_taken_over() -> None:
    book = Casebook(TOOL)
    settled = book.component_cases({})
    (group,) = grouped([component()])
    settled(group, False)
    settled(group, False)

    first, second = book.cases([], Vulnerabilities())

    assert first.examination == second.examination == FLAWS
    assert second.unit == f"{first.unit} (2)"
    assert any(not one.sha256 for one in second.inputs)


def test_the_rules_of_the_cases_have_one_digest() -> None:
    assert rules_of_cases() == rules_of_cases()
    assert len(rules_of_cases()) == 64


def test_a_detector_sees_the_recorded_subject() -> None:
    def look(one: Subject) -> Detection:
        return Detection(evidence=(one.evidence(one.files[0], one.files[0].text or ""),))

    reading = Reading(subject({"/etc/passwd": b"root\n"}))
    book = Casebook(TOOL)
    book.examined(Detector("d", "A detector", (RULE,), look), reading.subject, reading)

    (case,) = book.cases([], Vulnerabilities())

    assert {"text", "content", "listing"} == {one.kind for one in case.inputs}
