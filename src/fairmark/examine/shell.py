"""Follow a start-up script with the shell's rules and note which commands it runs.

Nothing is executed: conditions are answered from the tree of the image where the tree knows the
answer, and are *unknown* otherwise. A command behind an unknown condition is noted as not
certain. So a started service is one that the scripts start whatever happens at run time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from fairmark.examine.shell_syntax import parse
from fairmark.examine.shell_tree import (
    Block,
    Case,
    Chain,
    For,
    Function,
    If,
    Loop,
    Not,
    Part,
    PartKind,
    Pipe,
    Simple,
    Statement,
    Word,
)
from fairmark.examine.shell_words import UNKNOWN, Test, absolute, unwrapped
from fairmark.examine.uci import Section

_MAX_STEPS = 50_000
_MAX_VARIABLES = 1000
_TEXT_PER_STEP = 10
_MAX_NESTING = 40
_MAX_SCRIPTS = 16
_MAX_WORD = 4096
_HARMLESS = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "echo printf mkdir mount umount cp mv ln rm touch chmod chown sleep sync umask ulimit ifconfig ip route "
        "insmod modprobe mknod hostname mdev depmod swapon sysctl dmesg stty trap logger log_daemon_msg log_end_msg "
        "install unset wait ldconfig"
    ).split()
)
_SHELLS = frozenset({"sh", "ash", "bash", "dash"})
_Known = bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a script (or a file as a whole, ``line`` 0)."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is run: its words, and the places that lead to it, the outermost first."""

    words: tuple[str, ...]
    trail: tuple[Place, ...]
    certain: bool
    user: str = ""


