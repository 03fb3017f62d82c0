"""Claims against evidence become findings with both sides, once each, and cost nothing twice."""

from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Detection, Finding, SeenFact, Severity
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle as take
from fairmark.risk.price import price
from fairmark.standards.contradictions import settle
from fairmark.workflows.refuted import RULES, refuted
from tests.doubles.cameras import camera
from tests.doubles.provisions import device, finding, verdicts

PROOF = Evidence(
    kind=EvidenceKind.FILE, where=Where(path="/etc/shadow"), tool=Tool(name="t", version="1"), statement="Seen."
)
FACTS = {"auth.password": True}
CLAIMS = {"en303645": {"5.1-1": (True, "")}}


def found(subject: Device, *findings: Finding) -> Detection:
    seen = Detection(findings=findings, evidence=(PROOF,))
    return refuted(subject, verdicts(subject, *findings).values(), seen, ())


def test_a_contradicted_claim_is_a_finding_with_the_evidence_of_both_sides() -> None:
    bad = finding("default-password", evidence=PROOF.id)

    given = found(device(FACTS, CLAIMS), bad)

    (one,) = given.findings
    assert (one.rule, one.weakness, one.severity) == ("claim-contradicted", "claim-contradicted", Severity.LOW)
    assert one.title == "en303645 5.1-1 is claimed as implemented, against evidence: factory password common to units"
    assert {item.kind for item in given.evidence} == {EvidenceKind.CLAIM, EvidenceKind.FILE}
    assert set(one.evidence) == {item.id for item in given.evidence}


def test_the_grade_is_that_of_the_evidence() -> None:
    subject = device(FACTS, CLAIMS)
    strong = finding("default-password", evidence=PROOF.id, confidence=Confidence.B)

    (one,) = found(subject, strong).findings

    assert one.confidence is Confidence.B


def test_a_declared_fact_against_a_seen_one_is_a_finding() -> None:
    seen = SeenFact(
        fact="debug.present", value=True, statement="A shell waits at the serial port.", evidence=(PROOF.id,)
    )
    _, contradictions = settle({"debug.present": False}, [seen])

    given = refuted(Device(), (), Detection(evidence=(PROOF,), facts=(seen,)), contradictions)

    (one,) = given.findings
    assert (one.rule, one.confidence) == ("declared-fact-contradicted", Confidence.A)
    assert one.title == "debug.present is declared false, against evidence: A shell waits at the serial port"


def test_an_undeclared_connection_is_not_told_twice() -> None:
    seen = SeenFact(fact="interface.network", value=True, statement="It has Wi-Fi.", evidence=(PROOF.id,))
    _, contradictions = settle({"interface.network": False}, [seen])
    told = finding("undeclared-connectivity", evidence=PROOF.id)

    assert refuted(Device(), (), Detection(findings=(told,), evidence=(PROOF,)), contradictions) == Detection()


def test_nothing_contradicted_is_nothing_found() -> None:
    assert found(device(FACTS), finding("default-password", evidence=PROOF.id)) == Detection()


def test_the_price_is_the_same_with_and_without_the_contradicted_claims() -> None:
    calibration = load()
    bad = finding("default-password", evidence=PROOF.id)
    both = (bad, *found(device(FACTS, CLAIMS), bad).findings)

    before = price(take(camera(), (bad,), calibration), (bad,), calibration)
    after = price(take(camera(), both, calibration), both, calibration)

    assert len(both) == 2
    assert (before.private, before.external, before.scenarios) == (after.private, after.external, after.scenarios)


def test_the_rules_say_what_they_are() -> None:
    assert {rule.weakness for rule in RULES} == {"claim-contradicted"}
