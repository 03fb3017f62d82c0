"""The statements of a shell script as values: what ``shell_syntax`` reads and ``shell`` follows."""

from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a part of a word is."""

    TEXT = "text"
    VARIABLE = "variable"  # ``text`` is its name, ``default`` what stands for it when unset
    COMMAND = "command"  # the text of a command substitution
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word."""

    kind: PartKind
    text: str
    quoted: bool = False
    default: str = ""


Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command: assignments, words, the line it starts on."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Chain:
    """``first && second`` or ``first || second``."""

    first: "Statement"
    operator: str
    second: "Statement"


@dataclass(frozen=True, slots=True)
class Not:
    """``! statement``."""

    body: "Statement"


@dataclass(frozen=True, slots=True)
class Pipe:
    """A pipeline of at least two statements; its status is unknown."""

    parts: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in a row. ``subshell``: in parentheses, so that nothing inside ends what is outside."""

    body: tuple["Statement", ...]
    subshell: bool = False


@dataclass(frozen=True, slots=True)
class If:
    """``if condition; then body; else otherwise; fi``; ``elif`` nests in ``otherwise``."""

    condition: Block
    body: Block
    otherwise: Block


@dataclass(frozen=True, slots=True)
class Loop:
    """``while`` and ``until``: the body is looked at once."""

    condition: Block
    body: Block
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    """``for name in words``; ``words`` is ``None`` for the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Block


@dataclass(frozen=True, slots=True)
class Case:
    """``case subject in pattern) body ;; esac``."""

    subject: Word
    branches: tuple[tuple[tuple[Word, ...], Block], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """``name() { body; }``."""

    name: str
    body: "Statement"


Statement = Simple | Chain | Not | Pipe | Block | If | Loop | For | Case | Function
