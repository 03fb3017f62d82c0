"""Offices of issuers, and what they decide on: a camera that nothing speaks against, and decisions about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairmark.certify.adapters.office import OfficeFolder, make_office
from fairmark.certify.adapters.office_log import OfficeLog
from fairmark.certify.certificate import IssuedBy
from fairmark.certify.decision import Decision, read_decision
from fairmark.certify.eligibility import Rules
from fairmark.certify.office import OwnKey, Settings
from fairmark.certify.trust import encoded
from fairmark.ledger.adapters.files import StateFile
from fairmark.ledger.adapters.log_folder import make, opened_folder
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.signing import KeyInMemory
from fairmark.model.assessment import Assessment
from fairmark.model.device import Claim
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.risk import Plan
from fairmark.model.standard import Level, Outcome, Status, Verdict
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vulnerability import FeedState, Vulnerabilities
from fairmark.workflows.certify import Desk, Request
from tests.doubles import assessments
from tests.doubles.labels import LAB, NOW, STATUS, TODAY

CREATED = datetime.fromtimestamp(NOW - 3600, UTC)
MAKER, LABORATORY = "Example Maker", "Example Laboratory"
SEED = bytes(range(32))
SCHEME = Rules(
    id=3, name="Example Scheme", levels=("Declared", "Tested", "Attacked", "Hardened"), catalogues=("en303645",)
)
DEMO_SCHEME = Rules(id=0, name="demo", levels=("Declared", "Tested"))
LOG_KEY = KeyInMemory(Ed25519PrivateKey.from_private_bytes(b"l" * 32))

PROBED = Evidence(
    kind=EvidenceKind.NETWORK,
    where=Where(path="192.0.2.7 tcp/443"),
    tool=assessments.TOOL,
    statement="The device answers with TLS 1.3.",
)
BY_HAND = Evidence(
    kind=EvidenceKind.PERSON,
    where=Where(path="tests by hand"),
    tool=assessments.TOOL,
    statement="A tester tried to get in for ten days.",
)
PROVISIONS = (("en303645", "5.1-1"), ("en303645", "5.2-1"), ("psti", "1-2"), ("cra", "I.2.a"))


def verdict(catalogue: str, provision: str, outcome: Outcome = Outcome.INCONCLUSIVE, **changed: Any) -> Verdict:
    row = {
        "catalogue": catalogue,
        "edition": assessments.EDITIONS.get(catalogue, "1"),
        "provision": provision,
        "title": "What is asked",
        "status": Status.MANDATORY,
        "outcome": outcome,
        "reason": "Because.",
    }
    return Verdict.model_validate(row | changed)


def assessed(*more: Verdict, outcome: Outcome = Outcome.INCONCLUSIVE, **changed: Any) -> Assessment:
    """A camera that nothing speaks against; ``more`` verdicts replace those of the same provision."""
    proof = (PROBED.id,) if outcome is Outcome.PASS else ()
    rows = {(c, p): verdict(c, p, outcome, because=proof) for c, p in PROVISIONS} | {
        (one.catalogue, one.provision): one for one in more
    }
    claims = {c: {p: Claim(implemented=True) for k, p in rows if k == c} for c in ("en303645", "psti")}
    given = {
        "created": CREATED,
        "device": assessments.device(claims=claims, support_until=date(2031, 12, 31)),
        "evidence": (PROBED,),
        "findings": (),
        "observations": (),
        "facts": (),
        "verdicts": tuple(rows.values()),
        "plan": Plan(),
        "level": Level(required=1, reached=1, why=("Required: 1.", "Reached: 1 (Declared).")),
        "vulnerabilities": Vulnerabilities(
            feeds=(FeedState(name="cve", updated=datetime.fromtimestamp(NOW, UTC).date(), records=9),)
        ),
    }
    return assessments.assessment(**given | changed)


def written(assessment: Assessment) -> bytes:
    return canonical_json(assessment) + b"\n"


def decision_row(assessment: Assessment, /, **changed: Any) -> dict[str, Any]:
    """A laboratory evaluated, and somebody else of it decided."""
    return {
        "schema": "fairmark.decision/1",
        "assessment": sha256_hex(written(assessment)),
        "outcome": "grant",
        "level": 1,
        "decided": datetime.fromtimestamp(NOW, UTC).date().isoformat(),
        "evaluated_by": [{"name": "evaluator", "organisation": LABORATORY}],
        "decided_by": {"name": "decider", "organisation": LABORATORY},
        "why": "Nothing that was examined speaks against it.",
    } | changed


def decided(assessment: Assessment, /, **changed: Any) -> Decision:
    return read_decision(decision_row(assessment, **changed), "decision.json")


def request(assessment: Assessment, /, *, evidence: dict[str, bytes] | None = None, **changed: Any) -> Request:
    row = decision_row(assessment, **changed)
    return Request(
        assessment=written(assessment),
        name="assessment.json",
        decision=read_decision(row, "decision.json"),
        decision_file=canonical_json(row),
        evidence=evidence or {},
    )


def settings(rules: Rules = SCHEME, **changed: Any) -> Settings:
    row: dict[str, Any] = {
        "issuer": IssuedBy(id=7, name=LABORATORY, host="registry.example.org"),
        "scheme": rules,
        "issuer_key": OwnKey(name="issuer.key.p12", algorithm=LAB.algorithm, public=encoded(LAB.public)),
        "status_key": OwnKey(name="status.key.p12", algorithm=STATUS.algorithm, public=encoded(STATUS.public)),
        "not_before": TODAY - 10,
        "not_after": TODAY + 700,
        "log": "log",
    }
    return Settings.model_validate(row | changed)


@dataclass
class Trial:
    """An office in a folder, opened anew whenever it is asked for, as every command does."""

    folder: Path
    rules: Rules = SCHEME
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not (self.folder / "office.json").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            make(self.folder / "log", "log.example.org", database="log.db", passphrase=b"")
            make_office(self.folder, settings(self.rules))

    @property
    def office(self) -> OfficeFolder:
        return OfficeFolder(self.folder)

    def desk(self, *, now: int = NOW, say: Callable[[str], None] | None = None) -> Desk:
        office = self.office
        log = opened_folder(office.log)
        signer = StatefulSigner(log.origin, log.signer(b"").key, StateFile(log.folder / log.state))
        ledger = OfficeLog(log, signer, say or self.said.append, now=now)
        return Desk(office, ledger, LAB, STATUS, now)
