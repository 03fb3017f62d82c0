"""The strict decoder and the one form of a message: everything else is refused."""

import cbor2
import pytest
from hypothesis import given as fuzzed
from hypothesis import settings
from hypothesis import strategies as st

from fairmark.certify.cose import PublicKey, decode, encode, opened, parse, public_key, sign
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from tests.doubles import labels as given

ITEMS = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-(2**64), 2**64 - 1), inner, max_size=4),
    max_leaves=8,
)
KEYS = [public_key(given.LAB), public_key(given.LAB_P256)]


@fuzzed(ITEMS)
@settings(max_examples=200, deadline=None)
def test_what_the_library_writes_in_canonical_form_is_read(item: object) -> None:
    spelled = cbor2.dumps(item, canonical=True)
    try:
        found = decode(spelled)
    except UnreadableInputError:
        keys = {len(cbor2.dumps(key)) for key in item} if isinstance(item, dict) else set()
        # Of maps whose keys differ in length the library's order is the older one; labels have none.
        assert len(keys) > 1 or isinstance(item, list | dict)
        return

    assert found == item
    assert cbor2.dumps(found, canonical=True) == spelled


@fuzzed(st.binary(max_size=80))
@settings(max_examples=500, deadline=None)
def test_whatever_is_read_has_no_second_spelling(raw: bytes) -> None:
    try:
        found = decode(raw)
    except UnreadableInputError:
        return

    assert decode(_respelled(found)) == found
    assert _respelled(found) == raw


def _respelled(item: object) -> bytes:
    """The deterministic form, spelled by hand for maps: RFC 8949 sorts the encoded keys, byte by byte."""
    if isinstance(item, dict):
        rows = sorted(cbor2.dumps(key) + _respelled(value) for key, value in item.items())
        return bytes([0xA0 | len(rows)]) + b"".join(rows)
    if isinstance(item, list):
        return bytes([0x80 | len(item)]) + b"".join(_respelled(one) for one in item)
    return cbor2.dumps(item)


@pytest.mark.parametrize(
    ("spelled", "what"),
    [
        ("", "ends too early"),
        ("0000", "bytes follow"),
        ("1800", "longer"),
        ("1817", "longer"),
        ("190018", "longer"),
        ("1a0000ffff", "longer"),
        ("1b00000000ffffffff", "longer"),
        ("5801ff", "longer"),
        ("18", "incomplete"),
        ("1c", "indefinite"),
        ("1f", "indefinite"),
        ("5f41ff41ffff", "indefinite"),
        ("7f6161ff", "indefinite"),
        ("9f00ff", "indefinite"),
        ("bf0000ff", "indefinite"),
        ("5b8000000000000000", "too early"),
        ("7b8000000000000000", "too early"),
        ("9b8000000000000000", "more members than bytes"),
        ("bb8000000000000000", "more members than bytes"),
        ("9bffffffffffffffff00", "more members than bytes"),
        ("61ff", "UTF-8"),
        ("63eda080", "UTF-8"),
        ("a201000100", "twice"),
        ("a202000100", "out of order"),
        ("a220000100", "out of order"),
        ("a1f500", "labels do not have"),
        ("a1616100", "no integer"),
        ("a1410100", "no integer"),
        ("f5", "labels do not have"),
        ("f6", "labels do not have"),
        ("f93c00", "labels do not have"),
        ("fb3ff0000000000000", "labels do not have"),
        ("c000", "labels do not have"),
        ("d28400000000", "labels do not have"),
        ("81" * 9 + "00", "too deep"),
        ("81" * 200_000 + "00", "too deep"),
    ],
)
def test_every_other_spelling_is_refused(spelled: str, what: str) -> None:
    with pytest.raises(UnreadableInputError, match=what):
        decode(bytes.fromhex(spelled))


def test_eight_levels_are_read() -> None:
    assert decode(bytes.fromhex("81" * 8 + "00")) == [[[[[[[[0]]]]]]]]


@pytest.mark.parametrize("signer", [given.LAB, given.LAB_P256], ids=["EdDSA", "ES256"])
def test_a_message_opens_with_its_key_and_no_other(signer: given.KeyInMemory) -> None:
    message = sign(b"payload", signer)

    assert opened(message, KEYS) == (b"payload", public_key(signer))
    with pytest.raises(CheckFailedError):
        opened(message, [public_key(given.STRANGER)])
    with pytest.raises(CheckFailedError):
        opened(message, [])


@pytest.mark.parametrize("signer", [given.LAB, given.LAB_P256], ids=["EdDSA", "ES256"])
def test_every_flipped_bit_is_refused(signer: given.KeyInMemory) -> None:
    message = sign(encode({1: 7, -1: "SecureCam 200"}), signer)

    for place in range(len(message) * 8):
        changed = bytearray(message)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(FairmarkError):
            opened(bytes(changed), KEYS)


