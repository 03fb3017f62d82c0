"""Read the POSIX shell as far as start-up scripts use it: text to a tree of statements.

Grammar after POSIX.1-2017, Shell Command Language: lists, pipelines, ``if``, ``for``, ``while``,
``case``, functions, groups. Redirections and here-documents are dropped, substitutions are kept as
parts whose value may be unknown. What does not parse ends the script there: nothing after it counts.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

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

MAX_DEPTH = 60
_MAX_TEXT = 400_000
_OPERATORS = ("&&", "||", ";;", ";", "&", "|", "(", ")")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?])(?::?[-=]([^{}$`\"']*))?")
_PLAIN_RUN = re.compile(r"[^\"\\$`]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(['\"]?)\\?([A-Za-z0-9_.!@%+-]+)\2")
_REDIRECT = re.compile(r"&?[0-9]*(?:>>|>\||>&|<&|<>|>|<)&?-?[ \t]*")
_RESERVED_ENDS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}"})


class ShellSyntaxError(Exception):
    """The text is not the shell we read. Caught where the script is run; never leaves this package."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, op, newline, end
    text: str
    word: Word
    line: int

    @property
    def bare(self) -> str:
        """The text of an unquoted plain word, the only thing that can be a reserved word; otherwise empty."""
        plain = self.kind == "word" and len(self.word) == 1
        return self.text if plain and self.word[0].kind is PartKind.TEXT and not self.word[0].quoted else ""


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[Statement, ...]:
    """Return the top-level statements up to the first that does not parse."""
    parser = _Parser(_Lexer(text[:_MAX_TEXT]).tokens())
    statements: list[Statement] = []
    try:
        while parser.more():
            statements.append(parser.statement())
    except ShellSyntaxError:
        pass
    return tuple(statements)


