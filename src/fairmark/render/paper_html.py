"""A paper as one HTML file that needs nothing else, for the screen and for printing; no script, no network."""

import base64
from functools import cache
from hashlib import sha256

from markupsafe import Markup, escape

from fairmark.model.data import read_data
from fairmark.render.paper import Block, Fields, Heading, Items, Open, Paper, Paragraph, Table, Text, Warned
from fairmark.render.wording import visible

_PAGE = Markup(
    '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    '<h1>{title}</h1>\n<p class="under">{subtitle}</p>\n{blocks}\n</main>\n</body>\n</html>\n'
)


def render(paper: Paper) -> bytes:
    """Return the page. Text from elsewhere is escaped, and what cannot be seen in it is written out."""
    style, policy = _style()
    page = _PAGE.format(
        language=paper.language,
        policy=policy,
        style=style,
        title=visible(paper.title),
        subtitle=visible(paper.subtitle),
        blocks=Markup("\n").join(_block(one) for one in paper.blocks),
    )
    return page.encode()


@cache
def _style() -> tuple[Markup, str]:
    style = read_data("fairmark.render", "paper.css").decode()
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Markup(style), policy  # noqa: S704 - a file of ours


def _text(text: Text) -> Markup:
    if isinstance(text, Open):
        return Markup('<span class="open">To be completed: {}</span>').format(visible(text.hint))
    return escape(visible(text))


def _block(block: Block) -> Markup:
    if isinstance(block, Heading):
        return Markup("<h{0}>{1}</h{0}>").format(min(block.level, 6), visible(block.text))
    if isinstance(block, Paragraph):
        text = _text(block.text)
        return Markup('<p class="quiet">{}</p>').format(text) if block.quiet else Markup("<p>{}</p>").format(text)
    if isinstance(block, Warned):
        return _warned(block)
    if isinstance(block, Fields):
        rows = Markup("\n").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(visible(label), _text(text))
            for label, text in block.rows
        )
        return Markup("<dl>\n{}\n</dl>").format(rows)
    return _table(block) if isinstance(block, Table) else _items(block)


def _warned(block: Warned) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(visible(one)) for one in block.items)
    listed = Markup("<ul>{}</ul>").format(items) if block.items else Markup("")
    kind = "grave" if block.grave else "waiting"
    return Markup('<div class="warned {}" role="note"><p>{}</p>{}</div>').format(kind, visible(block.text), listed)


def _items(block: Items) -> Markup:
    return Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(_text(one)) for one in block.items)
    )


def _table(block: Table) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(visible(one)) for one in block.header)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(_text(one)) for one in row))
        for row in block.rows
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-label="Table: {0}"><table><caption>{0}</caption>'
        "<thead><tr>{1}</tr></thead><tbody>\n{2}\n</tbody></table></div>"
    ).format(visible(block.name), head, rows)
