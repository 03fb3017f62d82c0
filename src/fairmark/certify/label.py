"""Labels: claims as a map with integer keys, signed, written as decimal digits behind the address that a phone opens.

Addresses have the form of a GS1 Digital Link, ``https://HOST/01/GTIN14#DIGITS``; a product without a GTIN is found by
the number of its certificate, ``https://HOST/c/NUMBER#DIGITS``. What stands before the ``#`` is not signed, so whoever
checks a label compares it with what is. What stands behind it is never sent to a server.

The digits are the decimal form of the number whose bytes are 0x01 and the message: a QR code packs ten bits into three
of them. Host names are not signed either: a registry that moves does not spoil printed boxes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.certify.cose import Item, PublicKey, decode, encode, opened, sign
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Signer

MOST_DIGITS = 1200
LONGEST_MODEL = 48
LAST_DAY = 99_999
_MODEL_FAULT = f"a model has 1 to {LONGEST_MODEL} bytes"
_LONGEST_TEXT = 2000
_LARGEST_NUMBER = 0xFFFF_FFFF
_LARGEST_ISSUER = 0xFFFF
_EVIDENCE_BYTES = 32
_KEYS = {1, 4, 6, -1, -2, -3, -4, -5, -6}
_GTIN_KEY = 2
_HOST = r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
_ADDRESS = re.compile(rf"https://({_HOST})/(?:01/([0-9]{{14}})|c/([1-9][0-9]{{0,9}}))#([0-9]+)")
_DIGITS = re.compile(r"[0-9]+")
# Characters that are not seen or that turn the text around: controls, zero width, line and direction marks, tags.
HIDDEN = (
    "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff0-\\uffff"
)
_HIDDEN = re.compile(f"[{HIDDEN}\\U000e0000-\\U000e0fff]")
_HINT = "Scan the code again, or copy the whole address."


@dataclass(frozen=True, slots=True)
class Claims:
    """What a label says. Days are days since 1970-01-01."""

    issuer: int
    model: str
    number: int
    """Of the certificate, given by the issuer."""
    scheme: int
    level: int
    issued: int
    expires: int
    support_until: int
    """The last day on which the maker mends flaws."""
    evidence: bytes
    """SHA-256 of the evidence bundle."""
    status: tuple[int, int]
    """Status list and the place in it."""
    gtin: int | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """The text of a label, taken apart and not checked."""

    digits: str
    host: str = ""
    gtin: str = ""
    number: str = ""


def is_gtin(number: int) -> bool:
    """Whether a number is a GTIN-14: its last digit is the check digit (GS1 General Specifications 7.9)."""
    spelled = b"%014d" % number  # the byte of a digit is 48 more, and 48 * (7 * 3 + 7) ends in 4
    return 0 < number < 10**14 and (3 * sum(spelled[::2]) + sum(spelled[1::2])) % 10 == 4


def fault(claims: Claims) -> str:
    """Return what is wrong with claims, or an empty text."""
    model, least, most = (
        claims.model,
        min(claims.issued, claims.support_until),
        max(claims.expires, claims.support_until),
    )
    checks = (
        (0 < claims.issuer <= _LARGEST_ISSUER, "no such issuer number"),
        (claims.gtin is None or is_gtin(claims.gtin), "the GTIN is none: its check digit is wrong"),
        (claims.issued <= claims.expires, "it expires before it was issued"),
        (least > 0 and most <= LAST_DAY, "a day that is out of range"),
        (0 < len(model.encode("utf-8", "replace")) <= LONGEST_MODEL, _MODEL_FAULT),
        (model.strip(" ") == model and not _HIDDEN.search(model), "the model has characters that nobody sees"),
        (0 < claims.number <= _LARGEST_NUMBER, "no such certificate number"),
        (0 <= claims.scheme <= _LARGEST_ISSUER and 0 <= claims.level <= 9, "no such scheme or level"),
        (len(claims.evidence) == _EVIDENCE_BYTES, "the digest of the evidence is no SHA-256"),
        (0 < claims.status[0] <= _LARGEST_ISSUER, "no such status list"),
        (0 <= claims.status[1] <= _LARGEST_NUMBER, "no such place in a status list"),
    )
    return next((problem for holds, problem in checks if not holds), "")


def make(claims: Claims, signer: Signer) -> bytes:
    """Return the signed message; raises WrongUsageError for claims that no label can make."""
    return sign(payload(claims), signer)


def payload(claims: Claims) -> bytes:
    """Return what is signed, before it is; raises WrongUsageError for claims that no label can make."""
    problem = fault(claims)
    if problem:
        raise WrongUsageError(f"no label can say that: {problem}", hint="Mend the claims.")
    items: dict[int, object] = {
        1: claims.issuer,
        4: claims.expires,
        6: claims.issued,
        -1: claims.model,
        -2: claims.number,
        -3: [claims.scheme, claims.level],
        -4: claims.support_until,
        -5: claims.evidence,
        -6: list(claims.status),
    }
    if claims.gtin is not None:
        items[_GTIN_KEY] = claims.gtin
    return encode(items)


def read_claims(payload: bytes) -> Claims:
    """Return the claims in a payload; raises UnreadableInputError."""
    items = decode(payload)
    if not isinstance(items, dict) or items.keys() - {_GTIN_KEY} != _KEYS:
        raise _malformed("other claims than a label has")
    model, evidence = items[-1], items[-5]
    if not isinstance(model, str) or not isinstance(evidence, bytes):
        raise _malformed("the model is a text and the evidence a digest")
    scheme, status = _pair(items[-3]), _pair(items[-6])
    claims = Claims(
        issuer=_number(items[1]),
        model=model,
        number=_number(items[-2]),
        scheme=scheme[0],
        level=scheme[1],
        issued=_number(items[6]),
        expires=_number(items[4]),
        support_until=_number(items[-4]),
        evidence=evidence,
        status=status,
        gtin=_number(items[_GTIN_KEY]) if _GTIN_KEY in items else None,
    )
    problem = fault(claims)
    if problem:
        raise _malformed(problem)
    return claims


def check(content: bytes, keys: Sequence[PublicKey]) -> tuple[Claims, PublicKey]:
    """Return the claims of a message and the key that signed it.

    Raises:
        UnreadableInputError: no label.
        CheckFailedError: none of the keys signed it.
    """
    payload, key = opened(content, keys)
    return read_claims(payload), key


def to_digits(content: bytes) -> str:
    """Return a message in decimal digits."""
    return str(int.from_bytes(b"\x01" + content))


def from_digits(digits: str) -> bytes:
    """Return the message that digits stand for; raises UnreadableInputError."""
    if len(digits) > MOST_DIGITS:  # before anything is computed with them
        raise _malformed(f"more than {MOST_DIGITS} digits")
    if not _DIGITS.fullmatch(digits) or digits[0] == "0":
        raise _malformed("not written in the digits 0 to 9")
    number = int(digits)
    content = number.to_bytes((number.bit_length() + 7) // 8)
    if content[0] != 1:
        raise _malformed("digits are missing")
    return content[1:]


def address(host: str, claims: Claims, content: bytes) -> str:
    """Return the address that the code of a label holds; raises WrongUsageError for a host that is none."""
    if not re.fullmatch(_HOST, host):
        raise WrongUsageError(f"{host[:80]!r} is no host name", hint="Lower case, such as registry.example.org.")
    return f"{prefix(host, claims)}{to_digits(content)}"


def prefix(host: str, claims: Claims) -> str:
    """Return the part of the address before the digits."""
    place = f"01/{claims.gtin:014d}" if claims.gtin is not None else f"c/{claims.number}"
    return f"https://{host}/{place}#"


def take_apart(text: str) -> Printed:
    """Return the parts of an address or of bare digits; spaces and line ends around it do not count.

    Raises:
        UnreadableInputError: neither.
    """
    if len(text) > _LONGEST_TEXT:
        raise _malformed("a text that is much too long")
    text = text.strip(" \t\r\n")
    if _DIGITS.fullmatch(text):
        return Printed(text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise _malformed("neither the address of a label nor its digits")
    return Printed(found[4], found[1], found[2] or "", found[3] or "")


def is_of(printed: Printed, claims: Claims) -> bool:
    """Whether the address names the product that was signed; bare digits name none."""
    if printed.gtin:
        return claims.gtin is not None and int(printed.gtin) == claims.gtin
    return not printed.number or (claims.gtin is None and int(printed.number) == claims.number)


def _number(item: Item) -> int:
    if not isinstance(item, int):
        raise _malformed("a number was expected")
    return item


def _pair(item: Item) -> tuple[int, int]:
    if not isinstance(item, list) or len(item) != 2:
        raise _malformed("two numbers were expected")
    return _number(item[0]), _number(item[1])


def _malformed(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no label: {problem}", hint=_HINT)
