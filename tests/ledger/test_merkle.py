"""The tree against known answers, against the recursive definition, and against every way to bend a proof."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.ledger.merkle import (
    EMPTY_ROOT,
    Subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    peaks,
    root,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves and the roots that implementations of RFC 6962 have in common.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + by_definition(leaves[:half]) + by_definition(leaves[half:])).digest()


def subtrees(leaves: Sequence[bytes]) -> Subtree:
    return lambda level, number: by_definition(leaves[number << level : (number + 1) << level])


def entries(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


@pytest.mark.parametrize("size", KNOWN)
def test_known_roots(size: int) -> None:
    assert root(size, subtrees(LEAVES)).hex() == KNOWN[size]


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert root(0, subtrees([])) == EMPTY_ROOT == by_definition([])


def test_roots_follow_the_definition_at_every_size() -> None:
    leaves = entries(70)

    for size in range(71):
        assert root(size, subtrees(leaves)) == by_definition(leaves[:size])
        assert sum(1 << level for level, _ in peaks(size)) == size


@pytest.mark.parametrize("size", [*range(1, 34), 64, 65, 100])
def test_every_leaf_is_proven_and_no_other(size: int) -> None:
    leaves = entries(size)
    read, whole = subtrees(leaves), by_definition(leaves)

    for index in range(size):
        proof = inclusion_proof(index, size, read)
        assert verify_inclusion(leaf_hash(leaves[index]), index, size, proof, whole)
        assert not verify_inclusion(leaf_hash(b"another"), index, size, proof, whole)


@pytest.mark.parametrize("new", [*range(1, 20), 33])
def test_every_beginning_is_proven(new: int) -> None:
    leaves = entries(new)

    for old in range(1, new + 1):
        proof = consistency_proof(old, new, subtrees(leaves))
        assert verify_consistency(old, new, by_definition(leaves[:old]), by_definition(leaves), proof)


@pytest.mark.parametrize(("index", "size", "hashes"), [(0, 1, 0), (0, 8, 3), (5, 8, 3)])
def test_proofs_of_known_length(index: int, size: int, hashes: int) -> None:
    proof = inclusion_proof(index, size, subtrees(LEAVES))

    assert len(proof) == hashes
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, by_definition(LEAVES[:size]))


@pytest.mark.parametrize(("old", "new", "hashes"), [(1, 1, 0), (1, 8, 3), (6, 8, 3)])
def test_consistency_of_known_length(old: int, new: int, hashes: int) -> None:
    proof = consistency_proof(old, new, subtrees(LEAVES))

    assert len(proof) == hashes
    assert verify_consistency(old, new, by_definition(LEAVES[:old]), by_definition(LEAVES[:new]), proof)


def bent(proof: Sequence[bytes], whole: bytes, leaf: bytes) -> list[tuple[bytes, ...]]:
    """Return proofs that are near the true one and wrong."""
    given = list(proof)
    found = [(*given, b""), (*given, whole), (whole, *given), (*given, leaf), (b"", *given), (*given, b"x" * 32)]
    for place in range(len(given)):
        found.append(tuple(given[:place] + given[place + 1 :]))
        found.append((*given[:place], b"\0" * 32, *given[place:]))
        for bit in (0, 255):
            flipped = bytearray(given[place])
            flipped[bit // 8] ^= 1 << bit % 8
            found.append((*given[:place], bytes(flipped), *given[place + 1 :]))
        found.append((*given[:place], given[place][:-1], *given[place + 1 :]))
    if given:
        found += [(), tuple(given[:-1]), tuple(reversed(given)) if len(given) > 1 else ()]
    return [one for one in found if one != tuple(given)]


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5)])
def test_a_bent_inclusion_proof_fails(index: int, size: int) -> None:
    leaf, whole = leaf_hash(LEAVES[index]), by_definition(LEAVES[:size])
    proof = inclusion_proof(index, size, subtrees(LEAVES))

    assert not any(verify_inclusion(leaf, index, size, one, whole) for one in bent(proof, whole, leaf))
    for other in (index - 1, index + 1, index ^ 2, 2**64 - 1, -1):
        assert not verify_inclusion(leaf, other, size, proof, whole)
    for other in {size * 2, size // 2, 0, 2**64 - 1} - {size}:
        # A leaf at the left edge keeps its way in a smaller or larger tree only if the proof is as long.
        assert not verify_inclusion(leaf, index, other, proof, whole)
    for other_root in (b"", EMPTY_ROOT, leaf[:-1], whole + b"x", b"\0" * 32):
        assert not verify_inclusion(leaf, index, size, proof, other_root)
    assert not verify_inclusion(leaf + b"x", index, size, proof, whole)


@pytest.mark.parametrize(("old", "new"), [(1, 8), (6, 8), (2, 5), (4, 8), (7, 8), (3, 3)])
def test_a_bent_consistency_proof_fails(old: int, new: int) -> None:
    before, after = by_definition(LEAVES[:old]), by_definition(LEAVES[:new])
    proof = consistency_proof(old, new, subtrees(LEAVES))

    assert not any(verify_consistency(old, new, before, after, one) for one in bent(proof, after, before))
    for other in (0, old - 1, old + 1, old ^ 2, new + 1, -1, 2**64):
        if other != old:
            assert not verify_consistency(other, new, before, after, proof)
    for other in (0, new * 2, new // 2, new + 2**62):
        if other != new:
            assert not verify_consistency(old, other, before, after, proof)
    if before != after:
        assert not verify_consistency(old, new, after, before, proof)
    for wrong in (b"", EMPTY_ROOT, before[:-1]):
        assert not verify_consistency(old, new, wrong, after, proof)
        assert not verify_consistency(old, new, before, wrong, proof)


@given(st.integers(1, 200), st.data())
@settings(max_examples=60, deadline=None)
def test_a_rewritten_entry_is_never_consistent(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    leaves = entries(new)
    other = [*leaves]
    other[changed] = b"rewritten"

    proof = consistency_proof(old, new, subtrees(other))

    assert not verify_consistency(old, new, by_definition(leaves[:old]), by_definition(other), proof)


def test_an_entry_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, subtrees(LEAVES))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_proof_of_a_beginning_that_is_none(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        consistency_proof(old, new, subtrees(LEAVES))