def test_every_truncation_and_every_appended_byte_is_refused() -> None:
    message = sign(b"payload", given.LAB)

    for changed in (
        *(message[:size] for size in range(len(message))),
        *(message + bytes([byte]) for byte in range(256)),
    ):
        with pytest.raises(UnreadableInputError):
            opened(changed, KEYS)


@pytest.mark.parametrize(
    "header",
    [
        {},
        {1: -8},
        {4: b"kkkk"},
        {1: -8, 4: b"kkk"},
        {1: 0, 4: b"kkkk"},
        {1: "none", 4: b"k"},
        {1: -35, 4: b"kkkk"},
        {1: -8, 4: b"kkkk", 5: 1},
        {True: -8, 4: b"kkkk"},
        {1: -8, 2: [9], 4: b""},
    ],
)
def test_a_header_of_another_form_is_refused_before_any_signature(header: dict[int, object]) -> None:
    raw = cbor2.dumps(header, canonical=True)

    with pytest.raises(UnreadableInputError):
        parse(cbor2.dumps(cbor2.CBORTag(18, [raw, {}, b"", bytes(64)]), canonical=True))


@pytest.mark.parametrize("tag", [0, 17, 19, 61, 96, 98, 18 + 256])
def test_another_tag_or_none_is_refused(tag: int) -> None:
    message = cbor2.loads(sign(b"payload", given.LAB))

    for changed in (cbor2.CBORTag(tag, message.value), message.value, cbor2.CBORTag(61, message)):
        with pytest.raises(UnreadableInputError):
            parse(cbor2.dumps(changed, canonical=True))


def test_a_tag_that_is_spelled_longer_is_refused() -> None:
    message = sign(b"payload", given.LAB)

    for start in (b"\xd8\x12", b"\xd9\x00\x12"):
        with pytest.raises(UnreadableInputError):
            parse(start + message[1:])


def test_nothing_may_stand_in_the_unprotected_header() -> None:
    parts = cbor2.loads(sign(b"payload", given.LAB)).value

    for more in ({1: -8}, {4: b"kkkk"}, []):
        changed = cbor2.dumps(cbor2.CBORTag(18, [parts[0], more, *parts[2:]]), canonical=True)
        with pytest.raises(UnreadableInputError):
            parse(changed)


def test_the_algorithm_is_that_of_the_trusted_key_not_of_the_message() -> None:
    """Relabelled as ES256, with the key id of the Ed25519 key, nothing is even tried."""
    message = parse(sign(b"payload", given.LAB))
    swapped = bytes([*message.header[:2], 0x26, *message.header[3:]])
    relabelled = type(message)(swapped, message.payload, message.signature)

    assert message.is_signed_by(KEYS[0])
    assert not relabelled.is_signed_by(KEYS[0])


def test_the_second_form_of_an_ecdsa_signature_says_nothing_else() -> None:
    """Anybody can make (r, n - s) of (r, s): the payload is the same, and no other is signed by it."""
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    message = sign(b"payload", given.LAB_P256)
    twin = message[:-32] + (n - int.from_bytes(message[-32:])).to_bytes(32)

    assert opened(twin, KEYS) == opened(message, KEYS) == (b"payload", KEYS[1])
    for r, s in ((0, 0), (0, 1), (1, 0), (n, 1), (1, n)):
        with pytest.raises(CheckFailedError):
            opened(message[:-64] + r.to_bytes(32) + s.to_bytes(32), KEYS)


def test_two_real_keys_that_share_an_id_do_not_sign_for_each_other() -> None:
    first, second = (public_key(one) for one in given.SAME_ID)
    assert first.header == second.header
    assert first.public != second.public

    for signer, other in (given.SAME_ID, given.SAME_ID[::-1]):
        message = sign(b"payload", signer)
        assert opened(message, [first, second]) == (b"payload", public_key(signer))
        with pytest.raises(CheckFailedError):
            opened(message, [public_key(other)])


def test_of_two_keys_with_one_id_the_one_that_signed_is_found() -> None:
    class Colliding(PublicKey):
        kid = b"same"  # type: ignore[assignment]

    first, second = (Colliding("EdDSA", one.public) for one in (given.STRANGER, given.LAB))
    header = first.header
    signed = b"\x84\x6aSignature1" + b"\x49" + header + b"\x40" + b"\x47payload"
    message = cbor2.dumps(cbor2.CBORTag(18, [header, {}, b"payload", given.LAB.sign(signed)]), canonical=True)

    assert header == second.header
    assert opened(message, [first, second]) == (b"payload", second)
