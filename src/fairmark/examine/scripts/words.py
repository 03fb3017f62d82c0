"""What the taint analysis has to know about a language: where input comes in, where it does harm, what cleans it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairmark.examine.scripts.expressions import literal
from fairmark.examine.scripts.flow import Harm, Via
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tokens import Token

_ASKS = re.compile(r"(?i:pass|pwd|secret|user.agent)\w{0,40}[\"'\])}]{0,4}\s{0,4}(?:[!=]=|eq\b|ne\b|~=)")
Arguments = Sequence[Sequence[Token]]
Judge = Callable[[Arguments], tuple[Harm, tuple[int, ...]] | None]
"""Arguments of a call -> the harm and the arguments that do it; ``None`` when this call does none."""

ALL_HARMS = (Harm.CODE, Harm.COMMAND, Harm.READ, Harm.WRITE)
PATH_HARMS = (Harm.READ, Harm.WRITE)
EVERY = tuple(range(8))


def does(harm: Harm, *indices: int) -> Judge:
    """Return a judge for a function that always does this harm with these arguments (none named: any)."""
    wanted = indices or EVERY

    def judge(_: Arguments) -> tuple[Harm, tuple[int, ...]]:
        return harm, wanted

    return judge


def opens(mode_at: int, *, path_at: int = 0) -> Judge:
    """Return a judge for a function that opens a path to read or to write, as its mode says."""

    def judge(given: Arguments) -> tuple[Harm, tuple[int, ...]]:
        mode = (literal(given[mode_at]) or "") if len(given) > mode_at else ""
        return (Harm.WRITE if re.match(r"[rb]*[waxc+]", mode) else Harm.READ), (path_at,)

    return judge


def runs_shell(given: Arguments) -> bool:
    """Whether the arguments are a list that starts a shell with a command: ``sh``, ``-c`` and the rest."""
    texts = [token.text for one in given[:3] for token in one[:12] if token.kind == "text"]
    return len(texts) > 1 and texts[0].rpartition("/")[2] in {"sh", "bash", "ash", "dash"} and texts[1] == "-c"


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a function: its name, its parameters, the statement it stands in, the one before, the script."""

    name: str
    parameters: tuple[str, ...]
    statement: tuple[Token, ...]
    before: tuple[Token, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Names with a dot match the end of a chain; names that start with a dot match any receiver."""

    language: Language
    source_marks: tuple[str, ...]
    """A script without any of these texts is not looked at: no input comes in."""
    sink_marks: tuple[str, ...]
    sink_pattern: re.Pattern[str] | None
    """What else, besides the marks, may do harm."""
    source_key: re.Pattern[str]
    """Chains that are input."""
    sinks: Mapping[str, Judge]
    cleaners: Mapping[str, tuple[Harm, ...]]
    checks: frozenset[str]
    """Functions and methods that test a text; what they prove depends on their pattern."""
    complete_checks: frozenset[str]
    """Those that leave nothing dangerous whatever their arguments."""
    exits: frozenset[str]
    source_calls: Mapping[str, re.Pattern[str] | None] = field(default_factory=dict)
    """Functions that return input; with a pattern, only where it is found in their arguments."""
    replacers: Mapping[str, int] = field(default_factory=dict)
    """Functions that replace by pattern, and which argument the pattern is."""
    formats: frozenset[str] = frozenset()
    grows: frozenset[str] = frozenset()
    """Methods that put their arguments into the receiver."""
    grows_first: frozenset[str] = frozenset()
    """Functions that put their arguments into the first one."""
    fills: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Functions that write into an argument: which, and the one it comes from (-1: it is input)."""
    path_checks: frozenset[str] = frozenset()
    """Functions that compare the begin of a path."""
    bare_calls: frozenset[str] = frozenset()
    """Names that may be called without brackets."""
    contexts: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = ()
    """Names that are input only in a script that holds one of these texts."""
    entries: Callable[[Header], frozenset[int]] = lambda _: frozenset()
    """Which parameters of a function are input."""
    aliases: Callable[[str], Mapping[str, str]] = lambda _: {}
    """Short names of a script -> what they stand for."""
    via: Callable[[str], Via] = lambda _: Via.REQUEST

    def concerns(self, code: str) -> bool:
        """Whether a script takes input and does anything with consequences at all."""
        takes = any(one in code for one in self.source_marks)
        if not takes:
            return False
        acts = any(one in code for one in self.sink_marks) or (self.sink_pattern and self.sink_pattern.search(code))
        return bool(acts) or _ASKS.search(code) is not None
