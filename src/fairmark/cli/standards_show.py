"""``fairmark standards show``: one catalogue, or one provision."""

from pathlib import Path
from typing import Any

import click


@click.command("show")
@click.argument("catalogue")
@click.argument("provision", required=False, default="")
@click.option(
    "--assessment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="assessment.json: of a profile, how its levels stand.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(catalogue: str, provision: str, *, assessment: Path | None, as_json: bool) -> None:
    """Show a CATALOGUE with its provisions, or one PROVISION with the evidence that speaks to it.

    CATALOGUE may also be a profile, the levels of a scheme over a catalogue: sg-cls, sg-cls-gateway.
    """
    from fairmark.cli.show import show_json, show_rows
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.gate import MAX_BYTES, read_assessment
    from fairmark.workflows.standards import profile_shown, shown

    given = None
    if assessment is not None:
        given = read_assessment(read_file(assessment, limit=MAX_BYTES, what="an assessment"), str(assessment))
    profile = profile_shown(catalogue, given)
    if profile is not None:
        show_json(profile) if as_json else _show_profile(profile)
        return
    found = shown(catalogue, provision)
    if as_json:
        show_json(found)
        return
    if provision:
        click.echo(f"{found['catalogue']} {found['id']}: {found['title']}")
        links = [f"{one['capability']} ({_strength(one)})" for one in found["links"]]
        show_rows(
            (label, text)
            for label, text in (
                ("status", str(found["status"])),
                ("applies when", found["condition_text"] or "always"),
                ("levels", ", ".join(found["levels"])),
                ("law from", str(found["applies_from"] or "")),
                ("evidence", ", ".join(links) or "none is linked"),
                ("settled by", found["settled_by"]),
                ("confidence of our data", found["confidence"]),
            )
            if text
        )
        return
    click.echo(f"{found['id']}: {found['title']}, {found['edition']}")
    show_rows([("publisher", found["publisher"]), ("confidence", found["confidence"]), ("from", found["provenance"])])
    group = None
    for one in found["items"]:
        if one["group"] != group:
            group = one["group"]
            click.echo(f"{group}: {found['groups'][group]}")
        click.echo(f"  {one['id']} ({one['status']}): {one['title']}")


def _strength(link: dict[str, object]) -> str:
    needs = link["needs"]
    methods = " and ".join(needs) if isinstance(needs, tuple) else ""
    return f"{link['can']}, a pass needs {methods}" if methods else str(link["can"])


def _show_profile(profile: dict[str, Any]) -> None:
    from fairmark.cli.show import show_rows

    click.echo(f"{profile['id']}: {profile['name']}, levels over {profile['catalogue']}")
    show_rows([("confidence", profile["confidence"])])
    for one in profile["levels"]:
        click.echo(f"level {one['level']}: {one['title']} ({one['asked']} provisions)")
        rows = [("provisions", ", ".join(one["provisions"])), ("beyond them", "; ".join(one["beyond"]))]
        if "outcomes" in one:
            rows.append(("stands at", ", ".join(f"{number} {name}" for name, number in one["outcomes"].items())))
            rows.append(("fails", ", ".join(one["failed"])))
        show_rows((label, text) for label, text in rows if text)
