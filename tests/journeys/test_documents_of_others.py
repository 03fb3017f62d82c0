"""What makers and other tools hand over: SBOM, VEX and reports of code scanners, from the command line to the report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.sarif_logs import log, place, result, run
from tests.journeys.conftest import Camera, Run

KEV = "CVE-2025-27363"


def components(camera: Camera) -> list[dict[str, Any]]:
    """The list of a maker who lists what is really inside."""
    listed: list[dict[str, Any]] = json.loads((camera.out / "sbom.cdx.json").read_bytes())["components"]
    return listed


def assessed(fairmark: Callable[..., Run], camera: Camera, out: Path, *more: str | Path) -> dict[str, Any]:
    done = fairmark("assess", camera.image, "--device", camera.profile, "--out", out, *more)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads((out / "assessment.json").read_bytes())
    return found


def about_the_list(assessment: dict[str, Any]) -> dict[str, str]:
    return {one["rule"]: one["title"] for one in assessment["findings"] if one["rule"].startswith("sbom-")}


def write(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_a_true_list_gives_no_finding_in_either_of_our_own_formats(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    for name in ("sbom.cdx.json", "sbom.spdx.json"):
        found = assessed(fairmark, flawed, tmp_path / name, "--sbom", flawed.out / name, "--all")

        assert about_the_list(found) == {}
        assert found["coverage"]["maker_sbom"]["components"] > 5


def test_a_list_with_faults_gives_one_finding_for_each_cause_with_both_proofs(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    rows = components(flawed)
    gone, wrong = (next(row for row in rows if row["name"].startswith(name)) for name in ("dropbear", "busybox"))
    wrong |= {"version": "1.99.9", "purl": "", "cpe": ""}
    rows = [row for row in rows if row is not gone] + [{"type": "library", "name": "not-built", "version": "3"}]
    bom = write(tmp_path / "bom.json", {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": rows})

    found = assessed(fairmark, flawed, tmp_path / "out", "--sbom", bom, "--all")

    titles = about_the_list(found)
    assert "dropbear" in titles["sbom-lacks-component"]
    assert "1.99.9" in titles["sbom-other-version"]
    assert "not-built 3" in titles["sbom-lists-absent-component"]
    known = {one["id"]: one for one in found["evidence"]}
    (version,) = [one for one in found["findings"] if one["rule"] == "sbom-other-version"]
    kinds = {known[one]["kind"] for one in version["evidence"]}
    assert "document" in kinds
    assert kinds - {"document"}
    assert not any(one["confidence"] == "A" for one in found["findings"] if one["rule"].startswith("sbom-"))
    assert found["risk"]["private"]["mean"] == flawed.assessment["risk"]["private"]["mean"]


def test_a_list_alone_is_enough_to_match_published_flaws(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    done = fairmark("assess", "--sbom", flawed.out / "sbom.cdx.json", "--out", tmp_path / "out", "--json")

    assert done.code == 0, done.err
    statements = done.json["vulnerabilities"]["statements"]
    assert KEV in {one["cve"] for one in statements if one["status"] == "under_investigation"}
    assert done.json["findings"] == []
    assert "The image." in done.json["coverage"]["not_examined"]


@pytest.mark.parametrize("content", ["<bom/>", "{}", '{"bomFormat": "CycloneDX", "components": [', ""])
def test_a_list_that_is_none_is_refused(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path, content: str
) -> None:
    (tmp_path / "bom").write_text(content)

    done = fairmark("assess", flawed.image, "--sbom", tmp_path / "bom", "--out", tmp_path / "out")

    assert done.code == 3
    assert "Traceback" not in done.err
    assert not (tmp_path / "out").exists()


def vex(path: Path, cve: str, version: str, **more: str) -> Path:
    """The word of the maker of the example camera."""
    product = {"@id": f"pkg:generic/maker/{path.stem}@{version}"}
    row = {"vulnerability": {"name": cve}, "products": [product], "status": "not_affected", **more}
    return write(path, {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [row]})


def named(camera: Camera) -> tuple[str, str]:
    device = camera.assessment["device"]
    return device["model"], device["firmware_version"]


def test_the_makers_word_drops_a_flaw_as_its_word_and_never_the_exploited_one(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    model, version = named(flawed)
    ordinary = next(
        one
        for one in flawed.assessment["vulnerabilities"]["statements"]
        if one["status"] == "affected" and not one["kev"]
    )
    paths = []
    for number, cve in enumerate((ordinary["cve"], KEV)):
        (tmp_path / str(number)).mkdir()
        path = tmp_path / str(number) / f"{model}.json"
        paths.append(vex(path, cve, version, justification="vulnerable_code_not_present", impact_statement="not built"))

    found = assessed(fairmark, flawed, tmp_path / "out", "--vex", paths[0], "--vex", paths[1])

    said = {one["cve"]: one for one in found["vulnerabilities"]["statements"]}
    assert (said[ordinary["cve"]]["status"], said[ordinary["cve"]]["source"]) == ("not_affected", "maker VEX")
    assert said[KEV]["status"] == "affected"
    (exploited,) = [one for one in found["findings"] if one["cve"] == KEV]
    assert exploited["confidence"] == "B"
    assert "denied by the maker's VEX" in exploited["title"]
    assert found["coverage"]["maker_vex"]["dropped"] == 1
    assert found["coverage"]["maker_vex"]["contradicted"] == 1
    assert len(found["inputs"]["vex"]) == 2
    page = (tmp_path / "out" / "report.html").read_text()
    assert "it is the maker&#39;s word, not proven here" in page
    written = json.loads((tmp_path / "out" / "vex.json").read_bytes())
    (dropped,) = [one for one in written["statements"] if one["vulnerability"]["name"] == ordinary["cve"]]
    assert "the maker's VEX says vulnerable_code_not_present (not built)" in dropped["impact_statement"]


def test_a_word_about_another_firmware_or_without_a_reason_changes_nothing(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    model, version = named(flawed)
    other = vex(tmp_path / f"{model}.json", KEV, "99.0", justification="vulnerable_code_not_present")
    (tmp_path / "bare").mkdir()
    bare = vex(tmp_path / "bare" / f"{model}.json", KEV, version)

    found = assessed(fairmark, flawed, tmp_path / "out", "--vex", other, "--vex", bare)

    before = {(one["id"], one["confidence"]) for one in flawed.assessment["findings"]}
    assert {(one["id"], one["confidence"]) for one in found["findings"]} == before
    assert found["coverage"]["maker_vex"]["other_builds"] == 1
    assert found["coverage"]["maker_vex"]["not_counted"] == 1


def test_reports_of_code_scanners_stay_apart_and_the_gate_keeps_old_ones_out(
    fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    aside = result("style", suppressions=[{"kind": "external", "justification": "only in tests"}])
    (tmp_path / "old.sarif").write_bytes(log(run(result(), aside)))
    (tmp_path / "new.sarif").write_bytes(log(run(result(locations=[place(line=90)]), aside, result("fresh"))))

    old = assessed(fairmark, fixed, tmp_path / "old", "--sarif", tmp_path / "old.sarif")
    assessed(fairmark, fixed, tmp_path / "new", "--sarif", tmp_path / "new.sarif")

    assert [(one["rule"], one["suppressed"]) for one in old["reported"]] == [
        ("c/command-injection", False),
        ("style", True),
    ]
    assert old["findings"] == fixed.assessment["findings"]
    assert old["risk"] == fixed.assessment["risk"]
    outcomes = {(one["catalogue"], one["provision"]): one["outcome"] for one in fixed.assessment["verdicts"]}
    for one in old["verdicts"]:
        was = outcomes[one["catalogue"], one["provision"]]
        assert one["outcome"] == was or (was, one["outcome"]) == ("PASS", "INCONCLUSIVE")
    assert "only in tests" in (tmp_path / "old" / "report.html").read_text()

    files = [str(tmp_path / name / "assessment.json") for name in ("old", "new")]
    same = fairmark("gate", files[0], "--baseline", files[0], "--reported", "error")
    fresh = fairmark("gate", files[1], "--baseline", files[0], "--reported", "error")
    silent = fairmark("gate", files[1])
    missing = fairmark("gate", fixed.out / "assessment.json", "--reported", "error")

    assert [one.code for one in (same, fresh, silent, missing)] == [0, 1, silent.code, 1]
    assert "semgrep reports error fresh" in fresh.out
    assert "c/command-injection" not in fresh.out
    assert "semgrep" not in silent.out
    assert "undecided" in missing.out


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": "2.0.0", "runs": [{}]}', b"[" * 50_000])
def test_a_report_that_is_none_is_refused(
    fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "scan.sarif").write_bytes(content)

    done = fairmark("assess", fixed.image, "--sarif", tmp_path / "scan.sarif", "--out", tmp_path / "out")

    assert done.code == 3
    assert "Traceback" not in done.err


def test_the_same_documents_give_the_same_bytes(flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "scan.sarif").write_bytes(log(run(result())))
    more = ("--sbom", flawed.out / "sbom.cdx.json", "--sarif", tmp_path / "scan.sarif")

    for name in ("one", "two"):
        assessed(fairmark, flawed, tmp_path / name, *more)

    assert (tmp_path / "one" / "assessment.json").read_bytes() == (tmp_path / "two" / "assessment.json").read_bytes()
