"""Say what flows into an expression, and note on the way which calls do harm with it.

``Evaluator`` reads expressions in a scope (see ``scope``). It keeps what the whole script has in
common: functions, aliases, fixed patterns, flows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from fairmark.examine.scripts.checks import (
    NONE,
    STRICT,
    WEAK,
    is_check_name,
    is_cleaner_name,
    picks_safely,
    replaces,
    strength,
)
from fairmark.examine.scripts.expressions import DIFFERS, EQUALS, Item, Operand, Step, arguments, items, key_of, literal
from fairmark.examine.scripts.flow import CLEAN, Compared, Flow, Harm, Origin, Taint, Via, cleared, weakened
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.scope import Scope
from fairmark.examine.scripts.tokens import Token
from fairmark.examine.scripts.words import ALL_HARMS, PATH_HARMS, Header, Words

_RESOLVES = re.compile(r"realpath|resolve\(|normalize\(|abspath|canonical|commonpath")
_MAX_DEPTH = 24
_MAX_ORIGINS = 8
_MAX_FLOWS = 500
_ASKS = re.compile(r"(?:is|has|may|can|check|verify|validate)[A-Z_]\w*")  # a function that answers yes or no
_FORMAT = re.compile(r"%[-+ #0]*[\d*]*(?:\.\d+)?[hlL]*([a-zA-Z%])")
_NUMERIC = frozenset("diouxXeEfgGc")
_SUBSTITUTION = re.compile(r"(?P<word>s|tr|y)/(?P<pattern>.*)/(?P<with>[^/]*)/(?P<flags>[a-z]*)", re.DOTALL)
_EXTRACTS = frozenset({"match", "search", "find", "exec", "fullmatch", "preg_match", "gmatch", "findall", "matchAll"})
_PASSES = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "trim rtrim ltrim chop chomp strtolower strtoupper lc uc ucfirst urldecode rawurldecode url_decode shift pop "
        "decodeURIComponent unescape decodeURI String str unicode tostring strval substr mb_substr implode join "
        "explode split json_decode stripslashes addslashes htmlspecialchars html_entity_decode base64_decode reset "
        "array_values array_shift array_pop current end unquote unquote_plus realpath dirname list dict tuple "
        "sorted reversed format sprintf utf8_decode utf8_encode iconv reverse scalar urlparse parse_qs parse_qsl "
        "uri_unescape print b64decode array_map"
    ).split()
)
"""Functions of the languages that hand a path on as it is; what others do to it is not known."""
_NO_TEXT = frozenset({"length", "size", "tmp_name", "error", "__class__"})


class Evaluator:
    """Reads expressions. ``scope``, ``function`` and ``conditional`` say where it stands."""

    def __init__(self, words: Words, code: str) -> None:
        self.words = words
        self.code = code
        self.aliases = dict(words.aliases(code))
        self.via = words.via(code)
        self.resolves_paths = _RESOLVES.search(code) is not None
        self.foreign = [one for one, needs in words.contexts if not any(need in code for need in needs)]
        self.functions: set[str] = set()
        self.returned: dict[str, set[Origin]] = {}
        self.validators: set[tuple[str, int]] = set()
        self.globals: dict[str, Taint] = {}
        self.constants: dict[str, str] = {}
        self.start_over()

    def start_over(self) -> None:
        """Begin a round."""
        self.flows: set[Flow] = set()
        self.compared: set[Compared] = set()
        self.calls: set[tuple[str, int, Origin]] = set()
        self.scope = Scope()
        self.parts: set[str] = set()
        self.function = ""
        self.conditional = False
        self.depth = 0

    def entries(
        self, name: str, parameters: tuple[str, ...], statement: tuple[Token, ...], before: tuple[Token, ...]
    ) -> frozenset[int]:
        """Return which parameters of a function are input."""
        return self.words.entries(Header(name, parameters, statement, before, self.code))

    def remember_globals(self, scope: Scope) -> Mapping[str, Taint]:
        """Keep and return what a function put into names that are not its own."""
        if self.words.language in {Language.PYTHON, Language.PHP}:
            shared = [key for key in scope.taints if key.startswith(("self.", "$this."))]
        else:
            shared = [key for key in scope.taints if re.split(r"[.\[]", key)[0] not in scope.own]
        found: dict[str, Taint] = {}
        for key in shared:
            taint = frozenset(one for one in scope.taints[key][0] if one.via is not Via.PARAMETER)
            if taint:
                found[key] = taint
                self.globals[key] = frozenset(sorted(self.globals.get(key, CLEAN) | taint)[:_MAX_ORIGINS])
        return found

    def note_constant(self, key: str, right: Sequence[Token]) -> None:
        """Keep a fixed pattern, and another name of a function."""
        texts = [token.text for token in right if token.kind in {"text", "regex"}]
        if len(texts) == 1 and len(right) <= 10 and (literal(right) or any("compile" in t.text for t in right)):
            self.constants[key] = texts[0]
        words = [token.text for token in right]
        if "promisify" in words and "child_process" in texts:
            self.aliases.setdefault(key, f"child_process.{[t.text for t in right if t.kind == 'name'][-1]}")
        if (
            len(right) <= 8
            and right
            and all(token.kind == "name" or token.is_sign(".", "::", "(", ")") for token in right)
        ):
            names = [token.text for token in right if token.kind == "name"]
            target = self._canonical(names[-1] if "promisify" in names else ".".join(names[-3:]))
            if first_of(self.words.sinks, candidates(target)) is not None and key != target:
                self.aliases.setdefault(key, target)

    def note_comparison(self, operand: Operand) -> None:
        """Keep that input is compared with a fixed text."""
        token = operand.literal
        if token is None or token.kind != "text" or len(token.text) < 4 or operand.compare not in EQUALS | DIFFERS:
            return
        origins = [one for one in self._operand(replace(operand, compare="")) if one.via is Via.REQUEST]
        if origins and len(self.compared) < _MAX_FLOWS:
            is_plain = len(origins) == 1 and not any(step.kind == "index" for step in operand.steps)
            name = f"{operand.key} {origins[0].name}" if is_plain else operand.key
            self.compared.add(Compared(name[:120], operand.line, token.text))

    # Expressions -----------------------------------------------------------------------------------

    def value(self, expression: Sequence[Item]) -> Taint:
        """Return what flows into an expression."""
        if self.depth >= _MAX_DEPTH:
            return CLEAN
        self.depth += 1
        found: set[Origin] = set()
        previous: Operand | None = None
        for one in expression:
            if isinstance(one, Operand):
                found |= self._operand(one)
                previous = one
            elif one.kind == "regex" and previous is not None and previous.compare in {"=~", "!~"}:
                found |= self._perl_match(previous, one)
            else:
                found |= self._text(one)
        self.depth -= 1
        return frozenset(sorted(found)[:_MAX_ORIGINS]) if found else CLEAN

    def pieces(self, tokens: Sequence[Token]) -> list[Taint]:
        """Return what flows into each value of a list."""
        return [self.value(items(one, self.words.language)) for one in arguments(tokens)]

    def _text(self, token: Token) -> Taint:
        found: set[Origin] = set()
        for part in token.parts:
            found |= self.value(items(part, self.words.language))
        taint = frozenset(found)
        if token.kind == "exec":
            self._harm(Harm.COMMAND, "`...`", token.line, taint)
        return taint

    def _operand(self, operand: Operand) -> Taint:
        taint: Taint = CLEAN
        done: list[Step] = []
        safety = NONE
        for step in operand.steps:
            done.append(step)
            if step.kind == "call":
                taint = self._call(done, step, taint, operand)
            elif len(done) > 1 and step.text in _NO_TEXT:
                return CLEAN
            elif step.kind == "index" and self.conditional and not step.text:
                self._asks_table(step)
            key = key_of(done)
            taint = taint | self._lookup(key, operand)
            if key in self.scope.held:
                safety = STRICT
            safety = self.scope.safety(key) or safety
        if safety == STRICT or operand.compare:
            return CLEAN
        if taint:
            self.parts.add(operand.key)
        return weakened(taint) if safety == WEAK else taint

    def _asks_table(self, step: Step) -> None:
        """``if allowed[x]``: whether the value is a key of a table."""
        for one in items(step.arguments[0], self.words.language)[:1]:
            if isinstance(one, Operand):
                self._mark(one.key, STRICT)

    def _lookup(self, key: str, operand: Operand) -> Taint:
        known = self.scope.taints.get(key)
        if known is not None:
            return known[0]
        if self.words.source_key.fullmatch(key) and not self._is_foreign(key):
            return frozenset({Origin(self.via, operand.key[:60], operand.line)})
        return self.globals.get(key, CLEAN) if key.split(".", maxsplit=1)[0] not in self.scope.own else CLEAN

    def _is_foreign(self, name: str) -> bool:
        """Whether a name that may be input is something else in this script."""
        return any(one.fullmatch(name) for one in self.foreign)

    def _mark(self, key: str, how: str) -> None:
        """Note that a name was checked, and that the function checks its parameter."""
        if how == STRICT:
            for origin in self.scope.taint(key):
                if origin.via is Via.PARAMETER and origin.name == self.function:
                    self.validators.add((origin.name, origin.index))
        if self.scope.safe.get(key) != STRICT:
            self.scope.safe[key] = how

    def _perl_match(self, operand: Operand, token: Token) -> Taint:
        """``$x =~ /pattern/``, ``s/a/b/`` and ``tr/a//cd``."""
        key = operand.key
        taint = self._operand(replace(operand, compare=""))
        change = _SUBSTITUTION.fullmatch(token.text)
        if change:
            if change["pattern"] in {"/", "\\/", "[/]"} and "g" in change["flags"]:
                self.scope.taints[key] = (cleared(taint, PATH_HARMS), ())
            how = _after_change(change)
            if how == STRICT:
                self.scope.clear(key, ())
            elif how == WEAK:
                self._mark(key, WEAK)
            return CLEAN
        how = strength(token.text)
        if how == STRICT or (how == WEAK and self.conditional):
            self._mark(key, how)
        picked = CLEAN if picks_safely(token.text) or how == STRICT else taint
        for number in "1234":
            self.scope.taints[number] = (picked, ())
        return picked

    # Calls -----------------------------------------------------------------------------------------

    def _canonical(self, name: str) -> str:
        """Put what an alias stands for in its place."""
        if name in self.aliases:
            return self.aliases[name]
        first, dot, rest = name.partition(".")
        return self.aliases[first] + dot + rest if first in self.aliases else name

    def _call(self, done: list[Step], step: Step, receiver: Taint, operand: Operand) -> Taint:
        callee = self._canonical(_callee(done[:-1]))
        names = candidates(callee)
        given = step.arguments
        taints = [self.value(items(one, self.words.language)) for one in given]
        every = frozenset(origin for one in taints for origin in one) | receiver
        call = _Call(callee, names, given, taints, every, done, operand)
        if any(name in self.words.source_calls for name in names) and self._is_source(call):
            return frozenset({Origin(self.via, operand.key[:60], operand.line)})
        judge = first_of(self.words.sinks, names)
        if judge is not None:
            verdict = judge(given)
            if verdict:
                harm, wanted = verdict
                reaching = frozenset(o for index, one in enumerate(taints) if index in wanted for o in one)
                self._harm(harm, callee, operand.line, reaching)
            return CLEAN
        self._side_effects(call)
        return self._result(call)

    def _is_source(self, call: "_Call") -> bool:
        if any(self._is_foreign(name) for name in call.names):
            return False
        pattern = first_of(self.words.source_calls, call.names)
        if pattern is None:
            return True
        return pattern.search(" ".join(token.text for one in call.given for token in one)[:300]) is not None

    def _side_effects(self, call: "_Call") -> None:
        """A list grows, an argument is filled."""
        if call.callee.rpartition(".")[2] in self.words.grows and call.every and len(call.done) > 2:
            key = key_of(call.done[:-2])
            self.scope.taints[key] = (self.scope.taint(key) | call.every, ())
            self.scope.made.pop(key, None)
        if call.callee in self.words.grows_first and call.given and call.every:
            self._fill(call, 0, call.every)
        fill = first_of(self.words.fills, call.names)
        if fill and len(call.given) > fill[0] and (fill[1] >= 0 or not self._is_foreign(call.callee)):
            origin = frozenset({Origin(self.via, call.callee, call.operand.line)})
            self._fill(call, fill[0], origin if fill[1] < 0 else call.taints[fill[1]])

    def _fill(self, call: "_Call", index: int, taint: Taint) -> None:
        for one in items(call.given[index], self.words.language)[:2]:
            if isinstance(one, Operand):
                self.scope.forget(one.key)
                self.scope.taints[one.key] = (taint, ())

    def _result(self, call: "_Call") -> Taint:
        """Return what flows out of a call that does no harm."""
        last = call.callee.rpartition(".")[2]
        if any(name in self.words.path_checks for name in call.names) and _begins_path(call.given):
            self._path_check(call)
            return CLEAN
        if any(name in self.words.checks for name in call.names):
            return self._check(call, last)
        known = first_of(self.words.cleaners, call.names)
        harms: tuple[Harm, ...] | None = ALL_HARMS if known is None and is_cleaner_name(last) else known
        if harms is not None:
            return CLEAN if harms == ALL_HARMS else cleared(call.every, harms)
        return self._check(call, last) if is_check_name(last) else self._passed(call, last)

    def _passed(self, call: "_Call", last: str) -> Taint:
        """Return what a function that neither checks nor cleans makes of its arguments."""
        if last in self.functions and call.callee.count(".") <= 1:
            return self._local(call, last)
        if any(name in self.words.formats for name in call.names):
            return self._formatted(call)
        at = first_of(self.words.replacers, call.names)
        if at is not None:
            return self._replaced(call, at)
        return call.every if "." in call.callee or last in _PASSES else cleared(call.every, PATH_HARMS)

    def _local(self, call: "_Call", name: str) -> Taint:
        """A function of the same script: hand the arguments over, take what it returns."""
        found: set[Origin] = set()
        for index, taint in enumerate(call.taints):
            self.calls |= {(name, index, origin) for origin in taint} if len(self.calls) < _MAX_FLOWS * 8 else set()
            how = STRICT if (name, index) in self.validators and self.conditional else NONE
            how = how or (WEAK if _ASKS.fullmatch(name) else NONE)
            if how:
                for one in items(call.given[index], self.words.language)[:1]:
                    if isinstance(one, Operand):
                        self._mark(one.key, how)
        for origin in self.returned.get(name, ()):
            if origin.via is not Via.PARAMETER:
                found.add(origin)
            elif origin.name == name and origin.index < len(call.taints):
                handed = (
                    cleared(call.taints[origin.index], origin.cleared) if origin.cleared else call.taints[origin.index]
                )
                found |= weakened(handed) if origin.weak else handed
        return frozenset(found)

    def _formatted(self, call: "_Call") -> Taint:
        """``string.format`` and the like: what ``%d`` takes in is a number."""
        of_receiver = call.done[0].kind == "literal"
        pattern = call.done[0].text if of_receiver else (literal(call.given[0]) if call.given else None)
        letters = [one for one in _FORMAT.findall(pattern or "") if one != "%"]
        if not letters:
            return call.every
        taints = call.taints if of_receiver else call.taints[1:]
        return frozenset(
            origin
            for index, one in enumerate(taints)
            if letters[index : index + 1] != []
            for origin in one
            if letters[index] not in _NUMERIC
        )

    def _replaced(self, call: "_Call", at: int) -> Taint:
        pattern = self._pattern(call.given[at]) if len(call.given) > at else None
        if pattern is None:
            return call.every
        how = replaces(pattern)
        return CLEAN if how == STRICT else weakened(call.every) if how == WEAK else call.every

    def _pattern(self, argument: Sequence[Token]) -> str | None:
        """Return a pattern that is a literal, or a name for one."""
        found = literal(argument)
        if found is None:
            names = [one.key for one in items(argument, self.words.language) if isinstance(one, Operand)]
            found = self.constants.get(names[0]) if len(names) == 1 else None
        if found is not None and self.words.language is Language.PHP and len(found) > 2 and not found[0].isalnum():
            end = found.rfind(_PHP_ENDS.get(found[0], found[0]))
            found = found[1:end] if end > 0 else found
        return found

    # Checks ----------------------------------------------------------------------------------------

    def _check(self, call: "_Call", last: str) -> Taint:
        """A test of a text: what it proves rests on its pattern."""
        pattern = self._pattern_of(call)
        complete = any(name in self.words.complete_checks for name in call.names) or is_check_name(last)
        if complete:
            how = STRICT if self.conditional or last != "tonumber" else NONE
        elif pattern is not None:
            how = strength(pattern)
        else:
            how = STRICT if self.conditional and call.callee not in _EXTRACTS else NONE
            if call.callee in _EXTRACTS and self._is_constant(call.given):
                how = WEAK
        if how == STRICT or (how == WEAK and self.conditional):
            for key in self._targets(call):
                self._mark(key, how)
        if last not in _EXTRACTS and not last.startswith("preg_match"):
            return CLEAN
        result = CLEAN if how == STRICT or (pattern is not None and picks_safely(pattern)) else call.every
        if last == "preg_match" and len(call.given) > 2:
            self._fill(call, 2, result)
        return result

    def _pattern_of(self, call: "_Call") -> str | None:
        if call.done[0].kind == "literal":
            return call.done[0].text
        receiver = key_of(call.done[:-2])
        if receiver in self.constants:
            return self.constants[receiver]
        return next((found for one in call.given if (found := self._pattern(one)) is not None), None)

    def _is_constant(self, given: Sequence[Sequence[Token]]) -> bool:
        """Whether the pattern is a constant of another file: ``preg_match(NAME_FORM, $x)``."""
        found = given[0] if given else ()
        is_name = len(found) == 1 and found[0].kind == "name" and found[0].text.isupper()
        return self.words.language is Language.PHP and is_name

    def _targets(self, call: "_Call") -> list[str]:
        """Return the names whose values a check looks at."""
        keys = [
            one.key for given in call.given for one in items(given, self.words.language)[:2] if isinstance(one, Operand)
        ]
        receiver = key_of(call.done[:-2]) if len(call.done) > 2 and call.done[0].kind == "name" else ""
        return [*keys, *([receiver] if receiver and receiver not in self.constants else [])]

    def _path_check(self, call: "_Call") -> None:
        if self.conditional:
            for key in self._targets(call):
                self._mark(key, STRICT if self.resolves_paths else WEAK)

    def _harm(self, harm: Harm, sink: str, line: int, taint: Taint) -> None:
        if len(self.flows) < _MAX_FLOWS:
            self.flows |= {Flow(harm, sink, line, origin) for origin in taint if origin.can(harm)}


