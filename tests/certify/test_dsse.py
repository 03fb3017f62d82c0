import base64
import json

import pytest
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.signer import SSlibKey

from fairmark.certify.cose import PublicKey, public_key
from fairmark.certify.dsse import opened, pae, parse, seal
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.signing import verify
from fairmark.model.value import canonical_json
from tests.doubles.labels import LAB, LAB_P256, STRANGER

KIND = "application/vnd.example+json"
SEALED = seal(KIND, b'{"a":1}', LAB)
KEY = public_key(LAB)


def test_the_encoding_is_that_of_the_specification() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("\u00e9", b"\0") == b"DSSEv1 2 \xc3\xa9 1 \0"


def test_the_signature_that_the_specification_gives_as_its_example_holds() -> None:
    x = 46950820868899156662930047687818585632848591499744589407958293238635476079160
    y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
    given = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="

    signed = pae("http://example.com/HelloWorld", b"hello world")

    assert verify("ES256", b"\x04" + x.to_bytes(32) + y.to_bytes(32), signed, base64.b64decode(given))


@pytest.mark.parametrize("signer", [LAB, LAB_P256], ids=["EdDSA", "ES256"])
def test_what_was_sealed_is_opened_with_its_key(signer: object) -> None:
    sealed = seal(KIND, b"x", signer)  # type: ignore[arg-type]

    assert opened(sealed, KIND, [public_key(STRANGER), public_key(signer)])[0] == b"x"  # type: ignore[arg-type]


def test_another_implementation_of_the_envelope_verifies_ours() -> None:
    row = json.loads(SEALED)
    name = row["signatures"][0]["keyid"]
    key = SSlibKey(name, "ed25519", "ed25519", {"public": LAB.public.hex()})

    other = OtherEnvelope.from_dict(row)

    assert other.verify([key], 1)
    assert other.pae() == pae(KIND, b'{"a":1}')


def test_a_strangers_signature_is_none() -> None:
    with pytest.raises(CheckFailedError, match="no known key"):
        opened(SEALED, KIND, [public_key(STRANGER)])


def test_the_algorithm_is_that_of_the_key_and_never_of_the_message() -> None:
    confused = PublicKey("ES256", LAB.public)

    with pytest.raises(CheckFailedError):
        opened(SEALED, KIND, [confused])


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    for place in range(len(SEALED)):
        for bit in range(8):
            changed = bytearray(SEALED)
            changed[place] ^= 1 << bit
            with pytest.raises(FairmarkError):
                opened(bytes(changed), KIND, [KEY])
        with pytest.raises(FairmarkError):
            opened(SEALED[:place], KIND, [KEY])


def changed(**fields: object) -> bytes:
    return canonical_json(json.loads(SEALED) | fields)


ONE = json.loads(SEALED)["signatures"][0]


@pytest.mark.parametrize(
    "content",
    [
        changed(payloadType="application/vnd.other+json"),
        changed(payloadType=None),
        changed(signatures=[]),
        changed(signatures=[ONE, ONE]),
        changed(signatures={"keyid": "x"}),
        changed(signatures=[ONE | {"cert": "x"}]),
        changed(signatures=[{"sig": ONE["sig"]}]),
        changed(signatures=[ONE | {"keyid": 7}]),
        changed(signatures=[ONE | {"sig": "AAAA"}]),
        changed(signatures=[ONE | {"sig": ONE["sig"].rstrip("=")}]),
        changed(payload="eyJhIjoxfQ"),
        changed(payload="eyJh\nIjoxfQ=="),
        changed(payload="\u00e9"),
        changed(payload=""),
        changed(payload=7),
        changed(more=1),
        b"[]",
        b"null",
        json.dumps(json.loads(SEALED)).encode(),
        SEALED + b"\n",
    ],
    ids=range(20),
)
def test_anything_but_the_one_form_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        parse(content, KIND)


def test_the_url_safe_alphabet_is_another_spelling() -> None:
    sealed = json.loads(seal(KIND, b"\xfb\xff\xfe", LAB))

    with pytest.raises(UnreadableInputError, match="base64"):
        parse(canonical_json(sealed | {"payload": "-__-"}), KIND)
