"""A newcomer has nothing but an image, or not even that."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.vulnerabilities.adapters.store import Store, default_path
from tests.journeys.conftest import Camera, Run


def test_an_image_alone_gives_a_useful_report_with_each_assumption_listed(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(flawed.image.read_bytes())

    run = fairmark("assess", image, cwd=tmp_path)

    assert run.code == 0, run.err
    assessment = json.loads((tmp_path / "firmware-fairmark" / "assessment.json").read_bytes())
    fields = {assumption["field"] for assumption in assessment["risk"]["assumptions"]}
    assert {"device_class", "network", "economics.units_in_field", "economics.price"} <= fields
    assert all(assumption["effect"] for assumption in assessment["risk"]["assumptions"])
    assert {f["rule"] for f in assessment["findings"]} >= {"account-default-password", "service-telnet-started"}


def test_while_nobody_says_where_it_is_sold_the_law_of_every_market_comes_first(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(flawed.image.read_bytes())

    run = fairmark("assess", image, "--json", cwd=tmp_path)

    assert "psti 1-2" in {law for item in run.json["plan"]["required_by_law"] for law in item["law"]}


def test_generic_assumptions_decide_no_applicability(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(flawed.image.read_bytes())

    run = fairmark("assess", image, "--json", cwd=tmp_path)

    assert not [v for v in run.json["verdicts"] if v["outcome"] in {"NOT_APPLICABLE", "PASS"}]


def test_an_extracted_directory_is_assessed_like_an_image(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    root = tmp_path / "rootfs"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_text("root::0:0:root:/root:/bin/sh\n")
    (root / "bin").mkdir()
    (root / "bin" / "sh").write_bytes(b"#!")

    run = fairmark("assess", root, "--json", cwd=tmp_path)

    assert run.code == 0, run.err
    assert "account-empty-password" in {finding["rule"] for finding in run.json["findings"]}


def test_without_an_image_only_documents_and_claims_are_looked_at(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "device.yaml").write_text("device_class: camera\nnetwork: behind_nat\nmarkets: [UK]\n")

    run = fairmark("assess", "--device", "device.yaml", "--json", cwd=tmp_path)

    assert run.code == 0, run.err
    assert {v["outcome"] for v in run.json["verdicts"]} <= {"INCONCLUSIVE", "NOT_APPLICABLE", "FAIL"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "nothing to assess"),
        (("missing.bin",), 3, "missing.bin"),
        (("empty.bin",), 3, "empty"),
        (("firmware.bin", "--device", "missing.yaml"), 3, "missing.yaml"),
        (("firmware.bin", "--device", "wrong.yaml"), 2, "2 faults"),
        (("firmware.bin", "--no-such-option"), 2, "no-such-option"),
        (("firmware.bin", "--max-files", "0"), 2, "max-files"),
        (("firmware.bin", "--out", "firmware.bin"), 2, "firmware.bin"),
    ],
)
def test_bad_input_ends_in_a_clear_error_and_the_right_exit_code(
    fairmark: Callable[..., Run], tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    (tmp_path / "empty.bin").touch()
    (tmp_path / "firmware.bin").write_bytes(b"no firmware at all, just text " * 300)
    (tmp_path / "wrong.yaml").write_text("network: wifi\ncolour: red\n")

    run = fairmark("assess", *arguments, cwd=tmp_path)

    assert run.code == code, run.err
    assert says in run.err
    assert "Traceback" not in run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.bin", "firmware.bin", "wrong.yaml"]


def test_an_image_that_nothing_can_open_is_no_error_and_everything_is_inconclusive(
    fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "firmware.bin").write_bytes(random.Random(1).randbytes(200_000))

    run = fairmark("assess", "firmware.bin", "--json", cwd=tmp_path)

    assert run.code == 0, run.err
    assert {v["outcome"] for v in run.json["verdicts"]} == {"INCONCLUSIVE"}
    assert "encrypted_or_random" in {gap["reason"] for gap in run.json["coverage"]["gaps"]}


def test_init_writes_a_profile_that_assess_accepts(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    first = fairmark("init", cwd=tmp_path)
    again = fairmark("init", cwd=tmp_path)

    assert first.code == 0
    assert (tmp_path / "device.yaml").is_file()
    assert (tmp_path / "device.schema.json").is_file()
    assert again.code == 2
    assert "exists already" in again.err
    assert fairmark("assess", "--device", "device.yaml", cwd=tmp_path).code == 0


def test_doctor_says_what_is_there_and_what_a_missing_part_costs(fairmark: Callable[..., Run]) -> None:
    run = fairmark("doctor")

    assert run.code == 0
    assert "ok      Python" in run.out
    assert all(part["costs"] for part in fairmark("doctor", "--json").json if not part["present"])


def test_an_empty_database_of_flaws_does_not_silence_the_starter_set(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Store(default_path()):
        pass

    run = fairmark("assess", flawed.image, "--device", flawed.profile, "--out", tmp_path / "out", "--json")

    assert {one["name"] for one in run.json["vulnerabilities"]["feeds"]} == {"starter"}
    assert "CVE-2025-27363" in {one["cve"] for one in run.json["vulnerabilities"]["statements"]}


def test_the_demo_says_how_much_is_enough_in_one_screen(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    run = fairmark("demo", cwd=tmp_path)

    assert run.code == 0, run.err
    _, _, told = run.out.partition("How much is enough: EC-100 1.0.4")
    told, _, _ = told.partition("A maker's statement for")
    assert len(told.splitlines()) <= 40
    assert "inputs assumed" in told
    assert "The private optimum is what incentives pay for, not advice." in told
    assert "What a budget leaves" in told
    assert "What would change this most" in told


def test_the_demo_refuses_the_flawed_camera_and_labels_the_other_until_that_is_withdrawn(
    fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    run = fairmark("demo", "--keep", "kept", cwd=tmp_path)

    assert run.code == 0, run.err
    refused, _, made = run.out.partition("A maker's statement for EC-100 2.0.0: TEST, not a certificate")
    assert "A maker's statement for EC-100 1.0.4: refused" in refused
    assert "- Law is broken, psti 1-2" in refused
    assert "1, Declared; required: 2; reached: 1" in made
    statement = json.loads((tmp_path / "kept/ip-camera-fixed/out/assessment.json").read_bytes())
    open_ones = [v for v in statement["verdicts"] if v["outcome"] == "INCONCLUSIVE"]
    assert f"Inconclusive  {len(open_ones)} provisions" in made
    for catalogue in {v["catalogue"] for v in open_ones}:
        assert f"{catalogue} ({sum(v['catalogue'] == catalogue for v in open_ones)}): " in made
    verified, withdrawn = (" ".join(part.split()) for part in made.split("Withdrawn     ", 1))
    assert (
        "TEST, not a certificate. Nobody answers for it. As a test it reads: Maker's statement; status as of"
        in verified
    )
    assert "As a test it reads: Withdrawn." in withdrawn
    assert not [path for path in (tmp_path / "kept").rglob("*") if "key" in path.name or "office" in path.name]

    label, lists = "kept/ip-camera-fixed/out/label/label.txt", "kept/ip-camera-fixed/out/publish"
    again = fairmark("verify", label, "--offline", "--trust", lists, cwd=tmp_path)
    assert again.code == 1
    assert "TEST, not a certificate" in again.out
    assert "Withdrawn. Example Cameras Ltd has withdrawn the certificate" in again.out
    assert (tmp_path / label).with_suffix(".svg").is_file()
    assert fairmark("demo", "--keep", "kept", cwd=tmp_path).code == 0
