"""A small section of the report: what the maker advertises, and how the evidence stands to it."""

from collections.abc import Sequence

from markupsafe import Markup

from fairmark.model.marketing import Advertised, Bearing
from fairmark.render.wording import visible

_NOTE = (
    "Supported means that complete evidence speaks for a sentence and none against it, of what was examined here; it "
    "never means true. Empty means that nobody could show it or its opposite."
)
_ORDER = (Bearing.CONTRADICTED, Bearing.EMPTY, Bearing.OPEN, Bearing.SUPPORTED, Bearing.NOT_JUDGED)


def section(sentences: Sequence[Advertised]) -> Markup:
    """Return the section as HTML, everything from outside escaped; nothing where nothing was handed over."""
    if not sentences:
        return Markup("")
    counts = ", ".join(f"{n} {b}" for b in _ORDER if (n := sum(one.bearing is b for one in sentences)))
    rows = Markup("\n").join(_row(one) for b in _ORDER for one in sentences if one.bearing is b)
    return Markup(
        '<section id="advertised" aria-labelledby="advertised-title">\n'
        '<h2 id="advertised-title">What the maker advertises</h2>\n'
        "<p>{count} sentences: {counts}. {note}</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Advertised sentences">\n<table>\n'
        '<thead><tr><th scope="col">sentence</th><th scope="col">evidence</th><th scope="col">why</th></tr></thead>\n'
        "<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n</section>\n"
    ).format(count=len(sentences), counts=counts, note=_NOTE, rows=rows)


def _row(one: Advertised) -> Markup:
    why = " ".join(f"{part.title[0].upper()}{part.title[1:]}: {part.reason}" for part in one.parts)
    said = why or "It says nothing of security that is known here."
    cells = (visible(one.sentence), str(one.bearing), visible(said))
    return Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(*cells)
