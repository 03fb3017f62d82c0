"""Cut a shell script into words, signs and redirections; the pieces of a word keep how they were quoted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_TOKENS = 120_000
_MAX_QUOTED = 16_384

_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?!$-]")
_BRACED = re.compile(r"(?P<length>[#!])?(?P<name>[A-Za-z_]\w*|[0-9@*#?])(?:\[[^\]]*\])?(?P<change>.*)", re.DOTALL)
_REDIRECT = re.compile(r"(?P<number>[0-9])?(?P<sign><<<|<<-|<<|>>|>\||>&|<&|<>|&>|>|<)")
_OPERATORS = (";;&", ";;", ";&", "&&", "||", "|&", ";", "&", "|", "(", ")")
_PLAIN = re.compile(r"[^ \t\n;|&()<>'\"\\$`]+")
_IN_DOUBLE = re.compile(r'[^"\\$`]+')


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a word: text, variable, command (its text) or number.

    ``change`` is what ``${name...}`` does with the value.
    """

    kind: str
    text: str
    line: int
    quoted: bool = False
    change: str = ""


Word = tuple[Piece, ...]


def plain(word: Word) -> str:
    """Return a word that has no substitution as text, otherwise nothing."""
    return "".join(piece.text for piece in word) if all(piece.kind == "text" for piece in word) else ""


