"""Sentences by which a maker says himself that he does not do what is demanded.

Such a sentence must be plain: one with a condition, a doubt or a way out says something else. A promise proves nothing,
but nobody promises the opposite by mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairmark.standards.document_text import Sentence, Text
from fairmark.standards.documents import Admission, compiled, documents_file, is_plain


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admission, with the document and the sentence that makes it."""

    name: str
    admission: Admission
    document: str
    sentence: Sentence


def admitted(documents: Mapping[str, Text]) -> tuple[Admitted, ...]:
    """Return the first sentence for each admission that the documents make, in file order."""
    given = {field: text for field, text in documents.items() if text.english}
    return tuple(
        found
        for name, one in documents_file().admissions.items()
        if not _is_redeemed(one, given) and (found := _first(name, one, given)) is not None
    )


def _first(name: str, one: Admission, given: Mapping[str, Text]) -> Admitted | None:
    for home in one.homes:
        for sentence in given[home].sentences if home in given else ():
            if _matches(one.says, sentence) and is_plain(sentence.text, free=True) and not _is_bound(one, sentence):
                return Admitted(name, one, home, sentence)
    return None


def _is_bound(one: Admission, sentence: Sentence) -> bool:
    return compiled(one.unless).search(sentence.text) is not None


def _is_redeemed(one: Admission, given: Mapping[str, Text]) -> bool:
    """Whether a plain sentence of any document shows another way."""
    every: Iterable[Sentence] = (sentence for text in given.values() for sentence in text.sentences)
    return bool(one.redeemed) and any(_matches(one.redeemed, s) and is_plain(s.text) for s in every)


def _matches(lists: Sequence[Sequence[str]], sentence: Sentence) -> bool:
    return any(all(compiled(part).search(sentence.text) for part in every) for every in lists)
