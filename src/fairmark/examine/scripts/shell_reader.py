"""Read a shell script as a flat list of commands, each with its words, redirections and the block it stands in.

Unlike ``examine.shell_syntax``, which reads start-up scripts in order to run them in thought, this
reader keeps redirections and here-documents, never gives up, and does not need the script to be
whole: a page of haserl is many small pieces of shell between markup.
"""

import re
from dataclasses import dataclass, field, replace

from fairmark.examine.scripts.shell_lexer import Lexer, Piece, Token, Word, plain

MAX_COMMANDS = 12_000
_MAX_BLOCKS = 80

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?(\+?)=")
_OPENERS = frozenset({"then", "do", "else", "{", "("})
_HEADS = frozenset({"if", "elif", "while", "until"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """``<``, ``>``, ``>>``, ``<<`` (the body) or ``<<<`` with its word."""

    sign: str
    word: Word


@dataclass(frozen=True, slots=True)
class Command:
    """``kind``: simple, for, case, branch, function or done. ``block``: the numbers of the blocks around it.

    ``condition``: between ``if`` and ``then``; ``opens``: the block that follows the condition.
    ``chain`` numbers the list of ``&&`` and ``||`` it stands in, ``joint`` is the sign before it.
    ``piped``: it reads what the one before writes; ``feeds``: the next reads what it writes.
    """

    kind: str
    line: int
    words: tuple[Word, ...] = ()
    assignments: tuple[tuple[str, Word, bool], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    block: tuple[int, ...] = ()
    condition: bool = False
    negated: bool = False
    opens: int = 0
    chain: int = 0
    joint: str = ""
    piped: bool = False
    feeds: bool = False

    @property
    def name(self) -> str:
        """The name of the program, without its folder; empty when it is not a literal."""
        return plain(self.words[0]).rpartition("/")[2] if self.words else ""


def read_commands(code: str, *, line: int = 1) -> list[Command]:
    """Return the commands of a script, or of the text of a substitution that starts on ``line``."""
    return _Grouper(Lexer(code, line).tokens()).read()


@dataclass(slots=True)
class _Open:
    """An open block: which word closes it, and the reads of a loop that its redirections feed."""

    ends: str
    number: int
    reads: list[int] = field(default_factory=list)


class _Grouper:
    """Gather words to commands, and commands to blocks."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.found: list[Command] = []
        self.open: list[_Open] = []
        self.counter = 0
        self.chain = 0
        self.joint = ""
        self.piped = False
        self.conditions: list[int] = []  # where the commands of the open condition start
        self.negated = False
        self.now: list[Token] = []
        self.closed: _Open | None = None
        self.at = 0

    def read(self) -> list[Command]:
        """Read all tokens."""
        while self.at < len(self.tokens) and len(self.found) < MAX_COMMANDS:
            token = self.tokens[self.at]
            self.at += 1
            if token.kind in {"word", "redirect"}:
                if not self._reserved(token):
                    self.now.append(token)
            else:
                self._separator(token.text)
        self._end()
        return self.found

    @property
    def _block(self) -> tuple[int, ...]:
        return tuple(one.number for one in self.open)

    def _separator(self, sign: str) -> None:
        if sign == "(" and len(self.now) == 1 and self.at < len(self.tokens) and self.tokens[self.at].text == ")":
            self.at += 1
            self._function(self.now[0])
            return
        self._end(feeds=sign in {"|", "|&"})
        if sign in {"|", "|&"}:
            self.piped = True
        elif sign in {"&&", "||"}:
            self.joint, self.piped = sign, False
        elif sign == "(":
            self._enter(")")
        elif sign == ")":
            self._leave(")")
        elif sign in {";;", ";;&", ";&"}:
            self._leave(";;")
            self._patterns()
        else:
            self._next_list()

    def _next_list(self) -> None:
        self.chain += 1
        self.joint, self.piped = "", False

    def _end(self, *, feeds: bool = False) -> None:
        """End the simple command."""
        tokens, self.now = self.now, []
        if not tokens:
            return
        assignments: list[tuple[str, Word, bool]] = []
        words: list[Word] = []
        redirects = [Redirect(one.text, one.word) for one in tokens if one.kind == "redirect"]
        for token in tokens:
            if token.kind == "word":
                match = None if words else _assigned(token.word)
                if match:
                    assignments.append(match)
                else:
                    words.append(token.word)
        self._add("simple", tokens[0].line, tuple(words), tuple(assignments), tuple(redirects), feeds=feeds)
        self.piped = False

    def _add(
        self,
        kind: str,
        line: int,
        words: tuple[Word, ...] = (),
        assignments: tuple[tuple[str, Word, bool], ...] = (),
        redirects: tuple[Redirect, ...] = (),
        *,
        feeds: bool = False,
    ) -> None:
        command = Command(
            kind,
            line,
            words,
            assignments,
            redirects,
            self._block,
            condition=bool(self.conditions),
            negated=self.negated,
            chain=self.chain,
            joint=self.joint,
            piped=self.piped,
            feeds=feeds,
        )
        self.negated = False
        if command.name in {"read", "mapfile"}:
            for one in self.open:
                one.reads.append(len(self.found))
        self.found.append(command)

    # Words of the language ---------------------------------------------------------------------------

    def _reserved(self, token: Token) -> bool:
        """Handle a reserved word where a command may start."""
        if self.now or token.kind != "word" or len(token.word) != 1 or token.word[0].quoted:
            return False
        word = token.text if token.word[0].kind == "text" else ""
        if word in _HEADS:
            if word == "elif":
                self._leave("fi")
            self.conditions.append(len(self.found))
        elif word == "!":
            self.negated = True
        elif word in _OPENERS:
            self._opener(word)
        elif word in {"fi", "done", "}", "esac"}:
            self._leave(word)
            self._closing_redirects(word)
        elif word == "case":
            self._case(token.line)
        elif word in {"for", "select"}:
            self._for(token.line)
        elif word == "function" and self.at < len(self.tokens):
            name = self.tokens[self.at]
            self.at += 1
            self._skip_signs("(", ")")
            self._function(name)
        else:
            return word in {"time", "coproc"}
        return True

    def _opener(self, word: str) -> None:
        if word == "else":
            self._leave("fi")
        self._enter({"then": "fi", "else": "fi", "do": "done", "{": "}"}[word])
        if word in {"then", "do"} and self.conditions:
            start = self.conditions.pop()
            number = self.open[-1].number if self.open else 0
            for index in range(start, len(self.found)):
                if not self.found[index].opens:
                    self.found[index] = replace(self.found[index], opens=number)
            if word == "do":
                self.open[-1].reads += [i for i in range(start, len(self.found)) if self.found[i].name == "read"]
        joint = self.joint if word == "{" else ""
        self._next_list()
        self.joint = joint

    def _enter(self, ends: str) -> None:
        self.counter += 1
        if len(self.open) < _MAX_BLOCKS:
            self.open.append(_Open(ends, self.counter))

    def _leave(self, ends: str) -> None:
        """Close the innermost block of this kind, and what was left open inside it."""
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index].ends == ends:
                self.closed = self.open[index]
                del self.open[index:]
                break
            if self.open[index].ends == "}" and ends != "}":
                break
        self.joint = ""

    def _closing_redirects(self, word: str) -> None:
        """``done < file`` feeds the reads inside the loop."""
        redirects: list[Redirect] = []
        while self.at < len(self.tokens) and self.tokens[self.at].kind == "redirect":
            redirects.append(Redirect(self.tokens[self.at].text, self.tokens[self.at].word))
            self.at += 1
        if redirects and self.closed is not None and word == "done":
            for index in self.closed.reads:
                one = self.found[index]
                self.found[index] = replace(one, redirects=(*one.redirects, *redirects))
        elif redirects:
            self._add("simple", self.tokens[self.at - 1].line, (), (), tuple(redirects))

    def _case(self, line: int) -> None:
        subject = self.tokens[self.at].word if self.at < len(self.tokens) else ()
        self.at += 1
        self._add("case", line, (subject,))
        self._skip_signs("\n", ";")
        if self.at < len(self.tokens) and self.tokens[self.at].text == "in":
            self.at += 1
        self._enter("esac")
        self._patterns()

    def _patterns(self) -> None:
        """Read the patterns of a branch up to their bracket."""
        self._skip_signs("\n", ";", "(")
        if self.at >= len(self.tokens) or self.tokens[self.at].text == "esac":
            return
        line = self.tokens[self.at].line
        words: list[Word] = []
        while self.at < len(self.tokens) and self.tokens[self.at].text != ")":
            token = self.tokens[self.at]
            if token.kind == "newline":
                return
            if token.kind == "word":
                words.append(token.word)
            self.at += 1
        self.at += 1
        self._enter(";;")
        self._add("branch", line, tuple(words))
        self._next_list()

    def _for(self, line: int) -> None:
        name = self.tokens[self.at].word if self.at < len(self.tokens) else ()
        self.at += 1
        words: list[Word] = [name]
        self._skip_signs("\n")
        if self.at < len(self.tokens) and self.tokens[self.at].text == "in":
            self.at += 1
            while self.at < len(self.tokens) and self.tokens[self.at].kind == "word":
                words.append(self.tokens[self.at].word)
                self.at += 1
        else:
            words.append((Piece("variable", "@", line, quoted=True),))
        self._add("for", line, tuple(words))

    def _function(self, name: Token) -> None:
        self.now = []
        self._skip_signs("\n")
        if self.at < len(self.tokens) and self.tokens[self.at].text in {"{", "("}:
            self.at += 1
        self._add("function", name.line, (name.word,))
        self._enter("}")
        self._next_list()

    def _skip_signs(self, *texts: str) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at].text in texts and self.tokens[self.at].kind != "word":
            self.at += 1


def _assigned(word: Word) -> tuple[str, Word, bool] | None:
    """Return name, value and whether it is added, of a word that assigns."""
    first = word[0]
    match = _ASSIGNMENT.match(first.text) if first.kind == "text" and not first.quoted else None
    if not match:
        return None
    rest = first.text[match.end() :]
    value = (*((Piece("text", rest, first.line),) if rest else ()), *word[1:])
    return match[1], value, bool(match[2])
