"""The house rules that no linter knows: sizes, mirrored tests, and what must never stand in the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from fairmark.examine.detectors import DETECTORS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "fairmark"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")
LONGEST_FUNCTION, LONGEST_FILE = 80, 500


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_and_no_function_outgrows_a_reader(module: Path) -> None:
    text = module.read_text()
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert len(text.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(tree)
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LONGEST_FUNCTION] == []


def test_most_modules_have_a_test_file_of_their_own() -> None:
    """The commands are run as users run them, in tests/journeys."""
    missing = [
        str(module.relative_to(SOURCE))
        for module in MODULES
        if module.parent.name != "cli"
        and not (ROOT / "tests" / module.parent.relative_to(SOURCE) / f"test_{module.name}").is_file()
    ]

    assert len(missing) <= len(MODULES) * 0.2, missing


def test_the_lock_files_pin_every_line_by_digest_and_name_no_host() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text()

        assert len(re.findall(r"^[a-z]", text, re.MULTILINE)) == len(re.findall(r"^\S+==\S+.* \\$", text, re.MULTILINE))
        assert "://" not in text


def test_the_repository_names_no_registry_no_machine_path_and_no_binary() -> None:
    hosts = re.compile(r"https?://[a-z.]*(py" + r"pi|pythonho" + r"sted|npm" + r"js|deb\.deb" + r"ian)")
    paths = re.compile(r"/(root|home|work)" + r"/[a-z]")
    faults = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content and path.suffix != ".png":
            faults.append(f"{path.name} is binary")
        text = content.decode("utf-8", "replace")
        if hosts.search(text):
            faults.append(f"{path.name} names a registry")
        if (
            path.suffix in {".py", ".md", ".toml", ".yaml", ".lock", ""}
            and "examine" not in path.parts
            and paths.search(text)
        ):
            faults.append(f"{path.name} holds a machine path")

    assert faults == []


def test_the_test_set_up_is_where_the_make_file_says() -> None:
    for line in (ROOT / "Makefile").read_text().splitlines():
        for name in re.findall(r"(?:tests/setup|docs|bench|examples)/[\w./-]+\.(?:py|sh)", line):
            assert (ROOT / name).is_file(), name


def test_every_registered_detector_is_one_file() -> None:
    files = {path.stem for path in (SOURCE / "examine" / "detectors").glob("*.py")} - {"__init__"}

    assert {detector.id for detector in DETECTORS} == files
