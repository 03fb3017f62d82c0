"""``fairmark standards list``: every catalogue, and who can judge its provisions."""

import click


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(*, as_json: bool) -> None:
    """List the catalogues: how many provisions, and who can judge them at best.

    What the evidence at hand can really decide is counted by `fairmark standards coverage`.
    """
    from fairmark.cli.show import show_json
    from fairmark.workflows.standards import counted, links_as_written, listed

    rows = listed()
    if as_json:
        show_json(rows)
        return
    width = max(len(row["id"]) for row in rows)
    columns = ("provisions", "automatic", "partly", "document", "human")
    click.echo(f"{'catalogue':<{width}}  {'  '.join(columns)}  edition")
    for row in (*rows, {"id": "all", "edition": "", **counted(rows)}):
        figures = "  ".join(f"{row[name]:>{len(name)}}" for name in columns)
        click.echo(f"{row['id']:<{width}}  {figures}  {row['edition'][:60]}".rstrip())
    click.echo(
        f"{links_as_written()} links from evidence to provisions; editions and parts of one standard counted once."
    )
