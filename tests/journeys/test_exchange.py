"""The demo cameras in the forms of other tools: accepted by an independent implementation, and read back exactly."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.model.assessment import Assessment
from fairmark.workflows import exchange
from fairmark.workflows.gate import read_assessment
from fairmark.workflows.oscal import read_results
from tests.doubles import oscal_validator
from tests.journeys.conftest import Camera, Run


def assessed(camera: Camera) -> Assessment:
    return read_assessment((camera.out / "assessment.json").read_bytes(), "assessment.json")


def test_the_verdicts_of_both_cameras_come_back_as_they_were(cameras: tuple[Camera, Camera]) -> None:
    for camera in cameras:
        whole = assessed(camera)

        made = exchange.export_assessment(whole, exchange.OSCAL, "assessment-results")

        assert read_results(made, "results.json") == whole.verdicts
        assert {one.outcome.value for one in whole.verdicts} >= {"INCONCLUSIVE", "NOT_APPLICABLE"}


def test_an_independent_implementation_accepts_every_document(cameras: tuple[Camera, Camera], tmp_path: Path) -> None:
    documents = {
        f"{number}-{kind}.json": exchange.export_assessment(assessed(camera), exchange.OSCAL, kind)
        for number, camera in enumerate(cameras)
        for kind in exchange.OF_ASSESSMENTS
    }

    assert len(documents) == 8
    assert oscal_validator.faults(tmp_path, documents) == ""


@pytest.mark.parametrize("kind", ["catalog", "assessment-results"])
def test_the_command_writes_what_others_read(
    kind: str, flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    subject = "psti" if kind == "catalog" else flawed.out / "assessment.json"

    run = fairmark("standards", "export", subject, "--kind", kind, "--out", tmp_path / "out.json", "--json")

    assert run.code == 0, run.err
    assert list(json.loads((tmp_path / "out.json").read_bytes())) == [kind]
    assert run.json["kind"] == kind


def test_a_statement_of_the_flawed_camera_is_not_due(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    given = ("standards", "declare", flawed.out / "assessment.json", "--kind", "psti-statement", "--format", "md")

    run = fairmark(*given, "--out", tmp_path / "statement.md")

    assert run.code == 1, run.err
    assert "1-2 fails" in (tmp_path / "statement.md").read_text()
