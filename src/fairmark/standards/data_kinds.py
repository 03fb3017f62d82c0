"""Hold a notice against the kinds of data that the maker says there are: each is told, what for, and for how long.

Which kinds there are stands in the profile, fact by fact; a kind that nobody ruled out or stated leaves the
notice open. A sentence about all data speaks for every kind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fairmark.standards.document_text import Sentence, Text
from fairmark.standards.documents import Kind, compiled, documents_file, is_plain

About = Literal["personal", "telemetry"]
_WORDS = {"told": "that it is processed", "purpose": "what for", "retention": "for how long it is kept"}


@dataclass(frozen=True, slots=True)
class Held:
    """What a notice tells of the kinds that it must speak of."""

    open: tuple[str, ...]
    """What keeps it from being whole; a clause each."""
    unnamed: tuple[str, ...]
    """Titles of kinds that are processed and of which no sentence speaks."""
    shown: tuple[tuple[str, Sentence], ...]
    """What is told, and the sentence that tells it."""


def held_against_kinds(text: Text, facts: Mapping[str, bool], about: About) -> Held:
    """Return what the notice tells of each kind whose fact is true, and which facts nobody stated."""
    kinds = [one for one in documents_file().kinds.values() if one.about == about]
    unstated = [one.fact for one in kinds if one.fact not in facts]
    other = f"{about}.other_kind"
    unstated += [other] if other not in facts else []
    found = [f"the profile does not state which kinds there are ({', '.join(unstated)})"] if unstated else []
    if facts.get(other):
        found.append(f"{other} is true: a person must look for that kind")
    stated = [one for one in kinds if facts.get(one.fact)]
    if not stated and not facts.get(other):
        found.append("the profile states no kind that is processed")
    named = [one for one in stated if any(_speaks(one, sentence) for sentence in text.sentences)]
    lacks: list[str] = []
    shown: list[tuple[str, Sentence]] = []
    for kind in stated:
        answers = {question: _told(kind, question, pattern, text) for question, pattern in _questions(about)}
        lacks += [f"{kind.title}: {_WORDS[question]} is not told" for question, one in answers.items() if one is None]
        shown += [(f"{kind.title}: {_WORDS[question]}", one) for question, one in answers.items() if one is not None]
    unnamed = tuple(one.title for one in stated if one not in named)
    return Held((*found, *lacks), unnamed, tuple(shown))


def unnamed_senses(texts: Iterable[Text], facts: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the titles of what the device senses by the profile and of which no sentence of the texts speaks."""
    sentences = [sentence for text in texts for sentence in text.sentences]
    kinds = [one for one in documents_file().kinds.values() if one.about == "sensing" and facts.get(one.fact)]
    return tuple(one.title for one in kinds if not any(_speaks(one, sentence) for sentence in sentences))


def _questions(about: About) -> Iterator[tuple[str, re.Pattern[str]]]:
    for question, pattern in documents_file().questions[about].items():
        yield question, compiled(pattern)


def _told(kind: Kind, question: str, pattern: re.Pattern[str], text: Text) -> Sentence | None:
    """Return the plain sentence that answers a question for a kind; one about all data names the kind nowhere."""
    speaking: Iterable[Sentence] = (s for s in text.sentences if is_plain(s.text) and pattern.search(s.text))
    for sentence in speaking:
        if _speaks(kind, sentence) or (
            question != "told" and compiled(documents_file().all_data).search(sentence.text)
        ):
            return sentence
    return None


def _speaks(kind: Kind, sentence: Sentence) -> bool:
    return compiled(kind.words).search(sentence.text) is not None
