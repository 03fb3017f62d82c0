"""What following a script finds: origins of input, and flows from an origin to where it does harm."""

from dataclasses import dataclass, replace
from enum import StrEnum

MAX_TEXT = 256 << 10
MAX_LINE = 4096
MAX_LINES = 20_000


class Harm(StrEnum):
    """What the end of a flow does with the input."""

    COMMAND = "command"  # a shell reads it
    CODE = "code"  # an interpreter runs it
    READ = "read"  # it names a file that is read
    WRITE = "write"  # it names a file that is written, moved or removed


class Via(StrEnum):
    """Where input comes from."""

    REQUEST = "request"
    MESSAGE = "message"  # a socket or broker
    SETTING = "setting"  # nvram or uci, which the web pages may have set
    PARAMETER = "parameter"  # of a function: only inside the analysis


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """One place where input enters, and what has been done to it on the way.

    ``weak``: something was taken out, though perhaps not all; ``cleared``: the harms that it can no longer do.
    """

    via: Via
    name: str
    line: int
    weak: bool = False
    index: int = 0
    cleared: tuple[Harm, ...] = ()

    def can(self, harm: Harm) -> bool:
        """Whether it can still do this harm."""
        return harm not in self.cleared


Taint = frozenset[Origin]
CLEAN: Taint = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """Input that reaches harm, with the two lines that show it. ``sink`` is the command or function."""

    harm: Harm
    sink: str
    line: int
    origin: Origin


@dataclass(frozen=True, slots=True, order=True)
class Stored:
    """A setting that a script writes from request input."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Compared:
    """Request input that is compared with a fixed text. ``literal`` may be a secret: it is never shown."""

    name: str
    line: int
    literal: str


@dataclass(frozen=True, slots=True)
class Flows:
    """All that one script does with input."""

    flows: tuple[Flow, ...] = ()
    stored: tuple[Stored, ...] = ()
    compared: tuple[Compared, ...] = ()


def weakened(taint: Taint) -> Taint:
    """Return the input as it is after a filter that may let things through."""
    return frozenset(replace(one, weak=True) for one in taint)


def cleared(taint: Taint, harms: tuple[Harm, ...]) -> Taint:
    """Return the input as it is after a function that takes some harms out of it."""
    return frozenset(replace(one, cleared=tuple(sorted({*one.cleared, *harms}))) for one in taint)


def bounded_text(text: str) -> str:
    """Return a text of bounded size with its line numbers kept; overlong lines, which nobody wrote, are empty."""
    lines = text[:MAX_TEXT].replace("\r\n", "\n").split("\n")[:MAX_LINES]
    return "\n".join(line if len(line) <= MAX_LINE else "" for line in lines)
