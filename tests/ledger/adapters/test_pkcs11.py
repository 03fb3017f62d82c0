"""Keys in a token of SoftHSM: they sign, they stay inside, and a token that goes away is an error and nothing else."""

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from fairmark.errors import CheckFailedError, MissingPartError, UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters import pkcs11
from fairmark.ledger.adapters.pkcs11 import keys_in, new_key, open_key
from fairmark.ledger.signing import Algorithm, verify
from fairmark.ledger.token_uri import read_uri
from tests.doubles import tokens
from tests.doubles.tokens import PIN, uri


class Asked:
    """Gives a PIN, and counts how often it was asked."""

    def __init__(self, pin: str = PIN) -> None:
        self.pin, self.times = pin, 0

    def __call__(self) -> str:
        self.times += 1
        return self.pin


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tokens.Tokens:
    made = tokens.made(tmp_path / "hsm", "Office", "Other")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    import_module("pkcs11").lib(tokens.MODULE).reinitialize()
    return made


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_a_key_that_was_made_in_a_token_signs(office: tokens.Tokens, algorithm: Algorithm) -> None:
    made = new_key(read_uri(uri("Office", "issuer")), algorithm, Asked())

    key = open_key(read_uri(uri("Office", "issuer")), Asked())

    assert (key.algorithm, key.public) == (made.algorithm, made.public) == (algorithm, made.public)
    assert verify(algorithm, made.public, b"message", key.sign(b"message"))
    assert not verify(algorithm, made.public, b"massage", key.sign(b"message"))


def test_the_private_key_stays_inside(office: tokens.Tokens) -> None:
    names: Any = import_module("pkcs11").Attribute
    inside = new_key(read_uri(uri("Office", "issuer")), "EdDSA", Asked())._key

    assert (inside[names.SENSITIVE], inside[names.EXTRACTABLE]) == (True, False)


def test_a_key_is_found_by_id_and_never_overwritten(office: tokens.Tokens) -> None:
    made = new_key(read_uri(uri("Office", "issuer;id=%01%02")), "EdDSA", Asked())
    new_key(read_uri(uri("Office", "status")), "ES256", Asked())

    assert (
        open_key(read_uri(uri("Office").replace("token=Office", "token=Office;id=%01%02")), Asked()).public
        == made.public
    )
    with pytest.raises(WrongUsageError, match="exists"):
        new_key(read_uri(uri("Office", "issuer")), "EdDSA", Asked())
    with pytest.raises(WrongUsageError, match="2 keys"):
        open_key(read_uri(uri("Office")), Asked())
    assert [(one.label, one.algorithm) for one in keys_in(read_uri(uri("Office")), Asked())] == [
        ("issuer", "EdDSA"),
        ("status", "ES256"),
    ]


def test_the_pin_is_asked_once_for_several_keys(office: tokens.Tokens) -> None:
    asked = Asked()
    for name in ("issuer", "status"):
        new_key(read_uri(uri("Office", name)), "EdDSA", Asked())
    import_module("pkcs11").lib(tokens.MODULE).reinitialize()

    kept = [open_key(read_uri(uri("Office", name)), asked) for name in ("issuer", "status")]

    assert asked.times == 1
    assert all(key.sign(b"message") for key in kept)


def test_a_wrong_pin_is_tried_once_and_not_repeated(office: tokens.Tokens) -> None:
    asked = Asked("555444333")

    with pytest.raises(UnreadableInputError, match="does not take this PIN") as refused:
        open_key(read_uri(uri("Office", "issuer")), asked)

    assert asked.times == 1
    assert "555444333" not in refused.value.message + refused.value.hint
    with pytest.raises(UnreadableInputError, match="needs its PIN"):
        open_key(read_uri(uri("Office", "issuer")), Asked(""))


def test_what_is_not_there_is_said(office: tokens.Tokens) -> None:
    with pytest.raises(UnreadableInputError, match="'Nowhere' is not there"):
        open_key(read_uri(uri("Nowhere", "issuer")), Asked())
    with pytest.raises(UnreadableInputError, match="has no such key"):
        open_key(read_uri(uri("Office", "issuer")), Asked())
    with pytest.raises(WrongUsageError, match="2 tokens fit"):
        open_key(read_uri(f"pkcs11:object=issuer?module-path={tokens.MODULE}"), Asked())
    with pytest.raises(WrongUsageError, match="has no name"):
        new_key(read_uri(uri("Office")), "EdDSA", Asked())


@pytest.mark.parametrize("text", ["pkcs11:token=Office", "pkcs11:token=Office?module-path=libsofthsm2.so"])
def test_a_module_is_named_by_its_whole_path(text: str) -> None:
    with pytest.raises(WrongUsageError, match="whole path"):
        open_key(read_uri(text), Asked())


def test_what_is_no_module_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "module.so").write_bytes(b"\x7fELF rubbish")

    for name in ("module.so", "nowhere.so"):
        with pytest.raises(MissingPartError, match="cannot be used"):
            open_key(read_uri(f"pkcs11:token=A?module-path={tmp_path / name}"), Asked())


def test_a_token_that_is_taken_away_between_opening_and_signing_signs_nothing(office: tokens.Tokens) -> None:
    key = new_key(read_uri(uri("Office", "issuer")), "EdDSA", Asked())
    for one in (office.folder / "tokens").iterdir():
        shutil.rmtree(one)

    with pytest.raises(UnreadableInputError, match="'Office' does not answer as it should") as refused:
        key.sign(b"message")

    assert "Nothing was signed" in refused.value.hint


def test_a_signature_that_does_not_hold_is_not_given_out(office: tokens.Tokens) -> None:
    key = new_key(read_uri(uri("Office", "issuer")), "EdDSA", Asked())
    other = new_key(read_uri(uri("Office", "other")), "EdDSA", Asked())
    key._public = other.public

    with pytest.raises(CheckFailedError, match="does not hold"):
        key.sign(b"message")


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11, "find_spec", lambda _: None)

    with pytest.raises(MissingPartError, match="python-pkcs11"):
        open_key(read_uri(uri("Office", "issuer")), Asked())
