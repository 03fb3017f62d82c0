"""Settings in nested blocks: ``server { ... }`` of nginx, ``<Directory /srv> ... </Directory>``, lighttpd's arrays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fairmark.examine.configs.lines import MAX_SETTINGS, Setting, numbered, unquoted
from fairmark.examine.subject import FileFacts

_MAX_DEPTH = 24
_MAX_JOINED = 400
_TOKEN = re.compile(
    r"(?P<space>\s+|#[^\n]*)|(?P<quoted>\"(?:[^\"\\]|\\.){0,2000}\"|'(?:[^'\\]|\\.){0,2000}')|(?P<mark>[{};])|[^\s{};]+"
)
_OPEN = re.compile(r"<\s*([A-Za-z]\w*)\s*([^>]*)>")
_CLOSE = re.compile(r"<\s*/\s*([A-Za-z]\w*)\s*>")
_ASSIGNED = re.compile(r"([A-Za-z][\w.-]*)\s*\+?=(?![=~>])\s*(.*)", re.DOTALL)
_CONDITION = re.compile(r"(?:else\s*)?\$(\w+)\[\"([^\"]*)\"\]\s*(==|=~|!=|!~)\s*\"([^\"]*)\"\s*\{?")


@dataclass(slots=True)
class Node:
    """A statement with its words, or a block with what stands inside it. The first word is in lower case."""

    file: FileFacts
    line: int
    words: tuple[str, ...]
    inside: list["Node"] = field(default_factory=list)
    is_block: bool = False

    @property
    def name(self) -> str:
        """The first word."""
        return self.words[0] if self.words else ""

    @property
    def setting(self) -> Setting:
        """The statement as a setting."""
        return Setting(self.file, self.line, self.name, " ".join(self.words[1:]))

    def all(self, *names: str) -> list["Node"]:
        """Return what stands directly inside under one of the names."""
        return [one for one in self.inside if one.name in names]

    def last(self, *names: str) -> "Node | None":
        """Return the last statement directly inside with one of the names."""
        found = self.all(*names)
        return found[-1] if found else None

    def walk(self) -> Iterator["Node"]:
        """Yield everything inside, however deep. The depth is bounded by the readers."""
        for one in self.inside:
            yield one
            yield from one.walk()


def braces(file: FileFacts) -> Node:
    """Read the form of nginx: words up to ``;`` make a statement, words before ``{`` open a block."""
    root = Node(file, 1, (), is_block=True)
    open_blocks, started, line = [root], 1, 1
    words: list[str] = []
    for count, token in enumerate(_TOKEN.finditer(file.text or "")):
        if count > 5 * MAX_SETTINGS:
            break
        mark, at = token["mark"], line
        line += token[0].count("\n")
        if token["space"]:
            continue
        if not mark:
            started = started if words else at
            words.append(unquoted(token[0]) if token["quoted"] else token[0])
            continue
        if mark == "}":
            if len(open_blocks) > 1:
                open_blocks.pop()
        elif words:
            node = Node(file, started, (words[0].lower(), *words[1:]), is_block=mark == "{")
            open_blocks[-1].inside.append(node)
            if mark == "{" and len(open_blocks) < _MAX_DEPTH:
                open_blocks.append(node)
        words = []
    return root


def angles(file: FileFacts) -> Node:
    """Read the form of Apache and ProFTPD: ``<Name words>`` opens a block, ``</Name>`` closes it."""
    root = Node(file, 1, (), is_block=True)
    open_blocks = [root]
    for number, line in numbered(file):
        closing, opening = _CLOSE.fullmatch(line), _OPEN.fullmatch(line)
        if closing:
            if len(open_blocks) > 1:
                open_blocks.pop()
            continue
        words = tuple(unquoted(word) for word in (opening[2] if opening else line).split())
        names = (opening[1].lower(), *words) if opening else (words[0].lower(), *words[1:])
        node = Node(file, number, names, is_block=opening is not None)
        open_blocks[-1].inside.append(node)
        if opening and len(open_blocks) < _MAX_DEPTH:
            open_blocks.append(node)
    return root


def assignments(file: FileFacts) -> tuple[Setting, ...]:
    """Read the form of lighttpd: ``name = value`` with values over several lines; ``section`` is the condition."""
    found: list[Setting] = []
    conditions: list[str] = []
    pending, started, lines = "", 0, 0
    for number, piece in _pieces(file):
        if not pending and piece.endswith(("{", "}")):
            conditions = _entered(conditions, piece)
            continue
        started, lines = (started, lines + 1) if pending else (number, 1)
        pending = f"{pending}\n{piece}" if pending else piece
        if pending.count("(") > pending.count(")") and lines < _MAX_JOINED:
            continue
        match = _ASSIGNED.fullmatch(pending)
        pending = ""
        if match and len(found) < MAX_SETTINGS:
            found.append(Setting(file, started, match[1].lower(), unquoted(match[2]), " and ".join(conditions)))
    return tuple(found)


def _entered(conditions: list[str], piece: str) -> list[str]:
    """Return the conditions that hold after the start or the end of a block."""
    if piece.endswith("}"):
        return conditions[:-1]
    match = _CONDITION.search(piece)
    return [*conditions, f'{match[1]}["{match[2]}"] {match[3]} "{match[4]}"' if match else "else"][:_MAX_DEPTH]


def _pieces(file: FileFacts) -> Iterator[tuple[int, str]]:
    """Yield number and text of lines without remarks, cut behind ``{`` and around ``}`` outside of quotes."""
    for number, line in numbered(file):
        start, quoted = 0, False
        for index, char in enumerate(line):
            if char == '"':
                quoted = not quoted
            if quoted or char not in "{}#":
                continue
            if char in "#}" and line[start:index].strip():
                yield number, line[start:index].strip()
            if char == "#":
                start = len(line)
                break
            if char == "{":
                yield number, line[start : index + 1].strip()
            else:
                yield number, "}"
            start = index + 1
        if line[start:].strip():
            yield number, line[start:].strip()
