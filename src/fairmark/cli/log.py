"""``fairmark log``: keep a transparency log, prove what is in it, check and watch those of others."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairmark.cli.signing import PASSPHRASE

if TYPE_CHECKING:
    from fairmark.ledger.adapters.log_folder import LogFolder

FOLDER = click.argument("folder", metavar="LOG", type=click.Path(file_okay=False, path_type=Path))
FILE = click.Path(dir_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_LARGEST_ENTRY = 0xFFFF
_LARGEST_PROOF = 128 << 10
_AT_ONCE = 4096


@click.group("log")
def command() -> None:
    """Keep a log that cannot forget: whatever is entered stays, and everybody can check it.

    A log lies in a folder: log.json, the key of the log, the memory of its signer, and the database (one file, or
    PostgreSQL). The key's passphrase is asked for, or taken from the variable FAIRMARK_KEY_PASSPHRASE.
    """


@command.command("init")
@FOLDER
@click.option("--origin", required=True, help="Name of the log, such as log.example.org/2026; never to be changed.")
@click.option("--database", default="log.db", show_default=True, help="A file in the folder, or postgresql://...")
@click.option("--no-passphrase", is_flag=True, help="Leave the key unencrypted, for trials.")
@JSON
def init_command(folder: Path, *, origin: str, database: str, no_passphrase: bool, as_json: bool) -> None:
    """Make a log in the folder LOG, with a new key; print the key that others verify with."""
    from fairmark.cli.show import show_json
    from fairmark.ledger.adapters.log_folder import make

    made = make(folder, origin, database=database, passphrase=b"" if no_passphrase else _new_passphrase())
    if as_json:
        show_json({"origin": made.origin, "key": str(made.key)})
    else:
        click.echo(f"{made.key}\n\nThis line is public: whoever checks the log needs it. Keep {folder} private.")


@command.command("append")
@FOLDER
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--lines", is_flag=True, help="Each line of the files is an entry of its own.")
@JSON
def append_command(folder: Path, files: tuple[Path, ...], *, lines: bool, as_json: bool) -> None:
    """Hand in each FILE as one entry. It is kept when the command ends; `log sequence` gives it its place."""
    from fairmark.cli.show import show_json
    from fairmark.errors import WrongUsageError
    from fairmark.ledger.adapters.log_folder import opened_folder
    from fairmark.workflows.adapters.inputs import read_file

    store = opened_folder(folder).store()
    entries: list[bytes] = []
    for path in files:
        content = read_file(path, limit=(1 << 30) if lines else _LARGEST_ENTRY, what="log entries")
        entries += [line for line in content.splitlines() if line] if lines else [content]
    if not entries:
        raise WrongUsageError("there is no line in these files", hint="Every line that is not empty is an entry.")
    kept = [one for k in range(0, len(entries), _AT_ONCE) for one in store.submit(entries[k : k + _AT_ONCE])]
    if as_json:
        show_json([{"leaf": one.leaf.hex(), "index": one.index} for one in kept])
    else:
        there = sum(one.index is not None for one in kept)
        click.echo(f"{len(kept)} entries are kept" + (f"; {there} were in the log already" if there else "") + ".")


@command.command("sequence")
@FOLDER
@click.option("--every", type=click.FloatRange(0.1, 86_400), help="Go on, every so many seconds, until stopped.")
@click.option(
    "--static", type=click.Path(file_okay=False, path_type=Path), help="Also write tiles and checkpoint there."
)
@JSON
def sequence_command(folder: Path, *, every: float | None, static: Path | None, as_json: bool) -> None:
    """Give waiting entries their places, read them back, and sign a checkpoint; ask the witnesses to see it."""
    import time

    from fairmark.ledger.adapters.log_folder import opened_folder

    log = opened_folder(folder)
    passphrase = _passphrase(log)
    while True:
        _sequence_once(log, passphrase, static, as_json=as_json)
        if every is None:
            return
        time.sleep(every)


@command.command("proof")
@FOLDER
@click.argument("entry", type=FILE)
@click.option("--out", type=FILE, help="File for the proof; default: standard output.")
def proof_command(folder: Path, entry: Path, *, out: Path | None) -> None:
    """Write the proof that the file ENTRY is in the log: one text file that is checked offline."""
    from fairmark.ledger.adapters.http import proof_of
    from fairmark.ledger.adapters.log_folder import opened_folder
    from fairmark.ledger.merkle import leaf_hash
    from fairmark.workflows.adapters.inputs import read_file
    from fairmark.workflows.adapters.output import write_files

    content = read_file(entry, limit=_LARGEST_ENTRY, what="a log entry")
    found = bytes(proof_of(opened_folder(folder).store(), leaf_hash(content)))
    if out is None:
        click.echo(found, nl=False)
    else:
        write_files(out.parent, {out.name: found})


@command.command("verify")
@click.argument("proof", type=FILE)
@click.argument("entry", type=FILE)
@click.option("--key", "key_text", required=True, help="The log's key, as name+id+base64.")
@click.option("--witness", "witness_texts", multiple=True, help="Key of a witness; may be repeated.")
@click.option(
    "--quorum", type=click.IntRange(0), default=0, show_default=True, help="How many of them must have seen it."
)
@JSON
def verify_command(
    proof: Path, entry: Path, *, key_text: str, witness_texts: tuple[str, ...], quorum: int, as_json: bool
) -> None:
    """Check offline that ENTRY is in the log that signed the checkpoint of PROOF; exit 1 if it is not."""
    import time

    from fairmark.cli.show import show_json
    from fairmark.ledger.notes import parse_key
    from fairmark.ledger.proofs import check_proof, parse_proof
    from fairmark.workflows.adapters.inputs import read_file

    key, witnesses = parse_key(key_text), [parse_key(text) for text in witness_texts]
    content = read_file(entry, limit=_LARGEST_ENTRY, what="a log entry")
    found = check_proof(
        parse_proof(read_file(proof, limit=_LARGEST_PROOF, what="a proof")),
        content,
        key,
        witnesses,
        quorum=quorum,
        now=int(time.time()),
    )
    seen = [one.witness for one in found.witnesses]
    if as_json:
        show_json(
            {"index": found.index, "size": found.checkpoint.size, "origin": found.checkpoint.origin, "witnesses": seen}
        )
    else:
        by = (
            f"; seen by {', '.join(seen)}"
            if seen
            else "; no witness is named, so the log could show others another story"
        )
        click.echo(f"Entry {found.index} of {found.checkpoint.size} in {found.checkpoint.origin}{by}.")


@command.command("audit")
@FOLDER
@JSON
def audit_command(folder: Path, *, as_json: bool) -> None:
    """Build the whole tree anew from the entries and compare all that is stored and was signed; exit 1 on a fault."""
    from fairmark.cli.progress import progress_line
    from fairmark.cli.show import show_json
    from fairmark.errors import CheckFailedError
    from fairmark.ledger.adapters.log_folder import opened_folder
    from fairmark.ledger.audit import audit

    log = opened_folder(folder)
    with progress_line() as progress:
        found = audit(log.store(), log.key, progress=lambda done, whole: progress(f"{done:,} of {whole:,} entries"))
    told = {
        "size": found.size,
        "root": found.root.hex(),
        "tiles": found.tiles,
        "checkpoints": found.checkpoints,
        "faults": list(found.faults),
    }
    if as_json:
        show_json(told)
    elif not found.faults:
        click.echo(f"{found.size} entries, {found.tiles} tiles and {found.checkpoints} checkpoints agree.")
    if found.faults:
        raise CheckFailedError(
            "\n  ".join(["the log is damaged:", *found.faults]), hint="Restore what differs from a mirror."
        )


@command.command("witness")
@click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the witness, such as witness.example.org.")
@click.option("--log", "logs", multiple=True, required=True, help="Key of a log that it watches; may be repeated.")
@click.option("--listen", default="127.0.0.1:8081", show_default=True, help="Address and port.")
@click.option("--no-passphrase", is_flag=True, help="Leave a new key unencrypted, for trials.")
def witness_command(folder: Path, *, name: str, logs: tuple[str, ...], listen: str, no_passphrase: bool) -> None:
    """Be a witness: cosign the checkpoints of logs that never contradict themselves, until stopped.

    FOLDER holds the witness's key, made when it is not there, and what it saw.
    """
    import time

    from fairmark.ledger.adapters.http import WitnessServer
    from fairmark.ledger.adapters.key_files import load_key, new_key
    from fairmark.ledger.checkpoint import witness_key
    from fairmark.ledger.notes import parse_key

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "witness.key.p12"
    if path.exists():
        key = load_key(path, b"" if no_passphrase else _asked("Passphrase of the witness's key"))
    else:
        key = new_key(path, "EdDSA", b"" if no_passphrase else _new_passphrase())
    known = {one.name: one for one in map(parse_key, logs)}
    server = WitnessServer(_address(listen), name, key, known, folder / "seen.json", time.time)
    click.echo(f"{witness_key(name, key.public)}\nhttp://{listen}/add-checkpoint")
    _serve(server.serve_forever)


@command.command("add-witness")
@FOLDER
@click.argument("key_text", metavar="KEY")
@click.argument("url")
def add_witness_command(folder: Path, key_text: str, url: str) -> None:
    """Have `log sequence` show every checkpoint to the witness with this KEY at URL."""
    from fairmark.ledger.adapters.log_folder import add_witness, opened_folder
    from fairmark.ledger.notes import parse_key

    add_witness(opened_folder(folder), parse_key(key_text), url)


@command.command("monitor")
@click.argument("url")
@click.option("--key", "key_text", required=True, help="The log's key, as name+id+base64.")
@click.option("--state", type=FILE, required=True, help="File that keeps the last checkpoint; made when not there.")
@click.option("--witness", "witness_texts", multiple=True, help="Key of a witness; may be repeated.")
@JSON
def monitor_command(url: str, *, key_text: str, state: Path, witness_texts: tuple[str, ...], as_json: bool) -> None:
    """Look at the log at URL: does it still contain all that it had? Exit 1, with both heads, when it does not."""
    import time

    from fairmark.cli.show import show_json
    from fairmark.ledger.adapters.files import write_durably
    from fairmark.ledger.adapters.http import checkpoint_at, fetcher
    from fairmark.ledger.monitor import watch
    from fairmark.ledger.notes import LONGEST_NOTE, parse_key
    from fairmark.workflows.adapters.inputs import read_file

    kept = read_file(state, limit=LONGEST_NOTE, what="a checkpoint") if state.exists() else b""
    witnesses = tuple(parse_key(text) for text in witness_texts)
    key, now = parse_key(key_text), int(time.time())
    found = watch(checkpoint_at(url), fetcher(url), key, kept, witnesses, now=now)
    write_durably(state, found.note, mode=0o644)
    seen = [one.witness for one in found.witnesses]
    if as_json:
        show_json(
            {"origin": found.checkpoint.origin, "size": found.checkpoint.size, "new": found.new, "witnesses": seen}
        )
    else:
        click.echo(f"{found.checkpoint.origin}: {found.checkpoint.size} entries, {found.new} new; seen by {len(seen)}.")


@command.command("serve")
@FOLDER
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="Address and port.")
def serve_command(folder: Path, *, listen: str) -> None:
    """Serve checkpoint, tiles and proofs over HTTP until stopped; put a server with TLS before it."""
    from fairmark.ledger.adapters.http import LogServer
    from fairmark.ledger.adapters.log_folder import opened_folder

    log = opened_folder(folder)
    log.store()
    server = LogServer(_address(listen), log.store)
    click.echo(f"{log.key}\nhttp://{listen}/checkpoint")
    _serve(server.serve_forever)


def _sequence_once(log: "LogFolder", passphrase: bytes, static: Path | None, *, as_json: bool) -> None:
    import time

    from fairmark.cli.show import show_json
    from fairmark.errors import FairmarkError
    from fairmark.ledger.adapters.files import write_static
    from fairmark.ledger.adapters.http import asker
    from fairmark.ledger.publish import cosign, publish
    from fairmark.ledger.witness import ContradictedError

    store = log.store()
    new = sum(iter(lambda: store.sequence(_AT_ONCE), 0))
    signer = log.signer(passphrase)
    before = signer.last()
    state = publish(store, signer)
    seen, silent = [], []
    for one in log.witnesses:
        try:
            cosign(store, before.size if before else 0, state.size, one.key, asker(one.url), now=int(time.time()))
            seen.append(one.key.name)
        except ContradictedError:  # an alarm: exit 1, and nothing is written for others to see
            raise
        except FairmarkError as error:
            silent.append(f"{one.key.name}: {error.message}")
    if static:
        write_static(store, static)
    if as_json:
        show_json({"new": new, "size": state.size, "root": state.root.hex(), "witnesses": seen, "silent": silent})
    else:
        click.echo(f"{new} new entries, {state.size} in all, root {state.root.hex()[:16]}...; {len(seen)} witnesses.")
        for line in silent:
            click.echo(f"  no cosignature of {line}", err=True)


def _passphrase(log: "LogFolder") -> bytes:
    """Ask for the passphrase only if the key has one."""
    from fairmark.errors import UnreadableInputError
    from fairmark.ledger.adapters.key_files import load_key

    try:
        load_key(log.folder / log.key_file, b"")
    except UnreadableInputError:
        return _asked("Passphrase of the log's key")
    return b""


def _asked(prompt: str) -> bytes:
    given = os.environ.get(PASSPHRASE)
    return (given if given is not None else click.prompt(prompt, hide_input=True, err=True)).encode()


def _new_passphrase() -> bytes:
    from fairmark.errors import WrongUsageError

    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = click.prompt("New passphrase of the key", hide_input=True, confirmation_prompt=True, err=True)
    if not given:
        raise WrongUsageError("an empty passphrase protects nothing", hint="Give one, or --no-passphrase for trials.")
    return given.encode()


def _address(listen: str) -> tuple[str, int]:
    from fairmark.errors import WrongUsageError

    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise WrongUsageError(f"--listen: {listen!r} is no address and port", hint="As in 127.0.0.1:8080.")
    return host.strip("[]"), int(port)


def _serve(forever: Callable[[], None]) -> None:
    try:
        forever()
    except KeyboardInterrupt:
        click.echo("stopped")
