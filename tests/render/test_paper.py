from fairmark.render.paper import Fields, Heading, Items, Open, Paper, Paragraph, Table, Warned, open_places

PAPER = Paper(
    "A title",
    "Under it",
    (
        Warned("Not yet:", ("one", "two")),
        Warned("Wait", grave=False),
        Heading("1. First"),
        Heading("Below", level=3),
        Paragraph("Words & <more>"),
        Paragraph("A source", quiet=True),
        Fields((("Name", "Example"), ("Address", Open("the address")))),
        Table("Rows", ("A", "B"), (("a | b", Open("the cell")), ("c", "d"))),
        Items(("first", Open("the item"))),
    ),
)


def test_every_open_place_is_counted() -> None:
    assert open_places(PAPER) == 3
    assert open_places(Paper("t", "s", (Paragraph(Open("all")),))) == 1
    assert open_places(Paper("t", "s", (Heading("h"), Warned("w", ("x",))))) == 0
