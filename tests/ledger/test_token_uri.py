"""Addresses of tokens: what they name, and what is refused without repeating a secret."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import WrongUsageError
from fairmark.ledger.token_uri import TokenUri, read_uri


def test_an_address_names_token_key_module_and_the_file_with_the_pin() -> None:
    found = read_uri(
        "pkcs11:token=The%20Office;object=issuer;id=%01%ff;type=private?module-path=/usr/lib/m.so&pin-source=file:/etc/pin"
    )

    assert found == TokenUri(
        token="The Office", object="issuer", id=b"\x01\xff", module_path="/usr/lib/m.so", pin_source="/etc/pin"
    )
    assert read_uri("pkcs11:serial=123;manufacturer=M;model=X?pin-source=file:///etc/pin").pin_source == "/etc/pin"
    assert read_uri("pkcs11:") == TokenUri()


def test_a_pin_in_the_address_is_refused_and_not_repeated() -> None:
    for text in ("pkcs11:token=A?pin-value=736251", "pkcs11:pin-value=736251;token=A"):
        with pytest.raises(WrongUsageError, match="does not belong into an address") as refused:
            read_uri(text)
        assert "736251" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "file:/key",
        "PKCS11:token=A",
        "pkcs11:token",
        "pkcs11:token=A;token=B",
        "pkcs11:slot-id=1",
        "pkcs11:type=public",
        "pkcs11:token=%zz",
        "pkcs11:token=%ff",
        "pkcs11:token=%00",
        "pkcs11:token=A B",
        "pkcs11:token=A?pin-source=pin",
        "pkcs11:token=A?pin-source=|program",
        "pkcs11:" + "A" * 5000,
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(WrongUsageError):
        read_uri(text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(WrongUsageError):
        assert isinstance(read_uri("pkcs11:" + text), TokenUri)
