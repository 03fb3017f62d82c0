"""Follow input through one script of Lua, Python, PHP, Perl or JavaScript to the calls where it does harm.

The script is read top to bottom, twice: the first round learns what its functions return, check and
pass on, the second follows the input. A check that proves a text harmless holds for the rest of its
function, a comparison with a fixed text inside the branch that it opens. Loops are not gone round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairmark.examine.scripts.checks import STRICT
from fairmark.examine.scripts.expressions import DIFFERS, EQUALS, Item, Operand, bracketed, items, key_of
from fairmark.examine.scripts.flow import CLEAN, Flow, Flows, Origin, Taint, Via, bounded_text, cleared, weakened
from fairmark.examine.scripts.functions import header_of
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.scope import Scope
from fairmark.examine.scripts.statements import Statement, statements
from fairmark.examine.scripts.tokens import Token, tokens
from fairmark.examine.scripts.values import Evaluator
from fairmark.examine.scripts.words import PATH_HARMS, Words

_ASSIGNS = frozenset("= .= += ..= ||= //= := ??= &&=".split())  # noqa: SIM905
DECLARES = frozenset({"local", "my", "var", "let", "const", "global", "static"})
_CONDITIONS = frozenset("if elif elsif elseif unless while until assert switch case".split())  # noqa: SIM905
_POSTFIX = frozenset({"if", "unless", "and", "or", "&&", "||", "?"})
_ROUNDS = 6
_MAX_STATEMENTS = 30_000


@dataclass(slots=True)
class _Pending:
    """A comparison whose meaning the block after it decides: does it leave the function?"""

    key: str
    depth: int
    leaves: bool = False


@dataclass(slots=True)
class _Frame:
    """A function that is being read, or the script as a whole."""

    name: str
    depth: int
    scope: Scope
    pending: list[_Pending] = field(default_factory=list)
    parameters: int = 0
    """How many parameters ``shift`` has taken (Perl)."""


def follow(text: str, words: Words) -> Flows:
    """Return the flows of a script, sorted."""
    if not words.concerns(text):
        return Flows()
    code = bounded_text(text)
    found = list(statements(tokens(code, words.language), words.language))[:_MAX_STATEMENTS]
    every = (
        [replace(one, tokens=bracketed(one.tokens, words.bare_calls)) for one in found] if words.bare_calls else found
    )
    evaluator = Evaluator(words, code)
    _Round(words, code, evaluator).run(every)
    evaluator.start_over()
    _Round(words, code, evaluator).run(every)
    return Flows(tuple(sorted(_resolved(evaluator))), compared=tuple(sorted(evaluator.compared)))


def _resolved(evaluator: Evaluator) -> set[Flow]:
    """Carry flows that start at a parameter back to the calls that hand input over."""
    known = set(evaluator.flows)
    for _ in range(_ROUNDS):
        inner: dict[tuple[str, int], list[Flow]] = {}
        for flow in known:
            if flow.origin.via is Via.PARAMETER:
                inner.setdefault((flow.origin.name, flow.origin.index), []).append(flow)
        more: set[Flow] = set()
        for function, index, origin in evaluator.calls:
            for flow in inner.get((function, index), ()):
                if origin.can(flow.harm) and flow.harm not in flow.origin.cleared:
                    carried = next(iter(weakened(frozenset({origin})))) if flow.origin.weak else origin
                    more.add(Flow(flow.harm, flow.sink, flow.line, carried))
        if more <= known or len(known) > 2000:
            break
        known |= more
    return {flow for flow in known if flow.origin.via is not Via.PARAMETER}


class _Round:
    """One reading of the script."""

    def __init__(self, words: Words, code: str, evaluator: Evaluator) -> None:
        self.words = words
        self.code = code
        self.evaluator = evaluator
        self.frames = [_Frame("", -1, Scope())]
        self.before: tuple[Token, ...] = ()

    @property
    def frame(self) -> _Frame:
        """The function that is being read."""
        return self.frames[-1]

    def run(self, every: Sequence[Statement]) -> None:
        """Read all statements."""
        for statement in every:
            self._leave(statement)
            self.evaluator.scope = self.frame.scope
            self.evaluator.function = self.frame.name
            self._statement(statement)
            self.before = statement.tokens
        while len(self.frames) > 1:
            self._pop()

    def _pop(self) -> None:
        """End a function: what it put into names that are not its own is known outside."""
        inner = self.frames.pop().scope
        for key, taint in self.evaluator.remember_globals(inner).items():
            known = self.frame.scope.taints.get(key, (CLEAN, ()))
            if self.words.language is not Language.JAVASCRIPT:
                taint = cleared(taint, PATH_HARMS)  # noqa: PLW2901 - what is done to it in between was not followed
            self.frame.scope.taints[key] = (frozenset(sorted(known[0] | taint)[:8]), known[1])
            self.frame.scope.made.pop(key, None)

    def _leave(self, statement: Statement) -> None:
        """Close the functions and comparisons that this statement is no longer inside of."""
        while len(self.frames) > 1 and statement.depth <= self.frame.depth:
            self._pop()
        scope = self.frame.scope
        scope.leave(statement.depth)
        for one in [one for one in self.frame.pending if statement.depth <= one.depth]:
            self.frame.pending.remove(one)
            if one.leaves:
                scope.safe[one.key] = STRICT

    def _statement(self, statement: Statement) -> None:
        found = statement.tokens
        conditional = _is_conditional(found)
        self.evaluator.conditional = conditional
        if any(token.kind == "name" and token.text in self.words.exits for token in found):
            for one in self.frame.pending:
                one.leaves = True
        header = header_of(statement, self.words.language)
        if header is None or header.keeps_values:
            expression = items(found, self.words.language)
            if conditional:
                self._comparisons(expression, statement)
            if not self._binds(statement) and not self._assigns(statement):
                result = self.evaluator.value(expression)
                if found[0].text == "return" or self._is_last_value(found):
                    self._returns(result)
        if header:
            self._enter(statement, header.name, header.parameters)

    def _is_last_value(self, found: Sequence[Token]) -> bool:
        """Whether a statement of Perl is a value alone, which a function then returns."""
        return self.words.language is Language.PERL and len(found) < 6 and found[0].text[:1] in "$@"

    def _returns(self, result: Taint) -> None:
        if self.frame.name and result:
            known = self.evaluator.returned.setdefault(self.frame.name, set())
            known |= set(list(result)[:8])

    def _enter(self, statement: Statement, name: str, parameters: tuple[str, ...]) -> None:
        """Begin a function: its parameters are input where something outside calls it, else open questions."""
        from_outside = self.evaluator.entries(name, parameters, statement.tokens, self.before)
        scope = self.frame.scope.inner()
        line = statement.tokens[0].line
        for index, parameter in enumerate(parameters):
            origin = Origin(Via.PARAMETER, name, line, index=index)
            if index in from_outside:
                origin = Origin(self.evaluator.via, parameter, line)
            scope.forget(parameter)
            scope.taints[parameter] = (frozenset({origin}), statement.block)
        self.evaluator.functions.add(name)
        self.frames.append(_Frame(name, statement.depth, scope))

    # Comparisons -----------------------------------------------------------------------------------

    def _comparisons(self, expression: Sequence[Item], statement: Statement) -> None:
        """Note what an equality says about a value."""
        found = statement.tokens
        leaves_here = any(token.kind == "name" and token.text in self.words.exits for token in found)
        inverted = found[0].text == "unless" or any(token.text == "unless" for token in found)
        if found[0].text == "switch":
            for one in expression:
                if isinstance(one, Operand):
                    self.frame.scope.hold(one.key, statement.depth)
        for one in expression:
            if not isinstance(one, Operand) or not one.compare:
                continue
            if one.compare == "in" and one.literal is None:
                self.frame.scope.safe[one.key] = STRICT
            elif one.literal is not None and one.literal.text:
                self.evaluator.note_comparison(one)
                self._equality(one, statement, leaves_here=leaves_here, inverted=inverted)

    def _equality(self, one: Operand, statement: Statement, *, leaves_here: bool, inverted: bool) -> None:
        scope = self.frame.scope
        differs = (one.compare in DIFFERS) is not (inverted and one.compare in EQUALS | DIFFERS)
        if one.compare in EQUALS | DIFFERS and not differs:
            if not leaves_here:
                scope.hold(one.key, statement.depth)
        elif differs and leaves_here:
            scope.safe[one.key] = STRICT
        elif differs:
            self.frame.pending.append(_Pending(one.key, statement.depth))

    # Assignments -----------------------------------------------------------------------------------

    def _binds(self, statement: Statement) -> bool:
        """Read the head of a loop over values: its names take what the values hold."""
        found = statement.tokens
        if found[0].text not in {"for", "foreach"}:
            return False
        names, values = _loop(found, self.words.language)
        if not names:
            return False
        taint = self.evaluator.value(items(values, self.words.language))
        for one in items(names, self.words.language):
            if isinstance(one, Operand):
                self._set(one.key, taint, statement)
        return True

    def _assigns(self, statement: Statement) -> bool:
        found = statement.tokens
        at = _assignment(found)
        if at is None:
            return False
        head = _condition(found, at)
        if head:  # what the condition checks holds for the one statement after it
            self.evaluator.value(items(found[:head], self.words.language))
        left = [one for one in items(found[head:at], self.words.language) if isinstance(one, Operand)]
        right = found[at + 1 :]
        if not left:
            return False
        self.evaluator.note_constant(left[-1].key, right)
        if self._takes_parameters(left, right, statement):
            return True
        if found[0].text in DECLARES:
            self.frame.scope.own |= {one.steps[0].text for one in left}
        self.evaluator.parts = set()
        taint = self.evaluator.value(items(right, self.words.language))
        parts = frozenset(self.evaluator.parts) if found[at].text == "=" and len(left) == 1 else frozenset()
        pieces = self.evaluator.pieces(right) if len(left) > 1 else []
        for index, one in enumerate(left):
            given = pieces[index] if len(pieces) == len(left) else taint
            if found[at].text != "=":
                given = given | self.frame.scope.taint(one.key)
            base = _base(one)
            self._set(base, given, statement, mentions=_mentions(right, one), partial=base != one.key)
            if given and base == one.key:
                self.frame.scope.make(base, parts)
        return True

    def _takes_parameters(self, left: Sequence[Operand], right: Sequence[Token], statement: Statement) -> bool:
        """``my ($a, $b) = @_`` and ``my $a = shift`` of Perl."""
        if self.words.language is not Language.PERL or not self.frame.name or not right:
            return False
        texts = [token.text for token in right]
        names = [one.key for one in left if one.key not in {"self", "class", "this"}]
        if texts == ["@_"]:
            first = 0
        elif texts[0] == "shift" and (len(texts) == 1 or texts[1] in {"@_", "(", "||", "//"}):
            first = self.frame.parameters
            self.frame.parameters += len(names)
        else:
            return False
        for index, name in enumerate(names, start=first):
            origin = Origin(Via.PARAMETER, self.frame.name, statement.tokens[0].line, index=index)
            self._set(name, frozenset({origin}), statement)
        return True

    def _set(
        self, key: str, taint: Taint, statement: Statement, *, mentions: bool = False, partial: bool = False
    ) -> None:
        """Give a name its new value. One that is clean replaces an older one only where that one is surely gone."""
        scope = self.frame.scope
        if taint:
            scope.forget(key)
            old = scope.taints.get(key, (CLEAN, ()))[0] if partial else CLEAN
            scope.taints[key] = (frozenset(sorted(taint | old)[:8]), statement.block)
            return
        known = scope.taints.get(key)
        shadows = known is None and key in self.evaluator.globals
        if not partial and known is None and not shadows:
            return
        if not partial and (known is None or mentions or known[1][: len(statement.block)] == statement.block):
            scope.clear(key, statement.block)


def _is_conditional(found: Sequence[Token]) -> bool:
    return found[0].text in _CONDITIONS or any(
        token.text in _POSTFIX and token.kind in {"name", "sign"} for token in found
    )


def _assignment(found: Sequence[Token]) -> int | None:
    """Return where the statement assigns: outside brackets, or inside those of a condition."""
    depth = 0
    inside = found[0].text in {"if", "while", "elsif", "elseif"}
    for index, token in enumerate(found):
        if token.kind != "sign":
            continue
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text in _ASSIGNS and (depth <= 0 or (inside and depth <= 2)) and index:
            return index
    return None


def _condition(found: Sequence[Token], at: int) -> int:
    """Return where the condition in brackets ends, when the statement behind it assigns; else 0."""
    depth = 0
    for index, token in enumerate(found[:at] if found[0].text in {"if", "while", "elsif", "elseif"} else ()):
        if token.kind == "sign" and token.text in "()":
            depth += 1 if token.text == "(" else -1
            if depth == 0:
                return index + 1
    return 0


def _base(one: Operand) -> str:
    """Return the name that is known to change: of ``a[b][c]`` with an unknown ``c`` it is ``a[b]``."""
    unknown = next((at for at, step in enumerate(one.steps) if step.kind == "index" and not step.text), None)
    return one.key if unknown is None else key_of(one.steps[: max(1, unknown)])


def _loop(found: Sequence[Token], language: Language) -> tuple[Sequence[Token], Sequence[Token]]:
    """Return the names and the values of a loop."""
    inner = [token for token in found[1:] if token.text not in DECLARES]
    words = ("as",) if language is Language.PHP else ("of", "in")
    for index, token in enumerate(inner):
        if token.kind == "name" and token.text in words:
            before, after = inner[:index], inner[index + 1 :]
            return (after, before) if language is Language.PHP else (before, after)
    if language is Language.PERL and inner and inner[0].kind == "name":
        return inner[:1], inner[1:]
    return (), ()


def _mentions(right: Sequence[Token], one: Operand) -> bool:
    """Whether a new value is made out of the old one: ``x = int(x)``."""
    name = one.steps[0].text.lstrip("$")
    return any(token.text.lstrip("$@%") == name for token in right if token.kind == "name")
