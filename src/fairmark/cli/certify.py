"""``fairmark certify``: make an office, issue certificates, check them, disclose parts of their evidence."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

    from fairmark.certify.certificate_verdict import CertificateVerdict
    from fairmark.certify.eligibility import Rules

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
OFFICE = click.option("--office", type=FOLDER, required=True, help="Folder of the office; see: fairmark certify init")
_LARGEST_PROOF = 128 << 10


@click.group("certify")
def command() -> None:
    """Issue certificates for assessments, check them, and disclose their evidence in parts.

    An office is the folder of an issuer: a maker for statements, a laboratory or body for certificates. Passphrases of
    its keys are asked for, or taken from the variable FAIRMARK_KEY_PASSPHRASE.
    """


@command.command("init")
@click.argument("office", type=FOLDER)
@click.option("--issuer", required=True, help="Name of the issuer, as people read it.")
@click.option("--host", required=True, help="Host of its registry, such as registry.example.org.")
@click.option("--number", type=click.IntRange(1, 0xFFFF), default=1, show_default=True, help="Number of the issuer.")
@click.option("--scheme", "scheme_file", type=FILE, help="YAML with the scheme. Default: demo, the scheme of nobody.")
@click.option("--issuer-key", help="Key that signs certificates and labels: a file or pkcs11:... Default: a new one.")
@click.option("--status-key", help="Key that signs status lists. Default: a new one.")
@click.option("--log", "log_folder", type=FOLDER, help="Folder of the log. Default: a new one in the office.")
@click.option("--no-passphrase", is_flag=True, help="Leave new keys unencrypted, for trials.")
@JSON
def init_command(office: Path, **given: Any) -> None:
    """Make an OFFICE: its settings, and the keys and the log that are not named.

    Without --scheme everything it issues is a TEST, and says so wherever it is shown.
    """
    from fairmark.cli.office_set_up import set_up
    from fairmark.cli.show import show_json

    rules = _rules(given["scheme_file"])
    made = set_up(
        office,
        issuer=given["issuer"],
        host=given["host"],
        number=given["number"],
        rules=rules,
        issuer_key=given["issuer_key"],
        status_key=given["status_key"],
        log_folder=given["log_folder"],
        no_passphrase=given["no_passphrase"],
    )
    if given["as_json"]:
        show_json(made)
        return
    click.echo(f"Office of {made.issuer.name} in {office}: scheme {made.scheme.name}, log {made.log}.")
    click.echo("Keep the folder private. What others may have is written to its folder publish.")


@command.command("issue")
@click.argument("assessment", metavar="ASSESSMENT.json", type=FILE)
@OFFICE
@click.option("--decision", "decision_file", required=True, type=FILE, help="Who decided what, and why; YAML or JSON.")
@click.option("--evidence", type=FOLDER, help="Folder with the evidence; the assessment itself is always part of it.")
@click.option("--gtin", help="GTIN of the product, from its bar code.")
@click.option("--sensor", "sensors", multiple=True, help="A sensor of the device, for the label; may be repeated.")
@click.option("--no-sensors", is_flag=True, help="Say on the label that the device has no sensors.")
@JSON
def issue_command(
    assessment: Path,
    *,
    office: Path,
    decision_file: Path,
    evidence: Path | None,
    gtin: str | None,
    sensors: tuple[str, ...],
    no_sensors: bool,
    as_json: bool,
) -> None:
    """Issue the certificate that a decision grants, enter it into the log, and make its label.

    Refused with exit 1 and every reason, one a line. The same decision gives the same certificate again.
    """
    from secrets import token_bytes

    from fairmark.certify.adapters.evidence_files import read_store
    from fairmark.certify.bundle import SEED_BYTES
    from fairmark.certify.decision import EXAMPLE, LARGEST_DECISION, read_decision
    from fairmark.cli.desk import opened_desk
    from fairmark.cli.show import show_json, show_rows
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.certify import RefusedError, Request, issue
    from fairmark.workflows.gate import MAX_BYTES
    from fairmark.workflows.mapping import read_mapping
    from fairmark.workflows.status import publish_if_short

    written = read_file(decision_file, limit=LARGEST_DECISION, what="a decision")
    request = Request(
        assessment=read_file(assessment, limit=MAX_BYTES, what="an assessment"),
        name=str(assessment),
        decision=read_decision(read_mapping(written, str(decision_file), hint=EXAMPLE), str(decision_file)),
        decision_file=written,
        evidence=read_store(evidence) if evidence else {},
        gtin=gtin,
        sensors=sensors or (() if no_sensors else None),
    )
    desk = opened_desk(office)
    try:
        made = issue(desk, request, lambda: token_bytes(SEED_BYTES))
    except RefusedError as error:
        if as_json:
            show_json({"refused": error.reasons})
        raise
    publish_if_short(desk, made.certificate.number)
    folder = office / "certificates" / str(made.certificate.number)
    if as_json:
        show_json(
            {"number": made.certificate.number, "index": made.logged.index, "again": made.again, "label": made.address}
        )
        return
    from fairmark.cli.certificate_text import rows_of

    if desk.settings.scheme.is_demo:
        click.echo("TEST, not a certificate")
    show_rows(rows_of(made.certificate))
    click.echo(f"Entry {made.logged.index} of {desk.ledger.key.name}. Certificate, proof and label are in {folder}.")
    if made.again:
        click.echo("It was issued before: a decision gives one certificate.")


@command.command("show")
@click.argument("certificate", type=FILE)
@JSON
def show_command(certificate: Path, *, as_json: bool) -> None:
    """Show what a certificate says, without checking it: anybody can write anything. To check: certify verify."""
    from fairmark.certify.certificate import unchecked
    from fairmark.certify.dsse import LARGEST_ENVELOPE
    from fairmark.cli.certificate_text import rows_of
    from fairmark.cli.show import show_json, show_rows
    from fairmark.workflows.adapters.inputs import read_file

    found = unchecked(read_file(certificate, limit=LARGEST_ENVELOPE, what="a certificate"))
    if as_json:
        show_json({"checked": False, "certificate": found})
    else:
        click.echo("Not checked: this is what the certificate says of itself.")
        show_rows(rows_of(found))


@command.command("verify")
@click.argument("certificate", type=FILE)
@click.option("--trust", "folder", type=FOLDER, help="Folder with trust.json and status lists.")
@click.option("--proof", type=FILE, help="Proof of its entry in the log. Default: the .tlog beside it.")
@click.option("--bundle", type=FOLDER, help="Folder with a disclosed part of the evidence, to be checked too.")
@click.option(
    "--now",
    "at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Check as of this day (UTC), not today.",
)
@JSON
def verify_command(
    certificate: Path,
    *,
    folder: Path | None,
    proof: Path | None,
    bundle: Path | None,
    at: "datetime | None",
    as_json: bool,
) -> None:
    """Check a certificate offline: who signed it, whether the log has it, whether it stands, what its evidence is.

    Exit 0 only for one that stood on the day that is named; a TEST is no certificate and exits 1.
    """
    import sys
    import time
    from datetime import UTC

    from fairmark.certify.adapters.evidence_files import read_part
    from fairmark.certify.adapters.trust_folder import TrustFolder, read_folder, remember
    from fairmark.certify.bundle import check_disclosure
    from fairmark.certify.certificate_verdict import judge_certificate
    from fairmark.certify.dsse import LARGEST_ENVELOPE
    from fairmark.certify.trust import Register, TrustList
    from fairmark.workflows.adapters.inputs import read_file

    known = read_folder(folder) if folder else TrustFolder(TrustList(), {})
    now = int(at.replace(tzinfo=UTC).timestamp()) if at else int(time.time())
    if folder:
        remember(folder, known.seen)
    beside = next(
        (one for one in (certificate.with_suffix(".tlog"), certificate.parent / "proof.tlog") if one.is_file()), None
    )
    place = proof or beside
    found = judge_certificate(
        read_file(certificate, limit=LARGEST_ENVELOPE, what="a certificate"),
        Register(known.trust),
        known.statuses,
        read_file(place, limit=_LARGEST_PROOF, what="a proof") if place else None,
        now=now,
        seen=known.seen,
    )
    shown: list[tuple[str, bool]] = []
    if bundle:
        part, contents = read_part(bundle)
        check_disclosure(part, found.certificate.evidence, contents)
        shown = [(one.entry.path, one.content) for one in part.shown]
    _tell(found, shown, as_json=as_json)
    if not found.verdict.stands:
        sys.exit(1)


@command.command("disclose")
@click.argument("number", type=click.IntRange(1))
@OFFICE
@click.option("--only", "patterns", multiple=True, required=True, help="Files to hand over, as in 'sbom.*'.")
@click.option("--named", is_flag=True, help="Also tell names, sizes and digests of all other files.")
@click.option("--out", type=FOLDER, required=True, help="Folder for what is handed over.")
@JSON
def disclose_command(
    number: int, *, office: Path, patterns: tuple[str, ...], named: bool, out: Path, as_json: bool
) -> None:
    """Hand over a part of the evidence of certificate NUMBER, provable without the rest, which stays unnamed."""
    from fnmatch import fnmatchcase

    from fairmark.certify.adapters.evidence_files import write_part
    from fairmark.certify.adapters.office import OfficeFolder
    from fairmark.certify.bundle import disclose, read_kept
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.certify import KEPT

    own = OfficeFolder(office)
    kept = own.read(number, KEPT)
    if kept is None:
        raise WrongUsageError(f"there is no certificate {number}", hint="See: fairmark status show")
    whole = read_kept(kept)
    chosen = [one for one in whole.entries if any(fnmatchcase(one.path, pattern) for pattern in patterns)]
    if not chosen:
        raise WrongUsageError(
            "no file of the evidence has such a name", hint="Patterns are those of a shell: 'sbom.*'."
        )
    contents = {one.sha256: own.read(number, f"evidence/{one.sha256}") or b"" for one in chosen}
    write_part(out, disclose(whole, [one.path for one in chosen], named=named), contents)
    if as_json:
        show_json([one.path for one in chosen])
    else:
        click.echo(f"{', '.join(one.path for one in chosen)}: in {out}, with the proof that they belong.")


def _tell(found: "CertificateVerdict", shown: list[tuple[str, bool]], *, as_json: bool) -> None:
    from dataclasses import asdict

    from fairmark.cli.certificate_text import rows_of
    from fairmark.cli.show import show_json, show_rows

    if as_json:
        rows = {"certificate": found.certificate, "log": found.log, "index": found.index}
        show_json(asdict(found.verdict) | rows | {"evidence": dict(shown)})
        return
    click.echo(click.style(found.verdict.title, bold=True))
    click.echo(found.verdict.says)
    show_rows(rows_of(found.certificate))
    for note in found.verdict.notes:
        click.echo(f"- {note}")
    if found.index is not None:
        click.echo(f"Entry {found.index} of the log {found.log}.")
    for path, content in shown:
        click.echo(f"Evidence {path}: {'belongs to it' if content else 'belongs to it, and was not handed over'}.")


def _rules(path: Path | None) -> "Rules":
    from pydantic import ValidationError

    from fairmark.certify.eligibility import Rules
    from fairmark.certify.trust import DEMO
    from fairmark.errors import WrongUsageError
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.mapping import read_mapping

    if path is None:
        return Rules(id=0, name=DEMO, levels=("Declared", "Tested", "Attacked", "Hardened"))
    hint = "Write id, name, levels (a list of names) and catalogues (a list of ids)."
    try:
        return Rules.model_validate(
            read_mapping(read_file(path, limit=64 << 10, what="a scheme"), str(path), hint=hint)
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the scheme"
        raise WrongUsageError(f"{path}: {place}: {first['msg']}", hint=hint) from None
