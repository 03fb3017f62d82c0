"""Cut Lua, Python, PHP, Perl and JavaScript into tokens: names, texts with what is put into them, signs.

One reader serves the five languages: they differ in comments, in how texts are written and in what a
text may take in (``$name``, ``${name}``, ``{name}``). Every pattern is linear, and nothing is ever an
error: a text that does not end goes to the end of its line or of the file.
"""

import re
from dataclasses import dataclass
from functools import cache

from fairmark.examine.scripts.language import Language

MAX_TOKENS = 120_000
_MAX_QUOTED = 8192
_MAX_HEREDOCS = 200
_MAX_INSIDE = 3
_MAX_FAILURES = 100  # quotes that do not end, each looked at for up to 8,192 characters


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: name, text, exec (a text that a shell runs), regex, number, sign or newline.

    ``parts`` are the expressions inside a text. ``glued``: no blank before it. ``column`` counts from 0.
    """

    kind: str
    text: str
    line: int
    column: int = 0
    glued: bool = False
    parts: tuple[tuple["Token", ...], ...] = ()

    def is_sign(self, *texts: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in texts


_DOUBLE = r'"(?:[^"\\]|\\.)*+"?'
_SINGLE = r"'(?:[^'\\]|\\.)*+'?"
_DOUBLE_LINE = r'"(?:[^"\\\n]|\\.)*+"?'
_SINGLE_LINE = r"'(?:[^'\\\n]|\\.)*+'?"
_BACKTICK = r"`(?:[^`\\]|\\.)*+`?"
_C_COMMENT = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?|//[^\n]*+"
_SIGNS = (
    r"\.\.\.|\.\.=|<=>|===|!==|\*\*=|\|\|=|&&=|\?\?=|//=|=>|->|::|==|!=|~=|=~|!~|<=|>=|&&|\|\||\?\?|\?\.|\.\.|"
    r"\.=|\+=|-=|\*=|/=|%=|:=|\+\+|--|."
)
_NUMBER = r"0[xX][0-9A-Fa-f]++|[0-9][0-9_]*+(?:\.[0-9]++)?"
_WORDS: dict[Language, tuple[str, str, str]] = {
    # comment, text, name
    Language.PYTHON: (
        r"\#[^\n]*+",
        r"[rRbBuUfF]{0,2}(?:\"{3}(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"{3})?|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3})?|"
        + _DOUBLE_LINE
        + "|"
        + _SINGLE_LINE
        + ")",
        r"[A-Za-z_]\w*+",
    ),
    Language.PHP: (
        _C_COMMENT + r"|\#(?!\[)[^\n]*+",
        _DOUBLE + "|" + _SINGLE + "|" + _BACKTICK,
        r"\$*+\\?[A-Za-z_]\w*+(?:\\\w++)*+",
    ),
    Language.PERL: (
        r"\#[^\n]*+",
        _DOUBLE + "|" + _SINGLE + "|" + _BACKTICK + r"|<\$?\w++>",
        r"\$\#\w++|[$@]\$*+\w++(?:::\w++)*+|%(?=[A-Za-z_])\w++(?:::\w++)*+|&?[A-Za-z_]\w*+(?:::\w++)*+|\$[&!@/0]",
    ),
    Language.LUA: (
        r"--(?!\[=*\[)[^\n]*+",
        _DOUBLE_LINE + "|" + _SINGLE_LINE,
        r"[A-Za-z_]\w*+",
    ),
    Language.JAVASCRIPT: (
        _C_COMMENT + r"|\A\#![^\n]*+",
        _DOUBLE_LINE + "|" + _SINGLE_LINE + "|" + _BACKTICK,
        r"[A-Za-z_$][\w$]*+",
    ),
}
_SLASH_REGEX = re.compile(r"/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[a-z]*+")
_HEREDOC = {
    Language.PHP: re.compile(r"<<<[ \t]*(?P<quote>['\"]?)(?P<mark>[A-Za-z_]\w*)(?P=quote)[ \t]*\n"),
    Language.PERL: re.compile(r"<<~?(?P<quote>['\"]?)(?P<mark>[A-Za-z_]\w*)(?P=quote)"),
}
_LONG = re.compile(r"(?P<comment>--)?\[(?P<level>=*)\[")
_PERL_QUOTE = re.compile(r"(?P<word>qq|qw|qx|qr|q|m|s|tr|y)(?:(?<=qw)[ \t]*(?=\())?(?P<open>[^\w\s=,;)>}])")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_VALUE_ENDS = frozenset(")]}")
_BEFORE_REGEX = frozenset({"return", "and", "or", "not", "if", "unless", "split", "grep", "case", "typeof", "in"})


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    comment, text, name = _WORDS[language]
    return re.compile(
        rf"(?P<blank>[ \t\r\f\v]++|\\\n)|(?P<newline>\n)|(?P<comment>{comment})|(?P<text>{text})"
        rf"|(?P<number>{_NUMBER})|(?P<name>{name})|(?P<sign>{_SIGNS})",
        re.DOTALL,
    )


def tokens(code: str, language: Language, *, line: int = 1, depth: int = 0) -> list[Token]:
    """Return the tokens of a text, newlines among them, at most ``MAX_TOKENS``."""
    return _Reader(code, language, line, depth).read()


class _Reader:
    """One text being cut."""

    def __init__(self, code: str, language: Language, line: int, depth: int) -> None:
        self.code = _without_pod(code) if language is Language.PERL and not depth else code
        self.language = language
        self.line = line
        self.depth = depth
        self.at = 0
        self.line_start = 0
        self.heredocs = 0
        self.failures = 0
        self.waiting: list[tuple[str, bool]] = []
        self.found: list[Token] = []
        self.glued = False

    def read(self) -> list[Token]:
        """Cut the whole text."""
        pattern = _pattern(self.language)
        size = len(self.code)
        while self.at < size and len(self.found) < MAX_TOKENS:
            if self._special():
                continue
            match = pattern.match(self.code, self.at)
            if match is None:  # no character is left out by the last alternative
                self.at += 1
                continue
            self._take(match)
        return self.found

    def _take(self, match: re.Match[str]) -> None:
        kind, text = match.lastgroup or "sign", match[0]
        if kind == "newline":
            self._add("newline", "\n", match.end())
            self._heredoc_bodies()
        elif kind in {"blank", "comment"}:
            self._skip(match.end())
        elif kind == "text":
            self._text(text, match.end())
        else:
            self._add(kind, text, match.end())

    def _skip(self, end: int) -> None:
        self._count(end)
        self.glued = False

    def _count(self, end: int) -> None:
        lines = self.code.count("\n", self.at, end)
        if lines:
            self.line += lines
            self.line_start = self.code.rfind("\n", self.at, end) + 1
        self.at = end

    def _add(self, kind: str, text: str, end: int, parts: tuple[tuple[Token, ...], ...] = ()) -> None:
        column = self.at - self.line_start
        self.found.append(Token(kind, text, self.line, column, self.glued, parts))
        self.glued = True
        self._count(end)

    def _text(self, raw: str, end: int) -> None:
        body = raw.lstrip("rRbBuUfF") if self.language is Language.PYTHON else raw
        prefix = raw[: len(raw) - len(body)].lower()
        quote = body[:3] if body[:3] in {'"""', "'''"} else body[:1]
        inside = body[len(quote) :].removesuffix(">" if quote == "<" else quote)
        if quote == "<":
            self._add("name", raw, end)
            return
        style = self._style(quote, prefix)
        kind = "exec" if quote == "`" and self.language in {Language.PHP, Language.PERL} else "text"
        self._add(kind, inside, end, self._parts(inside, style))

    def _style(self, quote: str, prefix: str) -> str:
        if self.language is Language.PYTHON:
            return "{" if "f" in prefix else ""
        if self.language is Language.JAVASCRIPT:
            return "${" if quote == "`" else ""
        return "$" if self.language in {Language.PHP, Language.PERL} and quote != "'" else ""

    def _parts(self, inside: str, style: str) -> tuple[tuple[Token, ...], ...]:
        if not style or self.depth >= _MAX_INSIDE:
            return ()
        return tuple(
            tuple(tokens(one, self.language, line=self.line, depth=self.depth + 1)) for one in _inserted(inside, style)
        )

    # What a single pattern cannot read --------------------------------------------------------------

    def _special(self) -> bool:
        here = self.code[self.at]
        if self.language is Language.LUA:
            return here in "-[" and self._long_bracket()
        if here == "/" and self.language in {Language.JAVASCRIPT, Language.PERL} and self._may_be_regex():
            return self._regex()
        if here == "<" and self.language in _HEREDOC:
            return self._heredoc()
        return self.language is Language.PERL and here in "qmsty" and self._perl_quote()

    def _long_bracket(self) -> bool:
        match = _LONG.match(self.code, self.at)
        if not match:
            return False
        end = self.code.find(f"]{match['level']}]", match.end())
        end = len(self.code) if end < 0 else end
        after = end + len(match["level"]) + 2
        if match["comment"]:
            self._skip(min(after, len(self.code)))
        else:
            self._add("text", self.code[match.end() : end], min(after, len(self.code)))
        return True

    def _may_be_regex(self) -> bool:
        last = next((one for one in reversed(self.found) if one.kind != "newline"), None)
        if last is None:
            return True
        if last.kind == "name":
            return last.text in _BEFORE_REGEX
        return last.kind == "sign" and last.text not in _VALUE_ENDS

    def _regex(self) -> bool:
        match = _SLASH_REGEX.match(self.code, self.at)
        if match:
            self._add("regex", match[0][1:].rpartition("/")[0], match.end())
        return match is not None

    def _heredoc(self) -> bool:
        match = _HEREDOC[self.language].match(self.code, self.at)
        if not match or self.heredocs >= _MAX_HEREDOCS:
            return False
        self.heredocs += 1
        if self.language is Language.PERL:
            self.waiting.append((match["mark"], match["quote"] != "'"))
            self._skip(match.end())
            return True
        body, end = _until_mark(self.code, match.end(), match["mark"])
        self._add("text", body, end, self._parts(body, "" if match["quote"] == "'" else "$"))
        return True

    def _heredoc_bodies(self) -> None:
        for mark, expands in self.waiting:
            body, end = _until_mark(self.code, self.at, mark)
            line = self.found.pop() if self.found else None
            self._add("text", body, end, self._parts(body, "$" if expands else ""))
            if line:
                self.found.append(line)
        self.waiting.clear()

    def _perl_quote(self) -> bool:
        before = self.code[self.at - 1] if self.at else " "
        match = _PERL_QUOTE.match(self.code, self.at)
        if not match or before.isalnum() or before in "_$@%&>{":
            return False
        first = _quoted(self.code, match.end() - 1) if self.failures < _MAX_FAILURES else None
        if first is None:
            self.failures += 1
            return False
        body, end = first
        word = match["word"]
        if word in {"s", "tr", "y"} and self.failures < _MAX_FAILURES:
            start = end if self.code[match.end() - 1] in _PAIRS else end - 1
            second = _quoted(self.code, start)
            if second is None:
                self.failures += 1
                return False
            end = second[1]
            while self.code[end : end + 1].isalpha():
                end += 1
            self._add("regex", f"{word}/{body}/{second[0]}/{self.code[second[1] : end]}", end)
            return True
        kind = {"qx": "exec", "m": "regex", "qr": "regex"}.get(word, "text")
        self._add(kind, body, end, self._parts(body, "" if word in {"q", "qw"} else "$"))
        return True


