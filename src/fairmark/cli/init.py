"""``fairmark init``: write a commented device.yaml, asking only what it must."""

import sys
from pathlib import Path

import click


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--yes", is_flag=True, help="Ask nothing: write the template with everything open.")
@click.option("--schema", is_flag=True, help="Only print the JSON Schema of device.yaml, for an editor.")
def command(folder: Path, yes: bool, schema: bool) -> None:
    """Write a commented device.yaml (and its JSON Schema) into FOLDER, asking only what it must.

    Five questions, each may be left open with Enter. Without a terminal nothing is asked.
    """
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.init import SCHEMA_FILE, Answers, device_schema, profile_template

    if schema:
        click.echo(device_schema().decode(), nl=False)
        return
    target = folder / "device.yaml"
    if target.exists():
        raise WrongUsageError(f"{target} exists already", hint="Move it away, or name another folder.")
    answers = Answers.model_validate(_ask() if sys.stdin.isatty() and not yes else {})
    write_together(folder, {target.name: profile_template(answers), SCHEMA_FILE: device_schema()})
    click.echo(
        f"wrote {target}; open it, fill in what you know, then run: fairmark assess firmware.bin --device {target}"
    )


def _ask() -> dict[str, object]:
    from fairmark.model.device import DeviceClass, Market, Network

    maker = click.prompt("Maker", default="", show_default=False)
    model = click.prompt("Model", default="", show_default=False)
    kind = _choose("What kind of device", [kind.value for kind in DeviceClass])
    network = _choose("How does it meet the network", [network.value for network in Network])
    click.echo(f"  ({', '.join(Market)})")
    sold = str(click.prompt("Where is it sold, with commas", default="", show_default=False))
    markets = [one.strip() for one in sold.split(",") if one.strip()]
    if unknown := sorted(set(markets) - {*Market}):
        raise click.BadParameter(f"{', '.join(unknown)}: expected one of {', '.join(Market)}", param_hint="markets")
    return {"maker": maker, "model": model, "device_class": kind, "network": network, "markets": markets}


def _choose(question: str, choices: list[str]) -> str | None:
    click.echo(f"  ({', '.join(choices)})")
    kind = click.Choice(["", *choices])
    return click.prompt(question, default="", show_default=False, type=kind, show_choices=False) or None
