"""``fairmark standards import``: a catalogue of somebody else, kept beside ours."""

from pathlib import Path

import click


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "catalogue", default="", help="Id of the catalogue; a table takes it from its file name else.")
@click.option("--edition", default="", help="Edition, where the file does not state it.")
@click.option("--title", default="", help="Name of the catalogue, where the file does not state it.")
@click.option("--replace", is_flag=True, help="Replace a catalogue of your own with the same id.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(*, file: Path, catalogue: str, edition: str, title: str, replace: bool, as_json: bool) -> None:
    """Read FILE (an OSCAL catalogue, a table, or YAML in the form of ours) and keep it as a catalogue of your own.

    It is checked together with all others first: what is faulty is refused whole, with every fault named.
    """
    from fairmark.cli.show import show_json, show_rows
    from fairmark.workflows.adapters.catalogue_folder import keep
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.catalogue_import import MAX_IMPORT_BYTES, imported

    content = read_file(file, limit=MAX_IMPORT_BYTES, what="a catalogue")
    made = imported(content, str(file), catalogue=catalogue, edition=edition, title=title, replace=replace)
    path = keep(made.file, made.content, replace=replace)
    if as_json:
        row = {"id": made.id, "edition": made.edition, "provisions": made.provisions, "file": str(path)}
        show_json({**row, "notes": made.notes})
        return
    click.echo(f"{made.id}: {made.provisions} provisions, kept as {path}")
    show_rows(("note", note) for note in made.notes)
