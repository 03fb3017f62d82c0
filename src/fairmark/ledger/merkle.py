"""Merkle trees of RFC 6962: hashes, proofs of inclusion and of consistency, made from any store of perfect subtrees.

A subtree that is perfect and aligned is named by its level and number: (0, i) is leaf i, (k, n) has the leaves from
n 2^k to (n + 1) 2^k. Everything else is computed from those. Verifying needs no store; it never raises on hostile
proofs, and a hash that has not 32 bytes is no hash.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()
MOST_LEAVES = 1 << 62
LONGEST_PROOF = 62

Subtree = Callable[[int, int], bytes]
"""Returns the hash of a perfect subtree by level and number."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    row = hashes
    while len(row) > 1:
        row = [sha256(b"\x01" + row[k] + row[k + 1]).digest() for k in range(0, len(row), 2)]
    return row[0]


def peaks(size: int) -> Iterator[tuple[int, int]]:
    """Yield the perfect subtrees that a tree of this size is made of, the largest first, as (level, number)."""
    start = 0
    while start < size:
        level = (size - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def root(size: int, subtree: Subtree) -> bytes:
    """Return the root of the tree with the first ``size`` leaves."""
    if size == 0:
        return EMPTY_ROOT
    hashes = [subtree(level, number) for level, number in peaks(size)]
    found = hashes.pop()
    while hashes:
        found = node_hash(hashes.pop(), found)
    return found


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf ``index`` to the root, the nearest first; 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return tuple(_beside(index, 0, size, subtree))


def consistency_proof(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the hashes that show that ``old`` leaves are the beginning of ``new``; 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is no beginning of one of {new}")
    return tuple(_common(old, 0, new, subtree, whole=True))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether the proof leads from the leaf at ``index`` to the root of a tree of ``size`` (RFC 9162, 2.1.3.2)."""
    if not _are_hashes(leaf, root_hash, *proof) or not 0 <= index < size <= MOST_LEAVES:
        return False
    at, last, found = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(hash_, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``old`` leaves is the beginning of that of ``new`` (RFC 9162, 2.1.4.2); 0 is none."""
    if not _are_hashes(old_root, new_root, *proof) or not 0 < old <= new <= MOST_LEAVES:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for hash_ in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(hash_, before), node_hash(hash_, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, hash_)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _range(start: int, end: int, subtree: Subtree) -> bytes:
    """Return the hash over the leaves from ``start`` to ``end``, where ``start`` begins a subtree large enough."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree(level, start >> level)
    half = 1 << (count - 1).bit_length() - 1
    return node_hash(_range(start, start + half, subtree), _range(start + half, end, subtree))


def _beside(index: int, start: int, end: int, subtree: Subtree) -> list[bytes]:
    if end - start == 1:
        return []
    half = 1 << (end - start - 1).bit_length() - 1
    middle = start + half
    if index < middle:
        return [*_beside(index, start, middle, subtree), _range(middle, end, subtree)]
    return [*_beside(index, middle, end, subtree), _range(start, middle, subtree)]


def _common(old: int, start: int, end: int, subtree: Subtree, *, whole: bool) -> list[bytes]:
    if old == end - start:
        return [] if whole else [_range(start, end, subtree)]
    half = 1 << (end - start - 1).bit_length() - 1
    middle = start + half
    if old <= half:
        return [*_common(old, start, middle, subtree, whole=whole), _range(middle, end, subtree)]
    return [*_common(old - half, middle, end, subtree, whole=False), _range(start, middle, subtree)]


def _are_hashes(*candidates: bytes) -> bool:
    return len(candidates) <= LONGEST_PROOF + 3 and all(len(one) == HASH_BYTES for one in candidates)
