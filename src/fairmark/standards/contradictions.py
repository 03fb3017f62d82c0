"""Declared facts against seen ones: what was proven wins, and each lost claim is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairmark.model.evidence import Evidence
from fairmark.model.finding import SeenFact
from fairmark.model.standard import Catalogue, Verdict
from fairmark.model.vocabulary import Vocabulary, vocabulary, with_implied
from fairmark.standards.claims import stated
from fairmark.standards.condition import facts_of


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A declared fact that the examination refutes."""

    fact: str
    claimed: bool
    proof: str
    """What was seen, in one sentence."""
    evidence: tuple[str, ...]
    """Ids of the evidence for the proof, sorted, never empty."""

    @property
    def claim(self) -> Evidence:
        """The claim as evidence of the kind CLAIM."""
        said = f"The profile states that {self.fact} is {str(self.claimed).lower()}."
        return stated(f"facts.{self.fact}", said)

    @property
    def note(self) -> str:
        """The contradiction as a sentence for a verdict's reason."""
        return f"The profile states that {self.fact} is {str(self.claimed).lower()}; the image shows the opposite."


def settle(
    declared: Mapping[str, bool], seen: Iterable[SeenFact], words: Vocabulary | None = None
) -> tuple[dict[str, bool], tuple[Contradiction, ...]]:
    """Merge declared facts with seen ones; return the facts and the contradictions, sorted by fact.

    Proof wins. Where two proofs disagree the fact is unknown. A refuted fact takes down
    what was derived together with it: whoever is wrong about "no network" is not believed
    about "no login over a network" either, so that fact becomes unknown.
    """
    words = words or vocabulary()
    proofs = _proofs(seen, words)
    disputed = {fact for fact in proofs if len({value for value, _ in proofs[fact]}) > 1}
    proven = {fact: given[0][0] for fact, given in proofs.items() if fact not in disputed}
    lost = sorted(fact for fact, value in proven.items() if declared.get(fact, value) is not value)
    fallen = disputed | {fact for row in _rows(words) if _fits(row, declared) and set(row) & set(lost) for fact in row}
    believed = {fact: value for fact, value in declared.items() if fact not in fallen}
    facts = {fact: value for fact, value in with_implied(believed | proven, words).items() if fact not in disputed}
    return dict(sorted(facts.items())), tuple(_contradiction(fact, declared, proofs[fact]) for fact in lost)


def noted(
    verdicts: Iterable[Verdict], contradictions: Iterable[Contradiction], catalogues: Iterable[Catalogue]
) -> tuple[Verdict, ...]:
    """Name each contradiction in the verdicts whose condition rests on its fact; nothing else changes."""
    by_fact = {item.fact: item for item in contradictions}
    conditions = {(c.id, p.id): p.condition for c in catalogues for p in c.provisions}
    result = []
    for verdict in verdicts:
        facts = facts_of(conditions.get((verdict.catalogue, verdict.provision), ""))
        about = [by_fact[fact] for fact in facts if fact in by_fact]
        reason = " ".join((verdict.reason, *(item.note for item in about)))
        because = dict.fromkeys((*verdict.because, *(e for item in about for e in (item.claim.id, *item.evidence))))
        result.append(verdict.model_copy(update={"reason": reason, "because": tuple(because)}) if about else verdict)
    return tuple(result)


_Proof = tuple[bool, SeenFact]


def _proofs(seen: Iterable[SeenFact], words: Vocabulary) -> dict[str, list[_Proof]]:
    """Return boolean fact -> what proves it; an enumerated fact proves what follows from it by the vocabulary."""
    found: dict[str, list[_Proof]] = {}
    for item in sorted(seen, key=lambda fact: (fact.fact, fact.statement, fact.evidence)):
        if isinstance(item.value, bool):
            follows = {item.fact: item.value}
        else:
            follows = words.derived.get(item.fact, {}).get(item.value, {})
        for fact, value in with_implied(follows, words).items():
            found.setdefault(fact, []).append((value, item))
    return found


def _rows(words: Vocabulary) -> Iterable[Mapping[str, bool]]:
    return (row for table in words.derived.values() for row in table.values())


def _fits(row: Mapping[str, bool], declared: Mapping[str, bool]) -> bool:
    return all(declared.get(fact) is value for fact, value in row.items())


def _contradiction(fact: str, declared: Mapping[str, bool], proofs: Iterable[_Proof]) -> Contradiction:
    items = [item for _, item in proofs]
    statement = "; ".join(dict.fromkeys(item.statement for item in items))
    return Contradiction(fact, declared[fact], statement, tuple(sorted({e for item in items for e in item.evidence})))
