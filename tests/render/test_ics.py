"""The paper of a statement: contradictions on top, open places visibly open."""

from fairmark.model.implementation import ClaimRow, FactTable, Implementation
from fairmark.model.standard import Outcome, Status
from fairmark.render.ics import paper
from fairmark.render.paper import Heading, Open, Table, Warned, open_places

GOOD = ClaimRow(provision="1", title="One", status=Status.MANDATORY, applies=True, claim="Y", outcome=Outcome.PASS)


def statement(*rows: ClaimRow, tables: tuple[FactTable, ...] = ()) -> Implementation:
    return Implementation(
        maker="M",
        model="X",
        hardware_revision="",
        firmware_version="1",
        catalogue="c",
        name="Catalogue",
        edition="1",
        day=None,
        rows=rows,
        tables=tables,
    )


def test_a_clean_statement_warns_of_nothing() -> None:
    made = paper(statement(GOOD))

    assert not [block for block in made.blocks if isinstance(block, Warned)]
    (table,) = [block for block in made.blocks if isinstance(block, Table)]
    assert table.rows == (("1", "One", "mandatory", "always", "Y", "", "PASS"),)
    assert open_places(made) == 2  # hardware revision, and who filled it in


def test_contradictions_stand_before_the_table_and_gaps_after_them() -> None:
    against = GOOD.model_copy(update={"contradicted": ("Contradicted by evidence: x.",)})
    lacking = GOOD.model_copy(update={"claim": "N", "faults": ("The reason is missing.",)})
    silent = GOOD.model_copy(update={"claim": ""})

    blocks = paper(statement(against, lacking, silent)).blocks

    warned = [block for block in blocks if isinstance(block, Warned)]
    assert [(one.text, one.grave) for one in warned] == [
        ("Facts or evidence contradict 1 claim.", True),
        ("Something is missing in 1 row.", False),
        ("For 1 provisions the maker states nothing.", False),
    ]
    first = next(i for i, block in enumerate(blocks) if isinstance(block, Heading))
    assert all(blocks.index(one) < first for one in warned)
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert table.rows[0][-1] == "PASS; contradicted"
    assert table.rows[1][5] == Open("why")
    assert table.rows[2][4] == Open("Y, N or N/A")


def test_a_cell_that_nobody_filled_in_is_open() -> None:
    table = FactTable(title="T", about="About it.", columns=("a", "b"), rows=(("x", None),))

    (made,) = [
        block
        for block in paper(statement(tables=(table,))).blocks
        if isinstance(block, Table) and block.name == "About it."
    ]

    assert made.rows == (("x", Open("maker")),)
