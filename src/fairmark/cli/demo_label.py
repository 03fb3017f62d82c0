"""The last part of the demonstration: a maker's statement, its label, and what becomes of it."""

import io
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_bytes

import click

from fairmark.certify import qr
from fairmark.certify.adapters.trust_folder import read_folder
from fairmark.certify.bundle import SEED_BYTES
from fairmark.certify.certificate import Certificate
from fairmark.certify.eligibility import Rules
from fairmark.certify.label_verdict import LabelVerdict, judge
from fairmark.certify.trust import DEMO, Register
from fairmark.cli.certificate_text import in_runs, level_line
from fairmark.cli.desk import opened_desk
from fairmark.cli.office_set_up import set_up
from fairmark.cli.show import screen_width
from fairmark.model.assessment import Assessment
from fairmark.workflows.adapters.output import write_files
from fairmark.workflows.demo import Statement, refusal, statement

_HOST = "registry.camera.example"
_COLUMN = 14
_LABEL_FILES = ("label.txt", "label.svg", "label.png", "certificate.json", "proof.tlog")


def show_statement(flawed: Assessment, fixed: Assessment, work: Path, keep: Path | None) -> None:
    """Ask for a statement for both cameras, and print what happens.

    The office and its keys are made anew in ``work`` and are gone afterwards; with ``keep`` the label, the certificate
    and what the office published stay there.
    """
    office = work / "office"
    rules = Rules(id=0, name=DEMO, levels=("Declared", "Tested", "Attacked", "Hardened"))
    set_up(office, issuer=fixed.device.maker or "", host=_HOST, number=1, rules=rules, no_passphrase=True)
    now = int(time.time())
    desk = opened_desk(office, now)

    def verify(label: str) -> LabelVerdict:
        known = read_folder(office / "publish")
        return judge(label, Register(known.trust), known.statuses, now=now)

    def seed() -> bytes:
        return token_bytes(SEED_BYTES)

    reasons = refusal(desk, flawed, seed)
    made = statement(desk, fixed, seed, _evidence(keep), verify)
    _show_refused(flawed, reasons)
    _show_made(fixed, made)
    if keep:
        folder = office / "certificates" / str(made.issued.certificate.number)
        write_files(keep / "label", {name: (folder / name).read_bytes() for name in _LABEL_FILES})
        for name in ("", "status", "certificates"):
            place = office / "publish" / name
            write_files(
                keep / "publish" / name, {one.name: one.read_bytes() for one in place.iterdir() if one.is_file()}
            )
        _line("Try it", f"fairmark verify {keep}/label/label.txt --offline --trust {keep}/publish")
        _line(
            "Print it",
            f"{keep}/label/label.svg, with the words beside the code; {keep}/label/label.png, the code alone",
        )


def _evidence(keep: Path | None) -> Mapping[str, bytes]:
    """Return the reports beside the assessment, where they were written."""
    if keep is None:
        return {}
    return {one.name: one.read_bytes() for one in sorted(keep.iterdir()) if one.is_file()}


def _show_refused(flawed: Assessment, reasons: Sequence[str]) -> None:
    click.echo(click.style(f"A maker's statement for {_name(flawed)}: refused", bold=True))
    for reason in reasons:
        click.echo(textwrap.fill(reason, screen_width(), initial_indent="- ", subsequent_indent="  "))


def _show_made(fixed: Assessment, made: Statement) -> None:
    found = made.issued.certificate
    click.echo()
    click.echo(click.style(f"A maker's statement for {_name(fixed)}: TEST, not a certificate", bold=True))
    _line("Level", level_line(found))
    _line("Valid", f"{found.issued} to {found.expires}; security updates until {found.support_until}")
    _show_open(found)
    _line("Log", f"entry {made.issued.logged.index} of {_HOST}/log; its proof lies beside the certificate")
    _show_code(made.issued.address)
    click.echo(f"{'Label':<{_COLUMN}}{made.issued.address}")  # on one line, to be copied
    _line("Verified", f"{made.before.title}. {made.before.says}")
    _line("Withdrawn", "The maker withdraws it, because a flaw was not mended. The same label now:")
    _line("Verified", f"{made.after.title}. {made.after.says}")


def _show_open(found: Certificate) -> None:
    """Print all that speaks against it; what was not examined stands in the summary above."""
    for condition in found.conditions:
        _line("Accepted", f"{condition.says} Reason: {condition.why}")
    for one in found.catalogues:
        if one.fail:
            kind = "only recommendations" if one.asked else "not asked of the device"
            _line("Fails", f"{one.id}, {kind}: {in_runs(one.fail)}")
    for flaw in found.findings:
        _line("Open flaw", f"{flaw.title} (grade {flaw.confidence}, {flaw.severity})")
    _line("Inconclusive", f"{found.inconclusive} provisions: neither proven nor refuted, and so not said to be met")
    for asked in (True, False):
        if not asked:
            _line("", "Not asked of the device:")
        for one in found.catalogues:
            if one.asked is asked and one.inconclusive:
                _line("", f"{one.id} ({len(one.inconclusive)}): {in_runs(one.inconclusive)}")


def _show_code(address: str) -> None:
    """Print the code where a phone could read it: on a terminal that is wide enough."""
    made = qr.code(address)
    wide = made.symbol_size(border=2)[0]
    if not sys.stdout.isatty() or shutil.get_terminal_size((80, 24)).columns < wide:
        return
    drawn = io.StringIO()
    made.terminal(drawn, compact=True, border=2)
    for line in drawn.getvalue().splitlines():
        click.echo(click.style(line, fg="bright_white", bg="black"))


def _line(label: str, text: str) -> None:
    start, rest = f"{label:<{_COLUMN}}", " " * _COLUMN
    told = textwrap.wrap(text, screen_width() - _COLUMN, break_on_hyphens=False)
    click.echo("\n".join([start + told[0], *(rest + line for line in told[1:])]))


def _name(assessment: Assessment) -> str:
    return f"{assessment.device.model} {assessment.device.firmware_version}"
