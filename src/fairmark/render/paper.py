"""A document on paper: headings, fields, tables and places that somebody must still fill in.

One value, three forms: ``paper_html``, ``paper_markdown`` and ``paper_docx`` write it. A place that is open is a value
of its own, so that no form can show it as if it were filled in.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Open:
    """A place that a person must fill in; ``hint`` says with what."""

    hint: str


Text = str | Open


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 stands under the title of the document."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``quiet`` ones are remarks beside the matter, such as a source."""

    text: Text
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """What nobody may overlook: a sentence and its particulars; ``grave`` where it stands against the document."""

    text: str
    items: tuple[str, ...] = ()
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with what belongs to each."""

    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the header."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Text, ...]


Block = Heading | Paragraph | Warned | Fields | Table | Items


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: its title, a line under it, and its blocks in order."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    language: str = "en"


def open_places(paper: Paper) -> int:
    """Return how many places somebody must still fill in."""
    return sum(isinstance(text, Open) for block in paper.blocks for text in _texts(block))


def _texts(block: Block) -> Iterator[Text]:
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Fields):
        yield from (text for _, text in block.rows)
    elif isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Items):
        yield from block.items
