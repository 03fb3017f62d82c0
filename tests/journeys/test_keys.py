"""Keys from the command line: in files and in tokens, and a PIN that stays where it belongs."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doubles import labels as given
from tests.doubles import orders, tokens
from tests.doubles.tokens import PIN, uri
from tests.journeys.conftest import Run


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tokens.Tokens:
    made = tokens.made(tmp_path / "hsm", "Office")
    for name, value in (made.environment | {"FAIRMARK_TOKEN_PIN": PIN}).items():
        monkeypatch.setenv(name, value)
    return made


def test_a_key_in_a_file_is_encrypted_and_its_public_side_is_one_line(
    fairmark: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRMARK_KEY_PASSPHRASE", "correct horse")
    made = fairmark("keys", "new", "lab.p12", "--algorithm", "ES256", cwd=tmp_path)
    shown = fairmark("keys", "show", "lab.p12", cwd=tmp_path)

    assert made.code == 0
    assert made.out == shown.out
    assert shown.out.startswith("ES256:")
    assert stat.S_IMODE((tmp_path / "lab.p12").stat().st_mode) == 0o600
    again = fairmark("keys", "new", "lab.p12", cwd=tmp_path)
    assert (again.code, "never overwritten" in again.err) == (2, True)
    (tmp_path / "lab.p12").chmod(0o644)
    assert "may read the key" in fairmark("keys", "show", "lab.p12", cwd=tmp_path).err
    monkeypatch.setenv("FAIRMARK_KEY_PASSPHRASE", "")
    assert fairmark("keys", "new", "bare.p12", cwd=tmp_path).code == 2


def test_a_label_that_a_token_signed_verifies(
    fairmark: Callable[..., Run], office: tokens.Tokens, tmp_path: Path
) -> None:
    key = uri("Office", "issuer")
    made = fairmark("keys", "new", key, "--json", cwd=tmp_path)
    (tmp_path / "claims.json").write_text(orders.real().model_dump_json())
    (tmp_path / "trust").mkdir()
    public = made.json["public"].partition(":")[2]
    known = given.trust(given.issuer(given.LAB, public=public), status_lists=[])
    (tmp_path / "trust/trust.json").write_text(known.model_dump_json())

    signed = fairmark("label", "make", "--claims", "claims.json", "--key", key, "--out", "label", cwd=tmp_path)
    found = fairmark("verify", "label/label.txt", "--trust", "trust", "--now", "2026-11-24", "--json", cwd=tmp_path)

    assert signed.code == 0, signed.err
    assert found.json["kind"] == "unchecked"  # genuine, without a status list
    listed = fairmark("keys", "list", uri("Office"), cwd=tmp_path).out
    assert listed.startswith("issuer  id ")
    assert made.json["public"] in listed


def test_a_pin_comes_from_a_private_file_or_the_environment_and_never_from_the_command_line(
    fairmark: Callable[..., Run], office: tokens.Tokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRMARK_TOKEN_PIN", "555444333")
    pin = tmp_path / "pin"
    pin.touch(0o600)
    pin.write_text(f"{PIN}\n")
    by_file = uri("Office", "issuer", more=f"&pin-source=file:{pin}")

    made = fairmark("keys", "new", by_file)
    wrong = fairmark("keys", "show", uri("Office", "issuer"))
    inside = fairmark("keys", "show", uri("Office", "issuer", more=f"&pin-value={PIN}"))
    pin.chmod(0o644)
    readable = fairmark("keys", "show", by_file)

    assert [one.code for one in (made, wrong, inside, readable)] == [0, 3, 2, 2]
    assert "does not take this PIN" in wrong.err
    assert "does not belong into an address" in inside.err
    assert "others on this machine may read the PIN" in readable.err
    told = "".join(one.out + one.err for one in (made, wrong, inside, readable))
    assert PIN not in told
    assert "555444333" not in told


def test_without_its_token_nothing_is_written(
    fairmark: Callable[..., Run], office: tokens.Tokens, tmp_path: Path
) -> None:
    key = uri("Office", "issuer")
    fairmark("keys", "new", key)
    (tmp_path / "claims.json").write_text(orders.real().model_dump_json())
    for one in (office.folder / "tokens").iterdir():
        shutil.rmtree(one)

    run = fairmark("label", "make", "--claims", "claims.json", "--key", key, "--out", "label", cwd=tmp_path)

    assert (run.code, "'Office' is not there" in run.err) == (3, True)
    assert not (tmp_path / "label").exists()


def test_a_repository_is_signed_with_keys_in_tokens(
    fairmark: Callable[..., Run], office: tokens.Tokens, tmp_path: Path
) -> None:
    names = {name: uri("Office", name) for name in ("first", "second", "online", "daily")}
    for number, key in enumerate(names.values()):
        algorithm = "ES256" if number % 2 else "EdDSA"
        assert fairmark("keys", "new", key, "--algorithm", algorithm).code == 0
    holders = ("--root-key", names["first"], "--root-key", names["second"])
    online = ("--online", names["online"], "--status", names["daily"])

    assert fairmark("trust", "init", "repo", *holders, *online, cwd=tmp_path).code == 0
    for name in ("first", "second"):
        assert fairmark("trust", "sign", "repo", "--key", names[name], cwd=tmp_path).code == 0
    assert fairmark("trust", "publish", "repo", cwd=tmp_path).code == 0
    root = "repo/public/metadata/1.root.json"
    found = fairmark("trust", "refresh", "trust", "--from", "repo/public", "--root", root, "--json", cwd=tmp_path)

    assert (found.code, found.json) == (0, {"trust": 1, "root": 1, "lists": []})