class _Lexer:
    """Cut the text into words and operators."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.line = 1
        self.heredocs: list[tuple[str, bool]] = []

    def tokens(self) -> list[_Token]:
        """Return all tokens, the last one an end."""
        found: list[_Token] = []
        while self.at < len(self.text):
            token = self._next()
            if token is not None:
                found.append(token)
        return [*found, _Token("newline", "\n", (), self.line), _Token("end", "", (), self.line)]

    def _next(self) -> _Token | None:
        text, here = self.text, self.text[self.at]
        line = self.line
        if here in " \t" or text.startswith("\\\n", self.at):
            self.line += here == "\\"
            self.at += 2 if here == "\\" else 1
            return None
        if here == "#":
            end = text.find("\n", self.at)
            self.at = len(text) if end < 0 else end
            return None
        if here == "\n":
            self._newline()
            return _Token("newline", "\n", (), line)
        if self._redirection():
            return None
        operator = next((one for one in _OPERATORS if text.startswith(one, self.at)), None)
        if operator:
            self.at += len(operator)
            return _Token("op", operator, (), line)
        word = self._word()
        return _Token("word", "".join(part.text for part in word), word, line)

    def _newline(self) -> None:
        """Step over a line end, and over the here-documents that start after it."""
        self.at += 1
        self.line += 1
        for mark, strip in self.heredocs:
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                self.line += 1
                if (line.lstrip("\t") if strip else line) == mark:
                    break
        self.heredocs.clear()

    def _redirection(self) -> bool:
        """Drop a redirection with its target; note a here-document."""
        heredoc = _HEREDOC.match(self.text, self.at)
        if heredoc:
            self.heredocs.append((heredoc[3], bool(heredoc[1])))
            self.at = heredoc.end()
            return True
        match = _REDIRECT.match(self.text, self.at)
        if not match:
            return False
        self.at = match.end()
        if self.at < len(self.text) and self.text[self.at] not in "\n;|&()":
            self._word()
        return True

    def _word(self) -> Word:
        parts: list[Part] = []
        while self.at < len(self.text):
            here = self.text[self.at]
            if here in " \t\n;|&()<>":
                break
            parts += self._double() if here == '"' else [self._part(here)]
        if not parts:  # a stray character that starts no word: step over it
            parts.append(Part(PartKind.UNKNOWN, self.text[self.at : self.at + 1]))
            self.at += 1
        return _joined(parts)

    def _part(self, here: str) -> Part:
        if here == "'":
            end = self.text.find("'", self.at + 1)
            end = len(self.text) if end < 0 else end
            inside = self.text[self.at + 1 : end]
            self.line += inside.count("\n")
            self.at = end + 1
            return Part(PartKind.TEXT, inside, quoted=True)
        if here == "\\":
            taken = self.text[self.at + 1 : self.at + 2]
            self.line += taken == "\n"
            self.at += 2
            return Part(PartKind.TEXT, "" if taken == "\n" else taken, quoted=True)
        if here in "$`":
            return self._substitution(quoted=False)
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in " \t\n;|&()<>'\"\\$`":
            self.at += 1
        return Part(PartKind.TEXT, self.text[start : self.at])

    def _double(self) -> list[Part]:
        """Read a double-quoted string; substitutions inside it are parts of their own."""
        self.at += 1
        parts: list[Part] = [Part(PartKind.TEXT, "", quoted=True)]
        while self.at < len(self.text) and self.text[self.at] != '"':
            here = self.text[self.at]
            if here == "\\" and self.text[self.at + 1 : self.at + 2] in {'"', "\\", "$", "`", "\n"}:
                escaped = self.text[self.at + 1]
                self.line += escaped == "\n"
                parts.append(Part(PartKind.TEXT, "" if escaped == "\n" else escaped, quoted=True))
                self.at += 2
            elif here in "$`":
                parts.append(self._substitution(quoted=True))
            else:
                run = _PLAIN_RUN.match(self.text, self.at)
                plain = run[0] if run else here
                self.line += plain.count("\n")
                parts.append(Part(PartKind.TEXT, plain, quoted=True))
                self.at += len(plain)
        self.at += 1
        return parts

    def _substitution(self, *, quoted: bool) -> Part:
        text = self.text
        if text[self.at] == "`":
            end = text.find("`", self.at + 1)
            end = len(text) if end < 0 else end
            inside = text[self.at + 1 : end]
            self.at = end + 1
            self.line += inside.count("\n")
            return Part(PartKind.COMMAND, inside, quoted)
        if text.startswith("$(", self.at):
            inside = self._balanced("(", ")")
            arithmetic = inside.startswith("(")
            return Part(PartKind.UNKNOWN if arithmetic else PartKind.COMMAND, inside, quoted)
        if text.startswith("${", self.at):
            return self._braced(quoted=quoted)
        name = _NAME.match(text, self.at + 1)
        if name:
            self.at = name.end()
            return Part(PartKind.VARIABLE, name[0], quoted)
        special = text[self.at + 1 : self.at + 2]
        is_special = bool(special) and special in "0123456789@*#?$!"
        self.at += 2 if is_special else 1
        return Part(PartKind.VARIABLE, special, quoted) if is_special else Part(PartKind.TEXT, "$", quoted)

    def _braced(self, *, quoted: bool) -> Part:
        inside = self._balanced("{", "}")
        match = _BRACED.fullmatch(inside)
        if not match:
            return Part(PartKind.UNKNOWN, inside, quoted)
        return Part(PartKind.VARIABLE, match[1], quoted, match[2] or "")

    def _balanced(self, opening: str, closing: str) -> str:
        """Read from ``$(`` or ``${`` to the matching end; quotes inside hide brackets."""
        start = self.at + 2
        depth, at, quote = 1, start, ""
        while at < len(self.text) and depth:
            here = self.text[at]
            if quote:
                at += here == "\\" and quote == '"'
                quote = "" if here == quote else quote
            elif here in "'\"":
                quote = here
            elif here == "\\":
                at += 1
            else:
                depth += (here == opening) - (here == closing)
            at += 1
        self.at = min(at, len(self.text))
        inside = self.text[start : self.at - 1]
        self.line += inside.count("\n")
        return inside


def _joined(parts: list[Part]) -> Word:
    """Join neighbours of plain text with the same quoting."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.kind is part.kind is PartKind.TEXT and last.quoted == part.quoted:
            joined[-1] = Part(PartKind.TEXT, last.text + part.text, part.quoted)
        else:
            joined.append(part)
    return tuple(joined)


class _Parser:
    """Recursive descent over the tokens, with bounded depth."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        """The token to look at."""
        return self.tokens[self.at]

    def more(self) -> bool:
        """Skip separators; say whether a statement follows."""
        while self.now.kind == "newline" or (self.now.text in {";", "&"} and self.now.kind == "op"):
            self.at += 1
        return self.now.kind != "end"

    def statement(self) -> Statement:
        """Read one list element: pipelines joined by ``&&`` and ``||``."""
        first = self._pipeline()
        while self.now.kind == "op" and self.now.text in {"&&", "||"}:
            operator = self.now.text
            self.at += 1
            self._newlines()
            first = Chain(first, operator, self._pipeline())
        return first

    def _pipeline(self) -> Statement:
        if self.now.bare == "!":
            self.at += 1
            return Not(self._pipeline_of_commands())
        return self._pipeline_of_commands()

    def _pipeline_of_commands(self) -> Statement:
        parts = [self._command()]
        while self.now.kind == "op" and self.now.text == "|":
            self.at += 1
            self._newlines()
            parts.append(self._command())
        return parts[0] if len(parts) == 1 else Pipe(tuple(parts))

    def _command(self) -> Statement:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShellSyntaxError
        read = self._compound()
        self.depth -= 1
        return read

    def _compound(self) -> Statement:
        token = self.now
        if token.kind == "op" and token.text == "(":
            self.at += 1
            body = self._block(")")
            return Block(body.body, subshell=True)
        read = {
            "{": self._group,
            "if": self._if,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "case": self._case,
            "function": self._function,
        }.get(token.bare)
        if read:
            return read()
        if token.kind != "word" or token.bare in _RESERVED_ENDS:
            raise ShellSyntaxError
        after = self.tokens[self.at + 1]
        if token.bare and after.kind == "op" and after.text == "(":
            return self._function()
        return self._simple()

    def _simple(self) -> Simple:
        line = self.now.line
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        while self.now.kind == "word":
            word = self.now.word
            self.at += 1
            match = _ASSIGNMENT.match(word[0].text) if word[0].kind is PartKind.TEXT and not word[0].quoted else None
            if match and not words:
                rest = word[0].text[match.end() :]
                assignments.append((match[1], (*((Part(PartKind.TEXT, rest),) if rest else ()), *word[1:])))
            else:
                words.append(word)
        if self.now.kind == "op" and self.now.text == "(":  # an array or something else we do not read
            raise ShellSyntaxError
        return Simple(tuple(assignments), tuple(words), line)

    def _group(self) -> Statement:
        self.at += 1
        return self._block("}")

    def _if(self) -> Statement:
        self.at += 1
        condition = self._block("then")
        body = self._block("else", "elif", "fi", eat=False)
        ending = self.now.bare
        if ending == "elif":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ShellSyntaxError
            nested = self._if()
            self.depth -= 1
            return If(condition, body, Block((nested,)))
        self.at += 1
        return If(condition, body, self._block("fi") if ending == "else" else Block(()))

    def _while(self) -> Statement:
        until = self.now.bare == "until"
        self.at += 1
        condition = self._block("do")
        return Loop(condition, self._block("done"), until)

    def _for(self) -> Statement:
        self.at += 1
        name = self.now.bare
        self.at += 1
        words: list[Word] | None = None
        self._newlines()
        if self.now.bare == "in":
            self.at += 1
            words = []
            while self.now.kind == "word":
                words.append(self.now.word)
                self.at += 1
        if not self.more() or self.now.bare != "do":
            raise ShellSyntaxError
        self.at += 1
        return For(name, None if words is None else tuple(words), self._block("done"))

    def _case(self) -> Statement:
        self.at += 1
        subject = self.now.word
        self.at += 1
        self._newlines()
        self._expect("in")
        branches: list[tuple[tuple[Word, ...], Block]] = []
        while self._after_newlines().bare != "esac":
            if self.now.kind == "op" and self.now.text == "(":
                self.at += 1
            patterns: list[Word] = []
            while not (self.now.kind == "op" and self.now.text == ")"):
                if self.now.kind == "word":
                    patterns.append(self.now.word)
                elif self.now.text != "|":
                    raise ShellSyntaxError
                self.at += 1
            self.at += 1
            body = self._block(";;", "esac", eat=False)
            branches.append((tuple(patterns), body))
            if self.now.text == ";;":
                self.at += 1
        self.at += 1
        return Case(subject, tuple(branches))

    def _function(self) -> Statement:
        if self.now.bare == "function":
            self.at += 1
        name = self.now.text
        self.at += 1
        while self.now.kind == "op" and self.now.text in {"(", ")"}:
            self.at += 1
        self._newlines()
        return Function(name, self._command())

    def _block(self, *ends: str, eat: bool = True) -> Block:
        """Read statements up to one of the ends, which is eaten unless the caller wants to look at it."""
        body: list[Statement] = []
        while self.more():
            text = self.now.text if self.now.kind == "op" else self.now.bare
            if text in ends:
                self.at += eat
                return Block(tuple(body))
            body.append(self.statement())
        raise ShellSyntaxError

    def _newlines(self) -> None:
        while self.now.kind == "newline":
            self.at += 1

    def _after_newlines(self) -> _Token:
        self._newlines()
        if self.now.kind == "end":
            raise ShellSyntaxError
        return self.now

    def _expect(self, word: str) -> None:
        if self.now.bare != word:
            raise ShellSyntaxError
        self.at += 1
