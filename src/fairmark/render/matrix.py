"""The verdicts of many catalogues in little room: like rows together, and one table of capability against catalogue."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fairmark.model.standard import Outcome, Status, Verdict

_NAMED = 12
_ORDER = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.NOT_APPLICABLE)
_CELLS = {
    Outcome.FAIL: "fail",
    Outcome.INCONCLUSIVE: "open",
    Outcome.PASS: "pass",
    Outcome.NOT_APPLICABLE: "n/a",
}

Links = Iterable[tuple[str, str, str]]
"""Title of the capability, catalogue and provision."""


@dataclass(frozen=True, slots=True)
class Row:
    """Verdicts that say the same for the same reason."""

    verdicts: tuple[Verdict, ...]

    @property
    def first(self) -> Verdict:
        """One that speaks for all of them."""
        return self.verdicts[0]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one outcome."""

    outcome: Outcome
    count: int
    rows: tuple[Row, ...]


def blocks(verdicts: Iterable[Verdict]) -> tuple[Block, ...]:
    """Return the verdicts of one catalogue by outcome, failures first, with like ones in one row."""
    by_outcome: dict[Outcome, dict[tuple[object, ...], list[Verdict]]] = {outcome: {} for outcome in _ORDER}
    for verdict in verdicts:
        key = (verdict.reason, verdict.settled_by, verdict.warnings)
        by_outcome[verdict.outcome].setdefault(key, []).append(verdict)
    return tuple(
        Block(outcome, sum(len(one) for one in rows.values()), tuple(Row(tuple(one)) for one in rows.values()))
        for outcome, rows in by_outcome.items()
        if rows
    )


def told(name: str, verdicts: Iterable[Verdict]) -> str:
    """Say of one catalogue what fails of what it demands, and what is open; never that it is met.

    >>> told("EN 303 645", [])
    'No failure found in EN 303 645; nothing that it demands is open.'
    """
    demanded = [one for one in verdicts if one.status in (Status.MANDATORY, Status.CONDITIONAL)]
    failed = [one.provision for one in demanded if one.outcome is Outcome.FAIL]
    left = [one.provision for one in demanded if one.outcome is Outcome.INCONCLUSIVE]
    start = (
        f"{_these(failed)} of {name} {'fails' if len(failed) == 1 else 'fail'}"
        if failed
        else f"No failure found in {name}"
    )
    if not left:
        return f"{start}; nothing that it demands is open."
    verb = "is" if len(left) == 1 else "are"
    return f"{start}; of what it demands {_these(left, few='this', many='these')} {verb} open: {_listed(left)}."


def _these(ids: Sequence[str], few: str = "One", many: str = "") -> str:
    if many:
        return f"{few} one" if len(ids) == 1 else f"{many} {len(ids)}"
    return few if len(ids) == 1 else str(len(ids))


def _listed(ids: Sequence[str]) -> str:
    rest = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def first_day(verdicts: Iterable[Verdict], today: date) -> date | None:
    """Return the day from which a law applies, where none of it applies today; else ``None``."""
    days = [one.applies_from for one in verdicts]
    to_come = [day for day in days if day is not None and day > today]
    return min(to_come) if to_come and len(to_come) == len(days) else None


def in_force(verdicts: Sequence[Verdict], today: date) -> str:
    """Say since when a catalogue that is law applies: ``law``, from a day to come, or in part from such a day."""
    if day := first_day(verdicts, today):
        return f"law from {day}"
    later = [one.applies_from for one in verdicts if one.applies_from is not None and one.applies_from > today]
    return f"law, in part from {min(later)}" if later else "law"


@dataclass(frozen=True, slots=True)
class Grid:
    """Capability against catalogue: only rows in which something was decided."""

    catalogues: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    undecided: int
    """Capabilities of which everything is open or not applicable."""


def grid(verdicts: Sequence[Verdict], links: Links, spoken: Mapping[str, str]) -> Grid:
    """Return for every capability the worst outcome in every catalogue, with the number of provisions that have it.

    A provision fails for the capabilities whose findings fail it, and stays open for the others that are linked to
    it. ``spoken`` is finding id -> title of its capability; what fails by the maker's word fails for all.
    """
    outcomes = {(one.catalogue, one.provision): one.outcome for one in verdicts}
    blamed = {
        (one.catalogue, one.provision): {spoken[name] for name in one.because if name in spoken}
        for one in verdicts
        if one.outcome is Outcome.FAIL
    }
    names = tuple(dict.fromkeys(name for name, _ in outcomes))
    counted: dict[str, dict[str, Counter[Outcome]]] = {}
    for title, name, provision in links:
        place = (name, provision)
        if place in outcomes:
            for_another = bool(blamed.get(place)) and title not in blamed[place]
            outcome = Outcome.INCONCLUSIVE if for_another else outcomes[place]
            counted.setdefault(title, {}).setdefault(name, Counter())[outcome] += 1
    decided = {
        title: row for title, row in counted.items() if any(c[Outcome.FAIL] or c[Outcome.PASS] for c in row.values())
    }
    rows = tuple((title, tuple(_cell(row.get(name, {})) for name in names)) for title, row in sorted(decided.items()))
    return Grid(names, rows, len(counted) - len(decided))


def _cell(counts: Mapping[Outcome, int]) -> str:
    for outcome in _ORDER:
        if number := counts.get(outcome, 0):
            return f"{number} {_CELLS[outcome]}"
    return ""
