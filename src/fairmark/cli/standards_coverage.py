"""``fairmark standards coverage``: what evidence can decide, counted and not claimed."""

import click


@click.command("coverage")
@click.option("--all", "show_all", is_flag=True, help="Name every provision and what can decide it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(*, show_all: bool, as_json: bool) -> None:
    """Count for every catalogue how many provisions evidence can decide, and by which methods.

    tool: PASS and FAIL by a program, from the image or the live device. document: the same from the maker's
    documents. human: a person takes part. partly: a program can give one of both outcomes, most often FAIL.
    open: nothing decides it yet.
    """
    from dataclasses import asdict

    from fairmark.cli.show import show_json, show_rows
    from fairmark.workflows.coverage import KINDS, covered, matrix, measures

    decided = covered()
    rows, counts = matrix(decided), measures(decided)
    if as_json:
        show_json({"matrix": rows, "measures": counts, "provisions": [asdict(one) for one in decided]})
        return
    width = max(len(str(row["catalogue"])) for row in rows)
    columns = ("provisions", *KINDS, "pass_and_fail", "automated")
    click.echo(f"{'catalogue':<{width}}  {'  '.join(columns)}")
    for row in rows:
        click.echo(f"{row['catalogue']!s:<{width}}  {'  '.join(f'{row[name]!s:>{len(name)}}' for name in columns)}")
    click.echo("")
    for name, one in counts.items():
        wanted = f", wanted {one['wanted']}: {'holds' if one['holds'] else 'does NOT hold'}" if one["wanted"] else ""
        click.echo(f"{name}: {one['count']} of {one['of']} ({one['what']}){wanted}")
        provisions = one["provisions"]
        show_rows([("which", ", ".join(provisions))] if isinstance(provisions, list) and provisions else [])
    if show_all:
        for part in decided:
            passing = " and ".join(part.passes_by) or "-"
            failing = " or ".join(part.fails_by) or "-"
            click.echo(f"{part.catalogue} {part.provision} [{part.kind}]: PASS by {passing}; FAIL by {failing}")
