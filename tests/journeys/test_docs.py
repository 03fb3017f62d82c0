"""The documents tell the truth: commands run, links lead somewhere, pages are current."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.cli.main import COMMANDS
from fairmark.model.value import canonical_json
from tests.doubles.network_reports import report
from tests.journeys.conftest import ROOT, Camera, Run

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
HARMLESS = ("demo", "explain", "doctor")


def lines_of(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    return [
        line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("fairmark ")
    ]


COMMAND_LINES = sorted({line for page in PAGES for line in lines_of(page)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_line_in_the_documents_runs(
    line: str, cameras: tuple[Camera, Camera], fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    for camera, image, out in zip(cameras, ("firmware.bin", "new.bin"), ("out", "new"), strict=True):
        (tmp_path / image).write_bytes(camera.image.read_bytes())
        (tmp_path / out).mkdir()
        (tmp_path / out / "assessment.json").write_bytes((camera.out / "assessment.json").read_bytes())
    for name, text in _files_of_the_guides().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    words = shlex.split(line)[1:]
    if words[0] == "init":
        (tmp_path / "device.yaml").unlink()
    if words[0] == "threats" and "--init" in words:
        (tmp_path / "threats.yaml").unlink()

    run = fairmark(*words, cwd=tmp_path)

    assert run.code == (1 if words[0] == "gate" else 0), run.err


def test_no_command_line_that_is_run_here_leaves_this_machine() -> None:
    assert [line for line in COMMAND_LINES if line.startswith("fairmark db update")] == []


def _files_of_the_guides() -> dict[str, str]:
    waivers = re.search(r"```yaml\n# waivers.yaml\n(.*?)```", (ROOT / "docs/howto/waivers.md").read_text(), re.DOTALL)
    figures = re.search(
        r"```yaml\n# calibration.yaml\n(.*?)```", (ROOT / "docs/howto/own-figures.md").read_text(), re.DOTALL
    )
    ransom = re.search(
        r"```yaml\n# ransom.yaml\n(.*?)```", (ROOT / "docs/howto/price-a-scenario.md").read_text(), re.DOTALL
    )
    rule = re.search(r"```yaml\n# my-rules.yaml\n(.*?)```", (ROOT / "docs/howto/add-a-rule.md").read_text(), re.DOTALL)
    threats = re.search(
        r"```yaml\n# threats.yaml\n(.*?)```", (ROOT / "docs/howto/threat-model.md").read_text(), re.DOTALL
    )
    assert threats
    assert rule
    assert waivers
    assert figures
    assert ransom
    bom, vex = re.findall(r"```json\n(.*?)```", (ROOT / "docs/howto/makers-documents.md").read_text(), re.DOTALL)
    (scan,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/howto/code-scanners.md").read_text(), re.DOTALL)
    answer = (ROOT / "docs/howto/answer-a-standard.md").read_text()
    papers = re.findall(r"```(?:yaml|text)\n# ([\w./-]+)\n(.*?)```", answer, re.DOTALL)
    own = re.search(
        r"```yaml\n# own/([\w.-]+)\n(.*?)```", (ROOT / "docs/howto/add-a-catalogue.md").read_text(), re.DOTALL
    )
    assert own
    return {
        **dict(papers),
        f"own/{own[1]}": own[2],
        "checklist.csv": "id,title\nA-1,The maker answers the telephone\n",
        "network.json": canonical_json(report()).decode(),
        "label.jpg": "a photo",
        "camera.yaml": (ROOT / "examples/ip-camera/device.yaml").read_text(),
        "bom.json": bom,
        "maker-vex.json": vex,
        "scan.sarif": scan,
        "my-rules.yaml": rule[1],
        "threats.yaml": threats[1],
        "waivers.yaml": waivers[1],
        "calibration.yaml": figures[1],
        "device.yaml": "network: behind_nat\n",
        "ransom.yaml": ransom[1],
        "portfolio.yaml": (ROOT / "examples/scenarios/portfolio.yaml").read_text(),
        "controls.yaml": (ROOT / "examples/scenarios/controls.yaml").read_text(),
    }


def test_every_command_has_its_section_and_a_first_line() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text()

    for name, short in COMMANDS.items():
        assert f"## fairmark {name}" in text
        assert short in text


def test_the_readme_opens_with_what_it_does_for_the_reader() -> None:
    text = (ROOT / "README.md").read_text()

    assert "Give it firmware. It shows what is provably wrong, which rule that breaks, what to fix first" in text[:300]
    assert (ROOT / "docs/images/report.png").is_file()


def test_the_architecture_names_every_dependency_with_its_licence() -> None:
    wanted = re.search(r"\ndependencies = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)
    assert wanted
    table = (ROOT / "ARCHITECTURE.md").read_text()

    for name in re.findall(r'"([a-z0-9-]+)', wanted[1]):
        assert re.search(rf"^\| {name} \| \S+", table, re.MULTILINE), name
