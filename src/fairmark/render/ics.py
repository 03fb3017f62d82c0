"""The maker's statement (ICS and IXIT) as a paper: open cells are visibly open, contradictions stand on top."""

from collections.abc import Iterator

from fairmark.model.implementation import ClaimRow, FactTable, Implementation
from fairmark.render.paper import Block, Fields, Heading, Open, Paper, Paragraph, Table, Text, Warned
from fairmark.render.wording import STATUSES

_APPLIES = {True: "applies", False: "does not apply", None: "not decided"}
_NOTE = (
    "Y: the maker states that it is implemented. N: not implemented, or not in this way. N/A: not applicable. This is "
    "the maker's statement beside the evidence of one assessment. It is no certification and gives no presumption of "
    "conformity."
)


def paper(statement: Implementation) -> Paper:
    """Return the paper; ``paper_html``, ``paper_markdown`` and ``paper_docx`` write it."""
    device = f"{statement.maker} {statement.model}".strip() or "a device without a name"
    return Paper(
        title=f"Implementation statement: {device}",
        subtitle=f"{statement.name}, edition {statement.edition}",
        blocks=tuple(_blocks(statement)),
    )


def _blocks(statement: Implementation) -> Iterator[Block]:
    yield Fields(tuple(_head(statement)))
    yield Paragraph(_NOTE, quiet=True)
    yield from _against(statement)
    yield Heading("What is implemented (ICS)")
    yield Table(
        "Every provision, and what the maker states of it",
        ("provision", "what it asks", "status", "condition", "claim", "reason", "evidence"),
        tuple(_row(row) for row in statement.rows),
    )
    yield Heading("Facts that a test needs (IXIT)")
    for table in statement.tables:
        yield Heading(table.title, 3)
        yield _facts(table)


def _head(statement: Implementation) -> Iterator[tuple[str, Text]]:
    for label, value in (
        ("Maker", statement.maker),
        ("Model", statement.model),
        ("Hardware revision", statement.hardware_revision),
        ("Firmware version", statement.firmware_version),
    ):
        yield (label, value or Open("as on the label of the device"))
    day = f"assessment of {statement.day}" if statement.day else "none: claims alone, held against no evidence"
    yield ("Evidence", day)
    yield ("Filled in by", Open("name and day"))


def _against(statement: Implementation) -> Iterator[Block]:
    """Say first what nobody may overlook."""
    if against := statement.contradicted:
        items = tuple(f"{row.provision}: {said}" for row in against for said in row.contradicted)
        yield Warned(f"Facts or evidence contradict {_counted(len(against), 'claim')}.", items)
    if faulty := statement.faulty:
        items = tuple(f"{row.provision}: {fault}" for row in faulty for fault in row.faults)
        yield Warned(f"Something is missing in {_counted(len(faulty), 'row')}.", items, grave=False)
    silent = sum(not row.claim for row in statement.rows)
    if silent:
        yield Warned(f"For {silent} provisions the maker states nothing.", grave=False)


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _row(row: ClaimRow) -> tuple[Text, ...]:
    condition = f"{row.condition}: {_APPLIES[row.applies]}" if row.condition else "always"
    needs_reason = row.claim in {"N", "N/A"} or any("reason" in fault for fault in row.faults)
    reason: Text = row.reason or (Open("why") if needs_reason else "")
    marks = [str(row.outcome)] * bool(row.outcome) + ["contradicted"] * bool(row.contradicted)
    evidence = "; ".join(marks + ["incomplete"] * bool(row.faults))
    claim: Text = row.claim or Open("Y, N or N/A")
    return (row.provision, row.title, STATUSES[row.status], condition, claim, reason, evidence)


def _facts(table: FactTable) -> Table:
    rows = tuple(tuple(Open("maker") if cell is None else cell for cell in row) for row in table.rows)
    return Table(table.about, table.columns, rows)
