"""Labels: claims there and back, and what no label may say or be."""

import cbor2
import pytest

from fairmark.certify import cose, label
from fairmark.certify.cose import public_key
from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from tests.doubles import labels as given

KEYS = [public_key(given.LAB)]
MADE = label.make(given.claims(), given.LAB)


@pytest.mark.parametrize("gtin", [given.GTIN, None])
@pytest.mark.parametrize("signer", [given.LAB, given.LAB_P256], ids=["EdDSA", "ES256"])
def test_claims_come_back_from_the_address(gtin: int | None, signer: given.KeyInMemory) -> None:
    claims = given.claims(gtin=gtin)

    address = given.written(claims, signer)
    printed = label.take_apart(address)
    found, key = label.check(label.from_digits(printed.digits), [public_key(signer)])

    assert (found, key) == (claims, public_key(signer))
    assert label.is_of(printed, found)
    assert printed.host == given.HOST


def test_a_label_with_a_digest_of_32_bytes_takes_at_most_180_bytes() -> None:
    longest = given.claims(
        model="a model of 19 bytes", number=0xFFFF_FFFF, scheme=23, status=(23, 999_999), issued=20_000, expires=30_000
    )

    assert len(longest.model) == 19
    assert len(label.make(longest, given.LAB)) == 180


def test_every_flipped_bit_of_a_label_is_refused() -> None:
    for place in range(len(MADE) * 8):
        changed = bytearray(MADE)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(FairmarkError):
            label.check(bytes(changed), KEYS)


def test_every_truncation_of_the_digits_is_refused() -> None:
    digits = label.to_digits(MADE)

    for size in range(len(digits)):
        with pytest.raises(FairmarkError):
            label.check(label.from_digits(digits[:size]), KEYS)


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "0",
        "01",
        "-1",
        "+1",
        "1e3",
        "1_000",
        " 1",
        "1 ",
        "\u0661",
        "\uff11",
        "1\u0660",
        "2",
        "255",
        "512",
        "1" * 1201,
        "9" * 5000,
        "0x10",
        "1\n",
        "1.0",
        "\u00b2",
    ],
)
def test_digits_are_ascii_without_leading_zero_and_not_too_many(digits: str) -> None:
    with pytest.raises(UnreadableInputError):
        label.from_digits(digits)


def test_a_flood_of_digits_is_refused_before_it_is_converted() -> None:
    with pytest.raises(UnreadableInputError, match="1200 digits"):
        label.from_digits("9" * 50_000_000)


def test_digits_keep_leading_zero_bytes() -> None:
    assert label.from_digits(label.to_digits(b"\0\0message")) == b"\0\0message"
    assert label.from_digits(label.to_digits(b"")) == b""


@pytest.mark.parametrize(
    "address",
    [
        "http://registry.example.org/01/04006381333931#256",
        "HTTPS://registry.example.org/01/04006381333931#256",
        "https://Registry.example.org/01/04006381333931#256",
        "https://r\u0435gistry.example.org/01/04006381333931#256",
        "https://registry/01/04006381333931#256",
        "https://user@registry.example.org/01/04006381333931#256",
        "https://registry.example.org:443/01/04006381333931#256",
        "https://registry.example.org/01/4006381333931#256",
        "https://registry.example.org/01/0400638133393\u0661#256",
        "https://registry.example.org/01/04006381333931/#256",
        "https://registry.example.org/01/04006381333931?a#256",
        "https://registry.example.org/01/04006381333931#256#257",
        "https://registry.example.org/01/04006381333931#256?257",
        "https://registry.example.org/01/04006381333931#%32",
        "https://registry.example.org/01/04006381333931#",
        "https://registry.example.org/01/04006381333931",
        "https://registry.example.org/c/0204501#256",
        "https://registry.example.org/c/#256",
        "javascript:256",
        "x" * 2001,
        "",
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(UnreadableInputError):
        label.take_apart(address)


def test_an_address_of_another_product_is_seen() -> None:
    claims = given.claims()

    for place, holds in (("01/04006381333931", True), ("01/04006381333948", False), ("c/204501", False)):
        printed = label.take_apart(f"https://{given.HOST}/{place}#256")
        assert label.is_of(printed, claims) is holds
    without = given.claims(gtin=None)
    for place, holds in (("01/04006381333931", False), ("c/204501", True), ("c/204502", False)):
        assert label.is_of(label.take_apart(f"https://{given.HOST}/{place}#256"), without) is holds
    assert label.is_of(label.take_apart("256"), claims)


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        (4006381333931, True),
        (4006381333932, False),
        (96385074, True),
        (12345678901231, True),
        (0, False),
        (10**14, False),
    ],
)
def test_the_check_digit_of_a_gtin(number: int, *, holds: bool) -> None:
    assert label.is_gtin(number) is holds


