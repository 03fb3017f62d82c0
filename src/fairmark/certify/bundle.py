"""The evidence bundle: files that can be shown one by one, each proven to belong, the others not even named.

Every file gets a commitment: its path, size and SHA-256 together with a salt of its own, so that nobody can guess a
path and find it confirmed. The commitments are the leaves of a Merkle tree (RFC 6962 hashing), in the order of their
hashes, and decoys fill it up to a power of two: neither the place nor the number of the leaves tells anything. The
manifest is the root and that number; its digest stands in the certificate.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from fairmark.certify.canonical import read_canonical
from fairmark.certify.certificate import Digest
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger import merkle
from fairmark.model.value import Value, canonical_json, sha256_hex

SEED_BYTES = 32
MOST_FILES = 1 << 14
LARGEST_MANIFEST = 4096
LARGEST_DISCLOSURE = 16 << 20
_FEWEST_LEAVES = 8
_SALT_BYTES = 16
_MARKERS = (b"PRIVATE KEY-----", b"PRIVATE KEY BLOCK-----", b"PuTTY-User-Key-File-")

Path = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Salt = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Entry(Value):
    """One file of a bundle; as canonical JSON it is a leaf."""

    path: Path
    sha256: Digest
    size: int = Field(ge=0)
    salt: Salt

    @property
    def leaf(self) -> bytes:
        """The commitment."""
        return merkle.leaf_hash(canonical_json(self))


class Manifest(Value):
    """What the certificate refers to: it names no file."""

    format: Literal["fairmark.evidence/1"] = Field(default="fairmark.evidence/1", alias="schema")
    leaves: int = Field(ge=_FEWEST_LEAVES, le=2 * MOST_FILES)
    root: Digest

    def written(self) -> bytes:
        """Return its canonical JSON."""
        return canonical_json(self)

    @property
    def digest(self) -> str:
        """The digest that stands in the certificate."""
        return sha256_hex(self.written())


class Shown(Value):
    """A file that is disclosed, or only named, with the proof that it belongs."""

    entry: Entry
    index: int = Field(ge=0)
    proof: tuple[Digest, ...] = Field(max_length=merkle.LONGEST_PROOF)
    content: bool = Field(description="whether the file itself is handed over")


class Disclosure(Value):
    """Part of a bundle."""

    format: Literal["fairmark.disclosure/1"] = Field(default="fairmark.disclosure/1", alias="schema")
    manifest: Manifest
    shown: tuple[Shown, ...] = Field(max_length=MOST_FILES)


@dataclass(frozen=True, slots=True)
class Bundle:
    """All entries with their salts: the keeper's, not the public's."""

    entries: tuple[Entry, ...]
    decoys: tuple[bytes, ...]
    """Leaf hashes without a file."""

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """All leaf hashes in the order of the tree."""
        return tuple(sorted((*(one.leaf for one in self.entries), *self.decoys)))

    @property
    def manifest(self) -> Manifest:
        """The public commitment."""
        return Manifest(leaves=len(self.leaves), root=merkle.perfect_root(self.leaves).hex())


def bundle(files: Mapping[str, bytes], seed: bytes) -> Bundle:
    """Return the bundle of files, path -> content.

    Args:
        files: the evidence; see ``faults`` for what may not be among it.
        seed: 32 random bytes that nobody else knows; all salts follow from it, and none tells of another.

    Raises WrongUsageError when there are too many files, or none.
    """
    if not 0 < len(files) <= MOST_FILES:
        raise WrongUsageError(f"an evidence bundle has 1 to {MOST_FILES} files", hint="Put small files into archives.")
    if len(seed) != SEED_BYTES:
        raise ValueError("the seed of a bundle has 32 bytes")
    entries = tuple(
        Entry(path=path, sha256=sha256_hex(content), size=len(content), salt=_derived(seed, "file", number))
        for number, (path, content) in enumerate(sorted(files.items()))
    )
    return Bundle(entries, _decoys(seed, len(entries)))


def faults(files: Mapping[str, bytes], image: str, in_image: Callable[[str, str], bool]) -> tuple[str, ...]:
    """Return what may not go into a bundle: the image, files out of it, private keys.

    Args:
        files: path -> content.
        image: SHA-256 of the image.
        in_image: whether a file with this name and SHA-256 is known to be one of the image.
    """
    found = []
    for path, content in sorted(files.items()):
        digest = sha256_hex(content)
        if digest == image:
            found.append(f"{path} is the image itself: whoever gets the bundle would get its secrets")
        elif content and in_image(path.rpartition("/")[2], digest):
            found.append(f"{path} is a file of the image: evidence tells of it and never holds it")
        elif any(marker in content for marker in _MARKERS):
            found.append(f"{path} holds a private key")
    return tuple(found)


def disclose(whole: Bundle, wanted: Iterable[str], *, named: bool = False) -> Disclosure:
    """Return the part of a bundle with these paths; with ``named`` the other files are named too.

    Raises WrongUsageError for a path that the bundle has not.
    """
    chosen, leaves = set(wanted), whole.leaves
    if missing := sorted(chosen - {one.path for one in whole.entries}):
        raise WrongUsageError(f"the bundle has no {missing[0]}", hint="Paths are those of the evidence folder.")
    places = {leaf: index for index, leaf in enumerate(leaves)}
    subtree = _subtrees(leaves)
    shown = tuple(
        Shown(
            entry=one,
            index=places[one.leaf],
            proof=tuple(hash_.hex() for hash_ in merkle.inclusion_proof(places[one.leaf], len(leaves), subtree)),
            content=one.path in chosen,
        )
        for one in whole.entries
        if named or one.path in chosen
    )
    return Disclosure(manifest=whole.manifest, shown=shown)


def check_disclosure(disclosure: Disclosure, digest: str, contents: Mapping[str, bytes]) -> None:
    """Check that everything shown belongs to the bundle whose manifest has this digest.

    Args:
        disclosure: as read.
        digest: from the certificate.
        contents: SHA-256 -> file, for all that is handed over.

    Raises CheckFailedError with the first thing that does not hold.
    """
    manifest = disclosure.manifest
    if manifest.digest != digest:
        raise _foreign("this is the evidence of another certificate")
    for one in disclosure.shown:
        hashes = [bytes.fromhex(text) for text in one.proof]
        root = bytes.fromhex(manifest.root)
        if not merkle.verify_inclusion(one.entry.leaf, one.index, manifest.leaves, hashes, root):
            raise _foreign(f"{one.entry.path} does not belong to the evidence")
        if one.content:
            content = contents.get(one.entry.sha256)
            if content is None:
                raise _foreign(f"{one.entry.path} is missing")
            if sha256_hex(content) != one.entry.sha256 or len(content) != one.entry.size:
                raise _foreign(f"{one.entry.path} is not the file that was evidence")


def read_disclosure(content: bytes) -> Disclosure:
    """Return a disclosure, unchecked; raises UnreadableInputError."""
    found: Disclosure = _read(Disclosure, content, "the disclosure", LARGEST_DISCLOSURE)
    return found


class _Kept(Value):
    """The keeper's list: a seed and all entries."""

    seed: Digest
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST_FILES)


