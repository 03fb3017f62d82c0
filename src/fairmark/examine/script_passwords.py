"""Passwords that a start script writes out literally: the same in every unit that runs the script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_USER = r"(?P<user>[A-Za-z_][\w-]{0,31})"
_HASH = r"(?P<stored>\$(?:1|5|6|2[abxy]|y)\$[./0-9A-Za-z$=]{8,128})"
_FORMS = (
    re.compile(
        rf"\becho\s+(?:-\w+\s+)?[\"']?{_USER}:(?P<plain>[^\"'$`\\\s:]{{1,64}})[\"']?\s*\|\s*(?:\S+\s+)?chpasswd\b"
    ),
    re.compile(rf"(?<![\w$]){_USER}:{_HASH}(?=[:\"'\s])"),
    re.compile(rf"\busermod\s+-p\s+[\"']?{_HASH}[\"']?\s+{_USER}\b"),
)
_MAX_LINES = 5000
_MAX_LINE = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """A password on a line of a script: its hash (``stored``) or itself (``plain``); the other is empty."""

    line: int
    user: str
    stored: str
    plain: str


def written_passwords(text: str) -> Iterator[Written]:
    """Yield the passwords that a script sets; values that only the running device knows are none."""
    for number, line in enumerate(text.splitlines()[:_MAX_LINES], start=1):
        matches = (form.search(line[:_MAX_LINE]) for form in _FORMS if not line.lstrip().startswith("#"))
        for match in matches:
            if match:
                found = match.groupdict()
                yield Written(number, found["user"], found.get("stored") or "", found.get("plain") or "")
