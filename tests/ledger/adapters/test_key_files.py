"""Keys in files: private to their owner, encrypted, never overwritten."""

import os
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.key_files import load_key, new_key
from fairmark.ledger.signing import Algorithm, verify
from tests.doubles.small_disk import without_room


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
@pytest.mark.parametrize("passphrase", [b"", b"correct horse"])
def test_a_key_comes_back_and_signs(tmp_path: Path, algorithm: Algorithm, passphrase: bytes) -> None:
    made = new_key(tmp_path / "key.p12", algorithm, passphrase)

    key = load_key(tmp_path / "key.p12", passphrase)

    assert (key.algorithm, key.public) == (made.algorithm, made.public) == (algorithm, made.public)
    assert verify(algorithm, made.public, b"message", key.sign(b"message"))
    assert not verify(algorithm, made.public, b"massage", key.sign(b"message"))


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "key.p12"
    new_key(path, "EdDSA", b"x")
    assert path.stat().st_mode & 0o777 == 0o600

    path.chmod(0o644)

    with pytest.raises(WrongUsageError, match="others on this machine") as refused:
        load_key(path, b"x")
    assert "chmod 600" in refused.value.hint


def test_another_passphrase_does_not_open_it(tmp_path: Path) -> None:
    new_key(tmp_path / "key.p12", "EdDSA", b"right")

    for wrong in (b"wrong", b""):
        with pytest.raises(UnreadableInputError, match="not this passphrase"):
            load_key(tmp_path / "key.p12", wrong)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    made = new_key(tmp_path / "key.p12", "EdDSA", b"")

    with pytest.raises(WrongUsageError, match="exists"):
        new_key(tmp_path / "key.p12", "EdDSA", b"")

    assert load_key(tmp_path / "key.p12", b"").public == made.public


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\x30\x82\xff\xff", b"-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.p12"
    path.touch(0o600)
    path.write_bytes(content)

    with pytest.raises(UnreadableInputError, match="no key"):
        load_key(path, b"")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.p12"
    path.touch(0o600)
    path.write_bytes(
        serialize_key_and_certificates(None, generate_private_key(65537, 2048), None, None, NoEncryption())
    )

    with pytest.raises(WrongUsageError, match="neither Ed25519 nor P-256"):
        load_key(path, b"")


def test_on_a_full_disk_there_is_no_half_key(tmp_path: Path) -> None:
    path = tmp_path / "key.p12"

    said = without_room(lambda: new_key(path, "EdDSA", b"correct horse"), largest_file=100)

    assert said == f"UnreadableInputError: {path}: File too large"
    assert not path.exists()
    assert new_key(path, "EdDSA", b"x").public == load_key(path, b"x").public


def test_a_pipe_is_no_key_and_holds_up_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key.p12", 0o600)

    with pytest.raises(UnreadableInputError, match="is no file"):
        load_key(tmp_path / "key.p12", b"")


def test_a_missing_file_and_a_folder_are_no_keys(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="No such file"):
        load_key(tmp_path / "nowhere", b"")
    with pytest.raises(UnreadableInputError):
        load_key(tmp_path, b"")