def kept(whole: Bundle, seed: bytes) -> bytes:
    """Return what the keeper needs to disclose parts later; nobody else may see it."""
    return canonical_json(_Kept(seed=seed.hex(), entries=whole.entries))


def read_kept(content: bytes) -> Bundle:
    """Return the bundle that ``kept`` wrote down; raises UnreadableInputError."""
    found: _Kept = _read(_Kept, content, "the list of the evidence", LARGEST_DISCLOSURE)
    return Bundle(found.entries, _decoys(bytes.fromhex(found.seed), len(found.entries)))


def _read(kind: type[Any], content: bytes, what: str, limit: int) -> Any:
    try:
        return kind.model_validate(read_canonical(content, what, limit=limit))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][:6]) or "the whole"
        raise UnreadableInputError(f"{what}: {place}: {first['msg']}", hint="Ask for it again.") from None


def _decoys(seed: bytes, files: int) -> tuple[bytes, ...]:
    wanted = max(_FEWEST_LEAVES, 1 << (files - 1).bit_length())
    return tuple(merkle.leaf_hash(bytes.fromhex(_derived(seed, "decoy", number))) for number in range(wanted - files))


def _derived(seed: bytes, kind: str, number: int) -> str:
    return hmac.digest(seed, f"{kind} {number}".encode(), "sha256")[:_SALT_BYTES].hex()


def _subtrees(leaves: Sequence[bytes]) -> merkle.Subtree:
    return lambda level, number: merkle.perfect_root(leaves[number << level : (number + 1) << level])


def _foreign(problem: str) -> CheckFailedError:
    return CheckFailedError(problem, hint="Ask whoever handed the evidence over for it again.")