WRONG = [
    {"issuer": 0},
    {"issuer": 65_536},
    {"gtin": 4006381333932},
    {"issued": 0},
    {"expires": 100_000},
    {"issued": 30_000, "expires": 29_999},
    {"model": ""},
    {"model": " Cam"},
    {"model": "Cam "},
    {"model": "x" * 49},
    {"model": "Cam\u202e"},
    {"model": "Cam\u200b"},
    {"model": "C\x00am"},
    {"model": "Cam\U000e0041"},
    {"number": 0},
    {"number": 2**32},
    {"scheme": -1},
    {"level": 10},
    {"evidence": b"x" * 31},
    {"status": (0, 1)},
    {"status": (1, -1)},
    {"status": (1, 2**32)},
]


@pytest.mark.parametrize("changed", WRONG, ids=str)
def test_claims_out_of_range_are_neither_made_nor_read(changed: dict[str, object]) -> None:
    claims = given.claims(**changed)

    with pytest.raises(WrongUsageError):
        label.make(claims, given.LAB)
    with pytest.raises(UnreadableInputError):
        label.read_claims(_forced(claims))


def _forced(claims: label.Claims) -> bytes:
    rows = {1: claims.issuer, 2: claims.gtin, 4: claims.expires, 6: claims.issued, -1: claims.model, -2: claims.number}
    rows |= {-3: [claims.scheme, claims.level], -4: claims.support_until, -5: claims.evidence, -6: list(claims.status)}
    return cbor2.dumps(rows, canonical=True)


@pytest.mark.parametrize("key", [1, 2, 4, 6, -1, -2, -3, -4, -5, -6])
@pytest.mark.parametrize("value", [b"x", "x", [], [1], [1, 2, 3], {}, ["a", 1], [[1], 1]], ids=str)
def test_a_claim_of_another_kind_is_refused(key: int, value: object) -> None:
    items = cose.decode(cose.parse(MADE).payload)
    assert isinstance(items, dict)
    if key == -1 and value == "x":
        return

    with pytest.raises(UnreadableInputError):
        label.read_claims(cbor2.dumps({**items, key: value}, canonical=True))


@pytest.mark.parametrize("key", [1, 4, 6, -1, -2, -3, -4, -5, -6])
def test_a_claim_that_is_missing_or_too_much_is_refused(key: int) -> None:
    items = cose.decode(cose.parse(MADE).payload)
    assert isinstance(items, dict)
    fewer = {name: value for name, value in items.items() if name != key}

    for changed in (fewer, {**fewer, 3: 1}, {**items, 3: 1}, {**items, -7: 1}):
        with pytest.raises(UnreadableInputError):
            label.read_claims(cbor2.dumps(changed, canonical=True))


@pytest.mark.parametrize(
    "host", ["", "localhost", "a b.example", "Registry.example", "a/b.example", "x" * 64 + ".org", "a.b:1"]
)
def test_no_label_names_a_host_that_is_none(host: str) -> None:
    with pytest.raises(WrongUsageError):
        label.address(host, given.claims(), MADE)
