"""From a finished assessment to its threat model and the risk assessment, as an engineer does it."""

from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import Camera, Run

Fairmark = Callable[..., Run]
DECISION = """
decisions:
  - threat: %s
    decision: accept
    reason: the camera hangs in the home of its owner
    owner: product security lead
    date: 2026-11-24
"""


def test_no_service_of_the_camera_is_missing(cameras: tuple[Camera, Camera], fairmark: Fairmark) -> None:
    for camera in cameras:
        model = fairmark("threats", camera.out / "assessment.json", "--json").json

        behind = {program for point in model["entry_points"] for program in point["programs"]}

        services = [*camera.assessment["services"], *camera.assessment["conditional_services"]]
        assert services
        assert {f"{one['root']}:{one['program']}" for one in services} <= behind


def test_what_the_flawed_camera_lays_open_is_open_and_its_twin_has_no_telnet(
    cameras: tuple[Camera, Camera], fairmark: Fairmark
) -> None:
    flawed, fixed = (fairmark("threats", one.out / "assessment.json", "--json").json for one in cameras)

    standing = {one["id"]: one["standing"] for one in flawed["threats"]}
    assert standing["known-password@telnet:tcp/23"] == "open"
    assert standing["update-server-posed@update"] == "open"
    assert standing["update-forged@update"] == "open"
    mended = {one["id"]: one["standing"] for one in fixed["threats"]}
    assert mended["update-forged@update"] == "answered by evidence"
    assert "telnet:tcp/23" not in {one["id"] for one in fixed["entry_points"]}


def test_every_finding_that_counts_has_a_threat(cameras: tuple[Camera, Camera], fairmark: Fairmark) -> None:
    model = fairmark("threats", cameras[0].out / "assessment.json", "--json").json

    tied = {link for one in model["threats"] for link in (*one["here"], *one["device_wide"])}

    # What contradicts a claim is a finding of its own, and has its threats.
    counts = {one["id"] for one in cameras[0].assessment["findings"] if one["weakness"] != "claim-contradicted"}
    assert counts <= tied


def test_the_documents_are_written_and_the_same_each_time(
    cameras: tuple[Camera, Camera], fairmark: Fairmark, tmp_path: Path
) -> None:
    names = ("risk-assessment.html", "risk-assessment.md", "risk-assessment.docx", "threats.json")
    for folder in ("one", "two"):
        run = fairmark("threats", cameras[0].out / "assessment.json", "--out", tmp_path / folder)
        assert run.code == 0, run.err

    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    page = (tmp_path / "one" / names[0]).read_text()
    assert "A household sets it up" in page
    assert "open: nobody has written this down yet" in page


def test_a_decision_is_kept_across_builds_and_one_that_fits_nothing_fails(
    cameras: tuple[Camera, Camera], fairmark: Fairmark, tmp_path: Path
) -> None:
    (tmp_path / "kept.yaml").write_text(DECISION % "software-altered@physical")
    (tmp_path / "lost.yaml").write_text(DECISION % '"worm-door@telnet:tcp/23"')
    old, new = (one.out / "assessment.json" for one in cameras)

    kept = [fairmark("threats", one, "--edits", tmp_path / "kept.yaml") for one in (old, new)]
    lost = fairmark("threats", new, "--previous", old, "--edits", tmp_path / "lost.yaml", "--out", tmp_path / "risk")

    assert [run.code for run in kept] == [0, 0]
    assert lost.code == 1
    assert "is no threat of this build any more: it was one of the build before" in lost.err
    assert "worm-door@telnet:tcp/23" in (tmp_path / "risk" / "risk-assessment.md").read_text()


def test_a_started_file_is_found_beside_the_profile_and_never_overwritten(
    cameras: tuple[Camera, Camera], fairmark: Fairmark, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "assessment.json").write_bytes((cameras[0].out / "assessment.json").read_bytes())

    first = fairmark("threats", "out/assessment.json", "--init", cwd=tmp_path)
    again = fairmark("threats", "out/assessment.json", "--init", cwd=tmp_path)
    used = fairmark("threats", "out/assessment.json", "--json", cwd=tmp_path).json

    assert first.code == 0
    assert again.code == 2
    assert "exists already" in again.err
    assert used["edits"]


def test_wrong_input_ends_in_a_sentence(cameras: tuple[Camera, Camera], fairmark: Fairmark, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("decisions: [{threat: x}]")
    assessment = cameras[0].out / "assessment.json"

    faulty = fairmark("threats", assessment, "--edits", tmp_path / "bad.yaml")
    missing = fairmark("threats", assessment, "--edits", tmp_path / "none.yaml")
    foreign = fairmark("threats", tmp_path / "bad.yaml")
    other = fairmark("threats", assessment, "--previous", tmp_path / "bad.yaml")

    assert (faulty.code, missing.code, foreign.code, other.code) == (2, 3, 3, 3)
    assert "decisions.0.reason: is missing" in faulty.err
    assert "Traceback" not in faulty.err + missing.err + foreign.err + other.err
