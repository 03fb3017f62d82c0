"""The maker's record of mended flaws, held against the time in which he says that he mends them.

A stated time is a promise and a record without a stated time measures nothing: only both together show that security
updates are timely. Both stand in the update policy.
"""

import re
from dataclasses import dataclass
from datetime import date

from fairmark.standards.document_text import Sentence, Text
from fairmark.standards.documents import compiled, day_of, documents_file, is_plain

LONGEST_DAYS = 90
"""A longer time is not called timely here: the usual term for telling of a flaw in public is 90 days."""
_MOST = 500
_DAYS = {"hour": 1, "day": 1, "week": 7, "fortnight": 14, "month": 31, "year": 366}
# fmt: off
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60,
    "ninety": 90,
}
# fmt: on
_SPAN = re.compile(
    r"\b(?:within|at most|in (?:less than|under|at most)) (?:the (?:next|first) |a maximum of )?"
    rf"(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)})(?: \(\d{{1,4}}\))?[ -]"
    rf"(?P<kind>(?:working|business) )?(?:calendar |full |whole )?(?P<unit>{'|'.join(_DAYS)})s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mended:
    """One flaw of the record."""

    known: date
    mended: date
    sentence: Sentence

    @property
    def days(self) -> int:
        """Days from the day it was known to the day it was mended."""
        return (self.mended - self.known).days


@dataclass(frozen=True, slots=True)
class FixTimes:
    """The longest time that the policy states, in days, with its sentence; and the record, in the order of the text."""

    stated: int | None
    by: Sentence | None
    record: tuple[Mended, ...]

    @property
    def late(self) -> tuple[Mended, ...]:
        """Flaws that took longer than the stated time."""
        return tuple(one for one in self.record if self.stated is not None and one.days > self.stated)


def fix_times(policy: Text) -> FixTimes:
    """Return the stated time and the record of an update policy; a day before the flaw was known counts as no entry."""
    stated = [(days, one) for one in policy.sentences if (days := _stated(one)) is not None]
    longest = max(stated, key=lambda pair: pair[0], default=(None, None))
    record = tuple(found for one in policy.sentences if (found := _mended(one)) is not None)[:_MOST]
    return FixTimes(longest[0], longest[1], record)


def _stated(sentence: Sentence) -> int | None:
    """Return the longest span of a sentence that states a time for mending; a line of the record states none."""
    shows = documents_file().asks["fix_time"].shows
    told = any(all(compiled(part).search(sentence.text) for part in every) for every in shows)
    if not told or not is_plain(sentence.text) or _mended(sentence) is not None:
        return None
    return max((_days(found) for found in _SPAN.finditer(sentence.text)), default=None)


def _days(found: re.Match[str]) -> int:
    number = found["number"].lower()
    count = int(number) if number.isdigit() else _NUMBERS[number]
    days = count * _DAYS[found["unit"].lower()]
    return -(-days * 7 // 5) if found["kind"] else days


def _mended(sentence: Sentence) -> Mended | None:
    words = documents_file().record
    known, mended = (compiled(pattern).search(sentence.text) for pattern in (words.known, words.mended))
    if known is None or mended is None or not is_plain(sentence.text):
        return None
    first, second = day_of(known[1]), day_of(mended[1])
    return Mended(first, second, sentence) if first and second and first <= second else None
