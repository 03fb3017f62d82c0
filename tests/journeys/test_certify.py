"""The guide to certifying a device, run as it is written; and what a maker cannot do."""

import json
import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, Camera, Run

GUIDE = (ROOT / "docs/howto/certify-a-device.md").read_text()
DEMO_CODES = {"certify verify": 1, "verify": 1}
"""Under the demonstration scheme everything is a test, which is no certificate."""


def block(name: str) -> str:
    found = re.search(rf"```yaml\n# {re.escape(name)}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


def commands() -> list[str]:
    """Every command line of the guide, in its order."""
    blocks = [part.removeprefix("sh") for part in GUIDE.split("```")[1::2] if part.startswith(("\n", "sh\n"))]
    return [line for text in blocks for line in text.splitlines() if line.startswith("fairmark ")]


def decide(place: Path, camera: Camera, **changed: str) -> None:
    content = (camera.out / "assessment.json").read_bytes()
    (place / "out").mkdir()
    (place / "out" / "assessment.json").write_bytes(content)
    text = block("decision.yaml")
    text = text.replace("DIGEST", sha256(content).hexdigest())
    text = text.replace("TODAY", datetime.now(UTC).date().isoformat())
    for old, new in changed.items():
        text = text.replace(old, new)
    (place / "decision.yaml").write_text(text)


@pytest.fixture
def office(fairmark: Callable[..., Run], tmp_path: Path) -> Path:
    line = next(one for one in commands() if one.startswith("fairmark certify init office"))
    assert fairmark(*shlex.split(line)[1:], cwd=tmp_path).code == 0
    return tmp_path


def test_every_command_of_the_guide_does_what_it_says(
    fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    decide(tmp_path, fixed)
    (tmp_path / "out" / "sbom.cdx.json").write_bytes((fixed.out / "sbom.cdx.json").read_bytes())
    (tmp_path / "scheme.yaml").write_text(block("scheme.yaml"))
    said = {}

    for line in commands():
        words = shlex.split(line)[1:]
        run = fairmark(*words, cwd=tmp_path)
        expected = next((code for start, code in DEMO_CODES.items() if " ".join(words).startswith(start)), 0)
        assert run.code == expected, (line, run.err)
        said[line] = run.out

    issued = next(text for line, text in said.items() if "certify issue" in line)
    assert issued.startswith("TEST, not a certificate")
    assert "INCONCLUSIVE, en303645 (" in issued
    assert "accepted (below-required): Level 2 would be enough, level 1 was decided." in " ".join(issued.split())
    shown = next(text for line, text in said.items() if "--bundle" in line)
    assert "Evidence sbom.cdx.json: belongs to it." in shown
    assert "assessment.json:" not in shown
    label = next(text for line, text in said.items() if line.startswith("fairmark verify"))
    assert "Withdrawn. Example Laboratory has withdrawn the certificate" in label
    stand = next(text for line, text in said.items() if "status show" in line)
    assert stand.startswith("1 withdrawn since ")


def test_a_laboratory_certifies_under_a_scheme_and_the_certificate_stands(
    fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    decide(tmp_path, fixed)
    (tmp_path / "scheme.yaml").write_text(block("scheme.yaml"))
    line = next(one for one in commands() if "certify init laboratory" in one)
    assert fairmark(*shlex.split(line)[1:], cwd=tmp_path).code == 0
    issue = (
        "certify",
        "issue",
        "out/assessment.json",
        "--office",
        "laboratory",
        "--decision",
        "decision.yaml",
        "--json",
    )

    made = fairmark(*issue, cwd=tmp_path)
    again = fairmark(*issue, cwd=tmp_path)

    assert made.code == 0, made.err
    assert (made.json["number"], made.json["again"]) == (1, False)
    assert again.json == made.json | {"again": True}
    place = "laboratory/publish/certificates/1.json"
    run = fairmark("certify", "verify", place, "--trust", "laboratory/publish", "--json", cwd=tmp_path)
    assert run.code == 0, run.err
    assert (run.json["kind"], run.json["is_test"], run.json["index"]) == ("statement", False, made.json["index"])
    open_ones = sum(v["outcome"] == "INCONCLUSIVE" for v in fixed.assessment["verdicts"])
    assert sum(len(one["inconclusive"]) for one in run.json["certificate"]["catalogues"]) == open_ones
    assert fairmark("certify", "verify", place, cwd=tmp_path).code == 1
    (tmp_path / "laboratory/publish/certificates/1.tlog").unlink()
    unproven = fairmark("certify", "verify", place, "--trust", "laboratory/publish", cwd=tmp_path)
    assert unproven.code == 1
    assert "Its entry in the log was not shown" in unproven.out


def test_the_flawed_camera_is_refused_with_a_reason_on_each_line(
    flawed: Camera, fairmark: Callable[..., Run], office: Path
) -> None:
    decide(office, flawed)

    run = fairmark(
        "certify", "issue", "out/assessment.json", "--office", "office", "--decision", "decision.yaml", cwd=office
    )

    assert run.code == 1
    lines = run.err.splitlines()
    assert lines[0] == "fairmark: no certificate:"
    assert lines[1].startswith("  Law is broken, psti 1-2: ")
    assert all(line.startswith("  ") for line in lines[1:-1])
    assert not (office / "office/certificates/1").exists()
    issue = ("certify", "issue", "out/assessment.json", "--office", "office", "--decision", "decision.yaml", "--json")
    assert [f"  {reason}" for reason in fairmark(*issue, cwd=office).json["refused"]] == lines[1:-1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("level: 1", "level: 2", "but nobody answers for the scheme demo: that gives at most 1."),
        ("outcome: grant", "outcome: refuse", "It was decided to refuse"),
        ("  - {accepts: old-data", "  # {accepts: old-data", "Only the starter set"),
        ("assessment: ", "assessment: x", "assessment: String should match pattern"),
    ],
)
def test_what_is_decided_must_be_grantable(
    fixed: Camera, fairmark: Callable[..., Run], office: Path, old: str, new: str, told: str
) -> None:
    decide(office, fixed, **{old: new})

    run = fairmark(
        "certify", "issue", "out/assessment.json", "--office", "office", "--decision", "decision.yaml", cwd=office
    )

    assert run.code in {1, 2}
    assert told in run.err


def test_a_changed_certificate_and_a_changed_piece_of_evidence_are_noticed(
    fixed: Camera, fairmark: Callable[..., Run], office: Path
) -> None:
    decide(office, fixed)
    issue = ("certify", "issue", "out/assessment.json", "--office", "office", "--decision", "decision.yaml")
    assert fairmark(*issue, "--evidence", "out", cwd=office).code == 0
    assert (
        fairmark("certify", "disclose", "1", "--office", "office", "--only", "*", "--out", "part", cwd=office).code == 0
    )
    place = office / "office/publish/certificates/1.json"
    verify = ("certify", "verify", place, "--trust", "office/publish", "--bundle", "part")
    assert "belongs to it." in fairmark(*verify, cwd=office).out

    (part,) = (office / "part/files").iterdir()
    part.write_bytes(part.read_bytes().replace(b"INCONCLUSIVE", b"PASS", 1))
    assert "is not the file that was evidence" in fairmark(*verify, cwd=office).err
    row = json.loads(place.read_bytes())
    place.write_text(json.dumps(row | {"payload": row["payload"][:-4] + "AAAA"}, sort_keys=True, separators=(",", ":")))
    assert "nobody who is trusted signed it" in fairmark(*verify, cwd=office).err


def test_offices_keys_and_numbers_that_there_are_not_are_named(fairmark: Callable[..., Run], office: Path) -> None:
    again = fairmark("certify", "init", "office", "--issuer", "x", "--host", "registry.example.org", cwd=office)
    host = fairmark("certify", "init", "other", "--issuer", "x", "--host", "https://x.example", cwd=office)
    number = fairmark("status", "set", "office", "1", "withdrawn", "--reason", "flaw", cwd=office)
    none = fairmark("status", "show", "nowhere", cwd=office)
    part = fairmark("certify", "disclose", "1", "--office", "office", "--only", "*", "--out", "x", cwd=office)

    assert [run.code for run in (again, host, number, none, part)] == [2, 2, 2, 3, 2]
    assert "holds an office already" in again.err
    assert "there is no certificate 1" in number.err
    (office / "office" / "status.key.p12").unlink()
    assert fairmark("status", "publish", "office", cwd=office).code == 3


def test_keys_are_encrypted_unless_that_is_refused_by_name(
    fairmark: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRMARK_KEY_PASSPHRASE", "correct horse")
    made = fairmark("certify", "init", "office", "--issuer", "x", "--host", "registry.example.org", cwd=tmp_path)
    assert made.code == 0
    assert fairmark("status", "publish", "office", cwd=tmp_path).code == 0

    monkeypatch.setenv("FAIRMARK_KEY_PASSPHRASE", "wrong")

    assert fairmark("status", "publish", "office", cwd=tmp_path).code == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "office").rglob("*.p12"))
