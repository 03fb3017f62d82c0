"""``fairmark demo``: the two example cameras, side by side, and the label of the better one."""

import sys
from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder that keeps images, profiles and reports."
)
@click.option("--json", "as_json", is_flag=True, help="Print both assessments as JSON.")
def command(keep: Path | None, as_json: bool) -> None:
    """Make two camera images, one with the flaws cameras really had and one with each mended; assess both.

    For the first it also says how much security is enough, and refuses it a maker's statement; the second gets one
    with a label, as a test, and loses it again. Offline, no root, nothing to install. Nothing is kept unless you say
    --keep, and keys never.
    """
    from fairmark.cli.demo_label import show_statement
    from fairmark.cli.session import Given, assess_and_write, run_assessment
    from fairmark.cli.show import screen_width, show_json, show_text
    from fairmark.demo.pair import PAIR
    from fairmark.model.assessment import Assessment
    from fairmark.render.terminal import money, side_by_side
    from fairmark.workflows.adapters.inputs import work_folder
    from fairmark.workflows.adapters.output import write_files
    from fairmark.workflows.demo import demonstrate

    def silent(_text: str) -> None:
        return None

    def look(image: Path, profile: Path) -> Assessment:
        given = Given(image=image, profile=profile)
        return assess_and_write(given, image.parent / "out")[0] if keep else run_assessment(given, silent)

    with work_folder() as folder:
        flawed, fixed = demonstrate(keep or folder, write_files, look)
        if as_json:
            show_json([flawed, fixed])
            return
        for assessment in (flawed, fixed):
            show_text(assessment)
            click.echo()
        click.echo(side_by_side(flawed, fixed, width=screen_width(), colour=sys.stdout.isatty()))
        click.echo()
        click.echo(money(flawed, width=screen_width(), colour=sys.stdout.isatty()))
        click.echo()
        show_statement(flawed, fixed, folder, keep / PAIR[1].name / "out" if keep else None)
    if keep:
        click.echo(f"\nImages, profiles and reports are in {keep}/.")
