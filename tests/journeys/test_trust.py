"""Keys are lost and stolen, lists are played again, clocks are wrong: the guide, run as it is written, and the attacks."""

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_folder import read_folder, remember
from fairmark.certify.adapters.trust_shelf import TrustShelf
from fairmark.certify.label_verdict import judge
from fairmark.certify.trust import Register
from tests.doubles import labels as given
from tests.doubles import trust_repositories as kept
from tests.journeys.conftest import ROOT, Camera, Run
from tests.journeys.test_certify import block, decide
from tests.journeys.test_certify import commands as of_certify

GUIDE = (ROOT / "docs/howto/lose-a-key.md").read_text()
SECRET = {"FAIRMARK_KEY_PASSPHRASE": "correct horse"}
NOT_CONFIRMED = "Not confirmed"


def section(title: str) -> list[str]:
    """The command lines of a section of the guide, in their order."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE)
    assert found, title
    blocks = re.findall(r"^```\n(.*?)^```$", found[1], re.DOTALL | re.MULTILINE)
    return [line for text in blocks for line in text.splitlines()]


class Laboratory:
    """An office with one certificate, in a folder where the commands of the guide are run."""

    def __init__(self, place: Path, fairmark: Callable[..., Run]) -> None:
        self.place, self.fairmark = place, fairmark

    def run(self, line: str, **words: str) -> Run:
        for name, word in words.items():
            line = line.replace(name, word)
        first, *rest = shlex.split(line)
        if first == "rm":
            for name in rest:
                (self.place / name).unlink()
            return Run(0, "", "")
        assert first == "fairmark"
        return self.fairmark(*rest, cwd=self.place)

    def follow(self, title: str, **words: str) -> dict[str, str]:
        """Run a section; every command must do what it promises."""
        said = {}
        for line in section(title):
            run = self.run(line, **words)
            assert run.code == 0, (line, run.out + run.err)
            said[line] = run.out
        return said

    def verify(self, *arguments: str, label: str = "laboratory/certificates/1/label.txt") -> dict[str, object]:
        run = self.fairmark("verify", label, "--trust", "trust", "--json", *arguments, cwd=self.place)
        assert run.out, run.err
        return run.json

    def settings(self, **changed: str) -> None:
        """Put a new key or log into office.json, as the guide says in words."""
        path = self.place / "laboratory" / "office.json"
        data = json.loads(path.read_bytes())
        for name, value in changed.items():
            if name == "log":
                data["log"] = value
                continue
            shown = self.fairmark("keys", "show", f"laboratory/{value}", "--json", cwd=self.place).json
            data[name] = {"name": value, "algorithm": shown["algorithm"], "public": shown["public"].partition(":")[2]}
        path.write_text(json.dumps(data))


@pytest.fixture
def laboratory(
    fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Laboratory:
    for name, value in SECRET.items():
        monkeypatch.setenv(name, value)
    decide(tmp_path, fixed)
    (tmp_path / "scheme.yaml").write_text(block("scheme.yaml"))
    found = Laboratory(tmp_path, fairmark)
    line = next(one for one in of_certify() if "certify init laboratory" in one).replace(" --no-passphrase", "")
    assert found.run(line).code == 0
    issue = "fairmark certify issue out/assessment.json --office laboratory --decision decision.yaml"
    assert found.run(issue).code == 0
    assert found.run("fairmark status publish laboratory").code == 0
    return found


def thiefs_label(laboratory: Laboratory) -> str:
    """What somebody makes of a stolen key file, for another model, dated before the theft."""
    order = json.loads((laboratory.place / "laboratory/certificates/1/order.json").read_bytes())
    (laboratory.place / "false.json").write_text(json.dumps(order | {"model": "Other 9", "number": 77}))
    line = "fairmark label make --claims false.json --key laboratory/issuer.key.p12 --out false"
    assert laboratory.run(line).code == 0
    return "false/label.txt"


def test_a_stolen_issuer_key_is_survived_without_printing_anything_anew(laboratory: Laboratory) -> None:
    place = laboratory.place
    false = thiefs_label(laboratory)
    laboratory.follow("Before anything happens")
    assert laboratory.verify()["kind"] == "statement"
    assert laboratory.verify(label=false)["stands"]  # nobody knows yet
    proof = "laboratory/publish/certificates/1.tlog"
    index = re.search(r"Entry (\d+) of the log", laboratory.run(section("The issuer's key is stolen")[0]).out)
    key = laboratory.fairmark("keys", "show", "laboratory/issuer.key.p12", "--json", cwd=place).json["id"]
    assert index

    laboratory.follow("The issuer's key is stolen", KEYID=key, INDEX=index[1])

    assert laboratory.verify("--proof", proof)["kind"] == "statement"
    assert laboratory.verify()["title"] == NOT_CONFIRMED
    (place / "trust/proofs").mkdir()
    shutil.copy(place / proof, place / "trust/proofs/1-1.tlog")
    assert (laboratory.verify()["kind"], laboratory.verify()["log_index"]) == ("statement", int(index[1]))
    assert laboratory.verify(label=false)["title"] == NOT_CONFIRMED
    run = laboratory.fairmark("verify", false, "--trust", "trust", "--proof", proof, cwd=place)
    assert (run.code, "the proof is of another label" in run.err) == (1, True)

    lost = section("The issuer's key is lost")
    laboratory.run(lost[0])
    laboratory.settings(issuer_key="issuer-2.p12")
    for line in (*lost[1:], "fairmark trust refresh trust"):
        assert laboratory.run(line).code == 0, line
    assert laboratory.verify()["kind"] == "statement"
    assert laboratory.verify(label=false)["title"] == NOT_CONFIRMED  # the cut outlives the new list


def test_after_every_other_loss_labels_still_verify(laboratory: Laboratory) -> None:
    laboratory.follow("Before anything happens")
    refreshing = "fairmark trust refresh trust"

    laboratory.run(section("The issuer's key is lost")[0])
    laboratory.settings(issuer_key="issuer-2.p12")
    laboratory.place.joinpath("laboratory/issuer.key.p12").unlink()
    for line in section("The issuer's key is lost")[1:]:
        assert laboratory.run(line).code == 0, line
    assert "key" in laboratory.run(refreshing).out
    assert laboratory.verify()["kind"] == "statement"

    laboratory.run(section("The key of the status list")[0])
    laboratory.settings(status_key="status-2.p12")
    for line in section("The key of the status list")[1:]:
        run = laboratory.run(line)
        assert run.code == 0, (line, run.err)
    assert laboratory.run(refreshing).code == 0
    assert laboratory.verify()["kind"] == "statement"

    laboratory.follow("An online key")
    said = laboratory.follow("One holder's key")
    assert "root 3" in said[refreshing]
    assert laboratory.verify("--refresh")["kind"] == "statement"

    said = laboratory.follow("Two holders' keys")
    run = laboratory.fairmark(
        "verify", "laboratory/certificates/1/label.txt", "--trust", "trust-2", cwd=laboratory.place
    )
    assert run.code == 0, run.out

    laboratory.follow("The log's key")
    laboratory.settings(log="log-2")
    for line in ("fairmark status publish laboratory", "fairmark trust set repo laboratory/publish/trust.json --add"):
        assert laboratory.run(line).code == 0, line
    assert laboratory.run("fairmark trust show repo").out.count("  log registry.example.org/log") == 2


def test_below_the_threshold_nothing_is_published_and_a_stranger_cannot_sign(
    laboratory: Laboratory,
) -> None:
    for line in section("Before anything happens")[:8]:
        laboratory.run(line)
    laboratory.run("fairmark keys new stranger.p12")

    assert laboratory.run("fairmark trust sign repo --key first.p12").code == 0
    refused = laboratory.run("fairmark trust publish repo")
    stranger = laboratory.run("fairmark trust sign repo --key stranger.p12")

    assert (refused.code, stranger.code) == (1, 2)
    assert "root misses 1, targets misses 1" in refused.err
    assert not (laboratory.place / "repo/public").exists()


def verdict(folder: Path, text: str, now: int) -> tuple[str, str]:
    """What a verifier says, by a clock of our own."""
    known = read_folder(folder)
    found = judge(text, Register(known.trust), known.statuses, now=now, seen=known.seen)
    return found.kind, " ".join(found.notes)


@pytest.fixture
def client(tmp_path: Path) -> tuple[TrustShelf, Path]:
    shelf = kept.published(tmp_path / "repo")
    kept.fetched(shelf, tmp_path / "trust")
    return shelf, tmp_path / "trust"


def test_a_clock_that_is_ten_years_off_revives_nothing_and_says_so(client: tuple[TrustShelf, Path]) -> None:
    _, folder = client
    label, ten_years = given.written(given.claims()), 3653 * given.DAY
    ended = given.written(given.claims(issued=given.TODAY - 300, expires=given.TODAY - 1))

    assert verdict(folder, label, given.NOW)[0] == "genuine"
    kind, notes = verdict(folder, ended, given.NOW - ten_years)
    assert (kind, "The clock here is behind: 2026-11-24" in notes) == ("expired", True)
    kind, notes = verdict(folder, label, given.NOW - ten_years)
    assert (kind, "The clock here is behind" in notes) == ("genuine", True)
    kind, notes = verdict(folder, label, given.NOW + ten_years)
    assert (kind, "good until" in notes) == ("support_ended", True)


def test_an_old_copy_of_the_folder_is_as_old_as_what_was_seen(client: tuple[TrustShelf, Path], tmp_path: Path) -> None:
    shelf, folder = client
    label, later = given.written(given.claims()), given.NOW + 8 * given.DAY
    old = {name: (folder / name).read_bytes() for name in ("trust.json", "status/1")}
    kept.out(shelf, {"1": kept.listed(later)}, now=later)
    kept.fetched(shelf, folder, now=later)
    remember(folder, read_folder(folder).seen)

    for name, content in old.items():
        (folder / name).write_bytes(content)

    kind, notes = verdict(folder, label, given.NOW)  # and the clock set back too
    assert (kind, "The clock here is behind: 2026-12-02" in notes) == ("stale", True)


def test_a_trust_list_that_has_ended_is_amber_and_not_silent(client: tuple[TrustShelf, Path]) -> None:
    _, folder = client
    late = given.NOW + 100 * given.DAY
    (folder / "status" / "1").write_bytes(kept.listed(late))

    kind, notes = verdict(folder, given.written(given.claims()), late)

    assert (kind, "The trust list was good until 2027-02-22" in notes) == ("stale", True)


def test_verifying_remembers_and_a_folder_that_cannot_be_written_to_is_no_error(
    fairmark: Callable[..., Run], client: tuple[TrustShelf, Path]
) -> None:
    _, folder = client
    label = given.written(given.claims())
    (folder / "seen.json").unlink()
    command = ("verify", label, "--offline", "--trust", folder, "--now", "2026-11-24T12:00:00", "--json")

    assert fairmark(*command).json["kind"] == "genuine"
    assert json.loads((folder / "seen.json").read_text()) == {"newest": given.NOW}

    (folder / "seen.json").unlink()
    folder.chmod(0o555)
    try:
        assert fairmark(*command).json["kind"] == "genuine"
    finally:
        folder.chmod(0o755)


def test_refreshing_needs_a_source_and_a_broken_one_is_no_attack(
    fairmark: Callable[..., Run], client: tuple[TrustShelf, Path], tmp_path: Path
) -> None:
    shelf, folder = client
    label = given.written(given.claims())
    os.rename(shelf.public, tmp_path / "away")  # noqa: PTH104 - a folder

    run = fairmark("verify", label, "--refresh", "--trust", folder, "--now", "2026-11-24T12:00:00")
    bare = fairmark("verify", label, "--refresh")

    assert (run.code, bare.code) == (0, 2)
    assert "not brought up to date" in run.err
    assert "Genuine; status as of 2026-11-24" in run.out
