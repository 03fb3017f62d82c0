"""Read what a maker's documents tell, sentence by sentence, against what standards ask of them.

``documents.yaml`` says what is asked and by which words a reader knows it. A document shows
an ask with one sentence that holds all its words and nothing that takes them back: no
"not", no question, no placeholder, no plan for later. Words alone that do not come together
leave it unclear. So a missed statement is likelier than an invented one, and what is told
here never proves that the maker does it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Literal

from pydantic import Field

from fairmark.model.data import load_yaml
from fairmark.model.value import Value
from fairmark.standards.condition import evaluate
from fairmark.standards.document_text import Sentence, Text

PACKAGE, FILE = "fairmark.standards", "documents.yaml"
_DENIES = re.compile(
    r"\b(?:no|not|never|cannot|can't|won't|don't|doesn't|without|neither|nor|unable|refuse)\b", re.IGNORECASE
)
_VAGUE = re.compile(
    r"\b(?:plan(?:s|ned)? to|intends? to|hopes? to|(?:we|it) (?:may|might|could)|coming soon|in (?:the|a) future"
    r"|tbd|tba|todo|to be (?:announced|defined|determined|completed)|lorem ipsum|x{2,}|y{4})\b|_{3,}|\.{4,}"
    r"|[\[{<](?![^\]}>]{0,200}(?:@|://))[^\]}>]{0,60}[\]}>]",
    re.IGNORECASE,
)
_PART = re.compile(r"<([a-z]+)>")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_PARTS = re.compile(r"[A-Za-z]+|\d+")
_MOST_NESTED = 4


class Ask(Value):
    """One thing that a document must tell."""

    title: str
    home: str
    also: tuple[str, ...] = ()
    capability: str
    shows: tuple[tuple[str, ...], ...] = Field(min_length=1)
    hints: tuple[str, ...]
    when: str = ""
    free: bool = False
    weakness: str = ""
    together: bool = False
    by: str


class Shown(Value):
    """What several asks together show."""

    capability: str
    asks: tuple[str, ...] = Field(min_length=1)
    partly: str = Field(default="", description="why the text alone never shows all of it")


class Kind(Value):
    """A kind of data of which a notice must speak while its fact is true."""

    fact: str
    about: Literal["personal", "telemetry", "sensing"]
    title: str
    words: str


class RecordWords(Value):
    """How a line says on which day a flaw was known, and on which it was mended."""

    known: str
    mended: str


class Admission(Value):
    """A sentence by which the maker says himself that he does not do what is demanded."""

    title: str
    homes: tuple[str, ...] = Field(min_length=1)
    capability: str
    weakness: str
    says: tuple[tuple[str, ...], ...] = Field(min_length=1)
    unless: str
    redeemed: tuple[tuple[str, ...], ...] = ()
    by: str


class DocumentsFile(Value):
    """The schema of ``documents.yaml``."""

    id: str
    version: str
    date: str
    words: dict[str, str]
    documents: dict[str, str] = Field(description="field of the profile -> what kind of document that is")
    observations: dict[str, Shown] = Field(description="rule id of the observation -> what it rests on")
    all_data: str = Field(description="words that stand for every kind of personal data")
    questions: dict[str, dict[str, str]] = Field(description="personal, telemetry -> what must be told of each kind")
    kinds: dict[str, Kind]
    record: RecordWords
    admissions: dict[str, Admission]
    asks: dict[str, Ask]


class Told(StrEnum):
    """What a document says of an ask."""

    SHOWN = "shown"
    UNCLEAR = "unclear"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one ask, and where."""

    name: str
    ask: Ask
    told: Told
    document: str
    """Field of the document in which it was found; the home where it was not."""
    sentence: Sentence | None
    """The sentence that shows it, or the first that hints at it."""


@cache
def documents_file() -> DocumentsFile:
    """Return what is asked, read once."""
    return DocumentsFile.model_validate(load_yaml(PACKAGE, FILE))


def read(documents: Mapping[str, Text], facts: Mapping[str, bool]) -> tuple[Answer, ...]:
    """Return an answer for every ask whose home document is given (field of the profile -> its text), in file order.

    An ask under a fact that is false is left out. Documents that are not in English are not read.
    """
    given = {field: text for field, text in documents.items() if text.english}
    return tuple(
        _answer(name, ask, given)
        for name, ask in documents_file().asks.items()
        if ask.home in given and evaluate(ask.when, facts) is not False
    )


def _answer(name: str, ask: Ask, given: Mapping[str, Text]) -> Answer:
    shows, hints = _patterns(name)
    unclear: tuple[str, Sentence] | None = None
    for field in (ask.home, *ask.also):
        for sentence in given[field].sentences if field in given else ():
            if any(all(part.search(sentence.text) for part in every) for every in shows):
                if is_plain(sentence.text, free=ask.free):
                    return Answer(name, ask, Told.SHOWN, field, sentence)
                unclear = unclear or (field, sentence)
    if unclear is None:
        unclear = _hint(hints, ask, given)
    if unclear is not None:
        return Answer(name, ask, Told.UNCLEAR, *unclear)
    return Answer(name, ask, Told.MISSING, ask.home, None)


def _hint(hints: Iterable[re.Pattern[str]], ask: Ask, given: Mapping[str, Text]) -> tuple[str, Sentence] | None:
    for field in (ask.home, *ask.also):
        for sentence in given[field].sentences if field in given else ():
            if any(hint.search(f"{sentence.heading} {sentence.text}") for hint in hints):
                return field, sentence
    return None


def is_plain(text: str, *, free: bool = False) -> bool:
    """Whether the sentence states something, and takes nothing back; ``free``: a "no" belongs to what it states."""
    return not (text.endswith("?") or _VAGUE.search(text) or (not free and _DENIES.search(text)))


@cache
def _patterns(name: str) -> tuple[tuple[tuple[re.Pattern[str], ...], ...], tuple[re.Pattern[str], ...]]:
    ask = documents_file().asks[name]
    shows = tuple(tuple(compiled(part) for part in every) for every in ask.shows)
    return shows, tuple(compiled(hint) for hint in ask.hints)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the file with its <words> filled in."""
    words = documents_file().words
    for _ in range(_MOST_NESTED):
        pattern = _PART.sub(lambda found: words[found[1]], pattern)
    return re.compile(pattern, re.IGNORECASE)


def end_of_support(answers: Sequence[Answer]) -> date | None:
    """Return the last day of support that the statement names, or ``None`` where no single day is shown."""
    shown = next((a for a in answers if a.name == "end_date" and a.told is Told.SHOWN), None)
    if shown is None or shown.sentence is None:
        return None
    until = rf"\b(?:until|till|through|to|ends?(?: on)?|ending)\b[^.]{{0,40}}?({compiled('<date>').pattern})"
    found = re.search(until, shown.sentence.text, re.IGNORECASE)
    return day_of(found[1]) if found else None


def day_of(text: str) -> date | None:
    """Return the day that a date in English or ISO 8601 names; a month alone means its last day.

    >>> day_of("March 2031")
    datetime.date(2031, 3, 31)
    """
    parts = _DATE_PARTS.findall(text)
    try:
        if re.fullmatch(r"20\d\d-\d\d-\d\d", text.strip()):
            return date.fromisoformat(text.strip())
        month = next(_MONTHS.index(p[:3].lower()) + 1 for p in parts if p[:3].lower() in _MONTHS)
        year = next(int(p) for p in parts if p.isdigit() and len(p) == 4)
        days = [int(p) for p in parts if p.isdigit() and len(p) < 3]
        if days:
            return date(year, month, days[0])
        return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
    except (ValueError, StopIteration):
        return None
