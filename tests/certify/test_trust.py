"""Trust lists: read strictly, empty by default."""

import json
from typing import Any

import pytest

from fairmark.certify.cose import public_key
from fairmark.certify.trust import LARGEST_LIST, Register, TrustList, encoded, read_trust
from fairmark.errors import UnreadableInputError
from tests.doubles import labels as given


def as_json(**changed: Any) -> bytes:
    return json.dumps(json.loads(given.trust().model_dump_json()) | changed).encode()


def row(**changed: Any) -> dict[str, Any]:
    return json.loads(given.issuer(given.LAB).model_dump_json()) | changed


def test_the_list_that_we_ship_trusts_nobody() -> None:
    register = Register(TrustList())

    assert list(register.with_header(public_key(given.LAB).header)) == []


def test_a_list_comes_back_as_it_was_written() -> None:
    assert read_trust(as_json()) == given.trust()


def test_levels_have_the_names_of_their_scheme() -> None:
    demo, scheme = given.trust().schemes

    assert (scheme.level(3), demo.level(3), scheme.level(0)) == ("Attacked", "level 3", "level 0")


def test_all_issuers_whose_keys_share_a_header_are_found() -> None:
    twice = given.trust(given.issuer(given.LAB), given.issuer(given.LAB, id=12, name="Sister"))

    found = Register(twice).with_header(public_key(given.LAB).header)

    assert [one.issuer.id for one in found] == [7, 12]


def test_any_flipped_bit_is_refused_or_read_as_what_it_says() -> None:
    """A trust list is signed by those who hand it out; here it may only never end in another error."""
    content = as_json()
    read = 0
    for place in range(0, len(content) * 8, 5):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        try:
            read += read_trust(bytes(changed)) != given.trust()
        except UnreadableInputError:
            continue

    assert read > 0
    for end in range(len(content)):
        with pytest.raises(UnreadableInputError):
            read_trust(content[:end])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "Expecting value"),
        (b"[]", "dictionary"),
        (b"\xff", "codec"),
        (b'{"version": 1, "version": 2}', "twice"),
        (b'{"version": NaN}', "whole number"),
        (b'{"version": 1.0}', "whole number"),
        (b'{"version": true}', "version"),
        (b'{"version": "1"}', "version"),
        (b'{"other": 1}', "other"),
        (b"[" * 100_000, "no trust list"),
        (b" " * (LARGEST_LIST + 1), "larger"),
        (as_json(issuers=[row(public="AA")]), "32 or 65"),
        (as_json(issuers=[row(public=encoded(given.LAB.public) + "=")]), "32 or 65"),
        (as_json(issuers=[row(algorithm="ES256")]), "none of ES256"),
        (as_json(issuers=[row(algorithm="none")]), "algorithm"),
        (as_json(issuers=[row(host="Registry.example.org")]), "host"),
        (as_json(issuers=[row(host="registry.example.org\n")]), "host"),
        (as_json(issuers=[row(name="two\nlines")]), "name"),
        (as_json(issuers=[row(scheme="another")]), "not listed"),
        (as_json(issuers=[row(), row()]), "twice"),
        (as_json(issuers=[row(id=-1)]), "id"),
        (as_json(issuers=[row()] * 1001), "issuers"),
        (as_json(schemes=[{"id": 0, "name": "Serious", "levels": []}], issuers=[]), "scheme 0"),
        (as_json(schemes=[{"id": 4, "name": "demo", "levels": []}], issuers=[]), "scheme 0"),
        (as_json(schemes=[{"id": 4, "name": "a", "levels": []}] * 2, issuers=[]), "two schemes"),
        (as_json(expires=10**12), "expires"),
    ],
    ids=range(26),
)
def test_what_is_no_trust_list_is_refused_with_its_fault(content: bytes, what: str) -> None:
    with pytest.raises(UnreadableInputError, match=what):
        read_trust(content)
