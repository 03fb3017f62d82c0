"""Labels and whom to believe: keys that are no secrets, a trust list with a demo scheme and another, status lists."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fairmark.certify import label
from fairmark.certify.label import Claims
from fairmark.certify.status import Reason, State, Status, StatusList, Why, publish, publish_reasons, status_list
from fairmark.certify.trust import Issuer, Scheme, StatusSource, TrustList, encoded
from fairmark.ledger.signing import KeyInMemory, Signer

DAY = 86_400
TODAY = 20_781  # 2026-11-24
NOW = TODAY * DAY + 43_200
HOST = "registry.example.org"
GTIN = 4006381333931


class SameEveryTime(KeyInMemory):
    """A P-256 key whose signatures are those of RFC 6979, so that vectors stay as they are."""

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        super().__init__(key)
        self._p256 = key

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._p256.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)


def key(seed: str) -> KeyInMemory:
    return KeyInMemory(Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest()))


LAB = key("laboratory")
LAB_P256 = SameEveryTime(derive_private_key(int.from_bytes(sha256(b"laboratory").digest()), SECP256R1()))
STOLEN = key("stolen")
TRIAL = key("trial")
STATUS = key("status")
STRANGER = key("stranger")
SAME_ID = (key("collision 34096"), key("collision 128069"))
"""Two keys whose digests begin with the same four bytes, 1fab57a6; found by trying 128,070."""


def claims(**changed: object) -> Claims:
    made = Claims(
        issuer=7,
        model="SecureCam 200",
        number=204_501,
        scheme=3,
        level=2,
        issued=TODAY - 30,
        expires=TODAY + 700,
        support_until=TODAY + 800,
        evidence=sha256(b"evidence").digest(),
        status=(1, 100),
        gtin=GTIN,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def issuer(signer: Signer, **changed: object) -> Issuer:
    row: dict[str, object] = {
        "id": 7,
        "name": "Example Laboratory",
        "host": HOST,
        "scheme": "Example Scheme",
        "algorithm": signer.algorithm,
        "public": encoded(signer.public),
        "not_before": TODAY - 400,
        "not_after": TODAY + 400,
    }
    return Issuer.model_validate(row | changed)


def trust(*issuers: Issuer, **changed: object) -> TrustList:
    known = issuers or (
        issuer(LAB),
        issuer(LAB_P256),
        issuer(STOLEN, id=8, name="Careless <b>Laboratory</b>", log_cutoff=41),
        issuer(TRIAL, id=9, name="Trial Issuer", scheme="demo", host="trial.example.org"),
    )
    row: dict[str, object] = {
        "version": 4,
        "issued": NOW - 3 * DAY,
        "expires": NOW + 90 * DAY,
        "schemes": (
            Scheme(id=0, name="demo", levels=("Declared", "Tested")),
            Scheme(id=3, name="Example Scheme", levels=("Declared", "Tested", "Attacked")),
        ),
        "issuers": known,
        "status_lists": (
            StatusSource(
                id=1, url=f"https://{HOST}/v1/status-list", algorithm=STATUS.algorithm, public=encoded(STATUS.public)
            ),
        ),
    }
    return TrustList.model_validate(row | changed)


STATES = {
    101: State.WITHDRAWN,
    102: State.SUSPENDED,
    103: State.NOTED,
    104: State.WITHDRAWN,
}
REASONS = {101: Why(TODAY - 5, Reason.FLAW), 102: Why(TODAY - 2, Reason.MISUSE)}


def listed(*, at: int = NOW - DAY, size: int = 4000, states: Mapping[int, State] = STATES) -> StatusList:
    return status_list(1, states, size=size, now=at)


def statuses(**options: int) -> dict[int, Status]:
    return {1: Status(listed(**options), REASONS)}


def written(found: Claims, signer: Signer = LAB, *, host: str = HOST) -> str:
    """The address in the code of a label."""
    return label.address(host, found, label.make(found, signer))


def trust_files() -> dict[str, bytes]:
    """A folder for ``--trust``: path -> content."""
    return {
        "trust.json": trust().model_dump_json().encode(),
        "status/1": publish(listed(), STATUS),
        "status/1.reasons": publish_reasons(1, REASONS, STATUS, now=NOW - DAY),
    }
