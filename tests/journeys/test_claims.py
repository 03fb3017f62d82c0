"""A maker answers a standard: documents, tests by hand and advertising join the evidence of one assessment."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doubles import maker_papers
from tests.journeys.conftest import Camera, Run

ANSWERS = """records:
  - {test: change-password, result: PASS, by: A. Tester, day: 2026-11-20, unit: SN 17, seen: The old one is dead.}
  - {test: handover, result: FAIL, by: A. Tester, day: 2026-11-20, unit: SN 17, seen: The first account sees it still.}
"""


@pytest.fixture(scope="module")
def answered(
    tmp_path_factory: pytest.TempPathFactory, flawed: Camera, fairmark: Callable[..., Run]
) -> tuple[dict, Run]:
    folder = tmp_path_factory.mktemp("answered")
    (folder / "papers").mkdir()
    for field, content in maker_papers.ALL.items():
        name = "security.txt" if field == "security_txt" else f"{field.replace('_', '-')}.md"
        (folder / "papers" / name).write_bytes(content)
    (folder / "answers.yaml").write_text(ANSWERS)
    (folder / "ads.txt").write_text("No default passwords.\nBank-grade encryption.\nSecurity updates for 5 years.\n")
    results = folder / "results.yaml"
    recorded = fairmark(
        "standards", "record", flawed.profile, "--results", results, "--answers", folder / "answers.yaml"
    )
    assert recorded.code == 0, recorded.err
    run = fairmark(
        "assess", flawed.image, "--device", flawed.profile, "--documents", folder / "papers", "--results", results,
        "--marketing", folder / "ads.txt", "--out", folder / "out",
    )  # fmt: skip
    assert run.code == 0, run.err
    return json.loads((folder / "out" / "assessment.json").read_bytes()), run


def verdict(assessment: dict, catalogue: str, provision: str) -> dict:
    return next(v for v in assessment["verdicts"] if (v["catalogue"], v["provision"]) == (catalogue, provision))


def test_whole_documents_pass_what_documents_alone_can_settle(answered: tuple[dict, Run], flawed: Camera) -> None:
    assessment, _ = answered

    for catalogue, provision in (("en303645", "5.2-1"), ("en303645", "5.3-13"), ("psti", "2-2a"), ("psti", "2-2b")):
        assert flawed.verdict(catalogue, provision)["outcome"] == "INCONCLUSIVE"
        assert verdict(assessment, catalogue, provision)["outcome"] == "PASS"


def test_a_recorded_pass_of_a_person_passes_and_a_fail_is_a_finding(answered: tuple[dict, Run]) -> None:
    assessment, _ = answered

    assert verdict(assessment, "en303645", "5.1-4")["outcome"] == "PASS"
    (failed,) = [one for one in assessment["findings"] if one["rule"] == "test-by-hand-failed"]
    assert (failed["weakness"], failed["confidence"]) == ("unmet-ownership-onboarding", "B")
    kinds = {one["kind"] for one in assessment["evidence"]}
    assert {"document", "person", "claim", "file"} <= kinds


def test_contradicted_claims_are_findings_and_cost_nothing(answered: tuple[dict, Run], flawed: Camera) -> None:
    assessment, _ = answered
    against = [one for one in assessment["findings"] if one["weakness"] == "claim-contradicted"]

    assert {"claim-contradicted", "declared-fact-contradicted"} == {one["rule"] for one in against}
    assert any(one["title"].startswith("en303645 5.1-1 is claimed as implemented") for one in against)
    assert all(one["severity"] == "low" and len(one["evidence"]) > 1 for one in against)
    assert assessment["risk"]["social"] == flawed.assessment["risk"]["social"]


def test_what_is_advertised_stands_beside_the_evidence(answered: tuple[dict, Run]) -> None:
    assessment, _ = answered

    assert [one["bearing"] for one in assessment["advertised"]] == ["contradicted", "empty", "supported"]
    assert assessment["inputs"]["marketing"]
    assert len(assessment["inputs"]["documents"]) == 6
    assert assessment["inputs"]["results"]


def test_the_statement_holds_the_claims_against_it(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    run = fairmark(
        "standards", "ics", flawed.profile, "--catalogue", "en303645", "--json",
        "--assessment", flawed.out / "assessment.json", "--out", tmp_path / "ics.html",
    )  # fmt: skip

    assert run.code == 0, run.err
    rows = {row["provision"]: row for row in run.json["rows"]}
    assert len(rows) == 78
    assert "Contradicted by evidence" in rows["5.1-1"]["contradicted"][0]
    assert rows["5.2-1"]["contradicted"] == []
    assert (tmp_path / "ics.html").read_bytes().startswith(b"<!doctype html>")


def test_a_pdf_among_the_documents_is_refused_with_a_hint(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "manual.pdf").write_bytes(b"%PDF-1.7")

    run = fairmark("assess", flawed.image, "--documents", tmp_path, "--out", tmp_path / "out")

    assert run.code == 3
    assert "is a PDF" in run.err
    assert "pdftotext" in run.err