def shown(word: Word) -> str:
    """Return a word as text, with a space for every substitution."""
    return "".join(piece.text if piece.kind == "text" else " " for piece in word)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: word, sign, redirect or newline."""

    kind: str
    text: str
    line: int
    word: Word = ()


class Lexer:
    """Cut a text into words, signs and redirections."""

    def __init__(self, code: str, line: int) -> None:
        self.code = code
        self.at = 0
        self.line = line
        self.waiting: list[tuple[int, str, bool, bool]] = []  # token, mark, tabs stripped, expands
        self.found: list[Token] = []

    def tokens(self) -> list[Token]:
        """Return all tokens."""
        code = self.code
        while self.at < len(code) and len(self.found) < MAX_TOKENS:
            here = code[self.at]
            if here in " \t\r" or code.startswith("\\\n", self.at):
                self.line += here == "\\"
                self.at += 2 if here == "\\" else 1
            elif here == "#":
                end = code.find("\n", self.at)
                self.at = len(code) if end < 0 else end
            elif here == "\n":
                self._newline()
            elif not self._redirect() and not self._sign():
                line = self.line
                word = self._word()
                self.found.append(Token("word", "".join(one.text for one in word), line, word))
        return self.found

    def _newline(self) -> None:
        self.found.append(Token("newline", "\n", self.line))
        self.at += 1
        self.line += 1
        for index, mark, strip, expands in self.waiting:
            start, line = self.at, self.line
            body_end = self._until(mark, strip=strip)
            body = self.code[start:body_end]
            word = Lexer(body, line).double(whole=True) if expands else (Piece("text", body, line, quoted=True),)
            self.found[index] = Token("redirect", "<<", self.found[index].line, word)
        self.waiting.clear()

    def _until(self, mark: str, *, strip: bool) -> int:
        while self.at < len(self.code):
            start = self.at
            end = self.code.find("\n", start)
            end = len(self.code) if end < 0 else end
            line = self.code[start:end]
            self.at = min(end + 1, len(self.code))
            self.line += 1
            if (line.lstrip("\t") if strip else line).rstrip() == mark:
                return start
        return len(self.code)

    def _redirect(self) -> bool:
        match = _REDIRECT.match(self.code, self.at)
        if not match or self.code.startswith(("<(", ">("), self.at):
            return False
        sign, line = match["sign"], self.line
        if match["number"] not in {None, "0", "1"} and sign.startswith(">"):
            sign = "2" + sign  # what is said to the side is no output
        self.at = match.end()
        while self.at < len(self.code) and self.code[self.at] in " \t":
            self.at += 1
        word = self._word() if self.at < len(self.code) and self.code[self.at] not in "\n;|)" else ()
        if sign in {"<<", "<<-"}:
            mark = "".join(one.text for one in word)
            self.waiting.append((len(self.found), mark, sign == "<<-", not any(one.quoted for one in word)))
        self.found.append(Token("redirect", "<<" if sign == "<<-" else sign, line, word))
        return True

    def _sign(self) -> bool:
        sign = next((one for one in _OPERATORS if self.code.startswith(one, self.at)), None)
        if sign is None:
            return False
        self.found.append(Token("sign", sign, self.line))
        self.at += len(sign)
        return True

    def _word(self) -> Word:
        pieces: list[Piece] = []
        code = self.code
        while self.at < len(code):
            here = code[self.at]
            if here in " \t\n;|&()<>" and not code.startswith(("<(", ">("), self.at):
                break
            pieces += self._piece(here)
        if not pieces:  # a sign that starts no word
            pieces.append(Piece("text", code[self.at : self.at + 1], self.line))
            self.at += 1
        return tuple(pieces)

    def _piece(self, here: str) -> Sequence[Piece]:
        code, line = self.code, self.line
        if here == "'":
            end = code.find("'", self.at + 1)
            end = len(code) if end < 0 else end
            inside = code[self.at + 1 : end]
            self.line += inside.count("\n")
            self.at = end + 1
            return (Piece("text", inside, line, quoted=True),)
        if here == '"':
            self.at += 1
            return self.double() or (Piece("text", "", line, quoted=True),)
        if here == "\\":
            taken = code[self.at + 1 : self.at + 2]
            self.line += taken == "\n"
            self.at += 2
            return (Piece("text", taken, line, quoted=True),)
        if here in "$`":
            return (self._substitution(quoted=False),)
        if here in "<>":
            return (self._process(),)
        match = _PLAIN.match(code, self.at)
        text = match[0] if match else here
        self.at += len(text)
        return (Piece("text", text, line),)

    def _process(self) -> Piece:
        """``<(command)``."""
        self.at += 1
        return self._bracket("(", ")", quoted=False)

    def double(self, *, whole: bool = False) -> Word:
        """Read a text in double quotes to its end; ``whole``: a here-document, which quotes do not end."""
        pieces: list[Piece] = []
        code = self.code
        while self.at < len(code):
            here = code[self.at]
            if here == '"' and not whole:
                break
            if here == "\\" and self.at + 1 < len(code) and code[self.at + 1] in '"\\$`\n':
                self.line += code[self.at + 1] == "\n"
                pieces.append(Piece("text", code[self.at + 1].strip("\n"), self.line, quoted=True))
                self.at += 2
            elif here in "$`":
                pieces.append(self._substitution(quoted=True))
            else:
                match = _IN_DOUBLE.match(code, self.at)
                text = match[0] if match else here
                pieces.append(Piece("text", text, self.line, quoted=True))
                self.line += text.count("\n")
                self.at += len(text)
        self.at += not whole
        return tuple(pieces)

    def _substitution(self, *, quoted: bool) -> Piece:
        code, line = self.code, self.line
        if code[self.at] == "`":
            end = _unescaped(code, "`", self.at + 1)
            inside = code[self.at + 1 : end].replace("\\`", "`").replace("\\$", "$")
            self.line += code.count("\n", self.at, end)
            self.at = end + 1
            return Piece("command", inside, line, quoted)
        if code.startswith("$(", self.at):
            piece = self._bracket("(", ")", quoted=quoted)
            return Piece("number", piece.text, line, quoted) if piece.text.startswith("(") else piece
        if code.startswith("${", self.at):
            return _expansion(self._bracket("{", "}", quoted=quoted))
        if code.startswith("$'", self.at):
            self.at += 1
            return self._piece("'")[0]
        name = _NAME.match(code, self.at + 1)
        self.at = name.end() if name else self.at + 1
        return Piece("variable", name[0], line, quoted) if name else Piece("text", "$", line, quoted)

    def _bracket(self, opening: str, closing: str, *, quoted: bool) -> Piece:
        """Read from ``$(`` or ``${`` to the end; quotes inside hide brackets."""
        line = self.line
        start = at = self.at + 2 if self.code[self.at] == "$" else self.at + 1
        depth, quote, limit = 1, "", min(len(self.code), at + _MAX_QUOTED)
        while at < limit and depth:
            here = self.code[at]
            if here == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if here == quote else quote
            elif here in "'\"" and opening == "(":
                quote = here
            else:
                depth += (here == opening) - (here == closing)
            at += 1
        self.line += self.code.count("\n", self.at, at)
        self.at = min(at, len(self.code))
        inside = self.code[start : at - 1] if not depth else self.code[start:at]
        return Piece("command", inside, line, quoted)


def _expansion(piece: Piece) -> Piece:
    """Read ``${name...}``; a length is a number."""
    match = _BRACED.fullmatch(piece.text)
    if not match or match["length"] == "#":
        return Piece("number", piece.text, piece.line, piece.quoted)
    return Piece("variable", match["name"], piece.line, piece.quoted, match["change"])


def _unescaped(code: str, sign: str, start: int) -> int:
    at = code.find(sign, start)
    while at > 0 and code[at - 1] == "\\" and (at < 2 or code[at - 2] != "\\"):
        at = code.find(sign, at + 1)
    return len(code) if at < 0 else at
