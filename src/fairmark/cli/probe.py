"""``fairmark probe``: ask a running device that is yours what it answers on the network."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fairmark.model.network import NetworkReport

OUT = "network.json"


@click.command("probe")
@click.argument("target")
@click.option(
    "--i-own-this-device",
    "owned",
    is_flag=True,
    help="State that the device is yours, or that its owner has asked you to. Nothing is sent without it.",
)
@click.option(
    "--device",
    "profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="device.yaml of the build that runs on it: which version was probed, and which services are declared.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=f"File to write; default: {OUT}.")
@click.option("--ports", help="TCP ports to ask, such as 1-1024,8080; default: all 65,535.")
@click.option("--no-udp", is_flag=True, help="Leave the UDP questions out.")
@click.option(
    "--try-defaults",
    "defaults",
    is_flag=True,
    help="Try known default passwords: at most 3 for an account at a service, until it locks or slows down.",
)
@click.option(
    "--try-throttling",
    "throttling",
    is_flag=True,
    help="Try at most 10 wrong passwords at each login, to see whether it locks or slows down.",
)
@click.option(
    "--no-other-interface",
    "alone",
    is_flag=True,
    help="State that the device answers at no other address and by no radio of its own. Nothing can PASS without it.",
)
@click.option("--wait", type=click.FloatRange(0.1, 30), default=2.0, show_default=True, help="Seconds for one port.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of the summary.")
def command(
    target: str,
    *,
    owned: bool,
    profile: Path | None,
    out: Path | None,
    ports: str | None,
    no_udp: bool,
    defaults: bool,
    throttling: bool,
    alone: bool,
    wait: float,
    as_json: bool,
) -> None:
    """Ask the one device at TARGET (an address or a name) what answers there, and write network.json.

    Every TCP port is tried once, what is open is asked which protocol it speaks and what it gives to a stranger,
    and one real question is sent for each of eight UDP protocols. Only the stated address is contacted; nothing is
    changed on the device, but tries of passwords may lock accounts and fill its log. Then:
    fairmark assess firmware.bin --network network.json
    """
    import secrets
    import time
    from datetime import UTC, datetime

    from fairmark.cli.progress import progress_line
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.examine.probe.adapters.conduct import conduct
    from fairmark.examine.probe.adapters.wire import pinned
    from fairmark.examine.probe.datagrams import QUESTIONS
    from fairmark.examine.probe.order import Order, Pace
    from fairmark.examine.probe.ports import read_ports
    from fairmark.model.device import Device
    from fairmark.model.value import canonical_json
    from fairmark.workflows.adapters.inputs import read_file, source_date_epoch
    from fairmark.workflows.adapters.output import write_together
    from fairmark.workflows.probe import order_of_ports, report_of
    from fairmark.workflows.profile import MAX_BYTES, read_profile

    if not owned:
        raise WrongUsageError(
            "probing a device that is not yours may be a crime, and it may break the device",
            hint="If it is yours, or its owner asked you to, say so: --i-own-this-device",
        )
    place = out or Path(OUT)
    device = (
        read_profile(read_file(profile, limit=MAX_BYTES, what="a device profile"), str(profile))
        if profile
        else Device()
    )
    order = Order(
        name=target,
        address=pinned(target),
        tcp=order_of_ports(read_ports(ports) if ports is not None else None),
        udp={} if no_udp else QUESTIONS,
        defaults=defaults,
        throttling=throttling,
        pace=Pace(connect=wait),
    )
    with progress_line() as progress:
        heard = conduct(order, progress=progress, random=secrets.token_bytes)
    stated = source_date_epoch()
    when = datetime.fromtimestamp(int(time.time()) if stated is None else stated, UTC)
    report = report_of(order, heard, device, when=when, only_interface=alone)
    write_together(place.parent, {place.name: canonical_json(report) + b"\n"})
    if as_json:
        show_json(report)
        return
    _show(report, place)


def _show(report: "NetworkReport", place: Path) -> None:
    from fairmark.render.wording import visible

    click.echo(f"{report.target.name} ({report.target.address}): {len(report.services)} ports answer.")
    for one in report.services:
        marks = [
            *(f"told: {told}" for told in one.tells[:2]),
            *(f"without login: {what}" for what in one.open_to_all[:2]),
            *(f"broken: {weak}" for weak in one.weak[:3]),
        ]
        kinds = sorted({f"{login.kind}{'' if login.protected else ' in clear'}" for login in one.logins})
        marks += [f"login: {', '.join(kinds)}"] if kinds else []
        name = f"{one.protocol or 'not recognised'}{' in TLS' if one.tls else ''}"
        click.echo(f"  {one.port:<10} {name:<16} {visible('; '.join(marks))}".rstrip())
    for tried in report.defaults:
        entries = ", ".join(str(number) for number in tried.accepted)
        said = f"accepts entry {entries} of the list of known defaults" if entries else "accepted none"
        click.echo(f"  {tried.port:<10} {len(tried.tried)} known defaults tried: {said} ({tried.ended})")
    for slow in report.throttling:
        click.echo(f"  {slow.port:<10} {slow.tries} wrong passwords: {slow.result.replace('_', ' ')}")
    click.echo("Not asked:")
    for sentence in report.not_asked:
        click.echo(f"  - {visible(sentence)}")
    click.echo(f"\nWritten to {place}. Next: fairmark assess firmware.bin --network {place}")
