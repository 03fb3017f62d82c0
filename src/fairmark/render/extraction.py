"""How an image was opened, as a tree of text: what each container is, how large, and what stayed closed and why."""

from collections.abc import Sequence

from fairmark.model.gap import Gap
from fairmark.model.image import Container
from fairmark.render.wording import shorten, size, visible

_LONGEST = 240


def render(containers: Sequence[Container], gaps: Sequence[Gap], programs: Sequence[str] = ()) -> str:
    """Return one line per container, indented by its depth, then who else was asked, then the gaps."""
    lines = [_line(one) for one in containers]
    closed = [one for one in containers if not one.opened]
    own = "our own readers opened what names no other program" if programs else "all others were opened by our readers"
    lines += ["", f"{len(containers)} containers, {len(closed)} of them stayed closed; {own}"]
    lines += [f"asked about what they do not open: {_clean(program)}" for program in programs]
    if gaps:
        lines += ["", "Not examined:"]
        lines += [f"  {_clean(gap.where)}: {_clean(gap.detail)}" for gap in gaps]
    return "\n".join(lines)


def _line(one: Container) -> str:
    depth = one.id.count(".")
    state = "opened" if one.opened else "CLOSED"
    note = f"  {_clean(one.note)}" if one.note else ""
    return f"{'  ' * depth}{one.kind}  {size(one.size)} at {one.offset:#x}  {state}{note}"


def _clean(text: str) -> str:
    return visible(" ".join(shorten(text, _LONGEST).split("\n")))
