"""``fairmark status``: what became of certificates, and the signed list that says so."""

from pathlib import Path

import click

_STATES = ("valid", "withdrawn", "suspended", "noted")
_REASONS = ("flaw", "not-met", "holder", "mistake", "misuse", "key", "support")
"""As in ``certify.office``, which is slow to load for a page of help."""
OFFICE = click.argument("office", type=click.Path(file_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("status")
def command() -> None:
    """Withdraw or suspend certificates, and publish the signed list of what still stands.

    Every change goes into the journal of the office, then into the log, then into the list.
    """


@command.command("set")
@OFFICE
@click.argument("number", type=click.IntRange(1))
@click.argument("state", type=click.Choice(_STATES))
@click.option("--reason", type=click.Choice(_REASONS), help="Why; needed to withdraw or suspend.")
@JSON
def set_command(office: Path, number: int, state: str, *, reason: str | None, as_json: bool) -> None:
    """Change the state of certificate NUMBER, log it, and publish the list. What was withdrawn stays so."""
    from fairmark.cli.desk import opened_desk
    from fairmark.cli.show import show_json
    from fairmark.workflows.status import set_state

    desk = opened_desk(office)
    set_state(desk, number, state, reason or "")
    if as_json:
        show_json({"number": number, "state": state, "reason": reason or ""})
    else:
        told = f" ({reason})" if reason else ""
        click.echo(f"Certificate {number} is {state}{told}; the log and the list in {office / 'publish'} say so.")


@command.command("publish")
@OFFICE
@JSON
def publish_command(office: Path, *, as_json: bool) -> None:
    """Sign the list as it stands now and publish it. Run it daily: with a list of seven days ago labels turn amber."""
    from fairmark.certify.label_verdict import DAY, day_text
    from fairmark.cli.desk import opened_desk
    from fairmark.cli.show import show_json
    from fairmark.workflows.status import publish_status

    found = publish_status(opened_desk(office))
    if as_json:
        show_json({"list": found.id, "issued": found.issued, "expires": found.expires, "size": found.size})
    else:
        click.echo(
            f"Status list {found.id} of {day_text(found.issued // DAY)}, good until {day_text(found.expires // DAY)}."
        )


@command.command("show")
@OFFICE
@click.argument("number", type=click.IntRange(1), required=False)
@JSON
def show_command(office: Path, number: int | None, *, as_json: bool) -> None:
    """Show the state of one certificate or of all, and how old the published list is."""
    from fairmark.certify.adapters.office import OfficeFolder
    from fairmark.certify.label_verdict import DAY, day_text
    from fairmark.certify.status import State
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.status import stand

    found = stand(OfficeFolder(office))
    if number is not None and number not in found.numbers:
        raise WrongUsageError(f"there is no certificate {number}", hint="See: fairmark status show OFFICE")
    rows = []
    for one in found.numbers if number is None else (number,):
        why = found.reasons.get(one)
        rows.append(
            {
                "number": one,
                "state": found.states.get(one, State.VALID).name.lower(),
                "reason": why.reason.name.lower().replace("_", "-") if why else "",
                "since": day_text(why.day) if why else "",
            }
        )
    if as_json:
        show_json({"certificates": rows, "published": found.published.issued if found.published else None})
        return
    for row in rows:
        told = f" since {row['since']}: {row['reason']}" if row["reason"] else ""
        click.echo(f"{row['number']} {row['state']}{told}")
    listed = f"of {day_text(found.published.issued // DAY)}" if found.published else "not published yet"
    click.echo(f"Certificates: {len(rows)}; status list {listed}.")
