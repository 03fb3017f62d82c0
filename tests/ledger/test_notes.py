"""Signed notes: the known answer, one spelling only, and nothing taken for signed that is not."""

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.ledger.notes import KeyType, Note, Signature, VerifierKey, parse_key, parse_note, signed
from fairmark.ledger.signing import KeyInMemory

KNOWN_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
KNOWN_SIGNATURE = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
KNOWN_TEXT = "This is an example message.\n"
KNOWN_NOTE = f"{KNOWN_TEXT}\n\u2014 example.com/foo {KNOWN_SIGNATURE}\n".encode()

SIGNER = KeyInMemory(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = VerifierKey("log.example/1", KeyType.ED25519, SIGNER.public)


def note_of(text: str) -> Note:
    return signed(text, [Signature(KEY.name, KEY.id, SIGNER.sign(text.encode()))])


def test_the_known_note_is_signed_by_the_known_key() -> None:
    note = parse_note(KNOWN_NOTE)

    assert note.text == KNOWN_TEXT
    assert note.is_signed_by(parse_key(KNOWN_KEY))
    assert str(note).encode() == KNOWN_NOTE


def test_a_key_has_one_spelling() -> None:
    assert str(parse_key(KNOWN_KEY)) == KNOWN_KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        KNOWN_KEY.replace("530d903a", "530d903b"),
        KNOWN_KEY.replace("Aeky", "Beky"),
        KNOWN_KEY[:-4],
        "white space+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        KNOWN_KEY + "=",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(UnreadableInputError):
        parse_key(text)


def test_another_text_is_not_signed() -> None:
    note = note_of("one\n")

    assert note.is_signed_by(KEY)
    assert not Note("two\n", note.signatures).is_signed_by(KEY)


def test_a_name_alone_is_no_signature() -> None:
    other = VerifierKey(KEY.name, KeyType.ED25519, bytes(32))

    assert not note_of("one\n").is_signed_by(other)
    assert not Note("one\n", ()).is_signed_by(KEY)


def test_one_bad_signature_of_a_key_spoils_the_good_one() -> None:
    good = note_of("one\n").signatures[0]
    bad = Signature(KEY.name, KEY.id, bytes(64))

    assert not Note("one\n", (good, bad)).is_signed_by(KEY)


def test_signatures_of_others_are_kept_and_say_nothing() -> None:
    good = note_of("one\n").signatures[0]
    stranger = Signature("stranger.example", b"abcd", b"anything")

    note = parse_note(str(Note("one\n", (stranger, good))).encode())

    assert note.is_signed_by(KEY)
    assert note.signatures == (stranger, good)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text without signatures\n",
        KNOWN_NOTE[:-1],
        KNOWN_NOTE.replace(b"\n\n", b"\n"),
        KNOWN_NOTE + b"rubbish\n",
        KNOWN_NOTE.replace(b"\xe2\x80\x94", b"-"),
        KNOWN_NOTE.replace(b"This", b"Th\ris"),
        KNOWN_NOTE.replace(b"This", b"Th\xffs"),
        KNOWN_NOTE.replace(b" Uw2Q", b"  Uw2Q"),
        b"x" * 70_000 + KNOWN_NOTE,
        KNOWN_NOTE[:-1] + b"A\n",
        KNOWN_NOTE + KNOWN_NOTE.split(b"\n\n")[1] * 16,
    ],
)
def test_what_is_no_note_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        parse_note(content)


def test_every_flipped_bit_of_a_note_is_seen() -> None:
    content = str(note_of("one\ntwo\n")).encode()

    for place in range(len(content) * 8):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        try:
            note = parse_note(bytes(bent))
        except UnreadableInputError:
            continue
        assert not note.is_signed_by(KEY)


def test_base64_has_one_spelling() -> None:
    raw = base64.b64decode(KNOWN_SIGNATURE)
    assert raw[-1:] == b"\x03"

    with pytest.raises(UnreadableInputError):
        parse_note(KNOWN_NOTE.replace(b"aQM=", b"aQN="))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_end_in_another_error(content: bytes) -> None:
    for reader in (parse_note, lambda raw: parse_key(raw.decode("latin-1"))):
        with suppress(FairmarkError):
            reader(content)
