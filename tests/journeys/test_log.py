"""A log from the command line: made, filled, proven, audited, watched, and a restored backup caught."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECRET = {"FAIRMARK_KEY_PASSPHRASE": "correct horse"}


def fairmark(folder: Path, *arguments: str, code: int = 0, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fairmark", *arguments],
        cwd=folder,
        env=os.environ | SECRET | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[list[str]]:
    """Run a command that serves until stopped; yield its first two lines."""
    with subprocess.Popen(
        [sys.executable, "-m", "fairmark", *arguments],
        cwd=folder,
        env=os.environ | SECRET,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield [process.stdout.readline().strip() for _ in range(2)]
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def made(tmp_path: Path) -> str:
    told = json.loads(fairmark(tmp_path, "log", "init", "log", "--origin", "log.example/1", "--json"))
    (tmp_path / "entry").write_text("camera EC-100, level 1")
    return str(told["key"])


def test_an_entry_is_proven_offline_and_another_is_not(tmp_path: Path, made: str) -> None:
    fairmark(tmp_path, "log", "append", "log", "entry")
    fairmark(tmp_path, "log", "sequence", "log")
    fairmark(tmp_path, "log", "proof", "log", "entry", "--out", "entry.proof")

    said = fairmark(tmp_path, "log", "verify", "entry.proof", "entry", "--key", made)

    assert said.startswith("Entry 0 of 1 in log.example/1; no witness is named")
    (tmp_path / "entry").write_text("camera EC-100, level 2")
    assert "not at index 0" in fairmark(tmp_path, "log", "verify", "entry.proof", "entry", "--key", made, code=1)


def test_the_key_is_not_readable_and_needs_its_passphrase(tmp_path: Path, made: str) -> None:
    key = tmp_path / "log" / "log.key.p12"
    assert key.stat().st_mode & 0o777 == 0o600

    assert "not this passphrase" in fairmark(
        tmp_path, "log", "sequence", "log", code=3, FAIRMARK_KEY_PASSPHRASE="wrong"
    )
    key.chmod(0o644)
    assert "others on this machine" in fairmark(tmp_path, "log", "sequence", "log", code=2)


def test_a_restored_backup_is_refused(tmp_path: Path, made: str) -> None:
    fairmark(tmp_path, "log", "append", "log", "entry")
    fairmark(tmp_path, "log", "sequence", "log")
    backup = tmp_path / "backup"
    backup.mkdir()
    for name in ("log.db", "log.db-wal"):
        if (tmp_path / "log" / name).exists():
            shutil.copy(tmp_path / "log" / name, backup)
    (tmp_path / "lines").write_text("one\ntwo\n")
    fairmark(tmp_path, "log", "append", "log", "lines", "--lines")
    fairmark(tmp_path, "log", "sequence", "log")
    for path in (tmp_path / "log").glob("log.db*"):
        path.unlink()
    for path in backup.iterdir():
        shutil.copy(path, tmp_path / "log")

    assert "roll-back: the log has 1 entries, but 3 were signed" in fairmark(tmp_path, "log", "sequence", "log", code=1)


def test_a_machine_restored_with_its_memory_is_stopped_by_the_witness(tmp_path: Path, made: str) -> None:
    """Database and signed.json are equally old, so that nothing on this machine contradicts anything."""
    witness = ["log", "witness", "lab", "--name", "lab.example", "--log", made, "--listen", "127.0.0.1:18433"]
    with serving(tmp_path, *witness) as (key, url):
        fairmark(tmp_path, "log", "add-witness", "log", key, url.removesuffix("/add-checkpoint"))
        shutil.copytree(tmp_path / "log", tmp_path / "backup")
        for folder, words, code in (("log", "the history that was seen", 0), ("backup", "another history", 1)):
            (tmp_path / "entry").write_text(words)
            fairmark(tmp_path, "log", "append", folder, "entry")
            said = fairmark(tmp_path, "log", "sequence", folder, "--static", f"www-{folder}", code=code)

    assert "422" in said
    assert (tmp_path / "www-log" / "checkpoint").exists()
    assert not (tmp_path / "www-backup").exists()


def test_a_witness_and_a_monitor_see_what_is_served(tmp_path: Path, made: str) -> None:
    witness = ["log", "witness", "lab", "--name", "lab.example", "--log", made, "--listen", "127.0.0.1:18431"]
    with serving(tmp_path, *witness) as (key, url):
        fairmark(tmp_path, "log", "add-witness", "log", key, url.removesuffix("/add-checkpoint"))
        for number in range(2):
            (tmp_path / "entry").write_text(f"entry {number}")
            fairmark(tmp_path, "log", "append", "log", "entry")
            told = json.loads(fairmark(tmp_path, "log", "sequence", "log", "--json"))
            assert told["witnesses"] == ["lab.example"], told

    fairmark(tmp_path, "log", "proof", "log", "entry", "--out", "entry.proof")
    said = fairmark(tmp_path, "log", "verify", "entry.proof", "entry", "--key", made, "--witness", key, "--quorum", "1")
    assert "seen by lab.example" in said
    with serving(tmp_path, "log", "serve", "log", "--listen", "127.0.0.1:18432"):
        watching = ["log", "monitor", "http://127.0.0.1:18432", "--key", made, "--state", "kept", "--json"]
        assert json.loads(fairmark(tmp_path, *watching))["new"] == 2
        assert json.loads(fairmark(tmp_path, *watching))["new"] == 0


def test_an_audit_of_an_honest_log_is_clean_and_of_a_changed_one_is_not(tmp_path: Path, made: str) -> None:
    fairmark(tmp_path, "log", "append", "log", "entry")
    fairmark(tmp_path, "log", "sequence", "log", "--static", "www")
    assert fairmark(tmp_path, "log", "audit", "log") == "1 entries, 1 tiles and 1 checkpoints agree.\n"
    assert sorted(path.name for path in (tmp_path / "www").rglob("*") if path.is_file()) == ["1", "1", "checkpoint"]

    with sqlite3.connect(tmp_path / "log" / "log.db") as base:
        base.execute("update entries set entry = 'camera EC-100, level 4'")
    base.close()

    assert "is not what the entries give" in fairmark(tmp_path, "log", "audit", "log", code=1)


def test_a_log_is_never_made_over_another(tmp_path: Path, made: str) -> None:
    assert "holds a log already" in fairmark(tmp_path, "log", "init", "log", "--origin", "x.example", code=2)