class World(Protocol):
    """What a script can ask of the tree."""

    def script(self, path: str) -> tuple[str, str] | None:
        """Return real path and text of the shell script that ``path`` leads to."""
        ...

    def text(self, path: str) -> tuple[str, str] | None:
        """Return real path and text of any text file."""
        ...

    def test(self, operator: str, path: str) -> bool:
        """Answer ``-e``, ``-f``, ``-d``, ``-x``, ``-s``, ``-r``, ``-w``, ``-L`` for a path."""
        ...

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that match, sorted."""
        ...

    def find(self, program: str) -> str | None:
        """Return the path of a program given by name or path."""
        ...

    def output(self, command: str) -> str | None:
        """Return what a substituted command prints when the device is new, or ``None`` when only it knows."""
        ...

    @property
    def builtins(self) -> Mapping[str, Callable[["Run", Sequence[str]], bool | None]]:
        """Commands that the system adds to the shell (the helpers of OpenWrt)."""
        ...


@dataclass
class Run:
    """One script being followed: its variables, where it is, and what it has done so far."""

    world: World
    path: str
    text: str
    commands: list[Command]
    trail: tuple[Place, ...] = ()
    arguments: tuple[str, ...] = ()
    variables: dict[str, str | None] = field(default_factory=dict)
    functions: dict[str, Statement] = field(default_factory=dict)
    settings: tuple[Section, ...] = ()
    scripts: list[Command] = field(default_factory=list)
    """The scripts that were followed from here, with the places that lead to each."""
    certain: bool = True
    stop: str = ""
    nesting: int = 0
    budget: list[int] = field(default_factory=lambda: [_MAX_STEPS])
    lines: tuple[str, ...] = ()
    line: int = 1
    within: Place | None = None
    folder: str = "/"

    def __post_init__(self) -> None:
        """Set up who handles which statement and which built-in command."""
        self._kinds: dict[type, Callable[[Any], _Known]] = {
            Simple: self._simple,
            Chain: self._chain,
            Not: self._not,
            Pipe: self._pipe,
            Block: self._block,
            If: self._if,
            Loop: self._loop,
            For: self._for,
            Case: self._case,
            Function: self._define,
        }
        self._handlers: dict[str, Callable[[Sequence[str]], _Known]] = {
            "exit": self._exit,
            "return": self._return,
            "break": lambda _: self._jump("break"),
            "continue": lambda _: self._jump("continue"),
            "true": lambda _: True,
            ":": lambda _: True,
            "false": lambda _: False,
            "[": self._test,
            "[[": self._test,
            "test": self._test,
            "set": self._set,
            "shift": self._shift,
            ".": self._source,
            "source": self._source,
            "exec": self._exec,
            "eval": self._eval,
            "cd": self._cd,
        } | dict.fromkeys(("export", "local", "readonly", "declare", "typeset"), self._declare)

    def follow(self) -> None:
        """Run the whole text. A script of OpenWrt's rc.common only defines functions: its action is called then."""
        self.budget[0] -= len(self.text) // _TEXT_PER_STEP  # reading a text is work as well
        if self.budget[0] < 0:
            self.stop = "exit"
            return
        self.lines = tuple(self.text.replace("\r\n", "\n").split("\n"))
        is_common = "/rc.common" in self.lines[0]
        if is_common:
            self._each(parse('start() { start_service "$@"; }'))
        self._each(parse(self.text))
        if is_common and self.arguments[:1] in {("boot",), ("start",)} and not self.stop:
            wanted = self.arguments[0]
            self.call(wanted if wanted in self.functions else "start")

    def call(self, name: str, arguments: Sequence[str] = ()) -> _Known:
        """Call a function of the script by name."""
        body = self.functions.get(name)
        if body is None or self.nesting >= _MAX_NESTING:
            return None
        saved, certain = self.arguments, self.certain
        self.arguments = tuple(arguments)
        status = self._run(body)
        if self.stop == "return-false":
            status = False
        if self.stop.startswith("return"):
            self.stop = ""
        # A return that may or may not have happened leaves doubt about the rest of this function alone.
        self.arguments, self.certain = saved, certain
        return status

    def _each(self, statements: Sequence[Statement]) -> _Known:
        status: _Known = True
        for statement in statements:
            status = self._run(statement)
            if self.stop:
                break
        return status

    def _run(self, statement: Statement) -> _Known:
        self.budget[0] -= 1
        if self.budget[0] < 0 or self.nesting >= _MAX_NESTING or len(self.variables) > _MAX_VARIABLES:
            self.stop = "exit"
            return None
        self.nesting += 1
        status = self._kinds[type(statement)](statement)
        self.nesting -= 1
        return status

    def _block(self, block: Block) -> _Known:
        folder = self.folder
        status = self._each(block.body)
        if block.subshell:
            self.stop, self.folder = "", folder
        return status

    def _chain(self, chain: Chain) -> _Known:
        first = self._run(chain.first)
        if self.stop:
            return first
        if first is None:
            self._doubtful(chain.second)
            return None
        return self._run(chain.second) if first is (chain.operator == "&&") else first

    def _not(self, negation: Not) -> _Known:
        status = self._run(negation.body)
        return None if status is None else not status

    def _pipe(self, pipe: Pipe) -> _Known:
        for part in pipe.parts:
            self._run(part)
            self.stop = ""  # every part of a pipeline is a subshell
        return None

    def _if(self, branch: If) -> _Known:
        condition = self._block(branch.condition)
        if self.stop:
            return None
        if condition is None:
            self._doubtful(branch.body)
            self._doubtful(branch.otherwise)
            return None
        return self._run(branch.body if condition else branch.otherwise)

    def _loop(self, loop: Loop) -> _Known:
        condition = self._block(loop.condition)
        if condition is None:
            self._doubtful(loop.body)
        elif condition is not loop.until:
            self._block(loop.body)
        self._end_of_round()
        return None if condition is None else True

    def _for(self, loop: For) -> _Known:
        values = list(self.arguments) if loop.words is None else self._expanded(loop.words, glob=True)
        for value in values:
            self.variables[loop.name] = None if UNKNOWN in value else value
            self._block(loop.body)
            if self._end_of_round() or self.stop:
                break
        return True

    def _end_of_round(self) -> bool:
        """Clear ``break`` and ``continue``; say whether it was a ``break``."""
        was = self.stop
        if was in {"break", "continue"}:
            self.stop = ""
        return was == "break"

    def _case(self, case: Case) -> _Known:
        subject = self._value(case.subject)
        for patterns, body in case.branches:
            if subject is None:
                self._doubtful(body)
                continue
            written = [self._value(pattern) for pattern in patterns]
            if any(pattern is not None and fnmatchcase(subject, pattern) for pattern in written):
                return self._block(body)
        return None if subject is None else True

    def _define(self, function: Function) -> _Known:
        self.functions[function.name] = function.body
        return True

    def _doubtful(self, statement: Statement) -> _Known:
        """Run what may or may not be run: nothing in it is certain, and what it sets is unknown afterwards."""
        certain, before = self.certain, dict(self.variables)
        self.certain = False
        status = self._run(statement)
        stopped, self.stop = self.stop, ""
        # If it may have left the script or the function, everything after it is in doubt as well.
        self.certain = certain and not (stopped == "exit" or stopped.startswith("return"))
        for name, value in self.variables.items():
            if before.get(name, UNKNOWN) != value:
                self.variables[name] = None
        return status

    def _simple(self, command: Simple) -> _Known:
        status: _Known = True
        for name, word in command.assignments:
            self.variables[name] = self._value(word)
            if any(part.kind is PartKind.COMMAND for part in word):
                status = None
        words = self._expanded(command.words)
        if not words:
            return status
        name, arguments = words[0], words[1:]
        if UNKNOWN in name:
            return None
        if name in self.functions:
            return self.call(name, arguments)
        if name in self.world.builtins:
            return self.world.builtins[name](self, arguments)
        self.line = command.line
        handler = self._handlers.get(name)
        return handler(arguments) if handler else self._external(tuple(words))

    @property
    def place(self) -> Place:
        """The line that is being followed."""
        if self.within:
            return self.within
        text = self.lines[self.line - 1].strip() if 0 < self.line <= len(self.lines) else ""
        return Place(self.path, self.line, text)

    def _external(self, words: tuple[str, ...]) -> _Known:
        """Note a command, or follow it when it is a script of the tree."""
        if words[0].rpartition("/")[2] in _HARMLESS:
            return True
        inner = unwrapped(words)
        plain = inner.words
        trail = (*self.trail, self.place)
        if plain and plain[0].rpartition("/")[2] in _SHELLS:
            if plain[1:2] == ("-c",) and len(plain) > 2:
                self._nested(self.path, plain[2], (), self.trail, within=self.place)
                return None
            plain = tuple(word for index, word in enumerate(plain) if index and not word.startswith("-"))
        plain = (absolute(self.folder, plain[0]), *plain[1:]) if plain else plain
        if not plain or UNKNOWN in plain[0]:
            return True if words != plain and not plain else None
        if plain[0].rpartition("/")[2] == "run-parts":
            for path in self.world.glob(plain[-1].rstrip("/") + "/*"):
                self._script(path, (), trail)
            return None
        if plain[0] == "service" and len(plain) > 2:
            plain = ("/etc/init.d/" + plain[1], *plain[2:])
        if self._script(plain[0], plain[1:], trail):
            return None
        self.commands.append(Command(plain, trail, self.certain, inner.user))
        return None

    def _script(self, name: str, arguments: tuple[str, ...], trail: tuple[Place, ...]) -> bool:
        path = name if "/" in name else self.world.find(name)
        found = self.world.script(path) if path and UNKNOWN not in path else None
        if found and len(trail) < _MAX_SCRIPTS:
            self._nested(found[0], found[1], arguments, trail)
        return found is not None

    def _nested(
        self,
        path: str,
        text: str,
        arguments: tuple[str, ...],
        trail: tuple[Place, ...],
        *,
        within: Place | None = None,
    ) -> None:
        """Follow another script, or text that stands on the line ``within``."""
        inner = Run(self.world, path, text, self.commands, trail, arguments, dict(self.variables), certain=self.certain)
        inner.budget, inner.nesting, inner.folder = self.budget, self.nesting + 1, self.folder
        inner.within, inner.scripts = within, self.scripts
        if within is None:
            self.scripts.append(Command((path, *arguments), trail, self.certain))
        inner.follow()

    # Words ---------------------------------------------------------------------------------

    def _value(self, word: Word) -> str | None:
        """Return the value of a word as one string, or ``None`` when a part of it is unknown."""
        text = "".join(self._part(part) for part in word)[:_MAX_WORD]
        return None if UNKNOWN in text else text

    def _expanded(self, words: Sequence[Word], *, glob: bool = False) -> list[str]:
        """Expand words to fields: unquoted values are split at blanks, and patterns in ``for`` are matched."""
        fields: list[str] = []
        for word in words:
            if len(word) == 1 and word[0].kind is PartKind.VARIABLE and word[0].text in {"@", "*"}:
                fields += self.arguments
                continue
            split = any(part.kind in {PartKind.VARIABLE, PartKind.COMMAND} and not part.quoted for part in word)
            text = "".join(self._part(part) for part in word)[:_MAX_WORD]
            pieces = text.split() if split else [text]
            quoted = any(part.quoted for part in word)
            for piece in pieces:
                patterns = glob and not quoted and any(mark in piece for mark in "*?[")
                fields += self.world.glob(piece) if patterns else [piece]
        return fields

    def _part(self, part: Part) -> str:
        if part.kind is PartKind.TEXT:
            return part.text
        if part.kind is not PartKind.VARIABLE:
            output = self.world.output(part.text.strip()) if part.kind is PartKind.COMMAND else None
            return UNKNOWN if output is None else output
        return self._variable(part)

    def _variable(self, part: Part) -> str:
        if part.text.isdecimal():
            return self._argument(int(part.text)) or part.default
        if part.text in {"@", "*"}:
            return " ".join(self.arguments)
        if part.text in {"#", "?", "$", "!"}:
            return str(len(self.arguments)) if part.text == "#" else UNKNOWN
        value = self.variables.get(part.text, "")
        return UNKNOWN if value is None else value or part.default

    def _argument(self, index: int) -> str:
        if index == 0:
            return self.path
        return self.arguments[index - 1] if index <= len(self.arguments) else ""

    # Built-in commands -----------------------------------------------------------------------

    def _exit(self, arguments: Sequence[str]) -> _Known:
        self.stop = "exit"
        return _status(arguments)

    def _return(self, arguments: Sequence[str]) -> _Known:
        self.stop = "return-false" if (status := _status(arguments)) is False else "return"
        return status

    def _jump(self, name: str) -> _Known:
        self.stop = name
        return True

    def _declare(self, arguments: Sequence[str]) -> _Known:
        for argument in arguments:
            name, equals, value = argument.partition("=")
            if equals:
                self.variables[name] = None if UNKNOWN in value else value
        return True

    def _set(self, arguments: Sequence[str]) -> _Known:
        if arguments[:1] == ["--"]:
            self.arguments = tuple(arguments[1:])
        elif arguments and not arguments[0].startswith(("-", "+")):
            self.arguments = tuple(arguments)
        return True

    def _shift(self, arguments: Sequence[str]) -> _Known:
        count = int(arguments[0]) if arguments and arguments[0].isdecimal() and len(arguments[0]) < 4 else 1
        self.arguments = self.arguments[count:]
        return True

    def _source(self, arguments: Sequence[str]) -> _Known:
        path = absolute(self.folder, arguments[0]) if arguments else UNKNOWN
        found = None if UNKNOWN in path else self.world.text(path)
        if not found or self.nesting >= _MAX_NESTING:
            return None
        saved = self.path, self.text, self.lines, self.arguments
        self.path, self.text = found
        self.arguments = tuple(arguments[1:]) or self.arguments
        self.nesting += 1
        self.follow()
        self.nesting -= 1
        self.path, self.text, self.lines, self.arguments = saved
        self.stop = "" if self.stop.startswith("return") else self.stop
        return True

    def _cd(self, arguments: Sequence[str]) -> _Known:
        """Change the working directory, so that ``./program`` is found; a failure is not followed."""
        target = arguments[-1] if arguments else "/root"
        known = UNKNOWN not in target and target != "-" and bool(self.folder or target.startswith("/"))
        self.folder = absolute(self.folder, target if target.startswith("/") else f"./{target}") if known else ""
        return True

    def _eval(self, arguments: Sequence[str]) -> _Known:
        """Run words as a line of the script; it is quoted as the line that holds ``eval``."""
        text, outer = " ".join(arguments), self.within
        self.budget[0] -= len(text) // _TEXT_PER_STEP
        self.within = self.place
        status = None if UNKNOWN in text else self._each(parse(text))
        self.within = outer
        return status

    def _exec(self, arguments: Sequence[str]) -> _Known:
        if arguments:
            self._external(tuple(arguments))
            self.stop = "exit"
        return True

    def _test(self, arguments: Sequence[str]) -> _Known:
        return Test(self.world.test).answer(arguments[: -1 if arguments[-1:] in (["]"], ["]]"]) else None])


def _status(arguments: Sequence[str]) -> _Known:
    """Return what ``exit N`` and ``return N`` say: 0 is success."""
    if not arguments:
        return True
    return arguments[0] == "0" if arguments[0].isdecimal() else None
