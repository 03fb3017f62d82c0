"""``fairmark doctor``: what is installed, what is missing, and what that costs."""

import click


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(as_json: bool) -> None:
    """Show what is installed, what is missing, and what that costs you."""
    from fairmark.cli.show import show_json
    from fairmark.workflows.adapters.machine import CHECKS
    from fairmark.workflows.doctor import doctor

    parts = doctor(CHECKS)
    if as_json:
        show_json(parts)
        return
    for part in parts:
        click.echo(f"{'ok     ' if part.present else 'MISSING'} {part.name}: {part.detail}")
        if part.costs:
            click.echo(f"        {part.costs}")
