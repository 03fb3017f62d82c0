"""Which facts still matter: what a maker should state next, the most decisive first.

A provision whose condition the known facts do not decide waits. Only the facts that it
waits for are asked. How decisive a fact is, is counted and not guessed: it is put in as
true and as false, with all that follows from it, and the provisions that are then decided
are counted for both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairmark.model.device import Device
from fairmark.model.standard import Catalogue
from fairmark.model.vocabulary import Vocabulary, vocabulary, with_implied
from fairmark.standards.condition import evaluate, unknown_facts


@dataclass(frozen=True, slots=True)
class Waiting:
    """A provision that waits for a fact."""

    catalogue: str
    provision: str
    title: str


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to state under ``facts`` of the profile."""

    fact: str
    text: str
    """What the vocabulary says it means when it is true."""
    if_true: int
    """How many provisions become decided when it is true: applicable, or not."""
    if_false: int
    waiting: tuple[Waiting, ...]
    """The provisions whose condition it can still decide, alone or with others; never empty."""
    fields: tuple[str, ...]
    """Fields of the profile, not filled in so far, that would state it too."""
    follows: bool
    """The stated facts leave only "false": nothing is to be found out, only to be written down."""


def questions(
    device: Device, facts: Mapping[str, bool], catalogues: Iterable[Catalogue], words: Vocabulary | None = None
) -> tuple[Question, ...]:
    """Return the facts that still matter, the most decisive first; then by name.

    ``facts`` are the settled ones (see ``contradictions.settle``).
    """
    words = words or vocabulary()
    open_ones = _open(facts, catalogues)
    waiting: dict[str, list[tuple[str, Waiting]]] = {}
    for condition, place in open_ones:
        for fact in unknown_facts(condition, facts):
            waiting.setdefault(fact, []).append((condition, place))
    asked = [_question(fact, rows, device, facts, open_ones, words) for fact, rows in waiting.items()]
    return tuple(sorted(asked, key=lambda q: (-(q.if_true + q.if_false), -len(q.waiting), q.fact)))


_Open = tuple[str, Waiting]


def _open(facts: Mapping[str, bool], catalogues: Iterable[Catalogue]) -> tuple[_Open, ...]:
    return tuple(
        (provision.condition, Waiting(one.id, provision.id, provision.title))
        for one in catalogues
        for provision in one.provisions
        if evaluate(provision.condition, facts) is None
    )


def _question(
    fact: str,
    rows: Iterable[_Open],
    device: Device,
    facts: Mapping[str, bool],
    open_ones: tuple[_Open, ...],
    words: Vocabulary,
) -> Question:
    return Question(
        fact=fact,
        text=words.facts.get(fact, ""),
        if_true=_settled(fact, True, facts, open_ones, words),
        if_false=_settled(fact, False, facts, open_ones, words),
        waiting=tuple(place for _, place in rows),
        fields=tuple(
            field
            for field, table in words.derived.items()
            if not getattr(device, field) and any(fact in row for row in table.values())
        ),
        follows=_is_refuted(fact, facts, words),
    )


def _settled(fact: str, value: bool, facts: Mapping[str, bool], open_ones: tuple[_Open, ...], words: Vocabulary) -> int:  # noqa: FBT001
    supposed = with_implied({**facts, fact: value}, words)
    return sum(evaluate(condition, supposed) is not None for condition, _ in open_ones)


def _is_refuted(fact: str, facts: Mapping[str, bool], words: Vocabulary) -> bool:
    """Whether the fact, were it true, would imply the opposite of a known one."""
    alone = with_implied({fact: True}, words)
    return any(facts.get(other, value) is not value for other, value in alone.items())
