"""Settings that stand one on a line: ``name value``, ``name = value``, with or without ``[sections]``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fairmark.examine.subject import FileFacts

MAX_LINES = 20_000
MAX_LINE = 2000
MAX_SETTINGS = 20_000
_MAX_SECTIONS = 400
_DIRECTIVE = re.compile(r"([^\s=#;][^\s=]*)(?:\s*=\s*|\s+|$)(.*)")
_ASSIGNMENT = re.compile(r"([^=:]{1,200}?)\s*[=:]\s*(.*)")
_SECTION = re.compile(r"\[([^\]]{1,200})\]")
_TRAILING = re.compile(r"(?<=\S)\s+[#;].*$")
_YES = frozenset({"yes", "true", "on", "1", "enable", "enabled", "y"})
_NO = frozenset({"no", "false", "off", "0", "disable", "disabled", "n"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and where it stands. ``name`` is in lower case; ``section`` is "" outside of any."""

    file: FileFacts
    line: int
    name: str
    value: str
    section: str = ""

    @property
    def words(self) -> list[str]:
        """The value, cut at white space."""
        return self.value.split()

    @property
    def is_on(self) -> bool:
        """Whether the value is one of the usual words for yes."""
        return self.value.lower() in _YES

    @property
    def is_off(self) -> bool:
        """Whether the value is one of the usual words for no."""
        return self.value.lower() in _NO


def numbered(file: FileFacts, comments: tuple[str, ...] = ("#",)) -> Iterator[tuple[int, str]]:
    """Yield number and text, without white space around it, of the lines that are no comment."""
    for number, raw in enumerate((file.text or "").splitlines()[:MAX_LINES], start=1):
        line = raw.strip()
        if line and len(line) <= MAX_LINE and not line.startswith(comments):
            yield number, line


def directives(file: FileFacts, comments: tuple[str, ...] = ("#", ";")) -> tuple[Setting, ...]:
    """Read ``name value`` and ``name=value`` lines; quotes around a value and a remark after it are taken off.

    >>> from fairmark.examine.subject import FileFacts
    >>> facts = FileFacts("/etc/a", "", 9, 0o644, 0, 0, "", text="Port 22 # ssh")
    >>> [(one.name, one.value) for one in directives(facts)]
    [('port', '22')]
    """
    found: list[Setting] = []
    for number, line in numbered(file, comments):
        match = _DIRECTIVE.fullmatch(line)
        if match and len(found) < MAX_SETTINGS:
            found.append(Setting(file, number, match[1].lower(), unquoted(_TRAILING.sub("", match[2]))))
    return tuple(found)


def ini(file: FileFacts) -> tuple[Setting, ...]:
    """Read ``[section]`` headers and ``name = value`` lines; names and sections in lower case."""
    found: list[Setting] = []
    section = ""
    for number, line in numbered(file, ("#", ";", "//")):
        header = _SECTION.match(line)
        if header:
            section = header[1].strip().lower()
            continue
        match = _ASSIGNMENT.fullmatch(line)
        if match and len(found) < MAX_SETTINGS:
            value = unquoted(_TRAILING.sub("", match[2]))
            found.append(Setting(file, number, match[1].strip(" \t\"'").lower(), value, section))
    return tuple(found)


def unquoted(value: str) -> str:
    """Return a value without white space, a closing comma or semicolon, and quotes around it."""
    plain = value.strip().rstrip(",;").strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        return plain[1:-1]
    return plain


def by_section(settings: Iterable[Setting]) -> dict[str, list[Setting]]:
    """Return the settings of each section, in order; at most 400 sections."""
    found: dict[str, list[Setting]] = {}
    for one in settings:
        if one.section in found or len(found) < _MAX_SECTIONS:
            found.setdefault(one.section, []).append(one)
    return found


def last(settings: Iterable[Setting], *names: str) -> Setting | None:
    """Return the last setting with one of the names: the one that holds for most programs."""
    found = None
    for one in settings:
        if one.name in names:
            found = one
    return found


def first(settings: Iterable[Setting], *names: str) -> Setting | None:
    """Return the first setting with one of the names: the one that holds for sshd."""
    return next((one for one in settings if one.name in names), None)


def is_on(settings: Iterable[Setting], *names: str) -> bool:
    """Whether the last setting with one of the names says yes."""
    found = last(settings, *names)
    return found is not None and found.is_on