@dataclass(frozen=True, slots=True)
class _Call:
    """A call being read: what is called, with what, and what flows in."""

    callee: str
    names: tuple[str, ...]
    given: tuple[tuple[Token, ...], ...]
    taints: list[Taint]
    every: Taint
    """What flows in from the arguments and the receiver together."""
    done: list[Step]
    operand: Operand


_PHP_ENDS = {"(": ")", "{": "}", "[": "]", "<": ">"}
T = TypeVar("T")


def candidates(callee: str) -> tuple[str, ...]:
    """Return the names under which a call may stand in a table, the most telling first.

    >>> candidates("luci.sys.exec")
    ('luci.sys.exec', 'sys.exec', '.exec')
    """
    parts = callee.split(".")
    if len(parts) == 1:
        return (callee,)
    ends = (".".join(parts[-count:]) for count in (4, 3, 2) if len(parts) >= count)
    return tuple(dict.fromkeys((*ends, "." + parts[-1])))


def first_of(table: Mapping[str, T], names: Sequence[str]) -> T | None:
    """Return what the table holds under the first name that it knows."""
    return next((table[name] for name in names if name in table), None)


def _callee(steps: Sequence[Step]) -> str:
    """Return what is called as dotted names; ``require("x")`` is the module x."""
    names: list[str] = []
    for step in steps:
        if step.kind == "call":
            if names == ["require"] and step.text:
                names = [step.text.removeprefix("node:")]
        elif step.kind == "literal":
            names.append("<text>")
        elif step.text:
            names.append(step.text)
    return ".".join(names)


def _begins_path(given: Sequence[Sequence[Token]]) -> bool:
    """Whether the last argument of a comparison may be a folder: a name, or a text that starts with a slash."""
    text = literal(given[-1]) if given else ""
    return text is None or text.startswith("/")


def _after_change(change: re.Match[str]) -> str:
    """Say what ``s/a/b/`` and ``tr/a//cd`` leave of a text."""
    if change["word"] == "s":
        return replaces(change["pattern"]) if change["with"] in {"", "_", "-", " "} else NONE
    flags = change["flags"]
    return STRICT if "c" in flags and "d" in flags else NONE
