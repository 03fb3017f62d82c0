"""SIGKILL at every step of issuing and of withdrawing: nothing acknowledged is lost, nothing signed is outside the log."""

import json
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fairmark.certify.certificate import unchecked
from fairmark.certify.cose import parse
from fairmark.certify.label import from_digits, take_apart
from fairmark.certify.status import State
from fairmark.ledger.adapters.log_folder import opened_folder
from fairmark.ledger.audit import audit
from fairmark.model.value import sha256_hex
from fairmark.workflows.certify import issue
from fairmark.workflows.status import publish_status, published, set_state, stand
from tests.doubles.labels import NOW
from tests.doubles.offices import SEED, Trial, assessed, request
from tests.doubles.sudden_end import ended_at

FIRST, SECOND = request(assessed()), request(assessed(), why="The maker asked for a second one.")


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: a killed process loses nothing there that it would keep on a disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def begun(memory: Path) -> Path:
    """An office that issued one certificate and published its list."""
    trial = Trial(memory / "begun")
    issue(trial.desk(), FIRST, lambda: SEED)
    publish_status(trial.desk())
    return trial.folder


def entries_of(trial: Trial) -> list[dict]:
    store = opened_folder(trial.office.log).store()
    return [json.loads(entry) for entry in store.entries(0, store.head().size)]


def assert_nothing_signed_is_outside_the_log(trial: Trial) -> None:
    rows = entries_of(trial)
    logged = {row["digest"] for row in rows if row["type"] == "certificate"}
    labels = {row["body"]["label"] for row in rows if row["type"] == "certificate"}
    for folder in (trial.folder / "certificates").iterdir():
        for signed in folder.glob("certificate.json"):
            assert sha256_hex(unchecked(signed.read_bytes()).written()) in logged
        for label in folder.glob("label.txt"):
            content = from_digits(take_apart(label.read_text()).digits)
            assert sha256_hex(parse(content).payload) in labels
    lists = {row["digest"] for row in rows if row["type"] == "status-list"}
    out = trial.office.published("status/1")
    assert out is None or sha256_hex(out) in lists


def assert_whole(trial: Trial, numbers: list[int]) -> None:
    log = opened_folder(trial.office.log)
    found = [row["subject"] for row in entries_of(trial) if row["type"] == "certificate"]
    assert audit(log.store(), log.key).faults == ()
    assert trial.office.numbers() == numbers
    assert sorted(found) == [f"7-{number}" for number in numbers]
    for number in numbers:
        assert all(trial.office.read(number, name) for name in ("certificate.json", "proof.tlog", "label.txt"))
        assert trial.office.published(f"certificates/{number}.json") == trial.office.read(number, "certificate.json")


def test_issuing_can_end_at_any_step(begun: Path, memory: Path) -> None:
    for step in count():
        trial = Trial(shutil.copytree(begun, memory / str(step)))

        ended = ended_at(step, lambda trial=trial: issue(trial.desk(), SECOND, lambda: SEED))  # type: ignore[misc]

        assert_nothing_signed_is_outside_the_log(trial)
        again = issue(trial.desk(), SECOND, lambda: SEED)
        assert again.certificate.number == 2
        assert_whole(trial, [1, 2])
        shutil.rmtree(trial.folder)
        if not ended:
            break

    assert step > 50


def test_another_certificate_after_a_sudden_end_gets_another_number(begun: Path, memory: Path) -> None:
    third = request(assessed(), why="And a third.")
    for step in range(0, 120, 11):
        trial = Trial(shutil.copytree(begun, memory / str(step)))
        ended_at(step, lambda trial=trial: issue(trial.desk(), SECOND, lambda: SEED))  # type: ignore[misc]
        kept = len(trial.office.numbers())

        made = issue(trial.desk(), third, lambda: SEED)

        assert made.certificate.number == kept + 1
        assert_whole(trial, list(range(1, kept + 2)))
        shutil.rmtree(trial.folder)


def test_withdrawing_can_end_at_any_step(begun: Path, memory: Path) -> None:
    for step in count():
        trial = Trial(shutil.copytree(begun, memory / str(step)))

        ended = ended_at(step, lambda trial=trial: set_state(trial.desk(now=NOW + 60), 1, "withdrawn", "flaw"))  # type: ignore[misc]

        assert_nothing_signed_is_outside_the_log(trial)
        written_down = bool(trial.office.changes())
        publish_status(trial.desk(now=NOW + 120))
        out, states = published(trial.office), [row for row in entries_of(trial) if row["type"] == "state"]
        assert out
        assert out.list.state(1) is (State.WITHDRAWN if written_down else State.VALID)
        assert len(states) == len(trial.office.changes()) == int(written_down)
        assert ended or written_down
        assert_whole(trial, [1])
        shutil.rmtree(trial.folder)
        if not ended:
            break

    assert step > 20
    assert stand(Trial(begun).office).states == {}
