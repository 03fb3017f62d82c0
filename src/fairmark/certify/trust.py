"""The trust list: whose labels count, under which scheme, signed with which key. The one we ship is empty.

The list is a value. How it comes to a machine, and why nobody can put an old one in its place, is TUF's part; here it
is read strictly and asked. Days are days since 1970-01-01, times are seconds since then.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from fairmark.certify.cose import PublicKey
from fairmark.certify.label import LAST_DAY
from fairmark.errors import UnreadableInputError
from fairmark.model.value import Value

LARGEST_LIST = 1 << 20
DEMO = "demo"
"""The scheme of nobody; whatever is signed under it is a test."""
_HOST = r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}$"
_DEEPEST = 6


def _is_key(text: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) not in {32, 65} or encoded(raw) != text:
        raise ValueError("a public key is 32 or 65 bytes in base64url without padding")
    return text


def encoded(raw: bytes) -> str:
    """Return bytes in base64url without padding, the form of keys in a trust list."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


Id = Annotated[int, Field(strict=True, ge=0, le=0xFFFF)]
Day = Annotated[int, Field(strict=True, ge=0, le=LAST_DAY)]
Seconds = Annotated[int, Field(strict=True, ge=0, le=LAST_DAY * 86_400)]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Host = Annotated[str, StringConstraints(strict=True, max_length=253, pattern=_HOST)]
Key = Annotated[str, StringConstraints(strict=True, max_length=90), AfterValidator(_is_key)]


class _WithKey(Value):
    """Something that signs."""

    algorithm: Literal["EdDSA", "ES256"]
    public: Key

    @model_validator(mode="after")
    def _fits(self) -> Any:
        if len(self.key.public) != (32 if self.algorithm == "EdDSA" else 65):
            raise ValueError(f"a key of {len(self.key.public)} bytes is none of {self.algorithm}")
        return self

    @property
    def key(self) -> PublicKey:
        """The public key."""
        return PublicKey(self.algorithm, base64.urlsafe_b64decode(self.public + "=" * (-len(self.public) % 4)))


class Scheme(Value):
    """Who asks for what: the labels carry its number, the list its words."""

    id: Id
    name: Name
    levels: tuple[Name, ...] = Field(max_length=9)
    """Names of the levels 1, 2, ...; level 0 has none."""

    def level(self, number: int) -> str:
        """Return a level in words."""
        return self.levels[number - 1] if 0 < number <= len(self.levels) else f"level {number}"


class Issuer(_WithKey):
    """A key of an issuer. An issuer with several keys, such as an old one, stands here several times."""

    id: Id
    name: Name
    host: Host
    """Of its registry: the address that belongs beside the code."""
    scheme: Name
    not_before: Day
    """First and last day on which labels of this key may have been issued."""
    not_after: Day
    log_cutoff: int | None = Field(default=None, strict=True, ge=-1)
    """The key was stolen: only labels that the log has at this place or before it count; None where it was not."""
    log: Name | None = None
    """Origin of the log in which that place is counted; None: the only one in the list."""


class Log(_WithKey):
    """A transparency log, and whose cosignatures its checkpoints need."""

    origin: Name
    witnesses: tuple[Annotated[str, StringConstraints(max_length=300)], ...] = Field(default=(), max_length=64)
    """Their keys, as name+id+base64."""
    quorum: int = Field(default=0, strict=True, ge=0, le=64)


class StatusSource(_WithKey):
    """A status list: where it is published, and who signs it."""

    id: Id
    url: Annotated[str, StringConstraints(max_length=300, pattern=r"^https://")]


class TrustList(Value):
    """Everything that a verifier believes."""

    version: int = Field(default=0, strict=True, ge=0)
    issued: Seconds = 0
    expires: Seconds = 0
    schemes: tuple[Scheme, ...] = Field(default=(), max_length=1000)
    issuers: tuple[Issuer, ...] = Field(default=(), max_length=1000)
    logs: tuple[Log, ...] = Field(default=(), max_length=100)
    status_lists: tuple[StatusSource, ...] = Field(default=(), max_length=1000)

    @model_validator(mode="after")
    def _hangs_together(self) -> Any:
        names = {one.name: one.id for one in self.schemes}
        if len(names) != len(self.schemes) or len(set(names.values())) != len(names):
            raise ValueError("two schemes with one name or number")
        if any((one.id == 0) != (one.name == DEMO) for one in self.schemes):
            raise ValueError(f"scheme 0 is {DEMO}, and no other is")
        if any(one.scheme not in names for one in self.issuers):
            raise ValueError("an issuer of a scheme that is not listed")
        origins = {one.origin for one in self.logs}
        cut = [one for one in self.issuers if one.log_cutoff is not None]
        if any(one.log not in origins if one.log is not None else len(origins) > 1 for one in cut):
            raise ValueError("a cut in a log that is not listed, or in no certain one of several")
        if len({one.id for one in self.status_lists}) != len(self.status_lists):
            raise ValueError("two status lists with one number")
        said = [(one.id, one.public) for one in self.issuers]
        if len(set(said)) != len(said):
            raise ValueError("an issuer has a key twice")
        return self


@dataclass(frozen=True, slots=True)
class Trusted:
    """An issuer with its key and scheme, ready to be asked."""

    issuer: Issuer
    scheme: Scheme
    key: PublicKey

    @property
    def is_demo(self) -> bool:
        """Whether whatever it signs is a test."""
        return self.scheme.name == DEMO


class Register:
    """A trust list made ready for many questions."""

    def __init__(self, trust: TrustList) -> None:
        schemes = {one.name: one for one in trust.schemes}
        self.trust = trust
        self._by_header: dict[bytes, list[Trusted]] = {}
        for issuer in trust.issuers:
            known = Trusted(issuer, schemes[issuer.scheme], issuer.key)
            self._by_header.setdefault(known.key.header, []).append(known)

    def with_header(self, header: bytes) -> Iterable[Trusted]:
        """Return all whose messages have this header; different keys can share the four bytes of a key id."""
        return self._by_header.get(header, ())

    def everyone(self) -> Iterable[Trusted]:
        """Return all who are trusted, with their keys."""
        return (one for known in self._by_header.values() for one in known)


def read_trust(content: bytes) -> TrustList:
    """Return a trust list; raises UnreadableInputError with what is wrong."""
    hint = "Fetch the trust list again from whoever keeps it."
    if len(content) > LARGEST_LIST:
        raise UnreadableInputError(f"the trust list is larger than {LARGEST_LIST} bytes", hint=hint)
    try:
        found = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_no_constant)
        return TrustList.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][:_DEEPEST])
        raise UnreadableInputError(f"no trust list: {place}: {first['msg']}", hint=hint) from None
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(f"no trust list: {str(error)[:200]}", hint=hint) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")
