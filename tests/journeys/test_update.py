"""A maker tests an update: what still holds is taken over, and the comparison says what the update did."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.journeys.conftest import Camera, Run


def bare(assessment: dict) -> dict:
    """Leave out the marks of what was taken over."""
    cases = [{name: one[name] for name in one if name != "carried_from"} for one in assessment["cases"]]
    return assessment | {"carried": None, "cases": cases}


def test_taking_over_gives_what_running_everything_gives(
    flawed: Camera, fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    older = flawed.out / "assessment.json"

    run = fairmark("assess", fixed.image, "--device", fixed.profile, "--out", tmp_path, "--carry", older)

    assert run.code == 0, run.err
    assert "test cases were taken over" in run.out
    part = json.loads((tmp_path / "assessment.json").read_bytes())
    assert part["carried"]["carried"] + part["carried"]["run_again"] == len(part["cases"])
    assert bare(part) == bare(fixed.assessment)


def test_the_same_build_is_taken_over_but_for_what_cannot_be_compared(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    older = flawed.out / "assessment.json"

    run = fairmark("assess", flawed.image, "--device", flawed.profile, "--out", tmp_path, "--carry", older)

    part = json.loads((tmp_path / "assessment.json").read_bytes())
    assert run.code == 0, run.err
    assert bare(part) == bare(flawed.assessment)
    again = [one["examination"] for one in part["cases"] if "carried_from" not in one]
    assert part["carried"]["carried"] > len(again)
    assert "accounts" in again


def test_the_comparison_tells_what_was_mended_and_the_way_back_stops_a_build(
    flawed: Camera, fixed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    old, new, page = flawed.out / "assessment.json", fixed.out / "assessment.json", tmp_path / "diff.html"

    forth = fairmark("diff", old, new, "--html", page)
    back = fairmark("diff", new, old, "--json", "--fail-on-worse")

    assert forth.code == 0, forth.err
    assert "telnet" in forth.out
    assert forth.out.index("Broken or worse") < forth.out.index("Must be tested again") < forth.out.index("Fixed")
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert back.code == 1
    assert "service-telnet-started" in {one["rule"] for one in back.json["broke"]}
    assert "tcp/23 is open: /bin/busybox" in {one["title"] for one in back.json["broke"]}


def test_the_verdicts_go_to_the_build_server(flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path) -> None:
    report = tmp_path / "verdicts.xml"

    run = fairmark("gate", flawed.out / "assessment.json", "--junit", report)

    root = ET.parse(report).getroot()
    assert run.code == 1
    assert int(root.attrib["failures"]) > 0
    assert int(root.attrib["skipped"]) > 0


def test_a_changed_or_foreign_older_assessment_is_refused_with_a_hint(
    flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    forged = tmp_path / "forged.json"
    data = dict(flawed.assessment)
    forged.write_text(json.dumps(data | {"findings": data["findings"][1:]}))

    changed = fairmark("assess", flawed.image, "--out", tmp_path / "out", "--carry", forged)
    foreign = fairmark("diff", flawed.profile, flawed.out / "assessment.json")
    missing = fairmark("diff", tmp_path / "nothing.json", flawed.out / "assessment.json")

    assert (changed.code, foreign.code, missing.code) == (3, 3, 3)
    assert "was changed after it was written" in changed.err
    assert "hint: Nothing is taken over." in changed.err
    assert not (tmp_path / "out").exists()
