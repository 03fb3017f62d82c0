"""``fairmark standards compare``: what became of every provision from one edition to the other."""

import click


@click.command("compare")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(old: str, new: str, *, as_json: bool) -> None:
    """Compare the catalogues OLD and NEW: which provisions are the same, new, gone, split or merged.

    Provisions are followed by the map that the later edition brings along (`earlier`), else by their id.
    """
    from dataclasses import asdict

    from fairmark.cli.show import show_json
    from fairmark.workflows.standards import compared

    changes = compared(old, new)
    if as_json:
        show_json([asdict(one) for one in changes])
        return
    for one in changes:
        if one.kind == "same":
            continue
        click.echo(f"{one.kind}: {' + '.join(one.before) or '-'} -> {' + '.join(one.after) or '-'}")
        for what in one.what:
            click.echo(f"    {what}")
    kinds = ("same", "changed", "split", "merged", "new", "gone")
    tally = [f"{sum(one.kind == kind for one in changes)} {kind}" for kind in kinds]
    click.echo(f"{old} -> {new}: {', '.join(tally)}.")
