"""What an update did, for a screen and on paper: what it broke, what must be tested again, what it fixed."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from fairmark.model.difference import Change, Difference, FileChanges, ListChanges, MoneyChange, Retest, Side
from fairmark.render.paper import Block, Fields, Heading, Items, Paper, Paragraph, Table, Text, Warned
from fairmark.render.wording import amount, count, shorten, visible

_SHOWN = 12
_ON_PAPER = 500
_LONGEST = 300


def summary_of(one: Difference) -> str:
    """Say in one sentence what the update did."""
    parts = (
        f"{count(len(one.broke), 'thing')} broken or worse",
        f"{count(len(one.retest), 'test case')} whose old result does not hold",
        f"{count(len(one.fixed), 'thing')} fixed or better",
        f"{len(one.carried):,} of {one.cases:,} test cases hold with proof",
    )
    return "; ".join(parts) + "."


def text(one: Difference, width: int) -> str:
    """Return the comparison for a screen of ``width`` columns; what came out of an image cannot steer it."""
    return "\n".join(_wrapped(_lines(one), max(width, 40)))


def _wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    for line in lines:
        plain = visible(shorten(line, _LONGEST))
        room = len(plain) - len(plain.lstrip())
        wrapped = textwrap.wrap(plain.lstrip(), width, initial_indent=" " * room, subsequent_indent=" " * (room + 4))
        yield from wrapped or [""]


def _lines(one: Difference) -> Iterator[str]:
    yield f"{_named(one.old)} -> {_named(one.new)}"
    yield summary_of(one)
    yield from (f"NOTE: {note}" for note in one.notes)
    yield from _section("Broken or worse", [_told(change) for change in one.broke])
    yield from _section("Must be tested again", [_again(case) for case in one.retest])
    yield from _section("Fixed or better", [_told(change) for change in one.fixed])
    yield from _section("Money and level", [*_money_lines(one), _level(one)])
    yield from _section("Files", [*_file_counts(one.files), *_file_names(one.files)])
    for label, changes in _parts(one):
        yield from _section(label, [*_counts(changes), *_list_names(changes)])
    yield ""
    yield f"{one.same_findings:,} findings are as they were."


def _section(title: str, rows: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"{title}:"
    yield from (f"  - {row}" for row in rows[:_SHOWN])
    if not rows:
        yield "  nothing"
    if len(rows) > _SHOWN:
        yield f"  ... and {len(rows) - _SHOWN:,} more (--json and --html have them)"


def paper(one: Difference) -> Paper:
    """Return the comparison as a document."""
    return Paper(
        title=f"What the update did: {_named(one.old)} to {_named(one.new)}",
        subtitle=summary_of(one),
        blocks=tuple(_blocks(one)),
    )


def _blocks(one: Difference) -> Iterator[Block]:
    yield from (Warned(note, grave=False) for note in one.notes)
    yield Heading("Broken or worse")
    yield from _changes("What is broken or worse", one.broke)
    yield Heading("Must be tested again")
    yield Paragraph(
        "The old result of these cases says nothing about the new build, because something that they read is not the "
        "same. Those that need the running device, a document or a person come first; all others were run when the "
        "new build was assessed.",
        quiet=True,
    )
    yield from _cases(one.retest)
    yield Heading("Fixed or better")
    yield from _changes("What is fixed or better", one.fixed)
    yield Heading("Money and level")
    yield Table("Mean loss of a year, with the 5-95 % range over the inputs", _MONEY, tuple(map(_money_row, one.money)))
    yield Paragraph(_level(one))
    yield Heading("What the images consist of")
    yield from _listed("Files", [*_file_counts(one.files), *_file_names(one.files)])
    for label, changes in _parts(one):
        yield from _listed(label, [*_counts(changes), *_list_names(changes)])
    yield Heading("Test cases that hold, with proof")
    yield Paragraph(
        f"{len(one.carried):,} of {one.cases:,} cases read exactly the same in both images: every input has the same "
        "SHA-256, and tool, rules and data are the same. Their results hold.",
    )
    rows = tuple((proof.examination, proof.unit, str(proof.inputs)) for proof in one.carried[:_ON_PAPER])
    if rows:
        yield Table("Cases that hold", ("Examination", "Unit", "Inputs compared"), rows)
    yield Heading("What was compared")
    yield Fields((*_side_rows("Older", one.old), *_side_rows("Newer", one.new)))


def _changes(name: str, changes: Sequence[Change]) -> Iterator[Block]:
    if not changes:
        yield Paragraph("Nothing.")
        return
    rows = tuple(
        (one.kind, shorten(one.title, _LONGEST), one.was, shorten(one.now, _LONGEST)) for one in changes[:_ON_PAPER]
    )
    yield Table(name, ("Kind", "What", "Was", "Is"), rows)
    yield from _rest(len(changes))


def _cases(cases: Sequence[Retest]) -> Iterator[Block]:
    if not cases:
        yield Paragraph("Nothing.")
        return
    rows: list[tuple[Text, ...]] = [
        (one.examination, one.unit, "; ".join(one.why), one.was or "-", one.now or "not tested")
        for one in cases[:_ON_PAPER]
    ]
    yield Table("Cases to test again", ("Examination", "Unit", "Because of", "Was", "Is"), tuple(rows))
    yield from _rest(len(cases))


def _rest(number: int) -> Iterator[Block]:
    if number > _ON_PAPER:
        yield Paragraph(f"{number - _ON_PAPER:,} more are in the JSON form.", quiet=True)


def _listed(label: str, rows: Sequence[str]) -> Iterator[Block]:
    yield Heading(label, level=3)
    yield Items(tuple(rows[:_ON_PAPER])) if rows else Paragraph("No difference.")
    yield from _rest(len(rows))


_MONEY = ("Borne by", "Before", "After", "Told apart")


def _money_row(one: MoneyChange) -> tuple[Text, ...]:
    return (
        {"private": "the maker", "external": "others", "social": "everybody"}.get(one.side, one.side),
        _loss(one.before, one.before_range),
        _loss(one.after, one.after_range),
        "yes" if one.told_apart else "no: the ranges overlap",
    )


def _loss(mean: float, interval: tuple[float, float]) -> str:
    return f"{amount(mean)} ({amount(interval[0])} to {amount(interval[1])})"


def _money_lines(one: Difference) -> Iterator[str]:
    for row in one.money:
        who, before, after, apart = _money_row(row)
        unit = f" {one.currency}" if one.currency else ""
        yield f"loss a year to {who}{unit}: {before} -> {after}; told apart: {apart}"


def _level(one: Difference) -> str:
    (old_wanted, new_wanted), (old, new) = one.level.required, one.level.reached
    wanted = f"{_number(old_wanted)} -> {_number(new_wanted)}"
    return f"assurance level reached {old} -> {new}, required {wanted}"


def _number(level: int | None) -> str:
    return "unknown" if level is None else str(level)


def _told(one: Change) -> str:
    return f"{one.kind}: {one.title} ({one.was} -> {one.now})"


def _again(one: Retest) -> str:
    outcome = f" (was {one.was or 'not tested'}, is {one.now or 'not tested'})"
    return f"{one.examination} of {one.unit}: {'; '.join(one.why)}{outcome}"


def _named(side: Side) -> str:
    return f"{side.name} {side.version}".strip()


def _side_rows(label: str, side: Side) -> Iterator[tuple[str, Text]]:
    yield f"{label} device", _named(side)
    yield f"{label} image, SHA-256", side.image or "no image"
    yield f"{label} assessment of", side.created.isoformat()


def _file_counts(one: FileChanges) -> Iterator[str]:
    if not one.known:
        yield "not compared: one of the two assessments keeps no listing of files"
        return
    more = f" ({one.left_out:,} are not named)" if one.left_out else ""
    yield (
        f"{len(one.added):,} added, {len(one.gone):,} gone, {len(one.changed):,} changed, {len(one.rights):,} with "
        f"other rights, {one.same:,} the same{more}"
    )


def _file_names(one: FileChanges) -> Iterator[str]:
    yield from (f"other rights: {row}" for row in one.rights)
    yield from (f"added: {row}" for row in one.added)
    yield from (f"gone: {row}" for row in one.gone)
    yield from (f"changed: {row}" for row in one.changed)


def _parts(one: Difference) -> tuple[tuple[str, ListChanges], ...]:
    return ("Components", one.components), ("Services", one.services), ("Keys", one.keys)


def _counts(one: ListChanges) -> Iterator[str]:
    moved = (("newer", one.newer), ("gone back", one.older), ("changed", one.changed))
    words = [f"{len(one.added):,} added", f"{len(one.gone):,} gone"]
    words += [f"{len(rows):,} {word}" for word, rows in moved if rows]
    yield f"{', '.join(words)}, {one.same:,} the same"


def _list_names(one: ListChanges) -> Iterator[str]:
    yield from (f"gone back to an older version: {row}" for row in one.older)
    yield from (f"added: {row}" for row in one.added)
    yield from (f"gone: {row}" for row in one.gone)
    yield from (f"newer: {row}" for row in one.newer)
    yield from (f"changed: {row}" for row in one.changed)
