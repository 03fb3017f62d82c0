"""``fairmark rules``: for those who write component rules."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.workflows.rules import RuleTrials


@click.group("rules")
def command() -> None:
    """Try component rules on their samples, begin a new one, list those that are known.

    docs/howto/add-a-rule.md shows how to add a rule in five minutes.
    """


@command.command("test", short_help="Run rules on their samples.")
@click.argument("file", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Name only the rules that fail.")
def test_command(file: tuple[Path, ...], as_json: bool, quiet: bool) -> None:
    """Run the rules of each FILE on their samples, or those of Fairmark when no FILE is named.

    Every rule must read its positive samples, read nothing in its negative ones, and take no sample of
    another component for its own. Exit code 1 when one fails.
    """
    from fairmark.cli.show import show_json
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.rules import MAX_BYTES, try_rules

    trials = try_rules({str(path): read_file(path, limit=MAX_BYTES, what="component rules") for path in file})
    if as_json:
        show_json(trials)
    else:
        _show_trials(trials, quiet=quiet)
    if trials.failed:
        raise _failed(trials)


@command.command("new", short_help="Write the skeleton of a rule.")
@click.argument("rule", metavar="ID")
@click.option("--version-text", required=True, help="Text of the program with its version, such as 'acmed/1.4.2'.")
@click.option("--name", default="", help="Name of the component, where it differs from ID.")
@click.option("--anchor", default="", help="Part of the text that starts the search; chosen for you when left out.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: standard output.")
def new_command(rule: str, version_text: str, name: str, anchor: str, out: Path | None) -> None:
    """Write a commented rule called ID, with a positive and a negative sample, that passes `fairmark rules test`."""
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.rules import begin_rule

    if out is not None and out.exists():
        raise WrongUsageError(f"{out} exists already", hint="Name another file with --out.")
    content = begin_rule(rule, version_text, name=name, anchor=anchor)
    if out is None:
        click.echo(content, nl=False)
        return
    write_together(out.parent, {out.name: content.encode()})
    click.echo(f"wrote {out}; open it, narrow what it reads, then run: fairmark rules test {out}")


@command.command("list", short_help="List the rules that are known.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def list_command(as_json: bool) -> None:
    """List the component rules that Fairmark knows: id, component and file of the rules."""
    from fairmark.cli.show import show_json
    from fairmark.workflows.rules import list_rules

    rules = list_rules()
    if as_json:
        show_json(rules)
        return
    widths = [max(len(one.id) for one in rules), max(len(one.name) for one in rules)]
    for one in rules:
        click.echo(f"{one.id:<{widths[0]}}  {one.name:<{widths[1]}}  {one.pack}")
    click.echo(f"{len(rules)} rules for {len({one.name for one in rules})} components")


def _show_trials(trials: "RuleTrials", *, quiet: bool) -> None:
    from fairmark.render.wording import visible

    for one in trials.rules:
        if one.faults or not quiet:
            click.echo(f"{'FAIL' if one.faults else 'PASS'}  {one.id}  {one.samples} samples")
        for fault in one.faults:
            click.echo(f"      {visible(fault)}")
    click.echo(f"{trials.passed} passed, {trials.failed} failed")


def _failed(trials: "RuleTrials") -> Exception:
    from fairmark.errors import CheckFailedError
    from fairmark.render.wording import count

    hint = "Each line above says what was expected; docs/howto/add-a-rule.md explains the fields."
    return CheckFailedError(f"{count(trials.failed, 'rule')} failed", hint=hint)
