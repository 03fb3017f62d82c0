"""Conditions under which a provision applies: a small language over facts, with three values.

::

    expression = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | "(" expression ")" | fact
    fact        = a name such as auth.password

A fact that nobody stated is unknown. Kleene's strong logic carries it through: ``false
and unknown`` is false, ``true and unknown`` is unknown. An empty expression always holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from fairmark.errors import WrongUsageError

MAX_LENGTH = 2000
MAX_DEPTH = 40

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)|(?P<sign>[()]))")
_KEYWORDS = frozenset({"or", "and", "not"})


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str


@dataclass(frozen=True, slots=True)
class _Not:
    operand: "_Node"


@dataclass(frozen=True, slots=True)
class _All:
    """All operands hold (``and``)."""

    operands: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Any:
    """At least one operand holds (``or``)."""

    operands: tuple["_Node", ...]


_Node = _Fact | _Not | _All | _Any


def evaluate(expression: str, facts: Mapping[str, bool]) -> bool | None:
    """Return whether the condition holds, or ``None`` while the facts do not decide it.

    Raises WrongUsageError, with the position and what was expected, when the expression
    is not one.

    >>> evaluate("auth.password and not auth.user", {"auth.user": True})
    False
    """
    rest = _rest(expression, facts)
    return rest if isinstance(rest, bool) else None


def unknown_facts(expression: str, facts: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the unknown facts that still matter, sorted: once they are stated, the condition is decided.

    >>> unknown_facts("a or (b and c)", {"b": False})
    ('a',)
    """
    rest = _rest(expression, facts)
    return () if isinstance(rest, bool) else tuple(sorted(_names(rest)))


def facts_of(expression: str) -> tuple[str, ...]:
    """Return the names of all facts in the expression, sorted."""
    return unknown_facts(expression, {})


def _rest(expression: str, facts: Mapping[str, bool]) -> bool | _Node:
    return _reduce(_parse(expression), facts) if expression.strip() else True


def _reduce(node: _Node, facts: Mapping[str, bool]) -> bool | _Node:
    """Put the known facts in; what remains is undecided."""
    match node:
        case _Fact(name):
            return facts.get(name, node)
        case _Not(operand):
            inner = _reduce(operand, facts)
            return not inner if isinstance(inner, bool) else _Not(inner)
        case _All(operands):
            return _join(operands, facts, settles=False)
        case _Any(operands):
            return _join(operands, facts, settles=True)


def _join(operands: tuple[_Node, ...], facts: Mapping[str, bool], *, settles: bool) -> bool | _Node:
    """Join operands: one that equals ``settles`` decides alone, its opposite adds nothing."""
    inner = [_reduce(operand, facts) for operand in operands]
    if any(value is settles for value in inner):
        return settles
    open_ones = tuple(value for value in inner if not isinstance(value, bool))
    if not open_ones:
        return not settles
    return _Any(open_ones) if settles else _All(open_ones)


def _names(node: _Node) -> set[str]:
    match node:
        case _Fact(name):
            return {name}
        case _Not(operand):
            return _names(operand)
        case _All(operands) | _Any(operands):
            return {name for operand in operands for name in _names(operand)}


@lru_cache(maxsize=1024)
def _parse(expression: str) -> _Node:
    if len(expression) > MAX_LENGTH:
        raise WrongUsageError(f"a condition may have {MAX_LENGTH} characters, this one has {len(expression)}")
    return _Parser(expression).whole()


class _Parser:
    """Recursive descent over the tokens; the depth of nesting is bounded."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._tokens = _tokens(expression)
        self._next = 0
        self._depth = 0

    def whole(self) -> _Node:
        node = self._expression()
        if self._next < len(self._tokens):
            self._complain('"and", "or" or the end')
        return node

    def _expression(self) -> _Node:
        operands = [self._conjunction()]
        while self._take("or"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else _Any(tuple(operands))

    def _conjunction(self) -> _Node:
        operands = [self._negation()]
        while self._take("and"):
            operands.append(self._negation())
        return operands[0] if len(operands) == 1 else _All(tuple(operands))

    def _negation(self) -> _Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise WrongUsageError(f"a condition may nest {MAX_DEPTH} deep, this one goes deeper", hint=self._text[:80])
        node = self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> _Node:
        if self._take("not"):
            return _Not(self._negation())
        if self._take("("):
            node = self._expression()
            if not self._take(")"):
                self._complain('"and", "or" or ")"')
            return node
        word = self._tokens[self._next][1] if self._next < len(self._tokens) else ""
        if not word or word == ")" or word in _KEYWORDS:
            self._complain('a fact, "not" or "("')
        self._next += 1
        return _Fact(word)

    def _take(self, token: str) -> bool:
        found = self._next < len(self._tokens) and self._tokens[self._next][1] == token
        self._next += found
        return found

    def _complain(self, expected: str) -> NoReturn:
        at_end = self._next >= len(self._tokens)
        position, token = (len(self._text), "") if at_end else self._tokens[self._next]
        _refuse(self._text, position, expected, "the end" if at_end else f'"{token}"')


def _tokens(expression: str) -> tuple[tuple[int, str], ...]:
    """Cut the expression into (position, token)."""
    found: list[tuple[int, str]] = []
    position, end = 0, len(expression.rstrip())
    while position < end:
        match = _TOKEN.match(expression, position)
        if match is None:
            start = position + len(expression[position:]) - len(expression[position:].lstrip())
            _refuse(expression, start, 'a fact, "and", "or", "not" or a parenthesis', f'"{expression[start]}"')
        kind = match.lastgroup or "word"
        found.append((match.start(kind), match[kind]))
        position = match.end()
    return tuple(found)


def _refuse(expression: str, position: int, expected: str, found: str) -> NoReturn:
    raise WrongUsageError(
        f"condition: expected {expected} at position {position + 1}, found {found}",
        hint=f"The condition reads: {expression[:200]}",
    )
