"""Group tokens into statements, each with the block it stands in.

A block is where the body of a branch, loop or function lies: braces in PHP, Perl and JavaScript,
indentation in Python, ``then``/``do``/``function`` to ``end`` in Lua. A statement knows the path of
blocks around it, so that what is known in a block is known in the blocks inside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tokens import Token

MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens without newlines. ``block`` is the path of block numbers; ``opens`` that a block follows."""

    tokens: tuple[Token, ...]
    block: tuple[int, ...]
    opens: bool = False

    @property
    def depth(self) -> int:
        """How many blocks are around it."""
        return len(self.block)


def statements(found: list[Token], language: Language) -> Iterator[Statement]:
    """Yield the statements in the order of the text."""
    if language is Language.PYTHON:
        return _Indented(found).read()
    if language is Language.LUA:
        return _Worded(found).read()
    return _Braced(found, language).read()


class _Blocks:
    """The blocks that are open, and the statement being gathered."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.path: list[int] = []
        self.counter = 0
        self.now: list[Token] = []

    def enter(self) -> None:
        """Open a block."""
        self.counter += 1
        self.path.append(self.counter)

    def leave(self) -> None:
        """Close the innermost block."""
        if self.path:
            self.path.pop()

    def close(self, *, opens: bool = False) -> Iterator[Statement]:
        """End the statement."""
        if self.now and len(self.path) <= MAX_DEPTH:
            yield Statement(tuple(self.now), tuple(self.path), opens)
        self.now = []


class _Indented(_Blocks):
    """Python."""

    def read(self) -> Iterator[Statement]:
        """A line is a statement unless a bracket is open; its column says in which block it is."""
        columns = [0]
        open_brackets = 0
        for token in self.found:
            if token.kind == "newline":
                if not open_brackets:
                    yield from self.close(opens=bool(self.now) and self.now[-1].is_sign(":"))
                continue
            if not self.now:
                open_brackets = 0
                self._indent(columns, token.column)
            if token.kind == "sign":
                open_brackets += (token.text in "([{") - (token.text in ")]}")
                open_brackets = max(0, open_brackets)
            if token.is_sign(";") and not open_brackets:
                yield from self.close()
                continue
            self.now.append(token)
        yield from self.close()

    def _indent(self, columns: list[int], column: int) -> None:
        while column < columns[-1]:
            columns.pop()
            self.leave()
        if column > columns[-1]:
            columns.append(column)
            self.enter()


_CONTINUES_AFTER = frozenset("+ - * / . , = == ( [ { && || ? : .. and or => ?? -> += .= :: ~= != < > ! ..=".split())  # noqa: SIM905
_CONTINUES_BEFORE = frozenset("+ . , = == ) ] && || ? : .. and or => ?? -> ?. :: ~= * /".split())  # noqa: SIM905


def _goes_on(now: list[Token], following: Token | None) -> bool:
    """Whether a line end does not end the statement."""
    if not now or (now[-1].text in _CONTINUES_AFTER and now[-1].kind in {"sign", "name"}):
        return True
    return following is not None and following.kind in {"sign", "name"} and following.text in _CONTINUES_BEFORE


class _Braced(_Blocks):
    """PHP, Perl and JavaScript."""

    def __init__(self, found: list[Token], language: Language) -> None:
        super().__init__(found)
        self.language = language
        self.braces: list[str] = []  # "block" or "value" for every open brace
        self.outer: list[int] = []  # open round and square brackets outside each block
        self.brackets = 0

    def read(self) -> Iterator[Statement]:
        """End a statement at a semicolon, at the brace of a block and, in JavaScript, at most line ends."""
        for index, token in enumerate(self.found):
            if token.kind == "newline":
                if self.language is Language.JAVASCRIPT and not self.brackets and "value" not in self.braces[-1:]:
                    following = next((one for one in self.found[index + 1 : index + 20] if one.kind != "newline"), None)
                    if not _goes_on(self.now, following):
                        yield from self.close()
                continue
            if token.kind != "sign":
                self.now.append(token)
            elif token.text in "{}":
                yield from self._brace(token)
            elif token.text == ";" and not self.brackets:
                yield from self.close()
            else:
                self.brackets = max(0, self.brackets + (token.text in "([") - (token.text in ")]"))
                self.now.append(token)
        yield from self.close()

    def _brace(self, token: Token) -> Iterator[Statement]:
        if token.text == "{":
            if self._holds_value(token):
                self.braces.append("value")
                self.brackets += 1
                self.now.append(token)
                return
            yield from self.close(opens=True)
            self.braces.append("block")
            self.outer.append(self.brackets)
            self.brackets = 0
            self.enter()
            return
        kind = self.braces.pop() if self.braces else "block"
        if kind == "value":
            self.brackets = max(0, self.brackets - 1)
            self.now.append(token)
            return
        yield from self.close()
        self.brackets = self.outer.pop() if self.outer else 0
        self.leave()

    def _holds_value(self, token: Token) -> bool:
        """Whether a brace opens a hash or an index and not a block."""
        last = self.now[-1] if self.now else None
        if last is None:
            return False
        if self.language is Language.PERL and token.glued and (last.kind == "name" or last.text in {"->", "}", "]"}):
            return not (last.text in {"else", "do", "eval", "sub", "BEGIN"} or _names_a_sub(self.now))
        if self.language is Language.PERL and last.text in {"@", "%", "$", "map", "grep", "sort"}:
            return True
        if last.kind == "sign":
            is_arrow = last.text == "=>" and self.language is Language.JAVASCRIPT
            return (last.text not in {")", "}", "]", ":"} and not is_arrow) or (last.text == ":" and self.brackets > 0)
        return last.text in {"return", "const", "let", "var", "import", "export", "yield"}


def _names_a_sub(now: list[Token]) -> bool:
    return len(now) > 1 and now[-2].text in {"sub", "package", "class"}


_BLOCK_WORDS = frozenset({"then", "do", "repeat", "end", "until", "else", "elseif"})


class _Worded(_Blocks):
    """Lua."""

    def __init__(self, found: list[Token]) -> None:
        super().__init__(found)
        self.outer: list[int] = []
        self.brackets = 0

    def read(self) -> Iterator[Statement]:
        """End a statement at a line end that does not go on, and at the words of blocks."""
        header, depth = False, 0  # inside the parameters of a function, and the brackets around them
        for index, token in enumerate(self.found):
            if token.kind == "newline" or token.is_sign(";"):
                following = next((one for one in self.found[index + 1 : index + 20] if one.kind != "newline"), None)
                if not self.brackets and not header and (token.text == ";" or not _goes_on(self.now, following)):
                    yield from self.close()
            elif token.kind == "name" and token.text in _BLOCK_WORDS:
                yield from self._word(token)
            else:
                self.now.append(token)
                self.brackets = max(0, self.brackets + token.is_sign("(", "[", "{") - token.is_sign(")", "]", "}"))
                if token.kind == "name" and token.text == "function":
                    header, depth = True, self.brackets
                elif header and token.is_sign(")") and self.brackets == depth:
                    header = False
                    yield from self.close(opens=True)
                    self._open()
        yield from self.close()

    def _word(self, token: Token) -> Iterator[Statement]:
        """A word that opens or closes a block."""
        opens = token.text in {"then", "do", "repeat"}
        yield from self.close(opens=opens)
        if not opens:
            self._shut()
        if opens or token.text == "else":
            self._open()
        elif token.text in {"elseif", "until"}:
            self.now.append(token)

    def _open(self) -> None:
        self.outer.append(self.brackets)
        self.brackets = 0
        self.enter()

    def _shut(self) -> None:
        self.brackets = self.outer.pop() if self.outer else 0
        self.leave()
