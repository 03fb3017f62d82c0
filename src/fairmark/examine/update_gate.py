"""Whether a shell script can write a firmware that it did not check: followed statement by statement.

A check counts where its failure cannot be passed by: ``set -e``, ``check || exit``, ``if ! check; then exit; fi``,
``check && install``, ``if check; then install; fi``. What was checked must be the very file that is written, and
nothing may touch it in between. Everything that this does not follow (functions, pipes, jobs in the background,
commands that are not known) leaves the script unproven; that loses some good scripts and should believe no bad one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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

_HARMLESS = frozenset(
    {
        "echo",
        "printf",
        "logger",
        "sync",
        "sleep",
        "[",
        "test",
        "true",
        ":",
        "killall",
        "kill",
        "umount",
        "exit",
        "reboot",
    }
    | {"led", "led.sh", "flash_erase", "flash_eraseall", "flash_unlock", "date", "wait"}
)
_NAMES_ANEW = frozenset({"export", "readonly", "local", "declare", "typeset", "read", "unset", "getopts"})
_TAKES_IN = frozenset({".", "source", "eval"})
_CHECKERS = frozenset({"openssl", "usign", "signify", "minisign"})
_UNCLEAR = re.compile(
    r"\balias\b|\bset\s+\+|\bPATH=(?![\"']?(?:(?:/usr(?:/local)?)?/s?bin|\$PATH|\$\{PATH\}|:)+[\"']?\s*(?:$|;))"
)
_BACKGROUND = re.compile(r"(?<![&>\d])&(?![&>\d])")
_REDIRECTED = re.compile(r"(?<![<>&-])[012]?>{1,2}\s*(?!&)(?!/dev/(?:null|console|kmsg)\b)(?![^\s;|&]{0,200}\.log\b)\S")
_STRONG_DIGESTS = {"-sha256": "SHA-256", "-sha384": "SHA-384", "-sha512": "SHA-512"}
_OUTPUTS = {"curl": ("-o", "--output"), "wget": ("-O", "--output-document"), "uclient-fetch": ("-O",)}
_LONGEST_LINE = 2000
_MOST_LINKS = 60
_KEEPS_NO_FILE = frozenset({"-n", "-q", "-v", "-c", "-k", "-p", "-u"})


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a signature: the file, the public key, the algorithm as far as it is a strong one, the line."""

    file: str
    key: str
    algorithm: str
    line: int


@dataclass(frozen=True, slots=True)
class Gate:
    """What was found of one script. ``installs``: line -> whether only a checked file is written there."""

    checks: tuple[Check, ...]
    installs: tuple[tuple[int, bool], ...]
    programs: tuple[str, ...] = ()
    """What it fetches, checks and writes with, by name."""

    def proves(self, lines: Iterable[int]) -> bool:
        """Whether each of these lines, and every other that writes, writes a checked file alone."""
        written = dict(self.installs)
        return bool(written) and all(written.values()) and set(lines) <= set(written)


