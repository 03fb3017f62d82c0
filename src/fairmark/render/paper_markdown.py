"""A paper as Markdown (CommonMark with tables)."""

import re

from fairmark.render.paper import Block, Fields, Heading, Items, Open, Paper, Paragraph, Table, Text, Warned
from fairmark.render.wording import visible

_SPECIAL = re.compile(r"[\\`*_<>\[\]|#]")
_LIST = re.compile(r"^(?:[-+=~]|\d+[.)])")


def render(paper: Paper) -> bytes:
    """Return the document. Text from elsewhere can make no markup."""
    blocks = [f"# {_line(paper.title)}", _start(paper.subtitle), *(_block(one) for one in paper.blocks)]
    return ("\n\n".join(blocks) + "\n").encode()


def _line(text: Text) -> str:
    if isinstance(text, Open):
        return f"**[To be completed: {_line(text.hint)}]**"
    return _SPECIAL.sub(lambda found: "\\" + found[0], " ".join(visible(text).split()))


def _start(text: Text) -> str:
    """Return a text that begins a block: a number or a sign there would make it a list."""
    return _LIST.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", _line(text))


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(block.level, 6)} {_line(block.text)}"
    if isinstance(block, Paragraph):
        return f"*{_line(block.text)}*" if block.quiet else _start(block.text)
    if isinstance(block, Warned):
        items = [f"> - {_start(one)}" for one in block.items]
        return "\n".join([f"> **{_line(block.text)}**", *([">", *items] if items else [])])
    if isinstance(block, Fields):
        return _table(("", ""), block.rows)
    if isinstance(block, Table):
        return f"{_start(block.name)}\n\n{_table(block.header, block.rows)}"
    assert isinstance(block, Items)  # noqa: S101 - the last of the blocks
    return "\n".join(f"- {_start(one)}" for one in block.items)


def _table(header: tuple[str, ...], rows: tuple[tuple[Text, ...], ...]) -> str:
    lines = [header, *rows]
    told = [f"| {' | '.join(_line(cell) for cell in row)} |" for row in lines]
    return "\n".join([told[0], f"|{'---|' * len(header)}", *told[1:]])
