"""Private keys in PKCS#12 files: encrypted by default, and refused where others on the machine could read them."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    load_key_and_certificates,
    serialize_key_and_certificates,
)

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Algorithm, KeyInMemory

_ROUNDS = 600_000
"""Of PBKDF2 with SHA-256 (OWASP password storage cheat sheet, 2023)."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LARGEST = 64 << 10


def new_key(path: Path, algorithm: Algorithm, passphrase: bytes) -> KeyInMemory:
    """Make a key in a new file that only its owner may read; an empty passphrase leaves it unencrypted.

    Raises WrongUsageError when something is there already: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate() if algorithm == "EdDSA" else generate_private_key(SECP256R1())
    content = serialize_key_and_certificates(None, key, None, None, _encryption(passphrase))
    try:
        place = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise WrongUsageError(f"{path} exists", hint="A key is never overwritten: choose another name.") from None
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="May it be written?") from error
    try:
        with os.fdopen(place, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink()  # half a key is none, and would stand in the way of a whole one
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Is there room on the disk?") from error
    return KeyInMemory(key)


def load_key(path: Path, passphrase: bytes) -> KeyInMemory:
    """Return the key in a file.

    Raises:
        UnreadableInputError: no such file, no key, or not this passphrase.
        WrongUsageError: others on the machine may read it, or it is of another kind.
    """
    try:
        key, _, _ = load_key_and_certificates(read_private(path), passphrase or None)
    except ValueError:
        raise UnreadableInputError(f"{path}: no key, or not this passphrase", hint="It is a PKCS#12 file.") from None
    if isinstance(key, Ed25519PrivateKey) or (
        isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp256r1"
    ):
        return KeyInMemory(key)
    raise WrongUsageError(f"{path}: neither Ed25519 nor P-256", hint="Make one with: fairmark keys new")


def read_private(path: Path, what: str = "the key") -> bytes:
    """Read a file that nobody else may read; looked at through one descriptor, so that nobody swaps it meanwhile.

    Raises:
        UnreadableInputError: no such file.
        WrongUsageError: others on the machine may read it.
    """
    try:
        place = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO would wait for ever
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Name the file of a private key.") from error
    try:
        found = os.fstat(place)
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableInputError(f"{path} is no file", hint="Name the file of a private key.")
        if found.st_mode & _OTHERS:
            raise WrongUsageError(f"{path}: others on this machine may read {what}", hint=f"chmod 600 {path}")
        return os.read(place, _LARGEST)
    finally:
        os.close(place)


def _encryption(passphrase: bytes) -> KeySerializationEncryption:
    if not passphrase:
        return NoEncryption()
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS).hmac_hash(SHA256())
    return builder.key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC).build(passphrase)
