"""Find patterns in the lines of a script that do something: not in comments, not in what an ``echo`` says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.scripts.flow import MAX_LINE
from fairmark.examine.scripts.language import Language

_COMMENT = {
    Language.SHELL: ("#",),
    Language.PYTHON: ("#",),
    Language.PERL: ("#",),
    Language.PHP: ("#", "//", "*", "/*"),
    Language.JAVASCRIPT: ("//", "*", "/*"),
    Language.LUA: ("--",),
}
_TALK = re.compile(r"\s*(?:echo|printf|logger|log\w*|print|usage|cat\s*<<|die|warn|error|info|msg|help)\b")
_ACTS = re.compile(r"[|>`]|\$\(")
_MAX_MATCHES = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: the number of the line, that line joined with those it goes on in, and where the match starts there."""

    number: int
    line: str
    start: int
    match: re.Match[str]


def hits(text: str, language: Language, pattern: re.Pattern[str]) -> Iterator[Hit]:
    """Yield the matches of a pattern, which must not match line ends, in lines that act."""
    joined = text.replace("\\\n", "  ") if language is Language.SHELL else text
    counted, number = 0, 1
    for index, match in enumerate(pattern.finditer(joined)):
        if index >= _MAX_MATCHES:
            break
        begin = match.start() + match[0].startswith("\n")  # the line end before it stood for what sets a word apart
        number += text.count("\n", counted, begin)
        counted = begin
        start = joined.rfind("\n", 0, begin) + 1
        end = joined.find("\n", match.end())
        line = joined[start : len(joined) if end < 0 else end]
        if len(line) <= MAX_LINE and not line.lstrip().startswith(_COMMENT[language]) and not is_talk(line):
            yield Hit(number, line, begin - start, match)


def is_talk(line: str) -> bool:
    """Whether a line only says something: what an ``echo`` prints is not done."""
    return _TALK.match(line) is not None and not _ACTS.search(line)