def gate(text: str) -> Gate:
    """Follow a script; one that sends work into the background or its output into files proves nothing."""
    walker = _Walker()
    walker.block(parse(text), _State())
    lines = [line.split(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    unclear = (
        walker.is_lost
        or bool(walker.functions & _CHECKERS)
        or any(
            len(line) > _LONGEST_LINE or one.search(line)
            for line in lines
            for one in (_BACKGROUND, _REDIRECTED, _UNCLEAR)
        )
    )
    installs = tuple((line, proven and not unclear) for line, proven in sorted(walker.installs.items()))
    return Gate(tuple(walker.checks), installs, tuple(sorted(walker.programs)))


@dataclass(frozen=True, slots=True)
class _State:
    """What holds where a statement stands: files that were checked, and what its failure does."""

    checked: frozenset[str] = frozenset()
    stops: bool = False
    nested: bool = False
    in_body: bool = False
    """In a loop or a function, where more words than ``exit`` leave."""
    pending: str = ""
    """The file of the check just before, whose answer was not looked at yet."""


class _Walker:
    """One walk over one script."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.checks: list[Check] = []
        self.installs: dict[int, bool] = {}
        self.functions: set[str] = set()
        self.programs: set[str] = set()
        self.is_lost = False
        self._symbols = 0

    def block(self, body: Sequence[Statement], state: _State) -> _State:
        """Follow statements in a row."""
        for statement in body:
            state = self.follow(statement, state)
        return state

    def follow(self, statement: Statement, state: _State) -> _State:
        """Return what holds after a statement."""
        match statement:
            case Simple():
                after = self._simple(statement, state)
            case Chain():
                after = self._chain(statement, state)
            case If():
                after = self._if(statement, state)
            case Not(body=body):
                after = replace(self.follow(body, replace(state, stops=False)), stops=state.stops, pending="")
            case Block(body=body, subshell=False):
                after = self.block(body, state)
            case Function(name=name, body=body):
                self.functions.add(name)
                self.follow(body, _State(nested=True, in_body=True))
                after = replace(state, pending="")
            case _:
                self._apart(statement, state)
                after = replace(state, checked=frozenset(), pending="")
        return after

    def _apart(self, statement: Statement, state: _State) -> None:
        """Follow what may run again, in part or beside the rest: nothing that was checked before counts inside."""
        inside = _State(stops=state.stops, nested=True, in_body=state.in_body)
        match statement:
            case Block(body=body):
                self.block(body, inside)
            case Pipe(parts=parts):
                for part in parts:
                    self.follow(part, _State(nested=True))
            case Loop(condition=condition, body=block):
                self.block((*condition.body, *block.body), replace(inside, in_body=True))
            case For(body=block):
                self.block(block.body, replace(inside, in_body=True))
            case Case(branches=branches):
                for _, block in branches:
                    self.block(block.body, inside)

    # One command -----------------------------------------------------------------------------------

    def _simple(self, statement: Simple, state: _State) -> _State:
        state = replace(state, pending="")
        for name, word in statement.assignments:
            self._assign(name, None if state.nested else self._text(word))
        if not statement.words:
            return state
        words = [self._text(word) for word in statement.words]
        name = _name(words)
        if name in _NAMES_ANEW:
            for one in words[1:]:
                self._assign((one or "").partition("=")[0], None)
            return state
        if name in _TAKES_IN:
            self.values = {one: f"{value}?" for one, value in self.values.items()}
            return replace(state, checked=frozenset(), stops=False)
        if name == "set":
            plain = all(re.match(r"[-+]\w|errexit|nounset|pipefail", word or "") for word in words[1:])
            stops = _stops(words[1:], before=state.stops)
            return replace(state, stops=stops, checked=state.checked if plain else frozenset())
        return self._command(name, words, statement.line, state)

    def _assign(self, name: str, value: str | None) -> None:
        """Keep the value of a variable; one that is not known is a name that no other value bears."""
        self._symbols += 1
        self.values[name] = value if value is not None else f"${{{name}#{self._symbols}}}"

    def _command(self, name: str, words: Sequence[str | None], line: int, state: _State) -> _State:
        if (check := _check(name, words, line)) is not None:
            self.programs.add(name)
            self.checks.append(check)
            return (
                replace(state, checked=state.checked | {check.file})
                if state.stops
                else replace(state, pending=check.file)
            )
        if (file := _written(name, words)) is not None:
            self.programs.add(name)
            self.installs[line] = self.installs.get(line, True) and file in state.checked
            return state
        if name in _OUTPUTS:
            self.programs.add(name)
            fetched = _fetched(name, words)
            return replace(state, checked=state.checked - fetched if fetched else frozenset())
        return state if name in _HARMLESS else replace(state, checked=frozenset())

    def _text(self, word: Word) -> str | None:
        """Return a word with its variables filled in; ``None`` where only the running script knows it."""
        pieces = [self._piece(part) for part in word]
        known = [piece for piece in pieces if piece is not None]
        return "".join(known) if len(known) == len(pieces) else None

    def _piece(self, part: Part) -> str | None:
        if part.kind is PartKind.TEXT:
            is_pattern = not part.quoted and part.text != "[" and any(mark in part.text for mark in "*?[")
            return None if is_pattern else part.text
        if part.kind is PartKind.VARIABLE and not part.default:
            return "$?" if part.text == "?" else self.values.get(part.text, f"${{{part.text}}}")
        return None

    # What depends on an answer -----------------------------------------------------------------------

    def _chain(self, chain: Chain, state: _State) -> _State:
        if self.is_lost or _links(chain) > _MOST_LINKS:
            self.is_lost = True
            return replace(state, checked=frozenset(), pending="")
        after = replace(self.follow(chain.first, replace(state, stops=False)), stops=state.stops, pending="")
        gained = self._gains(chain.first)
        if chain.operator == "&&":
            second = self.follow(chain.second, replace(after, checked=after.checked | gained))
            return replace(after, checked=after.checked & second.checked)
        second = self.follow(chain.second, after)
        if _leaves(chain.second, in_body=state.in_body):
            return replace(after, checked=after.checked | gained)
        return replace(after, checked=after.checked & second.checked)

    def _if(self, one: If, state: _State) -> _State:
        asked = replace(self.block(one.condition.body, replace(state, stops=False)), stops=state.stops, pending="")
        yes, no = self._answers(one.condition, state.pending)
        nested = replace(asked, nested=True)
        body = self.block(one.body.body, replace(nested, checked=asked.checked | yes))
        other = self.block(one.otherwise.body, replace(nested, checked=asked.checked | no))
        ways = [
            way.checked
            for way, block in ((body, one.body), (other, one.otherwise))
            if not _leaves(block, in_body=state.in_body)
        ]
        checked = frozenset.intersection(*ways) if ways else frozenset[str]()
        return replace(asked, checked=checked)

    def _answers(self, condition: Block, pending: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return which files are checked where the condition holds, and where it does not."""
        nothing: frozenset[str] = frozenset()
        if len(condition.body) != 1:
            return nothing, nothing
        (asked,) = condition.body
        if isinstance(asked, Not):
            return nothing, self._gains(asked.body)
        if isinstance(asked, Simple) and pending:
            words = [self._text(word) for word in asked.words]
            if words[:1] in (["["], ["test"]) and words[1:2] == ["$?"] and words[3:4] == ["0"]:
                held = frozenset({pending})
                return (held, nothing) if words[2] in {"-eq", "=", "=="} else (nothing, held)
        return self._gains(asked), nothing

    def _gains(self, statement: Statement) -> frozenset[str]:
        """Return the files that are checked if a statement succeeds."""
        if self.is_lost:
            return frozenset()
        match statement:
            case Simple():
                words = [self._text(word) for word in statement.words]
                check = _check(_name(words), words, statement.line) if words else None
                return frozenset({check.file}) if check else frozenset()
            case Chain(first=first, operator="&&", second=second):
                later = self._gains(second)
                return self._gains(first) | later if later else frozenset()
            case Block(body=(only,), subshell=False):
                return self._gains(only)
        return frozenset()


def _links(chain: Chain) -> int:
    count, statement = 1, chain.first
    while isinstance(statement, Chain):
        count, statement = count + 1, statement.first
    return count


def _leaves(statement: Statement, *, in_body: bool) -> bool:
    """Whether nothing after a statement is run."""
    match statement:
        case Simple(words=words) if words:
            name = words[0][0].text if len(words[0]) == 1 else ""
            return name == "exit" or (in_body and name in {"return", "continue", "break"})
        case Block(body=body, subshell=False) if body:
            return _leaves(body[-1], in_body=in_body)
        case If(body=body, otherwise=otherwise):
            return _leaves(body, in_body=in_body) and _leaves(otherwise, in_body=in_body)
    return False


def _name(words: Sequence[str | None]) -> str:
    """Return the name of a command that lies where the system keeps its programs, else ''."""
    folder, _, name = (words[0] or "").rpartition("/")
    return name if folder in {"", "/bin", "/sbin", "/usr/bin", "/usr/sbin"} else ""


def _stops(options: Sequence[str | None], *, before: bool) -> bool:
    for option in options:
        if option and re.fullmatch(r"-[a-z]*e[a-z]*", option):
            return True
        if option and re.fullmatch(r"\+[a-z]*e[a-z]*", option):
            return False
    return before or ("-o" in options and "errexit" in options)


def _check(name: str, words: Sequence[str | None], line: int) -> Check | None:
    """Read a command that checks a signature; ``None`` for every other, or one of whose words something is unknown."""
    known = [word for word in words if word is not None]
    if len(known) != len(words):
        return None
    if name == "openssl" and known[1:2] == ["dgst"] and "-verify" in known and "-signature" in known:
        digest = next((label for option, label in _STRONG_DIGESTS.items() if option in known), "")
        key, signature = _after(known, "-verify"), _after(known, "-signature")
        files = [word for word in known[2:] if not word.startswith("-") and word not in {key, signature}]
        return Check(files[0], key, digest, line) if key and len(files) == 1 else None
    if name in {"usign", "signify", "minisign"} and any(re.fullmatch(r"-\w*V\w*", word) for word in known):
        file, key = _after(known, "-m") or _after(known, "-Vm"), _after(known, "-p")
        return Check(file, key, "Ed25519", line) if file and key else None
    return None


def _after(words: Sequence[str], option: str) -> str:
    return words[words.index(option) + 1] if option in words[:-1] else ""


def _written(name: str, words: Sequence[str | None]) -> str | None:
    """Return the file that a command writes to the flash; '' where it is not seen, ``None`` where it writes none."""
    rest = [word or "" for word in words[1:]]
    plain = [word for word in rest if not word.startswith("-")]
    file: str | None = None
    if name in {"mtd", "mtd_write"}:
        file = _after(rest, "write") if "write" in rest else None
    elif name == "flashcp":
        file = plain[0] if len(plain) == 2 else ""
    elif name in {"ubiupdatevol", "nandwrite"}:
        file = plain[1] if len(plain) == 2 else ""
    elif name == "sysupgrade":
        known = all(word in _KEEPS_NO_FILE for word in rest if word.startswith("-"))
        file = plain[0] if len(plain) == 1 and known else ""
    elif name == "dd":
        target = next((word[3:] for word in rest if word.startswith("of=")), "")
        is_flash = target.startswith("/dev/") and target != "/dev/null"
        file = next((word[3:] for word in rest if word.startswith("if=")), "") if is_flash else None
    elif name == "cp":
        file = plain[0] if len(plain) == 2 and plain[1].startswith("/dev/") else None
    return file


def _fetched(name: str, words: Sequence[str | None]) -> frozenset[str]:
    known = [word or "" for word in words]
    return frozenset({place for option in _OUTPUTS[name] if (place := _after(known, option))})
