"""Find the heads of functions: the name, the parameters, and the statement they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.examine.scripts.expressions import arguments, closing
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.statements import Statement
from fairmark.examine.scripts.tokens import Token

_NO_METHODS = frozenset("if for while switch catch with foreach elsif elseif unless until return function".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class FunctionHead:
    """A function that begins. ``keeps_values``: the statement around it does something besides naming it."""

    name: str
    parameters: tuple[str, ...]
    keeps_values: bool = False


def header_of(statement: Statement, language: Language) -> FunctionHead | None:
    """Return the function whose body follows a statement."""
    if not statement.opens:
        return None
    found = statement.tokens
    if language is Language.PYTHON:
        return _python(found)
    if language is Language.PERL:
        return FunctionHead(found[1].text, ()) if found[0].text == "sub" and len(found) > 1 else None
    at = next((index for index in range(len(found) - 1, -1, -1) if found[index].text == "function"), None)
    if at is not None and found[at].kind == "name":
        return _by_word(found, at)
    if language is Language.JAVASCRIPT:
        return _arrow(found) or _method(found)
    return None


def _python(found: Sequence[Token]) -> FunctionHead | None:
    start = 1 if found[0].text == "async" else 0
    if len(found) < start + 3 or found[start].text != "def":
        return None
    names = _names(found[start + 3 : closing(found, start + 2)])
    return FunctionHead(found[start + 1].text, tuple(one for one in names if one not in {"self", "cls"}))


def _by_word(found: Sequence[Token], at: int) -> FunctionHead | None:
    """``function name(a, b)``, ``name = function(a, b)``, ``call(x, function(a, b)``."""
    opening = next((index for index in range(at, len(found)) if found[index].is_sign("(")), None)
    if opening is None:
        return None
    parameters = tuple(one for one in _names(found[opening + 1 : closing(found, opening)]) if one != "self")
    named = [token.text for token in found[at + 1 : opening] if token.kind == "name"]
    if named:
        return FunctionHead(named[-1], parameters)
    return _anonymous(found, at, parameters)


def _anonymous(found: Sequence[Token], at: int, parameters: tuple[str, ...]) -> FunctionHead:
    """A function without a name of its own has that of what it is assigned to."""
    if at > 1 and found[at - 1].is_sign("=", ":"):
        return FunctionHead(found[at - 2].text, parameters)
    return FunctionHead(f"function at {found[at].line}:{found[at].column}", parameters, keeps_values=at > 0)


def _arrow(found: Sequence[Token]) -> FunctionHead | None:
    if not found[-1].is_sign("=>") or len(found) < 2:
        return None
    if not found[-2].is_sign(")"):
        return _anonymous(found, len(found) - 2, (found[-2].text,))
    depth = 0
    for index in range(len(found) - 2, -1, -1):
        depth += found[index].is_sign(")") - found[index].is_sign("(")
        if depth == 0:
            start = index - 1 if index and found[index - 1].text == "async" else index
            return _anonymous(found, start, _names(found[index + 1 : len(found) - 2]))
    return None


def _method(found: Sequence[Token]) -> FunctionHead | None:
    """``name(a, b) {`` in a class."""
    start = 1 if found[0].text in {"async", "static", "get", "set"} and len(found) > 3 else 0
    if len(found) < start + 3 or found[start].kind != "name" or found[start].text in _NO_METHODS:
        return None
    if not found[start + 1].is_sign("(") or closing(found, start + 1) != len(found) - 1:
        return None
    return FunctionHead(found[start].text, _names(found[start + 2 : len(found) - 1]))


def _names(inside: Sequence[Token]) -> tuple[str, ...]:
    """Return the names of parameters, without types and defaults."""
    names: list[str] = []
    for one in arguments(inside):
        words = [token for token in one if token.kind == "name"]
        dollar = [token for token in words if token.text.startswith("$")]
        chosen = dollar or words
        if chosen:
            names.append(chosen[0].text)
    return tuple(names)
