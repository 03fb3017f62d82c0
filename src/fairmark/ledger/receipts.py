"""Receipts of RFC 9942: the same proof of inclusion as ``proofs``, as one COSE_Sign1 object over the tree's root.

The protected header is {1: -8 (EdDSA), 395: 1 (RFC 9162 with SHA-256)}, the unprotected one {396: {-1: [proof]}} with
proof = CBOR of [size, index, path]; the payload, the root, is left out and computed by whoever checks. A receipt names
neither log nor time: keep it beside the checkpoint of the same size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger import merkle
from fairmark.ledger.merkle import HASH_BYTES, LONGEST_PROOF, MOST_LEAVES
from fairmark.ledger.signing import Signer, verify

LONGEST = 8192
_SIGN1 = 18
_PROTECTED = cbor2.dumps({1: -8, 395: 1}, canonical=True)
_PROOFS, _INCLUSION = 396, -1
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Included:
    """What a receipt says: where, in a tree of which size, and its root.

    Only the root is signed. A size that gives the same path is not told apart, so take it from the checkpoint.
    """

    index: int
    size: int
    root: bytes


def receipt(signer: Signer, root: bytes, size: int, index: int, path: Sequence[bytes]) -> bytes:
    """Return the receipt of an entry.

    Args:
        signer: the log's key; ask it only for roots of checkpoints that were published.
        root: of the tree.
        size: of the tree.
        index: of the entry.
        path: its inclusion proof.

    Raises:
        WrongUsageError: the key is no Ed25519 key.
    """
    if signer.algorithm != "EdDSA":
        raise WrongUsageError("a log signs with Ed25519", hint="Give the log's key.")
    proof = cbor2.dumps([size, index, list(path)], canonical=True)
    signature = signer.sign(_to_be_signed(root))
    return _encoded(proof, signature)


def check_receipt(content: bytes, entry: bytes, public: bytes) -> Included:
    """Return what a receipt shows of an entry.

    Args:
        content: the receipt.
        entry: the whole entry.
        public: the log's Ed25519 key, 32 bytes.

    Raises:
        UnreadableInputError: no receipt in the one encoding that is allowed.
        CheckFailedError: it does not hold.
    """
    size, index, path, signature = _parsed(content)
    root = _root(merkle.leaf_hash(entry), index, size, path)
    if root is None or not verify("EdDSA", public, _to_be_signed(root), signature):
        raise CheckFailedError("the receipt is not of this entry and this log", hint="Ask the log for it again.")
    return Included(index, size, root)


def _root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to; None if it has not the length that index and size ask for."""
    at, last, found = index, size - 1, leaf
    for hash_ in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = merkle.node_hash(hash_, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = merkle.node_hash(found, hash_)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def _parsed(content: bytes) -> tuple[int, int, list[bytes], bytes]:
    """Read a receipt; whatever is not exactly what we would write is refused."""
    try:
        whole = _loaded(content[: LONGEST + 1])
        protected, unprotected, payload, signature = whole.value
        (proof,) = unprotected[_PROOFS][_INCLUSION]
        size, index, path = _loaded(proof)
        exact = (
            len(content) <= LONGEST
            and whole.tag == _SIGN1
            and protected == _PROTECTED
            and payload is None
            and type(size) is int
            and type(index) is int
            and 0 <= index < size <= MOST_LEAVES
            and len(path) <= LONGEST_PROOF
            and all(isinstance(one, bytes) and len(one) == HASH_BYTES for one in path)
            and _encoded(cbor2.dumps([size, index, path], canonical=True), signature) == content
        )
    except (cbor2.CBORDecodeError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        exact = False
    if not exact:
        raise UnreadableInputError("no receipt of a log, or not in its one encoding", hint="Ask the log for it again.")
    return size, index, list(path), signature


def _loaded(content: bytes) -> Any:
    return cbor2.loads(content, max_depth=_DEEPEST, allow_indefinite=False, allow_duplicate_keys=False)


def _encoded(proof: bytes, signature: bytes) -> bytes:
    unprotected = {_PROOFS: {_INCLUSION: [proof]}}
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [_PROTECTED, unprotected, None, signature]), canonical=True)


def _to_be_signed(root: bytes) -> bytes:
    return cbor2.dumps(["Signature1", _PROTECTED, b"", root], canonical=True)
