"""A label from the command line: made, printed, checked, withdrawn; and nothing that is no certificate exits 0."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fairmark.certify.status import publish, publish_reasons, status_list
from fairmark.ledger.adapters.key_files import new_key
from fairmark.ledger.signing import KeyInMemory
from tests.doubles import labels as given
from tests.doubles import orders

NOW = "2026-11-24T12:00:00"
SECRET = {"FAIRMARK_KEY_PASSPHRASE": "correct horse"}


def fairmark(folder: Path, *arguments: str, code: int = 0, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fairmark", *arguments],
        cwd=folder,
        env=os.environ | SECRET,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def trust_folder(place: Path, lab: KeyInMemory, trial: KeyInMemory) -> None:
    known = given.trust(
        given.issuer(lab), given.issuer(trial, id=9, name="Trial Issuer", scheme="demo", host="trial.example.org")
    )
    (place / "status").mkdir(parents=True)
    for name, content in (given.trust_files() | {"trust.json": known.model_dump_json().encode()}).items():
        (place / name).write_bytes(content)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Two keys, whom to trust, and a label of each: a real one and a test."""
    lab, trial = (new_key(tmp_path / f"{name}.p12", "EdDSA", b"correct horse") for name in ("lab", "trial"))
    trust_folder(tmp_path / "trust", lab, trial)
    real = orders.real()
    (tmp_path / "real.json").write_text(real.model_dump_json())
    (tmp_path / "test.json").write_bytes(orders.order_file())
    fairmark(tmp_path, "label", "make", "--claims", "real.json", "--key", "lab.p12", "--out", "real")
    fairmark(tmp_path, "label", "make", "--claims", "test.json", "--key", "trial.p12", "--out", "test")
    return tmp_path


def verified(folder: Path, label: str, *, code: int, stdin: str = "") -> str:
    return fairmark(folder, "verify", label, "--offline", "--trust", "trust", "--now", NOW, code=code, stdin=stdin)


def test_a_label_is_checked_from_text_file_picture_and_standard_input(made: Path) -> None:
    text = (made / "real" / "label.txt").read_text().strip()

    for way in (text, text.partition("#")[2], "real/label.txt", "real/label.png"):
        assert "Genuine; status as of 2026-11-23" in verified(made, way, code=0)
    assert "Genuine; status as of 2026-11-23" in verified(made, "-", code=0, stdin=text + "\n")


def test_a_test_label_says_so_and_exits_1(made: Path) -> None:
    told = verified(made, "test/label.png", code=1)

    assert told.startswith("TEST, not a certificate")
    assert "maker's own statement" in told


def test_after_the_withdrawal_the_same_label_says_so(made: Path) -> None:
    states = {100: given.State.WITHDRAWN}
    at = given.NOW - 3600
    (made / "trust/status/1").write_bytes(publish(status_list(1, states, size=4000, now=at), given.STATUS))
    why = {100: given.Why(given.TODAY, given.Reason.FLAW)}
    (made / "trust/status/1.reasons").write_bytes(publish_reasons(1, why, given.STATUS, now=at))

    real, test = (verified(made, f"{name}/label.txt", code=1) for name in ("real", "test"))

    assert real.startswith("Withdrawn")
    assert "on 2026-11-24: a flaw was not mended" in real
    assert test.startswith("TEST, not a certificate")
    assert "Withdrawn. " in test


def test_without_a_trust_list_nobody_is_trusted(made: Path) -> None:
    told = fairmark(made, "verify", "real/label.txt", code=1)

    assert told.startswith("Unknown issuer")
    assert "--trust" in told


def test_the_result_for_programs(made: Path) -> None:
    told = json.loads(fairmark(made, "verify", "real/label.txt", "--trust", "trust", "--now", NOW, "--json"))

    assert (told["kind"], told["stands"], told["is_test"]) == ("genuine", True, False)


def test_what_is_no_label_exits_1(made: Path) -> None:
    for text in ("hello", "1" * 3000, "https://registry.example.org/01/04006381333931#1", "", "-1"):
        assert "No label" in fairmark(made, "verify", "--trust", "trust", "--", text, code=1)


def test_showing_is_not_checking(made: Path) -> None:
    told = fairmark(made, "label", "show", "test/label.txt")

    assert told.startswith("Not checked")
    assert "EC-100" in told
    assert json.loads(fairmark(made, "label", "show", "test/label.txt", "--json"))["checked"] is False


def test_a_sheet_prints_only_what_the_code_confirms(made: Path) -> None:
    fairmark(made, "label", "sheet", "test/label.txt", "--claims", "test.json", "--copies", "3")
    changed = orders.order_file(support_until="2039-05-31")
    (made / "better.json").write_bytes(changed)

    assert (made / "labels.html").read_text().count("<svg ") == 3
    assert "was not made from" in fairmark(made, "label", "sheet", "test/label.txt", "--claims", "better.json", code=2)


def test_the_page_is_written_and_names_its_issuers(made: Path) -> None:
    fairmark(made, "label", "page", "--trust", "trust", "--out", "verify.html")

    assert "Example Laboratory" in (made / "verify.html").read_text()


def test_a_key_that_others_may_read_signs_nothing(made: Path) -> None:
    (made / "lab.p12").chmod(0o644)

    told = fairmark(made, "label", "make", "--claims", "real.json", "--key", "lab.p12", "--out", "again", code=2)

    assert "may read the key" in told
    assert not (made / "again").exists()


def test_claims_that_no_label_can_make_are_refused(made: Path) -> None:
    (made / "wrong.json").write_bytes(orders.order_file(model="Cam\u202e"))

    assert "nobody sees" in fairmark(made, "label", "make", "--claims", "wrong.json", "--key", "lab.p12", code=2)
