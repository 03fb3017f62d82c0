"""A paper as a word processor's file (Office Open XML, ISO/IEC 29500), written by hand: four small parts in a ZIP.

The same paper gives the same bytes: every entry carries the first date that a ZIP can hold.
"""

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from fairmark.render.paper import Block, Fields, Heading, Items, Open, Paper, Paragraph, Text, Warned
from fairmark.render.wording import visible

_NAME = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)
_STYLES = (
    ("Title", 40, True),
    ("Heading2", 28, True),
    ("Heading3", 24, True),
    ("Quiet", 18, False),
    ("Warned", 22, True),
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="BBB8B0"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1417" w:bottom="1134" w:left="1417"/></w:sectPr>'
)
_WIDTH = 9000
"""Of a table, in twentieths of a point: A4 between its margins."""


def render(paper: Paper) -> bytes:
    """Return the file. Characters that XML may not hold are written out."""
    body = [_paragraph([paper.title], "Title"), _paragraph([paper.subtitle], "Quiet")]
    for block in paper.blocks:
        body += _block(block)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(_RELATION.format("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{_NAME}"><w:body>{"".join(body)}{_PAGE}</w:body></w:document>',
        "word/_rels/document.xml.rels": _RELATIONS.format(_RELATION.format("r1", "styles", "styles.xml")),
        "word/styles.xml": _styles(paper.language),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (_HEAD + text).encode())
    return made.getvalue()


def _styles(language: str) -> str:
    made = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{_word_name(name)}"/><w:pPr><w:spacing '
        f'w:before="{120 if bold else 0}" w:after="120"/></w:pPr><w:rPr>{"<w:b/>" if bold else ""}'
        f"{'<w:color w:val=' + chr(34) + 'A3161B' + chr(34) + '/>' if name == 'Warned' else ''}"
        f'<w:sz w:val="{size}"/></w:rPr></w:style>'
        for name, size, bold in _STYLES
    )
    normal = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="21"/>'
        f'<w:lang w:val="{language}"/></w:rPr></w:rPrDefault></w:docDefaults>'
    )
    return f'<w:styles xmlns:w="{_NAME}">{normal}{made}</w:styles>'


def _word_name(style: str) -> str:
    return style.replace("Heading", "heading ")


def _block(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return [_paragraph([block.text], f"Heading{2 if block.level <= 2 else 3}")]
    if isinstance(block, Paragraph):
        return [_paragraph([block.text], "Quiet" if block.quiet else "")]
    if isinstance(block, Warned):
        return [_paragraph([block.text], "Warned"), *(_paragraph(["\u2013 ", one]) for one in block.items)]
    if isinstance(block, Fields):
        return [_table(block.rows), _paragraph([])]
    if isinstance(block, Items):
        return [_paragraph(["\u2013 ", one]) for one in block.items]
    return [_paragraph([block.name], "Quiet"), _table((block.header, *block.rows), head=True), _paragraph([])]


def _table(rows: Iterable[tuple[Text, ...]], *, head: bool = False) -> str:
    listed = list(rows)
    columns = max((len(row) for row in listed), default=1)
    grid = f'<w:gridCol w:w="{_WIDTH // columns}"/>' * columns
    told = []
    for number, row in enumerate(listed):
        first = head and not number
        mark = "<w:trPr><w:tblHeader/></w:trPr>" if first else ""
        told.append(f"<w:tr>{mark}{''.join(_cell(one, columns, bold=first) for one in row)}</w:tr>")
    about = f'<w:tblPr><w:tblW w:w="{_WIDTH}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{about}<w:tblGrid>{grid}</w:tblGrid>{''.join(told)}</w:tbl>"


def _cell(text: Text, columns: int, *, bold: bool) -> str:
    width = f'<w:tcPr><w:tcW w:w="{_WIDTH // columns}" w:type="dxa"/></w:tcPr>'
    return f"<w:tc>{width}<w:p>{_run(text, bold=bold)}</w:p></w:tc>"


def _paragraph(texts: Iterable[Text], style: str = "") -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{about}{''.join(_run(one) for one in texts)}</w:p>"


def _run(text: Text, *, bold: bool = False) -> str:
    if isinstance(text, Open):
        return f'<w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr>{_words(f"[To be completed: {text.hint}]")}</w:r>'
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{_words(text)}</w:r>"


def _words(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(visible(text).replace(chr(10), " "))}</w:t>'
