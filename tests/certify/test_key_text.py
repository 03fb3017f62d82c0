"""A public key as one word: one key, one spelling."""

import pytest

from fairmark.certify import key_text
from fairmark.certify.cose import public_key
from fairmark.errors import WrongUsageError
from tests.doubles import labels as given


@pytest.mark.parametrize("signer", [given.LAB, given.LAB_P256], ids=["EdDSA", "ES256"])
def test_a_key_comes_back(signer: given.KeyInMemory) -> None:
    text = key_text.written(public_key(signer))

    assert key_text.is_written(text)
    assert key_text.read(text) == public_key(signer)


def test_file_names_are_no_keys() -> None:
    assert not any(key_text.is_written(name) for name in ("lab.p12", "pkcs11:token=A", "", "C:lab"))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + "=",
        lambda t: t[:-1],
        lambda t: t.replace("EdDSA", "ES256"),
        lambda t: t[:6],
        lambda t: t + "A" * 10_000,
        lambda t: t + "\n",
    ],
)
def test_another_spelling_is_refused(change) -> None:
    with pytest.raises(WrongUsageError):
        key_text.read(change(key_text.written(public_key(given.LAB))))
