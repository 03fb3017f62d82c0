"""Follow input through a shell script: from the request to ``eval``, to a shell, to a path.

``"$x"`` as an argument is harmless however hostile ``$x`` is; ``eval "$x"`` is not. The script is read
twice, as the other languages are (see ``taint``): the first round learns its functions and globals.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairmark.examine.scripts.checks import STRICT, WEAK, is_check_name, is_cleaner_name, replaces
from fairmark.examine.scripts.flow import (
    CLEAN,
    Compared,
    Flow,
    Flows,
    Harm,
    Origin,
    Stored,
    Taint,
    Via,
    bounded_text,
    cleared,
    weakened,
)
from fairmark.examine.scripts.shell_filters import passed
from fairmark.examine.scripts.shell_guards import Guards
from fairmark.examine.scripts.shell_lexer import Piece, Word, plain, shown
from fairmark.examine.scripts.shell_reader import Command, read_commands
from fairmark.examine.scripts.shell_sinks import harms_of
from fairmark.examine.scripts.words import PATH_HARMS

_MAX_DEPTH = 8
_MAX_ORIGINS = 8
_MAX_FLOWS = 500
_ROUNDS = 6
_REQUEST = re.compile(r"QUERY_STRING|HTTP_\w+|REQUEST_URI|PATH_INFO|PATH_TRANSLATED|SCRIPT_URI")
_SAFE_HEADERS = re.compile(r"HTTP_(?:HOST_PORT|PORT)")
_FILLS = re.compile(r"(?m)^[ \t]*(?:(?:export|local|readonly)[ \t]+)?(HTTP_\w+)=(?!.*\b\1\b)")
_ASKS = re.compile(r"(?:\bcase\b|\[|\btest\b)[^\n;]{0,80}?\$\{?(HTTP_\w+)|\$\{(HTTP_\w+):?[-=+?]")
_HASERL = re.compile(r"(?:FORM|GET|POST|COOKIE)_\w+")
_IN_CGI = re.compile(r"\b(?:CONTENT_LENGTH|REQUEST_METHOD|QUERY_STRING)\b")
_MARKS = (
    "QUERY_STRING",
    "HTTP_",
    "REQUEST_URI",
    "PATH_INFO",
    "CONTENT_LENGTH",
    "REQUEST_METHOD",
    "FORM_",
    "GET_",
    "POST_",
    "COOKIE_",
    "nvram",
    "uci ",
    "PATH_TRANSLATED",
    "ontent-",
)
_SETTING = frozenset(
    {"nvram_get", "nvram", "uci", "cfg", "fw_printenv", "tcapi", "flash_get", "cfg_get", "getcfg", "xmldbc"}
)
_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_READS_STDIN = re.compile(r"CONTENT_LENGTH")


@dataclass(slots=True)
class _Function:
    """What is known about a function of the script."""

    returned: set[Origin] = field(default_factory=set)
    passes_stdin: bool = False
    cleans: bool = False
    checks: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Learned:
    """What the script has in common."""

    functions: dict[str, _Function] = field(default_factory=dict)
    globals: dict[str, Taint] = field(default_factory=dict)
    flows: set[Flow] = field(default_factory=set)
    stored: set[Stored] = field(default_factory=set)
    compared: set[Compared] = field(default_factory=set)
    calls: set[tuple[str, int, Origin]] = field(default_factory=set)
    written: dict[str, Taint] = field(default_factory=dict)
    inner: dict[tuple[str, int], list[Command]] = field(default_factory=dict)
    """The commands of substitutions, by text and line."""


def follow_shell(text: str, *, is_page: bool = False) -> Flows:
    """Return the flows of a shell script, sorted, and the settings that it takes from requests.

    Standard input is that of a request in a script that speaks of requests, and in a page (``is_page``).
    """
    if not any(mark in text for mark in _MARKS):
        return Flows()
    code = bounded_text(text)
    commands = read_commands(code)
    learned = _Learned()
    _Round(code, learned, is_page=is_page).run(commands)
    learned.flows.clear()
    learned.calls.clear()
    _Round(code, learned, is_page=is_page).run(commands)
    return Flows(tuple(sorted(_resolved(learned))), tuple(sorted(learned.stored)), tuple(sorted(learned.compared)))


def _resolved(learned: _Learned) -> set[Flow]:
    known = set(learned.flows)
    for _ in range(_ROUNDS):
        inner: dict[tuple[str, int], list[Flow]] = {}
        for flow in known:
            if flow.origin.via is Via.PARAMETER:
                inner.setdefault((flow.origin.name, flow.origin.index), []).append(flow)
        more = {
            Flow(flow.harm, flow.sink, flow.line, replace(origin, weak=origin.weak or flow.origin.weak))
            for function, index, origin in learned.calls
            for flow in (*inner.get((function, index), ()), *inner.get((function, 0), ()))
            if origin.can(flow.harm) and flow.origin.can(flow.harm)
        }
        if more <= known or len(known) > 2000:
            break
        known |= more
    return {flow for flow in known if flow.origin.via is not Via.PARAMETER}


def _own_headers(code: str) -> frozenset[str]:
    """Return the names like those of headers that the script itself fills, and never asks whether they came filled."""
    return frozenset(_FILLS.findall(code)) - {match[1] or match[2] for match in _ASKS.finditer(code)}


class _Round:
    """One reading of the script."""

    def __init__(self, code: str, learned: _Learned, *, is_page: bool) -> None:
        self.code = code
        self.lines = code.split("\n")
        self.learned = learned
        self.is_cgi = _IN_CGI.search(code) is not None or (is_page and "ontent-" in code)
        self.is_haserl = "haserl" in code[:200]
        self.own = _own_headers(code)
        self.taints: dict[str, tuple[Taint, tuple[int, ...]]] = {}
        self.guards = Guards()
        self.function = ""
        self.function_block: tuple[int, ...] = ()
        self.positional: dict[str, Taint] = {}
        self.depth = 0

    def run(self, commands: Sequence[Command], piped: Taint = CLEAN) -> Taint:
        """Read commands in order; return what they write to standard output."""
        output: Taint = CLEAN
        previous: Command | None = None
        flowing: Taint = CLEAN
        for command in commands:
            if self.function and not self.depth:
                self._inside_function(command)
            self.guards.arrive(command)
            incoming = flowing if command.piped else piped if previous is None or not previous.feeds else CLEAN
            written = self._command(command, incoming)
            self._writes(command, written, incoming)
            self.guards.judge(command, previous, self._validates)
            if command.feeds:
                flowing = written
            elif not _to_file(command):
                output = output | written
                if self.function and not self.depth:
                    self.learned.functions[self.function].returned |= set(sorted(written)[:_MAX_ORIGINS])
            previous = command
        return output

    def _validates(self, name: str, index: int) -> bool:
        """Whether a command is a check of its argument: by its name, or by what its function does."""
        known = self.learned.functions.get(name)
        return is_check_name(name) or (known is not None and (index in known.checks))

    # Commands ----------------------------------------------------------------------------------------

    def _command(self, command: Command, incoming: Taint) -> Taint:
        if command.kind == "function":
            self._enter_function(command)
            return CLEAN
        if command.kind in {"case", "branch"}:
            return CLEAN
        if command.kind == "for":
            self._loop(command)
            return CLEAN
        for name, word, added in command.assignments:
            self._set(name, self.value(word) | (self._variable(name) if added else CLEAN), command, word)
        redirected = self._redirected(command)
        if not command.words:
            return CLEAN
        return self._simple(command, incoming | redirected)

    def _simple(self, command: Command, incoming: Taint) -> Taint:
        name = command.name
        values = [self.value(word) for word in command.words]
        if len(command.words[0]) == 1 and command.words[0][0].text in {"@", "*"}:
            values[0] = self.positional.get("1", CLEAN)  # of all the parameters the first one is the program
        every = frozenset(one for value in values[1:] for one in value)
        if name in _DECLARES:
            self._declares(command)
            return CLEAN
        if name in {"read", "mapfile"}:
            self._reads(command, incoming)
            return CLEAN
        if name == "set":
            self._sets(command, every)
            return CLEAN
        if name in {"[", "[[", "test"}:
            self._compares(command, values)
            return CLEAN
        for harm, sink, taint in harms_of(command, values, incoming, self.learned.written):
            self._harm(harm, sink, command.line, taint)
        self._stores(command, values)
        return self._written(command, name, values, every, incoming)

    def _written(self, command: Command, name: str, values: Sequence[Taint], every: Taint, incoming: Taint) -> Taint:
        known = self.learned.functions.get(name)
        if is_cleaner_name(name):
            return CLEAN
        if known is not None:
            return self._local(name, known, values, incoming)
        if self._takes_request(command, incoming):
            return frozenset({Origin(Via.REQUEST, "the body of the request", command.line)})
        setting = _setting(command)
        if setting:
            return frozenset({Origin(Via.SETTING, setting, command.line)})
        return passed(name, command.words, every, incoming)

    def _local(self, name: str, known: _Function, values: Sequence[Taint], incoming: Taint) -> Taint:
        for index, taint in enumerate(values[1:], start=1):
            if len(self.learned.calls) < _MAX_FLOWS * 8:
                self.learned.calls |= {(name, index, origin) for origin in taint}
        found: set[Origin] = set()
        for origin in known.returned:
            if origin.via is not Via.PARAMETER:
                found.add(origin)
            elif origin.name == name:
                handed = values[1:] if origin.index == 0 else values[origin.index : origin.index + 1]
                for taint in handed:
                    one = cleared(taint, origin.cleared) if origin.cleared else taint
                    found |= weakened(one) if origin.weak else one
        return frozenset(found) | (incoming if known.passes_stdin and not known.cleans else CLEAN)

    def _takes_request(self, command: Command, incoming: Taint) -> bool:
        """Whether a command hands the body of the request on: ``cat``, ``head -c $CONTENT_LENGTH``, ``dd``."""
        if not self.is_cgi or command.piped or incoming or any("<" in one.sign for one in command.redirects):
            return False
        if command.name == "cat":
            return len(command.words) == 1 or plain(command.words[1]) in {"-", "/dev/stdin"}
        names = {piece.text for word in command.words[1:] for piece in word if piece.kind == "variable"}
        return command.name in {"head", "dd", "tail"} and "CONTENT_LENGTH" in names

    # Variables ---------------------------------------------------------------------------------------

    def _declares(self, command: Command) -> None:
        for word in command.words[1:]:
            first = word[0]
            match = re.match(r"([A-Za-z_]\w*)=", first.text) if first.kind == "text" else None
            if match:
                rest = (replace(first, text=first.text[match.end() :]), *word[1:])
                self._set(match[1], self.value(rest), command, rest)

    def _reads(self, command: Command, incoming: Taint) -> None:
        taint = incoming
        if not taint and self.is_cgi and not command.piped and not any("<" in one.sign for one in command.redirects):
            taint = frozenset({Origin(Via.REQUEST, "the body of the request", command.line)})
        takes_value = False
        for word in command.words[1:]:
            text = plain(word)
            if takes_value or text.startswith("-"):
                takes_value = (
                    not takes_value and text in {"-n", "-t", "-d", "-p", "-u", "-N", "-a", "-i"} and text != "-a"
                )
            elif re.fullmatch(r"[A-Za-z_]\w*", text):
                self._set(text, taint, command, ())

    def _sets(self, command: Command, every: Taint) -> None:
        if len(command.words) > 1 and not shown(command.words[1]).startswith(("-e", "-x", "+", "-u", "-o", "-f")):
            self.positional = dict.fromkeys("123456789@*", every)

    def _loop(self, command: Command) -> None:
        taint: Taint = frozenset(one for word in command.words[1:] for one in self.value(word))
        name = plain(command.words[0])
        if name:
            self._set(name, taint, command, ())

    def _set(self, name: str, taint: Taint, command: Command, word: Word) -> None:
        mentions = any(
            piece.kind in {"variable", "command"} and re.search(rf"\b{name}\b", piece.text) for piece in word
        )
        known = self.taints.get(name)
        if taint:
            self.guards.forget(name)
            self.taints[name] = (frozenset(sorted(taint)[:_MAX_ORIGINS]), command.block)
            if not self.depth:
                outside = frozenset(one for one in taint if one.via is not Via.PARAMETER)
                self.learned.globals[name] = frozenset(
                    sorted(self.learned.globals.get(name, CLEAN) | outside)[:_MAX_ORIGINS]
                )
        elif known is None or mentions or known[1][: len(command.block)] == command.block:
            self.taints[name] = (CLEAN, command.block)

    def _variable(self, name: str) -> Taint:
        known = self.taints.get(name)
        if known is not None:
            return known[0]
        if name in self.positional:
            return self.positional[name]
        is_request = _REQUEST.fullmatch(name) and not _SAFE_HEADERS.fullmatch(name) and name not in self.own
        if is_request or (self.is_haserl and _HASERL.fullmatch(name)):
            return frozenset({Origin(Via.REQUEST, name, 0)})
        return self.learned.globals.get(name, CLEAN)

    def value(self, word: Word) -> Taint:
        """Return what flows into a word."""
        found: set[Origin] = set()
        for piece in word:
            if piece.kind == "variable":
                found |= self._expansion(piece)
            elif piece.kind == "command":
                found |= self._substitution(piece)
        return frozenset(sorted(found)[:_MAX_ORIGINS]) if found else CLEAN

    def _expansion(self, piece: Piece) -> Taint:
        taint = self._variable(piece.text)
        if not taint:
            return CLEAN
        taint = frozenset(one if one.line else replace(one, line=piece.line) for one in taint)
        how = self.guards.of(piece.text)
        if how == STRICT:
            return CLEAN
        taint = weakened(taint) if how == WEAK else taint
        change = piece.change
        if change.startswith("/"):
            pattern = change.lstrip("/").partition("/")[0].replace("[!", "[^")
            left = replaces(pattern)
            return CLEAN if left == STRICT and change.startswith("//") else weakened(taint) if left == WEAK else taint
        if change.startswith("@Q"):
            return cleared(taint, (Harm.COMMAND, Harm.CODE))
        return cleared(taint, PATH_HARMS) if change.startswith("##*/") else taint

    def _substitution(self, piece: Piece) -> Taint:
        if self.depth >= _MAX_DEPTH:
            return CLEAN
        self.depth += 1
        outer = self.guards
        self.guards = outer.inside()
        taint = self.run(self._inner(piece))
        self.guards = outer
        self.depth -= 1
        return taint

    def _inner(self, piece: Piece) -> Sequence[Command]:
        key = (piece.text, piece.line)
        if key not in self.learned.inner:
            self.learned.inner[key] = read_commands(piece.text, line=piece.line)
        return self.learned.inner[key]

    # Functions ---------------------------------------------------------------------------------------

    def _enter_function(self, command: Command) -> None:
        name = plain(command.words[0])
        self.function = name
        if name not in self.learned.functions:
            known = self.learned.functions[name] = _Function()
            body = self._body(command)
            known.passes_stdin = re.search(r"\b(?:sed|awk|tr|cat|cut|grep|read|httpd -d|urldecode)\b", body) is not None
            known.cleans = re.search(r"\btr -[cd]{2}|s[/|#]\[\^", body) is not None
        self.function_block = (*command.block, -1)
        self.positional = {
            str(index): frozenset({Origin(Via.PARAMETER, name, command.line, index=index)}) for index in range(1, 10)
        } | dict.fromkeys("@*", frozenset({Origin(Via.PARAMETER, name, command.line, index=0)}))

    def _body(self, command: Command) -> str:
        """Return the text of a function, roughly: to the next line that is a closing brace alone."""
        lines = self.lines[command.line - 1 : command.line + 40]
        end = next((index for index, line in enumerate(lines) if line.startswith("}")), len(lines))
        return "\n".join(line[:160] for line in lines[: end + 1])

    def _inside_function(self, command: Command) -> None:
        """The block of a function is the one of its first command; outside it the function is over."""
        if self.function_block[-1:] == (-1,) and command.block[:-1] == self.function_block[:-1]:
            self.function_block = command.block
        if command.block[: len(self.function_block)] != self.function_block:
            self._leave_function()

    def _leave_function(self) -> None:
        checked = self.guards.checked_parameters()
        self.learned.functions[self.function].checks |= checked
        self.function = ""
        self.positional = {}
        self.guards.leave_function()

    # What is done with it ------------------------------------------------------------------------------

    def _redirected(self, command: Command) -> Taint:
        """Return what redirections feed in; note paths that input chooses."""
        incoming: Taint = CLEAN
        for one in command.redirects:
            value = self.value(one.word)
            if one.sign in {"<<", "<<<"}:
                incoming = incoming | value
            elif one.sign == "<":
                if any(piece.kind == "command" and not piece.quoted for piece in one.word):
                    incoming = incoming | value
                else:
                    self._harm(Harm.READ, "<", command.line, value)
            elif one.sign in {">", ">>", ">|", "&>"}:
                self._harm(Harm.WRITE, one.sign, command.line, value)
        return incoming

    def _stores(self, command: Command, values: Sequence[Taint]) -> None:
        """``nvram set name=$x`` and ``uci set file.section.option=$x``."""
        texts = [shown(word) for word in command.words]
        writes = command.name in {"nvram_set", "cfg_set"} or (command.name in _SETTING and "set" in texts[1:3])
        for index, text in enumerate(texts[1:], start=1):
            name = re.match(r"(?:\d+ )?([\w.@\[\]-]+)", text)
            if writes and name and text not in {"set", "-q"} and any(values[index:]):
                taint = frozenset(one for value in values[index:] for one in value)
                if any(one.via is Via.REQUEST and not one.weak for one in taint):
                    self.learned.stored.add(Stored(name[1], command.line))
                break

    def _writes(self, command: Command, written: Taint, incoming: Taint) -> None:
        """Note what is written into a file of a fixed name: a later line may run it."""
        targets = [(plain(one.word), written) for one in command.redirects if one.sign in {">", ">>", ">|"}]
        if command.name == "tee":
            targets += [(plain(word), incoming) for word in command.words[1:]]
        for path, taint in targets:
            if path and taint:
                self.learned.written[path] = taint
                if re.match(r"/(?:etc/crontabs|var/spool/cron|etc/cron\.d)/", path):
                    self._harm(Harm.COMMAND, "a crontab", command.line, taint)

    def _compares(self, command: Command, values: Sequence[Taint]) -> None:
        """Note input that is compared with a fixed text."""
        for index in range(2, len(command.words) - 1):
            literal = plain(command.words[index + 1])
            if plain(command.words[index]) not in {"=", "==", "!="} or len(literal) < 4:
                continue
            names = " ".join(piece.text for piece in command.words[index - 1] if piece.kind == "variable")
            for origin in values[index - 1]:
                if origin.via is Via.REQUEST and len(self.learned.compared) < _MAX_FLOWS:
                    self.learned.compared.add(Compared(f"{names} {origin.name}"[:120], command.line, literal))

    def _harm(self, harm: Harm, sink: str, line: int, taint: Taint) -> None:
        if len(self.learned.flows) < _MAX_FLOWS:
            self.learned.flows |= {
                Flow(harm, sink, line, one if one.line else replace(one, line=line)) for one in taint if one.can(harm)
            }


def _to_file(command: Command) -> bool:
    """Whether a command's output goes to a file or to standard error."""
    return any(one.sign in {">", ">>", ">|", "&>", ">&"} for one in command.redirects)


def _setting(command: Command) -> str:
    """Return the name of the setting that a command reads."""
    texts = [shown(word) for word in command.words]
    if command.name == "nvram_get" and len(texts) > 1:
        return texts[-1].strip() or "?"
    if command.name in _SETTING and any(one == "get" for one in texts[1:3]) and len(texts) > 2:
        return texts[-1].strip() or "?"
    return ""
