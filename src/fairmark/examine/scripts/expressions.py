"""Read expressions out of tokens: chains of names, indices and calls, and the texts between them.

``a.b["c"](x).d`` is one operand with four steps. Brackets that only group are passed over, so an
expression is the flat list of its operands and texts: enough to say what flows into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tokens import Token

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
COMPARES = frozenset("== != === !== ~= =~ !~ < > <= >= <=> eq ne lt gt le ge cmp in is instanceof".split())  # noqa: SIM905
EQUALS = frozenset({"==", "===", "eq"})
DIFFERS = frozenset({"!=", "!==", "~=", "ne"})
_MAX_STEPS = 48
_NOT_VALUES = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "if elif elsif elseif else switch unless while until for foreach return and or not local my our var let const "
        "function def sub then do end try except catch finally raise throw lambda global static public private new "
        "protected print echo import from as with await async yield case default break continue pass True False None "
        "true false null nil undefined typeof delete del assert package use class in is eq ne lt gt le ge cmp"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Step:
    """``kind``: literal (a text that a method is called on), name, index or call."""

    kind: str
    text: str
    arguments: tuple[tuple[Token, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Operand:
    """A chain, with the sign that compares it (empty: none) and the literal it is compared with."""

    steps: tuple[Step, ...]
    line: int
    compare: str = ""
    literal: Token | None = None

    @property
    def key(self) -> str:
        """The chain as one text, the same however it is written."""
        return key_of(self.steps)


Item = Operand | Token


def key_of(steps: Sequence[Step]) -> str:
    """Return a chain as text: ``req.query.ip``, ``$_GET[ip]``, ``luci.http.formvalue(ip)``."""
    pieces: list[str] = []
    for step in steps:
        if step.kind == "literal":
            pieces.append("<text>")
        elif step.kind == "name":
            pieces.append(("." if pieces else "") + step.text)
        elif step.kind == "index":
            pieces.append(f"[{step.text}]")
        elif step.kind == "call":
            pieces.append(f"({step.text})")
    return "".join(pieces)


def items(tokens: Sequence[Token], language: Language) -> list[Item]:
    """Return the operands and texts of an expression, in order."""
    return _Reader(tokens, language).read()


def arguments(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    """Split at the commas that stand in no bracket."""
    parts: list[tuple[Token, ...]] = []
    depth = start = 0
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == "," and depth == 0:
            parts.append(tuple(tokens[start:index]))
            start = index + 1
    last = tuple(tokens[start:])
    return (*parts, last) if last or parts else ()


def bracketed(tokens: tuple[Token, ...], names: frozenset[str]) -> tuple[Token, ...]:
    """Write the brackets of calls that may be written without: ``system $x or die`` as ``system($x) or die``."""
    if not any(token.kind == "name" and token.text.lstrip("&") in names for token in tokens):
        return tokens
    found: list[Token] = []
    ends: list[int] = []  # how many brackets were open when each written bracket was opened
    depth = 0
    for index, token in enumerate(tokens):
        shuts = token.is_sign(")", "]", "}", "||", "&&") or (token.kind == "name" and token.text in _ENDS_OF_LISTS)
        while ends and shuts and depth <= ends[-1]:
            found.append(Token("sign", ")", token.line))
            ends.pop()
        depth += token.is_sign("(", "[", "{") - token.is_sign(")", "]", "}")
        found.append(token)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "name" and token.text in names and _begins_list(tokens, index, following):
            found.append(Token("sign", "(", token.line))
            ends.append(depth)
    return (*found, *(Token("sign", ")", tokens[-1].line) for _ in ends))


_ENDS_OF_LISTS = frozenset({"or", "and", "if", "unless", "for", "foreach", "while"})


def _begins_list(tokens: Sequence[Token], index: int, following: Token | None) -> bool:
    before = tokens[index - 1] if index else None
    if following is None or (before is not None and before.is_sign("->", "{", "::")):
        return False
    if following.kind in {"text", "exec", "regex", "number"}:
        return True
    if following.kind == "name":
        return following.text not in _ENDS_OF_LISTS and following.text not in COMPARES
    return following.is_sign("\\", "<", "[")


def literal(tokens: Sequence[Token]) -> str | None:
    """Return the text of an argument that is nothing but a literal."""
    plain = [one for one in tokens if one.kind != "newline"]
    is_literal = len(plain) == 1 and plain[0].kind in {"text", "number", "regex"} and not plain[0].parts
    return plain[0].text if is_literal else None


class _Reader:
    """One expression being read."""

    def __init__(self, tokens: Sequence[Token], language: Language) -> None:
        self.tokens = tokens
        self.language = language
        self.at = 0

    def read(self) -> list[Item]:
        found: list[Item] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if (token.kind == "name" and not self._is_word(token)) or (
                token.kind in {"text", "regex"} and self._access(self.at + 1)
            ):
                found.append(self._operand())
            else:
                if token.kind in {"text", "exec", "regex"}:
                    found.append(token)
                self.at += 1
        return found

    def _is_word(self, token: Token) -> bool:
        """Whether it is a word of the language; after a dot it is a name all the same."""
        return token.text in _NOT_VALUES and not (self.at and self.tokens[self.at - 1].is_sign(".", "->", "?.", "::"))

    def _peek(self, offset: int) -> Token | None:
        return self.tokens[offset] if 0 <= offset < len(self.tokens) else None

    def _access(self, offset: int) -> bool:
        """Whether a dot (or what stands for it) and a name follow."""
        sign, name = self._peek(offset), self._peek(offset + 1)
        if sign is None or name is None or sign.kind != "sign" or name.kind != "name":
            return False
        if sign.text == ":":
            after = self._peek(offset + 2)
            return self.language is Language.LUA and after is not None and (after.is_sign("(") or after.kind == "text")
        return sign.text in ({"->", "::"} if self.language in {Language.PHP, Language.PERL} else {".", "?."})

    def _operand(self) -> Operand:
        start = self.at
        first = self.tokens[self.at]
        steps = [Step("literal" if first.kind != "name" else "name", _plain(first.text, self.language))]
        self.at += 1
        while len(steps) < _MAX_STEPS and self._step(steps):
            pass
        compare, other = self._comparison(start)
        return Operand(tuple(steps), first.line, compare, other)

    def _step(self, steps: list[Step]) -> bool:
        token = self._peek(self.at)
        if token is None:
            return False
        if self._access(self.at):
            steps.append(Step("name", _plain(self.tokens[self.at + 1].text, self.language)))
            self.at += 2
            return True
        arrow = token.is_sign("->", "?.") and self.at + 1 < len(self.tokens)
        following = self.tokens[self.at + 1] if arrow else token
        if following.is_sign("[", "{", "(") and self._belongs(following, arrow=arrow):
            self.at += arrow
            self._bracket(steps)
            return True
        if self.language is Language.LUA and token.kind == "text" and steps[-1].kind == "name":
            steps.append(Step("call", token.text, ((token,),)))
            self.at += 1
            return True
        return False

    def _belongs(self, opening: Token, *, arrow: bool) -> bool:
        """Whether a bracket is an index or a call of what stands before it."""
        if arrow or opening.text == "(":
            return True
        if opening.text == "{":
            return self.language is Language.PERL and opening.glued
        return opening.glued or self.language is not Language.PERL

    def _bracket(self, steps: list[Step]) -> None:
        opening = self.tokens[self.at].text
        end = closing(self.tokens, self.at)
        inside = tuple(self.tokens[self.at + 1 : end])
        self.at = end + 1
        if opening == "(":
            split = arguments(inside)
            steps.append(Step("call", (literal(split[0]) or "")[:40] if split else "", split))
        else:
            takes_words = self.language is Language.PHP or opening == "{"
            steps.append(Step("index", _index(inside, takes_words=takes_words), (inside,)))

    def _comparison(self, start: int) -> tuple[str, Token | None]:
        after, before = self._peek(self.at), self._peek(start - 1)
        if after is not None and after.text == "not" and (two := self._peek(self.at + 1)) and two.text == "in":
            return "in", None
        if after is not None and after.text in COMPARES and after.kind in {"sign", "name"}:
            other = self._peek(self.at + 1)
            return after.text, other if other and other.kind in {"text", "number", "regex"} else None
        if before is not None and before.text in COMPARES and before.kind in {"sign", "name"}:
            other = self._peek(start - 2)
            return before.text, other if other and other.kind in {"text", "number", "regex"} else None
        return "", None


def _index(inside: Sequence[Token], *, takes_words: bool) -> str:
    """Return a literal index, or a bare word where that is one (Perl's hashes, PHP's texts); otherwise nothing."""
    if len(inside) != 1 or inside[0].parts:
        return ""
    token = inside[0]
    is_word = token.kind == "name" and takes_words and not token.text.startswith(("$", "@", "%"))
    return token.text[:60] if is_word or token.kind in {"text", "number"} else ""


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Return where the bracket at ``opening`` closes; the end of the tokens when it does not."""
    depth = 0
    for index in range(opening, len(tokens)):
        token = tokens[index]
        if token.kind == "sign":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0:
                return index
    return len(tokens)


def _plain(name: str, language: Language) -> str:
    """Return a name without the mark of its kind in Perl, where ``$a``, ``@a`` and ``%a`` are told apart by it."""
    return name.lstrip("$@%&").replace("::", ".") or name if language is Language.PERL else name
