"""Receipts of RFC 9942: one encoding, one entry, one log."""

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.ledger.merkle import inclusion_proof
from fairmark.ledger.receipts import Included, check_receipt, receipt
from fairmark.ledger.signing import KeyInMemory
from fairmark.ledger.tiles import TileReader
from tests.ledger.test_checkpoint import LAB, LOG
from tests.ledger.test_tiles import grown

SIZE, INDEX = 300, 257
ENTRY = str(INDEX).encode()
STORED, EDGE = grown(SIZE)
PATH = inclusion_proof(INDEX, SIZE, TileReader(SIZE, STORED.__getitem__))
RECEIPT = receipt(LOG, EDGE.root(), SIZE, INDEX, PATH)


def test_a_receipt_holds_for_its_entry_and_its_log() -> None:
    assert check_receipt(RECEIPT, ENTRY, LOG.public) == Included(INDEX, SIZE, EDGE.root())


def test_it_has_the_form_of_the_standard() -> None:
    whole = cbor2.loads(RECEIPT)

    assert whole.tag == 18
    assert cbor2.loads(whole.value[0]) == {1: -8, 395: 1}
    assert whole.value[2] is None
    assert cbor2.loads(whole.value[1][396][-1][0]) == [SIZE, INDEX, list(PATH)]


def test_it_holds_for_no_other_entry_and_no_other_log() -> None:
    with pytest.raises(CheckFailedError):
        check_receipt(RECEIPT, b"256", LOG.public)
    with pytest.raises(CheckFailedError):
        check_receipt(RECEIPT, ENTRY, LAB.public)


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    known = Included(INDEX, SIZE, EDGE.root())
    for place in range(len(RECEIPT) * 8):
        bent = bytearray(RECEIPT)
        bent[place // 8] ^= 1 << place % 8
        try:
            told = check_receipt(bytes(bent), ENTRY, LOG.public)
        except FairmarkError:
            continue
        assert (told.index, told.root) == (known.index, known.root)  # the size alone is not signed
        assert told.size != known.size
    for changed in (
        *(RECEIPT[:end] for end in range(len(RECEIPT))),
        *(RECEIPT + bytes([byte]) for byte in range(256)),
    ):
        with pytest.raises(UnreadableInputError):
            check_receipt(changed, ENTRY, LOG.public)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        RECEIPT + b"\0",
        b"\x9f\xff",
        b"\x81" * 5000,
        b"\xd2\x84" + b"\x5b" + b"\xff" * 8,
        cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps({1: -8, 395: 1}), {396: {-1: [b"", b""]}}, None, b"x" * 64])),
        cbor2.dumps(
            cbor2.CBORTag(18, [cbor2.dumps({1: -7, 395: 1}), {396: {-1: [cbor2.dumps([1, 0, []])]}}, None, b""])
        ),
        cbor2.dumps(
            cbor2.CBORTag(18, [cbor2.dumps({1: -8, 395: 1}), {396: {-1: [cbor2.dumps([1, 0, []])]}}, b"", b""])
        ),
        cbor2.dumps(
            cbor2.CBORTag(
                18, [cbor2.dumps({1: -8, 395: 1}), {396: {-1: [cbor2.dumps([True, 0, []])]}}, None, b"x" * 64]
            )
        ),
        cbor2.dumps(cbor2.CBORTag(18, 5)),
        b"x" * 10_000,
    ],
)
def test_what_is_no_receipt_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        check_receipt(content, ENTRY, LOG.public)


@pytest.mark.parametrize(("index", "size"), [(256, SIZE), (INDEX, SIZE * 2), (INDEX, INDEX + 1)])
def test_a_path_that_belongs_elsewhere_does_not_hold(index: int, size: int) -> None:
    with pytest.raises(CheckFailedError):
        check_receipt(receipt(LOG, EDGE.root(), size, index, PATH), ENTRY, LOG.public)


def test_only_a_key_of_a_log_makes_receipts() -> None:
    with pytest.raises(WrongUsageError, match="Ed25519"):
        receipt(KeyInMemory(generate_private_key(SECP256R1())), EDGE.root(), SIZE, INDEX, PATH)
