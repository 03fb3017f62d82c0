"""``fairmark diff``: what an update broke, what must be tested again, what it fixed."""

import sys
from pathlib import Path

import click


@click.command("diff")
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the comparison as a page.")
@click.option("--fail-on-worse", is_flag=True, help="Exit 1 when something is broken or worse, for CI.")
def command(old: Path, new: Path, *, as_json: bool, html: Path | None, fail_on_worse: bool) -> None:
    """Compare two assessments of a device, OLD and NEW (assessment.json each).

    Says what the update broke first, then which test cases must be run again because something that they read has
    changed, then what it fixed; and files, components, services, keys, money and level side by side. Test cases whose
    inputs have the same digests hold with proof.
    """
    from fairmark.cli.show import screen_width, show_json
    from fairmark.render.difference import paper, text
    from fairmark.render.paper_html import render
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.difference import difference
    from fairmark.workflows.gate import MAX_BYTES, read_assessment

    before, after = (
        read_assessment(read_file(path, limit=MAX_BYTES, what="an assessment"), str(path)) for path in (old, new)
    )
    found = difference(before, after)
    if html:
        write_together(html.parent, {html.name: render(paper(found))})
    if as_json:
        show_json(found)
    else:
        click.echo(text(found, screen_width()))
    sys.exit(1 if fail_on_worse and found.broke else 0)
