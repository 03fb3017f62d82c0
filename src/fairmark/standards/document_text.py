"""Read a document that a maker publishes as sentences with their lines: plain text, Markdown or HTML.

What a reader does not see (scripts, comments, hidden parts) is not read. Anything that is
no text is refused with a hint; nothing is guessed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from fairmark.errors import UnreadableInputError

MOST_BYTES = 256 << 10
LONGEST_SENTENCE = 2000
MOST_BLOCKS = 20_000

_FOREIGN = {
    b"%PDF": ("a PDF", "Save it as text first, for example with: pdftotext -layout FILE.pdf FILE.txt"),
    b"PK\x03\x04": ("an archive or an office document", "Save it as plain text or HTML first."),
    b"\xd0\xcf\x11\xe0": ("an old office document", "Save it as plain text or HTML first."),
    b"{\\rtf": ("a rich-text document", "Save it as plain text or HTML first."),
}
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")
_ITEM = re.compile(r"\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"\s*(?:=+|-{3,})\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HTML = re.compile(
    r"\s*(?:<!doctype html|<html|<head|<body|<!--.{0,2000}?-->\s*<(?:!doctype|html))", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})(?![a-zA-Z0-9:-])((?:[^<>\"']|\"[^\"]{0,1000}\"|'[^']{0,1000}')*)>"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z][a-zA-Z0-9:-]{0,40})(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)|(?=\s|$|/))")
_PUBLISHED = re.compile(r"\bpublished (?:at|under)\s*:?\s*<?(https://[^\s<>\"]{4,300})", re.IGNORECASE)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON = _names(
    "the of and to in is are for on we you your our with this that will be or by as not can it if from at any have"
)
_FEWEST_WORDS, _ENGLISH_SHARE = 30, 0.1
_VOID = _names("area base br col embed hr img input link meta source track wbr")
_UNSEEN = _names("script style template noscript svg select textarea title")
_RAW = _names("script style textarea title")
_BLOCKS = _names(
    "address article aside blockquote body dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr html li main nav ol p pre section summary table tr ul br"
)
_KINDS = {**{f"h{n}": "heading" for n in range(1, 7)}, "li": "item", "dd": "item", "tr": "row"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as a reader sees it."""

    line: int
    """Where it begins, counted from 1."""
    text: str
    heading: str = ""
    """The heading above it; for an item of a list also the sentence that leads in."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document, read."""

    sentences: tuple[Sentence, ...]
    canonical: str = ""
    """The address that the document itself names as its own; empty when it names none."""
    english: bool = True


