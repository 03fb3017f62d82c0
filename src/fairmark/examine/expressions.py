r"""The regular expressions of rules, and how long one may take, told from its form and never by trying it.

Python's matcher goes back and tries again, so an expression such as ``(a+)+b`` takes years over
thirty bytes. The expression is laid out as the places that can read a byte, and for each place
the places that may read the next one, counted as often as the matcher may come to them. The
worst text of ``WINDOW`` bytes then follows from one recurrence::

    steps(place, n) = 1 + max over bytes b of the sum of steps(next, n - 1) over all next that read b

It errs on the safe side: each place meets its own worst byte. Where no byte leads two ways it is
the length of the text. Only the form of the expression is taken from the library's own parser
(``re._parser``), so what is judged here is what is run.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

WINDOW = 352  # bytes around a literal in which an expression is tried
MOST_STEPS = 8_000_000  # tries in one window: a few tenths of a second
MOST_STEPS_OF_A_NAME = 100_000  # the same for the name of a file, where there is one start
UNROLLED = 64  # a part that may be repeated more often counts as repeated without end
_MOST_PLACES = 3_000
_MOST_WAYS = 8_000  # from all places to the next

_ALL = (1 << 256) - 1
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_GROUPS = {"SUBPATTERN", "ATOMIC_GROUP"}
_ASSERTIONS = {"ASSERT", "ASSERT_NOT"}
_CATEGORIES = {
    "CATEGORY_DIGIT": rb"\d",
    "CATEGORY_NOT_DIGIT": rb"\D",
    "CATEGORY_SPACE": rb"\s",
    "CATEGORY_NOT_SPACE": rb"\S",
    "CATEGORY_WORD": rb"\w",
    "CATEGORY_NOT_WORD": rb"\W",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression over bytes that is compiled when it is first needed: most rules meet nothing to read."""

    text: bytes

    @property
    def compiled(self) -> re.Pattern[bytes]:
        """The expression, ready for use; a dot stands for any byte."""
        return _compiled(self.text)


@cache
def _compiled(text: bytes) -> re.Pattern[bytes]:
    return re.compile(text, re.DOTALL)


class UnboundedError(Exception):
    """The expression has a part whose work cannot be told from its form."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What an expression may cost: steps from one start in a window, and how many starts there may be.

    ``grows`` says that in a text without bounds each of many starts may lead through the same long
    run, so that twice the text may cost four times as much.
    """

    steps: int
    starts: int
    grows: bool

    @property
    def is_too_much(self) -> bool:
        """Whether the expression may not be run over bytes of a stranger."""
        return self.steps * self.starts > MOST_STEPS

    @property
    def is_too_much_for_a_name(self) -> bool:
        """Whether the expression may not even be held against the name of a file."""
        return self.steps > MOST_STEPS_OF_A_NAME


