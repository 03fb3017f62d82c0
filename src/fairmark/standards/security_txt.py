"""Read ``security.txt`` (RFC 9116): its fields, and every way in which it fails the reader who wants to report a flaw.

The form is the one of the RFC: ``Name: value`` lines, comments after ``#``, lines that end in
LF or CR LF, UTF-8, and around all of it perhaps an OpenPGP cleartext signature. The signature
is seen, not verified: nobody handed over a key. The limits on size are ours.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fairmark.errors import UnreadableInputError
from fairmark.standards.document_text import decode

MOST_BYTES, LONGEST_FIELD, MOST_FIELDS = 32 << 10, 2048, 200

_BEGIN, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
_FIELD = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,60})\s*:[ \t]*(.*)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_MAIL = re.compile(r"mailto:[^@\s/?]+@[^@\s/?]+\.[^@\s/?]+", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})")
_LONG_AHEAD = timedelta(days=366)
_ADDRESSES = ("contact", "encryption", "acknowledgments", "policy", "hiring", "canonical", "csaf")
_WEB_ONLY = ("canonical", "csaf")


@dataclass(frozen=True, slots=True)
class Line:
    """A field, with the line it stands in."""

    name: str
    """In lower case: names do not depend on case."""
    value: str
    number: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, or only unwise; line 0 speaks of the whole file."""

    text: str
    line: int = 0
    grave: bool = True
    """The RFC demands otherwise; else it only recommends it."""


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """The file, read."""

    fields: tuple[Line, ...]
    signed: bool
    faults: tuple[Fault, ...]

    def values(self, name: str) -> tuple[Line, ...]:
        """Return the fields of this name, in the order in which the file prefers them."""
        return tuple(line for line in self.fields if line.name == name)

    @property
    def usable(self) -> bool:
        """Whether nothing that the RFC demands is broken."""
        return not any(fault.grave for fault in self.faults)


def read_security_txt(content: bytes, name: str, now: datetime) -> SecurityTxt:
    """Return the fields and faults; ``now`` (with its zone) is the date of the assessment.

    Raises UnreadableInputError where the file is too large or no text.
    """
    if len(content) > MOST_BYTES:
        hint = "A security.txt is a short list of addresses."
        raise UnreadableInputError(f"{name} is larger than {MOST_BYTES} bytes", hint=hint)
    text = decode(content, name)
    lines, signed, framing = _unwrapped(text)
    fields: list[Line] = []
    faults = list(framing)
    for number, line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _FIELD.fullmatch(stripped)
        if found is None or len(stripped) > LONGEST_FIELD:
            faults.append(Fault("a line is no field of the form 'Name: value'", number))
        elif len(fields) < MOST_FIELDS:
            fields.append(Line(found[1].lower(), found[2].strip(), number))
        else:
            faults.append(Fault(f"more than {MOST_FIELDS} fields; the rest was not read", number))
            break
    by_name: dict[str, list[Line]] = {}
    for field in fields:
        by_name.setdefault(field.name, []).append(field)
    faults += [*_contact_faults(by_name), *_expiry_faults(by_name, now), *_other_faults(by_name, fields)]
    return SecurityTxt(tuple(fields), signed, tuple(sorted(faults, key=lambda f: (not f.grave, f.line, f.text))))


def _unwrapped(text: str) -> tuple[list[tuple[int, str]], bool, list[Fault]]:
    """Return the numbered lines inside a signature, whether there is one, and what is wrong with its frame."""
    lines = list(enumerate(re.split(r"\r\n|\n|\r", text), 1))
    if not any(line.strip() for _, line in lines):
        return [], False, []
    first = next(i for i, (_, line) in enumerate(lines) if line.strip())
    if lines[first][1].strip() != _BEGIN:
        return lines, False, []
    marks = [i for i, (_, line) in enumerate(lines) if line.strip() == _SIGNATURE]
    blank = next((i for i in range(first + 1, len(lines)) if not lines[i][1].strip()), None)
    whole = any(line.strip() == _END for _, line in lines[marks[0] :]) if marks else False
    if blank is None or not whole or blank > marks[0]:
        return [], False, [Fault("the OpenPGP signature is not whole", lines[first][0])]
    body = [(number, line.removeprefix("- ")) for number, line in lines[blank + 1 : marks[0]]]
    outside = [n for n, line in lines[marks[0] :] if _FIELD.fullmatch(line.strip()) and "contact" in line.lower()]
    return body, True, [Fault("a field stands outside the signed part", number) for number in outside]


def _contact_faults(fields: Mapping[str, list[Line]]) -> Iterator[Fault]:
    contacts = fields.get("contact", [])
    if not contacts:
        yield Fault("it names no Contact")
    for one in contacts:
        if one.value.lower().startswith("mailto:") and not _MAIL.match(one.value):
            yield Fault("Contact is no mail address", one.number)


def _expiry_faults(fields: Mapping[str, list[Line]], now: datetime) -> Iterator[Fault]:
    given = fields.get("expires", [])
    if not given:
        yield Fault("it has no Expires")
        return
    if len(given) > 1:
        yield Fault("Expires stands more than once", given[1].number)
    moment = moment_of(given[0].value)
    if moment is None:
        yield Fault("Expires is no date and time such as 2027-06-30T23:59:59Z", given[0].number)
    elif moment <= now:
        yield Fault(f"it expired on {moment.date()}", given[0].number)
    elif moment > now + _LONG_AHEAD:
        yield Fault("Expires lies more than a year ahead", given[0].number, grave=False)


def moment_of(value: str) -> datetime | None:
    """Return the date and time of an Expires field (RFC 3339, with its zone), or ``None`` when it is none."""
    if not _TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper().replace(" ", "T")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _other_faults(fields: Mapping[str, list[Line]], every: list[Line]) -> Iterator[Fault]:
    for one in every:
        if one.name in _ADDRESSES and not _URI.fullmatch(one.value):
            yield Fault(f"{one.name.capitalize()} is no address with a scheme, such as mailto: or https:", one.number)
        elif one.name in _ADDRESSES and one.value.lower().startswith("http:"):
            yield Fault(f"{one.name.capitalize()} is a web address without https", one.number)
        elif one.name in _WEB_ONLY and not one.value.lower().startswith("https:"):
            yield Fault(f"{one.name.capitalize()} is no web address with https", one.number)
    languages = fields.get("preferred-languages", [])
    if len(languages) > 1:
        yield Fault("Preferred-Languages stands more than once", languages[1].number)
    if not fields.get("canonical"):
        yield Fault("it does not say where it is published (Canonical)", grave=False)