def decode(content: bytes, name: str) -> str:
    """Return the characters of a text file; raises UnreadableInputError when it is too large or no UTF-8 text."""
    for mark, (kind, hint) in _FOREIGN.items():
        if content.startswith(mark):
            raise UnreadableInputError(f"{name} is {kind}, which is not read", hint=hint)
    if len(content) > MOST_BYTES:
        raise UnreadableInputError(f"{name} is larger than {MOST_BYTES} bytes", hint="Give the text alone.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInputError(f"{name} is not UTF-8 text", hint="Save it as UTF-8.") from None
    if "\0" in text:
        raise UnreadableInputError(f"{name} is not text: it holds a zero byte", hint="Save it as plain text or HTML.")
    return text


def read_text(content: bytes, name: str, *, lines_apart: bool = False) -> Text:
    """Return the sentences of a document; raises UnreadableInputError when it cannot be read.

    With ``lines_apart`` no sentence of a plain text runs on into the next line.
    """
    text = decode(content, name)
    if _HTML.match(text):
        page = _Page(text)
        blocks, canonical = page.blocks, page.canonical
    else:
        blocks, canonical = _plain_blocks(_without_comments(text), lines_apart=lines_apart), ""
    if len(blocks) > MOST_BLOCKS:
        raise UnreadableInputError(f"{name} has more than {MOST_BLOCKS} paragraphs", hint="Give the text alone.")
    sentences = tuple(_sentences(blocks))
    return Text(sentences, canonical or _own_address(sentences), _is_english(sentences))


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, an item of a list or a heading; ``lines`` are the numbers and texts of its lines."""

    lines: tuple[tuple[int, str], ...]
    kind: str = "text"


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def _plain_blocks(text: str, *, lines_apart: bool) -> list[_Block]:
    """Cut plain text or Markdown at blank lines, headings, items and rows of tables."""
    blocks: list[_Block] = []
    waiting: list[tuple[int, str]] = []
    kind = "text"

    def close() -> None:
        nonlocal kind
        if waiting:
            blocks.append(_Block(tuple(waiting), kind))
        waiting.clear()
        kind = "text"

    for number, line in enumerate(text.splitlines(), 1):
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if not line.strip():
            close()
        elif heading:
            close()
            blocks.append(_Block(((number, heading[1]),), "heading"))
        elif _UNDERLINE.match(line):
            kind = "heading" if len(waiting) == 1 else kind
            close()
        elif "|" in line:
            close()
            blocks.append(_Block(((number, line.strip("| ")),), "row"))
        elif item:
            close()
            waiting.append((number, line[item.end() :]))
            kind = "item"
        else:
            waiting.append((number, line))
        if lines_apart:
            close()
    close()
    return blocks


class _Page:
    """The visible text of an HTML page, block by block. A scan of our own: the library's takes time squared."""

    def __init__(self, text: str) -> None:
        self.blocks: list[_Block] = []
        self.canonical = ""
        self._text = text
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: list[tuple[int, str]] = []
        self._kind = "text"
        self._hidden = ""
        self._depth = 0
        self._read()
        self._finish()

    def _read(self) -> None:
        position = 0
        while (start := self._text.find("<", position)) >= 0:
            self._see(position, start)
            tag = _TAG.match(self._text, start)
            if self._text.startswith("<!--", start):
                position = self._after("-->", start)
            elif self._text[start + 1 : start + 2] in {"!", "?"}:
                position = self._after(">", start)
            elif tag is None:
                self._see(start, start + 1)
                position = start + 1
            else:
                name = tag[2].lower()
                position = tag.end()
                if tag[1]:
                    self._end(name)
                else:
                    self._start(name, {m[1].lower(): (m[2] or "").strip("\"'") for m in _ATTRIBUTE.finditer(tag[3])})
                    if name in _RAW:
                        position = self._after(f"</{name}", position, keep=True)
        self._see(position, len(self._text))

    def _after(self, mark: str, start: int, *, keep: bool = False) -> int:
        """Return where the mark ends (where it begins, to keep it); the end of the page when it never comes."""
        found = re.compile(re.escape(mark), re.IGNORECASE).search(self._text, start)
        if found is None:
            return len(self._text)
        return found.start() if keep else found.end()

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        """Begin a block, or skip what is not seen."""
        if tag == "link" and "canonical" in given.get("rel", "").lower() and not self.canonical:
            self.canonical = unescape(given.get("href", ""))[:500]
        if self._hidden:
            self._depth += tag == self._hidden
        elif tag not in _VOID and (tag in _UNSEEN or _is_hidden(given)):
            self._hidden, self._depth = tag, 1
        elif tag in _BLOCKS:
            self._finish()
            self._kind = _KINDS.get(tag, "text")

    def _end(self, tag: str) -> None:
        """End a block, or what is not seen."""
        if self._hidden:
            self._depth -= tag == self._hidden
            if self._depth <= 0:
                self._hidden = ""
        elif tag in {"td", "th"}:
            self._lines.append((self._lines[-1][0] if self._lines else 1, " | "))
        elif tag in _BLOCKS:
            self._finish()

    def _see(self, start: int, end: int) -> None:
        """Keep what is seen, with its line."""
        if self._hidden or start >= end:
            return
        first = bisect_right(self._breaks, start - 1) + 1
        lines = unescape(self._text[start:end]).splitlines()
        self._lines += [(first + i, line) for i, line in enumerate(lines) if line.strip()]

    def _finish(self) -> None:
        """Close the block that is open."""
        if any(text.strip("| ") for _, text in self._lines):
            self.blocks.append(_Block(tuple(self._lines), self._kind))
        self._lines = []
        self._kind = "text"


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style", "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style


def _sentences(blocks: Iterable[_Block]) -> Iterator[Sentence]:
    heading, lead = "", ""
    for block in blocks:
        if block.kind == "heading":
            heading, lead = " ".join(text.strip() for _, text in block.lines)[:200], ""
            continue
        if block.kind not in {"item", "row"}:
            lead = ""
        above = f"{heading} {lead}".strip()
        last = ""
        for line, text in _cut(block):
            last = text
            yield Sentence(line, text[:LONGEST_SENTENCE], above)
        if block.kind == "text" and last.endswith(":"):
            lead = last[-200:]


def _cut(block: _Block) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a block with the line in which each begins."""
    starts: list[int] = []
    pieces: list[str] = []
    length = 0
    for _, text in block.lines:
        starts.append(length)
        pieces.append(" ".join(text.split()) + " ")
        length += len(pieces[-1])
    whole = "".join(pieces)
    position = 0
    for end in (*(found.end() for found in _END.finditer(whole)), length):
        piece = whole[position:end]
        if cleaned := "".join(c if c.isprintable() else " " for c in piece).strip():
            yield block.lines[bisect_right(starts, position) - 1][0], cleaned
        position = end


def _own_address(sentences: Iterable[Sentence]) -> str:
    found = (_PUBLISHED.search(sentence.text) for sentence in sentences)
    return next((match[1].rstrip(".,;") for match in found if match), "")


def _is_english(sentences: Iterable[Sentence]) -> bool:
    words = [word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence.text.lower())]
    return len(words) < _FEWEST_WORDS or sum(word in _COMMON for word in words) >= _ENGLISH_SHARE * len(words)