def effort(text: bytes) -> Effort:
    r"""Return what a valid expression may cost.

    >>> effort(rb"v(\d{1,3}(?:\.\d{1,3}){1,3})(?!\d)"), effort(rb"(a+)+b").is_too_much
    (Effort(steps=17, starts=352, grows=False), True)

    Raises:
        UnboundedError: it refers back to a group, or is too large; the message says which.
    """
    parsed = import_module("re._parser").parse(text, re.DOTALL)
    try:
        layout = _Layout(bool(parsed.state.flags & re.IGNORECASE))
        whole = layout.sequence(parsed)
    except RecursionError:
        raise UnboundedError("it is nested too deeply") from None
    starts = WINDOW // max(1, layout.head(whole.first))
    return Effort(layout.steps(whole.first) * layout.assertions, starts, layout.grows(whole.first))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression: in how many ways it reads nothing, and at which places it may begin and end."""

    empties: int = 1
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class _Layout:
    """The places of an expression that read a byte, and which may follow on which."""

    def __init__(self, folds: bool) -> None:  # noqa: FBT001 - private
        self._folds = folds
        self._reads: list[int] = []  # of each place, the set of bytes that it reads, as bits
        self._next: list[Counter[int]] = []
        self._ways = 0
        self._loops: list[range] = []  # the places of each part that is repeated without end
        self._ahead_grows = False
        self.assertions = 1

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> _Part:
        """Lay out parts that follow each other."""
        part = _Part()
        for operator, value in items:
            part = self._joined(part, self._item(str(operator), value))
        return part

    def steps(self, first: Counter[int]) -> int:
        """Return the number of steps in the worst text of ``WINDOW`` bytes; far above the limit, any number."""
        choices = [self._choices(following) for following in (*self._next, first)]
        steps = [1] * len(choices)
        if self._loops and all(sum(group.values()) == 1 for groups in choices for group in groups):
            return WINDOW + 1  # no byte leads two ways
        for _ in range(WINDOW):
            longer = [
                1 + max((sum(steps[place] * times for place, times in group.items()) for group in groups), default=0)
                for groups in choices
            ]
            if longer == steps or longer[-1] > MOST_STEPS:
                return longer[-1]
            steps = longer
        return steps[-1]

    def head(self, first: Counter[int]) -> int:
        """Return how many bytes the expression begins with that are always the same."""
        known, following = 0, first
        while len(following) == 1:
            ((place, _),) = following.items()
            if self._reads[place].bit_count() != 1 or known == len(self._reads):
                break
            known, following = known + 1, self._next[place]
        return known

    def grows(self, first: Counter[int]) -> bool:
        """Whether a start in the middle of an endless repeat may lead into the same repeat."""
        return self._ahead_grows or any(self._restarts(first, loop) for loop in self._loops)

    def _restarts(self, first: Counter[int], loop: range) -> bool:
        run = 0
        for place in loop:
            run |= self._reads[place]
        seen: set[int] = set()
        open_ = [place for place in first if self._reads[place] & run]
        while open_:
            place = open_.pop()
            if place in loop:
                return True
            seen.add(place)
            open_ += [other for other in self._next[place] if self._reads[other] & run and other not in seen]
        return False

    def _choices(self, following: Counter[int]) -> list[Counter[int]]:
        """Return, for each byte that makes a difference, the places that it leads to."""
        groups = [(_ALL, Counter[int]())]
        for place, times in following.items():
            reads = self._reads[place]
            split = [(known & ~reads, group) for known, group in groups]
            split += [(known & reads, group + Counter({place: times})) for known, group in groups]
            groups = [(known, group) for known, group in split if known]
            if sum(len(group) for _, group in groups) > _MOST_WAYS:
                raise UnboundedError("it is too large")
        return [group for _, group in groups if group]

    def _item(self, operator: str, value: Any) -> _Part:
        if operator in _REPEATS:
            return self._repeated(*value)
        if operator in _GROUPS:
            return self._group(value if operator == "ATOMIC_GROUP" else value[-1], value)
        if operator == "BRANCH":
            return _either([self.sequence(branch) for branch in value[1]])
        if operator in _ASSERTIONS:
            return self._assertion(*value)
        if operator == "AT":
            return _Part()
        reads = _bytes_of(operator, value)
        return self._place(_folded(reads) if self._folds else reads)

    def _group(self, inner: Sequence[tuple[Any, Any]], value: Any) -> _Part:
        before = self._folds
        if len(value) == 4 and isinstance(value[1], int):
            self._folds = bool((before or value[1] & re.IGNORECASE) and not value[2] & re.IGNORECASE)
        part = self.sequence(inner)
        self._folds = before
        return part

    def _repeated(self, least: int, most: int, inner: Sequence[tuple[Any, Any]]) -> _Part:
        if most <= UNROLLED:
            tail = _Part()
            for _ in range(most - least):
                tail = _either([_Part(), self._joined(self.sequence(inner), tail)])
        else:
            start = len(self._reads)
            tail = self.sequence(inner)
            self._loops.append(range(start, len(self._reads)))
            for place in tail.last:
                self._follow(place, tail.last[place], tail.first)
            tail = tail if least else _either([_Part(), tail])
            least = max(0, least - 1)
        if least > _MOST_PLACES:
            raise UnboundedError("it is too large")
        for _ in range(least):
            tail = self._joined(self.sequence(inner), tail)
        return tail

    def _assertion(self, direction: int, inner: Sequence[tuple[Any, Any]]) -> _Part:
        """Lay out a look ahead on its own: it may be tried at each step. A look behind has a fixed length."""
        if direction > 0:
            ahead = _Layout(self._folds)
            part = ahead.sequence(inner)
            self.assertions = max(self.assertions, ahead.steps(part.first) * ahead.assertions // 2)
            self._ahead_grows |= bool(ahead._loops)
        return _Part()

    def _place(self, reads: int) -> _Part:
        if len(self._reads) >= _MOST_PLACES:
            raise UnboundedError("it is too large")
        place = len(self._reads)
        self._reads.append(reads)
        self._next.append(Counter())
        return _Part(0, Counter({place: 1}), Counter({place: 1}))

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for place, times in one.last.items():
            self._follow(place, times, other.first)
        return _Part(
            one.empties * other.empties,
            one.first + _times(other.first, one.empties),
            other.last + _times(one.last, other.empties),
        )

    def _follow(self, place: int, times: int, first: Counter[int]) -> None:
        self._ways += len(first)
        if self._ways > _MOST_WAYS:
            raise UnboundedError("it is too large")
        for other, ways in first.items():
            self._next[place][other] += times * ways


def _times(places: Counter[int], factor: int) -> Counter[int]:
    return Counter({place: times * factor for place, times in places.items()}) if factor else Counter()


def _either(parts: Sequence[_Part]) -> _Part:
    first, last = Counter[int](), Counter[int]()
    for part in parts:
        first.update(part.first)
        last.update(part.last)
    return _Part(sum(part.empties for part in parts), first, last)


def _bytes_of(operator: str, value: Any) -> int:
    """Return the bytes that a single item reads, as bits."""
    if operator == "LITERAL":
        return 1 << int(value)
    if operator == "NOT_LITERAL":
        return _ALL & ~(1 << int(value))
    if operator == "ANY":
        return _ALL
    if operator == "RANGE":
        low, high = int(value[0]), int(value[1])
        return (1 << (high + 1)) - (1 << low)
    if operator == "CATEGORY":
        return _category(str(value))
    if operator == "IN":
        reads = 0
        for inner, given in value:
            if str(inner) != "NEGATE":
                reads |= _bytes_of(str(inner), given)
        return _ALL & ~reads if str(value[0][0]) == "NEGATE" else reads
    raise UnboundedError("it refers back to a group")


@cache
def _category(name: str) -> int:
    wanted = re.compile(_CATEGORIES[name])
    return sum(1 << octet for octet in range(256) if wanted.match(bytes([octet])))


def _folded(reads: int) -> int:
    """Add the other case of every letter."""
    for letter in range(ord("A"), ord("Z") + 1):
        both = 1 << letter | 1 << (letter + 32)
        if reads & both:
            reads |= both
    return reads
