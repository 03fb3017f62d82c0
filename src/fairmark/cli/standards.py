"""``fairmark standards``: the catalogues and what hangs on them; each sub-command is a file of its own."""

from importlib import import_module

import click

# name -> module with a click command called ``command``, what it does
SUBCOMMANDS = {
    "list": ("standards_list", "List the catalogues: provisions, and who can judge them."),
    "show": ("standards_show", "Show a catalogue, or one provision with its links."),
    "import": ("standards_import", "Take a catalogue over: OSCAL, a table, or YAML of ours."),
    "check": ("standards_check", "Check catalogues, links and readings; or an assessment's editions."),
    "compare": ("standards_compare", "Compare two editions: same, new, gone, split, merged."),
    "coverage": ("standards_coverage", "Count what evidence can decide, provision by provision."),
    "questions": ("standards_questions", "List the facts that still decide whether a provision applies."),
    "ics": ("standards_ics", "Write the maker's statement of implementation (ICS and IXIT)."),
    "record": ("standards_record", "Record a test by hand, step by step."),
    "export": ("standards_export", "Write a catalogue or an assessment for other tools (OSCAL, CISO Assistant)."),
    "declare": ("standards_declare", "Begin a declaration or technical file that the maker completes."),
}


class _Group(click.Group):
    """Loads a sub-command's module only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        command: click.Command = import_module(f"fairmark.cli.{SUBCOMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in SUBCOMMANDS.items()])


@click.group("standards", cls=_Group)
def command() -> None:
    """Look at the catalogues of standards and laws, add to them, and use them.

    Catalogues of your own lie in the folder for user data (fairmark/catalogues), or in the one that
    `fairmark --catalogues DIR` names.
    """
