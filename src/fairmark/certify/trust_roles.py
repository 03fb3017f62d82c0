"""The roles of The Update Framework (TUF 1.0) around a trust list: who signs what, and for how long it holds.

=========  ========================  ========  =================================================
role       whose keys                holds     what it says
=========  ========================  ========  =================================================
root       holders, offline          365 days  whose keys count for every role
targets    the same holders          90 days   the trust list, and whose key status lists are under
status     online                    7 days    the status lists of the day
snapshot   online                    7 days    which versions belong together
timestamp  online                    1 day     which snapshot is the newest
=========  ========================  ========  =================================================

Values in, values out; nothing here is written or fetched.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.signer import Signature, SSlibKey  # type: ignore[attr-defined] # exported, but not said so
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (  # type: ignore[attr-defined] # exported, but not said so
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from fairmark.certify.cose import PublicKey, public_key
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Signer

RoleName: TypeAlias = Literal["root", "targets", "status", "snapshot", "timestamp"]
DAYS: dict[RoleName, int] = {"root": 365, "targets": 90, "status": 7, "snapshot": 7, "timestamp": 1}
TRUST = "trust.json"
STATUS = "status"
_KINDS: dict[RoleName, type] = {
    "root": Root,
    "targets": Targets,
    "status": Targets,
    "snapshot": Snapshot,
    "timestamp": Timestamp,
}
LARGEST = 512_000
"""Of a metadata file, in bytes; python-tuf takes no larger root."""
MOST_HOLDERS = 32
_HALF = 32


def tuf_key(key: PublicKey) -> SSlibKey:
    """Return a public key as TUF writes it; its id is a digest of it."""
    if key.algorithm == "EdDSA":
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(key.public))
    return SSlibKey.from_crypto(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key.public))


def key_id(key: PublicKey) -> str:
    """Return the name of a key in the metadata."""
    return str(tuf_key(key).keyid)


def read(content: bytes, role: RoleName) -> Any:
    """Return the metadata of a role, whose signatures nobody has checked yet; raises UnreadableInputError."""
    hint = "Take the repository from its copy."
    if len(content) > LARGEST:
        raise UnreadableInputError(f"the metadata of {role} is larger than {LARGEST} bytes", hint=hint)
    try:
        found: Metadata[Any] = Metadata.from_bytes(content)
    except (RepositoryError, RecursionError):
        raise UnreadableInputError(f"this is no metadata of {role}", hint=hint) from None
    if not isinstance(found.signed, _KINDS[role]):
        raise UnreadableInputError(f"this is metadata of {found.signed.type}, not of {role}", hint=hint)
    return found


def until(role: RoleName, now: int) -> datetime:
    """Return when metadata that is signed now ends; ``now`` is in seconds since 1970."""
    return datetime.fromtimestamp(now, UTC).replace(microsecond=0) + timedelta(days=DAYS[role])


def root(holders: Sequence[PublicKey], threshold: int, online: PublicKey, *, version: int, now: int) -> Metadata[Root]:
    """Return a root that nobody has signed yet.

    Raises WrongUsageError for keys that are there twice, and for a threshold that protects nothing or cannot be met.
    """
    ids = [key_id(one) for one in holders]
    if len(set(ids)) != len(ids) or key_id(online) in ids:
        raise WrongUsageError(
            "a key is there twice", hint="Every holder has a key of his own, and the online key is none."
        )
    if not 0 < threshold <= len(ids) <= MOST_HOLDERS:
        raise WrongUsageError(
            f"{threshold} of {len(ids)} signatures cannot be asked for", hint="As in: three keys, --threshold 2."
        )
    offline, own = Role(ids, threshold), [key_id(online)]
    roles = {"root": offline, "targets": Role(list(ids), threshold), "snapshot": Role(own, 1)}
    keys = {key_id(one): tuf_key(one) for one in (*holders, online)}
    return Metadata(Root(version, None, until("root", now), dict(keys), {**roles, "timestamp": Role(list(own), 1)}))


def holders_of(found: Metadata[Root]) -> tuple[list[PublicKey], int, PublicKey]:
    """Return the holders, the threshold and the online key of a root."""
    keys = {name: _public(key) for name, key in found.signed.keys.items()}
    role = found.signed.roles["root"]
    online = found.signed.roles["timestamp"].keyids[0]
    return [keys[name] for name in role.keyids], role.threshold, keys[online]


def targets(trust: bytes, status: PublicKey, *, version: int, now: int) -> Metadata[Targets]:
    """Return targets that nobody has signed yet: the trust list, and whose key the status lists are under."""
    name = key_id(status)
    role = DelegatedRole(STATUS, [name], 1, terminating=True, paths=[f"{STATUS}/*"])
    delegations = Delegations({name: tuf_key(status)}, {STATUS: role})
    return Metadata(Targets(version, None, until("targets", now), {TRUST: target(TRUST, trust)}, delegations))


def status_key_of(found: Metadata[Targets]) -> PublicKey:
    """Return whose key the status lists are under."""
    delegations = found.signed.delegations
    roles = delegations.roles if delegations else None
    if not delegations or not roles or STATUS not in roles or len(roles[STATUS].keyids) != 1:
        raise UnreadableInputError("the targets name no key for status lists", hint="Make the repository anew.")
    return _public(delegations.keys[roles[STATUS].keyids[0]])


def status(found: dict[str, TargetFile], *, version: int, now: int) -> Metadata[Targets]:
    """Return the metadata of the status lists of the day."""
    return Metadata(Targets(version, None, until("status", now), dict(sorted(found.items()))))


def snapshot(parts: dict[str, tuple[int, bytes]], *, version: int, now: int) -> Metadata[Snapshot]:
    """Return which versions belong together: role -> version and content."""
    meta = {f"{name}.json": meta_file(*parts[name]) for name in sorted(parts)}
    return Metadata(Snapshot(version, None, until("snapshot", now), meta))


def timestamp(newest: tuple[int, bytes], *, version: int, now: int) -> Metadata[Timestamp]:
    """Return which snapshot, by version and content, is the newest."""
    return Metadata(Timestamp(version, None, until("timestamp", now), meta_file(*newest)))


def meta_file(version: int, content: bytes) -> MetaFile:
    """Return how a metadata file is named by another: nothing else and nothing longer is taken for it."""
    return MetaFile(version, len(content), {"sha256": sha256(content).hexdigest()})


def target(path: str, content: bytes) -> TargetFile:
    """Return how a file is named by metadata."""
    return TargetFile(len(content), {"sha256": sha256(content).hexdigest()}, path)


def add_signature(found: Metadata[Any], signer: Signer) -> None:
    """Add a signature to metadata, or put a new one in the place of this key's old one."""
    name = key_id(public_key(signer))
    made = signer.sign(found.signed_bytes)
    if signer.algorithm == "ES256":  # TUF wants DER
        made = encode_dss_signature(int.from_bytes(made[:_HALF], "big"), int.from_bytes(made[_HALF:], "big"))
    found.signatures[name] = Signature(name, made.hex())


def missing(found: Metadata[Any], role: RoleName, delegators: Iterable[Metadata[Any]]) -> int:
    """Return how many good signatures are still missing until every delegator is content."""
    most = 0
    for one in delegators:
        result = one.signed.get_verification_result(role, found.signed_bytes, found.signatures)
        most = max(most, result.threshold - len(result.signed))
    return most


def unsigned(found: Metadata[Any], role: RoleName, *, version: int, now: int) -> Metadata[Any]:
    """Return the same metadata with another version and a new end, signed by nobody."""
    signed = deepcopy(found.signed)
    signed.version, signed.expires = version, until(role, now)
    return Metadata(signed)


def _public(key: Any) -> PublicKey:
    """Return a key of TUF's as ours."""
    if key.keytype == "ed25519":
        return PublicKey("EdDSA", bytes.fromhex(key.keyval["public"]))
    found = load_pem_public_key(key.keyval["public"].encode())
    if not isinstance(found, EllipticCurvePublicKey) or not isinstance(found.curve, SECP256R1):
        raise CheckFailedError("a key of the repository is neither Ed25519 nor P-256", hint="Make it anew.")
    return PublicKey("ES256", found.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
