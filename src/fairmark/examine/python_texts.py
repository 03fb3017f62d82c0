"""Texts of several lines in Python that only explain: what stands in them is an example, no setting of the program."""

import re
from bisect import bisect_right
from collections.abc import Iterator

_QUOTES = re.compile(r"\"\"\"|'''")
_STARTS = re.compile(r"[rRuUbBfF]{0,2}(?:\"\"\"|''')")
_EXPLAINS = re.compile(r"example|documentation|description|usage|help|return|sample", re.IGNORECASE)
_BEFORE = 3  # lines before a text that may say what it is
_BETWEEN = 4  # lines between two texts of one list
_MAX_TEXTS = 2_000


def explanations(text: str) -> tuple[range, ...]:
    """Return the lines, counted from 1, of each text that explains: by its place behind a head, or by its name."""
    lines = text.split("\n")
    found: list[range] = []
    for first, last in _texts(text):
        follows = bool(found) and first - found[-1].stop < _BETWEEN
        if last > first and (follows or _explains(lines, first - 1)):
            found.append(range(first, last + 1))
    return tuple(found)


def without_explanations(text: str) -> str:
    """Return the program alone: explaining texts are emptied, every line keeps its number."""
    lines = text.split("\n")
    for each in explanations(text):
        lines[each.start - 1 : each.stop - 1] = [""] * len(each)
    return "\n".join(lines)


def _texts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each text in three quotes."""
    ends = [match.start() for match in re.finditer("\n", text)]
    start, mark = -1, ""
    count = 0
    for match in _QUOTES.finditer(text):
        if start < 0:
            start, mark = match.start(), match[0]
        elif match[0] == mark:
            yield bisect_right(ends, start) + 1, bisect_right(ends, match.start()) + 1
            start = -1
            count += 1
            if count == _MAX_TEXTS:
                return


def _explains(lines: list[str], at: int) -> bool:
    before = [line.strip() for line in lines[:at] if line.strip() and not line.lstrip().startswith("#")][-1:]
    stands_alone = _STARTS.match(lines[at].lstrip()) is not None
    if stands_alone and (not before or before[0].endswith(":")):
        return True
    return any(_EXPLAINS.search(line) for line in lines[max(0, at - _BEFORE) : at + 1])
