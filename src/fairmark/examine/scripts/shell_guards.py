"""Which variables of a shell script were checked, how thoroughly, and where that holds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fairmark.examine.scripts.checks import NONE, STRICT, WEAK, strength
from fairmark.examine.scripts.shell_filters import grep_proves
from fairmark.examine.scripts.shell_lexer import Word, plain, shown
from fairmark.examine.scripts.shell_reader import Command

_EXITS = re.compile(
    r"exit|return|die|break|continue|\w*(?:error|fail|abort|bad_?request|reject|usage|exit)\w*", re.IGNORECASE
)
_NUMERIC = frozenset({"-eq", "-ne", "-gt", "-ge", "-lt", "-le"})


@dataclass(slots=True)
class _Case:
    """A ``case``: its variables, its block, whether every branch but the last is a fixed text, who leaves."""

    names: tuple[str, ...]
    depth: int
    fixed: bool = True
    default: tuple[int, ...] | None = None
    leaves: bool = False


@dataclass(slots=True)
class _Pending:
    """A comparison whose block decides what it means after it."""

    name: str
    opens: int
    block: tuple[int, ...]
    leaves: bool = False


@dataclass(slots=True)
class _Compared:
    """A comparison in a list of ``&&`` and ``||``, which may end in leaving: ``[ "$x" = a ] || { ...; exit; }``."""

    name: str
    differs: bool
    block: tuple[int, ...]
    chain: int
    joint: str = ""
    inner: int = 0

    def meets(self, command: Command) -> bool:
        """Whether a command is run because the comparison failed to find the fixed text."""
        if command.block == self.block and command.chain == self.chain:
            return command.joint == ("&&" if self.differs else "||")
        if command.block[:-1] == self.block and command.joint and not self.inner:
            self.inner, self.joint = command.block[-1], command.joint
        return self.inner in command.block and self.joint == ("&&" if self.differs else "||")

    def is_over(self, command: Command) -> bool:
        """Whether the list has ended."""
        return command.chain != self.chain and len(command.block) <= len(self.block)


@dataclass(slots=True)
class Guards:
    """The checks that hold at one place of a script."""

    safe: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[int]] = field(default_factory=dict)
    """Variables that equal a fixed text inside these blocks."""
    in_chain: dict[str, int] = field(default_factory=dict)
    """Variables that equal a fixed text in the rest of this list of ``&&``."""
    cases: list[_Case] = field(default_factory=list)
    pending: list[_Pending] = field(default_factory=list)
    compared: list[_Compared] = field(default_factory=list)
    block: tuple[int, ...] = ()
    chain: int = -1
    parameters: set[int] = field(default_factory=set)

    def inside(self) -> "Guards":
        """Return the guards of a command substitution at this place."""
        held = {name: [self.block[-1] if self.block else 0] for name in self.held if self.of(name)}
        safe = dict(self.safe) | {name: STRICT for name in (*held, *self.in_chain) if self.of(name)}
        return Guards(safe=safe)

    def of(self, name: str) -> str:
        """Say how well a variable was checked where we are."""
        if any(number in self.block for number in self.held.get(name, ())):
            return STRICT
        if self.in_chain.get(name, -2) == self.chain:
            return STRICT
        return self.safe.get(name, NONE)

    def forget(self, name: str) -> None:
        """A variable has a new value."""
        self.safe.pop(name, None)
        self.held.pop(name, None)
        self.in_chain.pop(name, None)

    def checked_parameters(self) -> set[int]:
        """Return the numbers of the parameters that the function checked."""
        return self.parameters | {int(name) for name, how in self.safe.items() if name.isdecimal() and how == STRICT}

    def leave_function(self) -> None:
        """What was known about parameters is over."""
        self.parameters = set()
        for name in [name for name in self.safe if name.isdecimal() or name in "@*"]:
            del self.safe[name]

    # Walking -------------------------------------------------------------------------------------------

    def arrive(self, command: Command) -> None:
        """Come to a command: close what it is no longer inside of."""
        self.block, self.chain = command.block, command.chain
        leaves = _EXITS.fullmatch(command.name[:60] or "-") is not None
        for compared in [one for one in self.compared if one.meets(command) and leaves]:
            self.safe[compared.name] = STRICT
        self.compared = [one for one in self.compared if not one.is_over(command)]
        self._close_blocks(command, leaves=leaves)

    def _close_blocks(self, command: Command, *, leaves: bool) -> None:
        for one in [one for one in self.pending if one.block == command.block[: len(one.block)]]:
            inside = one.opens in command.block
            if inside:
                one.leaves = one.leaves or leaves
            elif not (command.condition and command.opens == one.opens):
                self.pending.remove(one)
                if one.leaves:
                    self.safe[one.name] = STRICT
        while self.cases and len(command.block) <= self.cases[-1].depth:
            done = self.cases.pop()
            if done.fixed and done.leaves:
                self.safe |= dict.fromkeys(done.names, STRICT)
        if (
            self.cases
            and self.cases[-1].default
            and self.cases[-1].default == command.block[: len(self.cases[-1].default)]
        ):
            changes = any(name in self.cases[-1].names for name, _, _ in command.assignments)
            if changes or leaves:
                self.cases[-1].leaves = True

    def judge(self, command: Command, previous: Command | None, validates: Callable[[str, int], bool]) -> None:
        """Note what a command proves about variables."""
        if command.kind == "case":
            self.cases.append(_Case(_variables(command.words), len(command.block)))
        elif command.kind == "branch":
            self._branch(command)
        elif command.name in {"[", "[[", "test"}:
            self._test(command)
        elif command.name in {"grep", "egrep", "fgrep"}:
            if previous is not None and command.piped:
                self._mark_all(previous.words, grep_proves(command.words))
        elif command.name == "expr" and len(command.words) > 3 and plain(command.words[2]) == ":":
            self._mark_all(command.words[1:2], strength("^" + shown(command.words[3]).lstrip("^")))
        elif command.name:
            for index, word in enumerate(command.words[1:], start=1):
                if validates(command.name, index):
                    self._mark_all((word,), STRICT)

    def _mark_all(self, words: Sequence[Word], how: str) -> None:
        for name in _variables(words):
            self._mark(name, how)

    def _mark(self, name: str, how: str) -> None:
        if how and self.safe.get(name) != STRICT:
            self.safe[name] = how

    def _branch(self, command: Command) -> None:
        if not self.cases:
            return
        case = self.cases[-1]
        patterns = [shown(word) for word in command.words]
        if any(re.search(r"\[[!^]", one) for one in patterns):
            self.safe |= dict.fromkeys(case.names, STRICT)
        elif all(_is_fixed(word) for word in command.words):
            for name in case.names:
                self.held.setdefault(name, []).extend(command.block[-1:])
        elif patterns == ["*"]:
            case.default = command.block
        else:
            case.fixed = False
            if any(re.search(r"\.\.|[;|&`$/]", one) for one in patterns):
                for name in case.names:
                    self._mark(name, WEAK)

    def _test(self, command: Command) -> None:
        words = [word for word in command.words[1:] if plain(word) not in {"]", "]]", "!"}]
        for index in range(1, len(words) - 1):
            sign = plain(words[index])
            names = _variables((words[index - 1],))
            if not names or len(words[index - 1]) > 2:
                continue
            other = words[index + 1]
            if sign in _NUMERIC:
                for name in names:
                    self._mark(name, STRICT)
            elif sign == "=~":
                for name in names:
                    self._mark(name, strength(shown(other)))
            elif sign in {"=", "==", "!="}:
                self._compare(command, names[0], other, differs=(sign == "!=") is not command.negated)

    def _compare(self, command: Command, name: str, other: Word, *, differs: bool) -> None:
        text = shown(other)
        if any(piece.text for piece in other if not piece.quoted) and re.search(r"[*?\[]", text):
            if re.search(r"\[[!^]", text):
                self._mark(name, STRICT)
            return
        if not text.strip() or not _is_fixed(other):
            return
        if command.opens:
            if differs:
                self.pending.append(_Pending(name, command.opens, command.block))
            else:
                self.held.setdefault(name, []).append(command.opens)
        else:
            self.compared.append(_Compared(name, differs, command.block, command.chain))
            if not differs:
                self.in_chain[name] = command.chain


def _variables(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.text for word in words for piece in word if piece.kind == "variable"))


def _is_fixed(word: Word) -> bool:
    """Whether a word is a text without patterns."""
    return all(piece.kind == "text" and (piece.quoted or not re.search(r"[*?\[]", piece.text)) for piece in word)
