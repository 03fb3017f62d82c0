"""Data for machines without a network: one archive, signed, of which nothing is read before the signature is right.

A bundle is a zip archive of ``manifest.json``, ``manifest.sig`` (64 bytes, Ed25519 over the manifest) and
``data/NNNN.jsonl``. The manifest names every other member with its size and SHA-256, so the signature covers them all.
Same content, same key: same bytes.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.vulnerabilities.feeds.plain import day, mapping, parsed, rows, text

SCHEMA = "fairmark.vulnerability-bundle/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ROWS_PER_MEMBER = 5_000
_MOST_MANIFEST = 4 << 20
_MOST_MEMBER = 512 << 20
_MOST_MEMBERS = 20_000
_OLDEST = (1980, 1, 1, 0, 0, 0)  # the first day a zip archive can name

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle says it holds; believed only after ``verified``."""

    feeds: Mapping[str, date | None]
    members: tuple[tuple[str, int, str], ...]
    """Name, size and SHA-256 of each member."""


def new_key() -> tuple[bytes, bytes]:
    """Return a new private and its public key, both as PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


def write_bundle(file: IO[bytes], rows_: Iterable[Row], feeds: Mapping[str, date | None], private_pem: bytes) -> int:
    """Write rows (plain JSON objects) as a signed bundle; return how many there were.

    Raises:
        WrongUsageError: when the key is no Ed25519 private key in PEM.
    """
    key = _private(private_pem)
    count = 0
    members: list[Row] = []
    source = iter(rows_)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        while chunk := list(islice(source, ROWS_PER_MEMBER)):
            content = b"".join(canonical_json(row) + b"\n" for row in chunk)
            name = f"data/{len(members):04}.jsonl"
            members.append({"name": name, "size": len(content), "sha256": sha256_hex(content)})
            archive.writestr(_info(name), content)
            count += len(chunk)
        days = {name: updated.isoformat() if updated else None for name, updated in feeds.items()}
        manifest = canonical_json({"schema": SCHEMA, "feeds": days, "members": members})
        archive.writestr(_info(MANIFEST), manifest)
        archive.writestr(_info(SIGNATURE), key.sign(manifest))
    return count


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _OLDEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def verified(archive: zipfile.ZipFile, public_pem: bytes) -> Contents:
    """Check the signature and return what the bundle holds.

    Raises:
        CheckFailedError: when the signature is missing or of another key.
        UnreadableInputError: when it is no bundle.
        WrongUsageError: when the key is no Ed25519 public key in PEM.
    """
    key = _public(public_pem)
    manifest = _member(archive, MANIFEST, _MOST_MANIFEST)
    if manifest is None:
        raise UnreadableInputError("this archive is no bundle: it has no manifest", hint="Was it made by `db export`?")
    signature = _member(archive, SIGNATURE, 64)
    try:
        key.verify(signature or b"", manifest)
    except InvalidSignature:
        raise CheckFailedError(
            "the bundle is not signed by this key: nothing was read from it",
            hint="Get the bundle again from where it came, or the right public key from its maker.",
        ) from None
    return _contents(manifest)


def _contents(manifest: bytes) -> Contents:
    document = mapping(parsed(manifest, MANIFEST))
    if document.get("schema") != SCHEMA:
        raise UnreadableInputError(
            f"the bundle is not of the form {SCHEMA}", hint="A newer fairmark may have made it: update this one."
        )
    feeds = {text(name, 40): day(updated) for name, updated in mapping(document.get("feeds")).items()}
    members = []
    for row in rows(document.get("members"), _MOST_MEMBERS):
        size = row.get("size")
        if not isinstance(size, int) or not 0 <= size <= _MOST_MEMBER:
            raise UnreadableInputError("the bundle's manifest has a wrong size in it", hint="Make it again.")
        members.append((text(row.get("name"), 100), size, text(row.get("sha256"), 64)))
    return Contents(feeds, tuple(members))


def read_rows(archive: zipfile.ZipFile, contents: Contents) -> Iterator[list[Row]]:
    """Give the rows of each member, after the digests of all of them were found right.

    Raises:
        CheckFailedError: when a member is not the one that was signed.
    """
    for member in contents.members:
        _signed(archive, *member)
    for member in contents.members:
        yield [_row(line) for line in _signed(archive, *member).splitlines()]


def _signed(archive: zipfile.ZipFile, name: str, size: int, digest: str) -> bytes:
    content = _member(archive, name, size)
    if content is None or len(content) != size or sha256_hex(content) != digest:
        raise CheckFailedError(
            f"{name} in the bundle is not what was signed: nothing was read from it", hint="Get the bundle again."
        )
    return content


def _row(line: bytes) -> Row:
    row = parsed(line, "a row of the bundle")
    if not isinstance(row, dict):
        raise UnreadableInputError("a row of the bundle is no object", hint="Make the bundle again.")
    return row


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes | None:
    """Return a member's bytes, ``None`` where it is missing, damaged or longer than it may be."""
    try:
        with archive.open(name) as file:
            content = file.read(most + 1)
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return None
    return content if len(content) <= most else None


def _private(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongUsageError("this is no Ed25519 private key in PEM", hint="Make one: `fairmark db key FILE`.")
    return key


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise WrongUsageError("this is no Ed25519 public key in PEM", hint="`fairmark db key FILE` writes FILE.pub.")
    return key
