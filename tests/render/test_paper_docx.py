import io
import zipfile
from xml.etree import ElementTree as ET

from fairmark.render import paper_docx
from fairmark.render.paper import Open, Paper, Paragraph, Table
from tests.render.test_paper import PAPER

NAME = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def parts(paper: Paper) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(paper_docx.render(paper))) as archive:
        assert archive.testzip() is None
        return {one: archive.read(one) for one in archive.namelist()}


def test_every_part_is_well_formed_and_named_by_its_neighbours() -> None:
    made = parts(PAPER)

    assert list(made) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "word/document.xml",
        "word/_rels/document.xml.rels",
        "word/styles.xml",
    ]
    for content in made.values():
        ET.fromstring(content)
    styles = {one.get(f"{NAME}styleId") for one in ET.fromstring(made["word/styles.xml"]).iter(f"{NAME}style")}
    used = {one.get(f"{NAME}val") for one in ET.fromstring(made["word/document.xml"]).iter(f"{NAME}pStyle")}
    assert used <= styles


def test_an_open_place_is_highlighted() -> None:
    tree = ET.fromstring(parts(PAPER)["word/document.xml"])

    marked = [run for run in tree.iter(f"{NAME}r") if run.find(f"{NAME}rPr/{NAME}highlight") is not None]

    assert ["".join(one.itertext()) for one in marked] == [
        "[To be completed: the address]",
        "[To be completed: the cell]",
        "[To be completed: the item]",
    ]


def test_a_table_has_its_rows_and_cells() -> None:
    tree = ET.fromstring(parts(PAPER)["word/document.xml"])

    tables = [[len(row.findall(f"{NAME}tc")) for row in one.findall(f"{NAME}tr")] for one in tree.iter(f"{NAME}tbl")]

    assert tables == [[2, 2], [2, 2, 2]]


def test_what_xml_cannot_hold_is_written_out() -> None:
    hostile = "<w:p/>&\x00\x0b\ufffe\u202e"

    tree = ET.fromstring(
        parts(Paper(hostile, hostile, (Paragraph(hostile), Table("t", ("h",), ((Open(hostile),),)))))[
            "word/document.xml"
        ]
    )

    assert "<w:p/>&\\u{0}\\u{b}\\u{fffe}\\u{202e}" in "".join(tree.itertext())


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert paper_docx.render(PAPER) == paper_docx.render(PAPER)
