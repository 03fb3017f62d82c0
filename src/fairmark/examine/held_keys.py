"""Every key and certificate that the files of an image hold in a form of their own, read once."""

import re
from dataclasses import dataclass

from fairmark.examine.certificates import FoundCertificate
from fairmark.examine.key_files import FoundKey, may_hold_key, read_keys
from fairmark.examine.public_keys import tunnel_keys
from fairmark.examine.python_texts import without_explanations
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError

A_BUNDLE = 20  # certificates in one file: the public authorities, which are the same everywhere

_DOCUMENTATION = re.compile(
    r"/(?:docs?|man|info|(?:self[-_]?|unit[-_]?)?tests?|test_?data|examples?|samples?|molecule|licenses?)/"
    r"|/(?:test_[^/]*|[^/]*_test|conftest)\.(?:py|pl|php|rb|lua|js)$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"^/(?:etc|usr/share|usr/lib|usr/local/share|system/etc)/(?:ssl/certs|ca-certificates|pki|security)/"
)
_MAX_KEY_FILE = 256 << 10
_MAX_BUNDLE = 1 << 20
_MAX_KEYS = 500


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """Private keys with their files, and the certificates of each file that holds any, in the order of the files."""

    keys: tuple[tuple[FileFacts, FoundKey], ...]
    certificates: tuple[tuple[FileFacts, tuple[FoundCertificate, ...]], ...]


def held_keys(subject: Subject) -> HeldKeys:
    """Read every file that may hold a key, judged by its text or name before it is read; at most 500 private keys."""
    keys: list[tuple[FileFacts, FoundKey]] = []
    certificates = []
    for file in subject.files:
        data = _content(subject, file)
        found, signed = read_keys(data) if data is not None else ((), ())
        tunnels = tunnel_keys(file.text) if file.text is not None else ()
        keys += [(file, key) for key in (*found, *tunnels)[: _MAX_KEYS - len(keys)]]
        if signed:
            certificates.append((file, signed))
    return HeldKeys(tuple(keys), tuple(certificates))


def is_documentation(file: FileFacts) -> bool:
    """Whether it lies below documentation, tests or examples, which hold keys that nobody uses."""
    return _DOCUMENTATION.search(file.path) is not None


def is_public(file: FileFacts, inside: tuple[FoundCertificate, ...]) -> bool:
    """Whether these are certificates of public authorities: very many, or authorities where those lie."""
    authorities = all(one.is_authority and one.is_self_signed for one in inside)
    return len(inside) >= A_BUNDLE or (authorities and _PUBLIC.match(file.path) is not None)


def _content(subject: Subject, file: FileFacts) -> bytes | None:
    if file.elf or not may_hold_key(file.path, file.text):
        return None
    if file.text is not None:
        return (without_explanations(file.text) if file.path.endswith(".py") else file.text).encode()
    limit = _MAX_BUNDLE if file.path.endswith((".crt", ".pem")) else _MAX_KEY_FILE
    if file.size > limit:
        return None
    try:
        return subject.content(file, limit)
    except UnreadableEntryError:  # the scan has recorded the gap
        return None