def _quoted(code: str, at: int) -> tuple[str, int] | None:
    """Return what stands between the delimiter at ``at`` and its partner, and where it ends."""
    while at < len(code) and code[at] in " \t":
        at += 1
    if at >= len(code):
        return None
    opening = code[at]
    closing = _PAIRS.get(opening, opening)
    depth, here = 1, at + 1
    limit = min(len(code), here + _MAX_QUOTED)
    while here < limit:
        sign = code[here]
        if sign == "\\":
            here += 1
        elif sign == closing:
            depth -= 1
            if not depth:
                return code[at + 1 : here], here + 1
        elif sign == opening:
            depth += 1
        here += 1
    return None


def _until_mark(code: str, start: int, mark: str) -> tuple[str, int]:
    """Return the lines up to the one that is the mark alone (indented or not), and where that mark ends."""
    at = start
    while at < len(code):
        end = code.find("\n", at)
        end = len(code) if end < 0 else end
        line = code[at:end].strip()
        if line == mark or (line.startswith(mark) and line[len(mark) :].strip("; ),") == ""):
            return code[start:at], code.find(mark, at) + len(mark)
        at = end + 1
    return code[start:], len(code)


_INSERTED = re.compile(
    r"\$\{\w{1,80}\}|\{?[$@]\$?\w{1,80}(?:->\w{1,80}|->(?=[\[{])|::\w{1,80}|\[[^\]\n]{0,100}\]|\{[^}\n]{0,100}\}){0,8}"
)


def _inserted(inside: str, style: str) -> list[str]:
    """Return the expressions that a text takes in."""
    if style == "$":
        matches = _INSERTED.finditer(inside) if "$" in inside or "@" in inside else ()
        found = [match[0] for match in matches if not inside[: match.start()].endswith("\\")]
        return [re.sub(r"\A\$\{(\w+)\}\Z", r"$\1", one).lstrip("{") for one in found[:200]]
    pieces: list[str] = []
    at = inside.find(style)
    while at >= 0 and len(pieces) < 200:
        start = at + len(style)
        if style == "{" and inside.startswith("{", start):
            at = inside.find(style, start + 1)
            continue
        got = _quoted(inside, start - 1)
        if got is None:
            break
        body = got[0]
        pieces.append(body)
        at = inside.find(style, got[1])
    return pieces


def _without_pod(code: str) -> str:
    """Empty the documentation inside a Perl script, and what stands after its end."""
    if "\n=" not in code and "__END__" not in code and "__DATA__" not in code:
        return code
    kept: list[str] = []
    inside = False
    for line in code.split("\n"):
        if line in {"__END__", "__DATA__"}:
            break
        if re.match(r"=[a-zA-Z]", line):
            inside = not line.startswith("=cut")
            kept.append("")
        else:
            kept.append("" if inside else line)
    return "\n".join(kept)
