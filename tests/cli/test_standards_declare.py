import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairmark.cli.standards_declare import command
from fairmark.errors import UnreadableInputError
from fairmark.model.standard import Outcome
from fairmark.model.value import canonical_json
from fairmark.workflows.exchange import kinds_of_declarations
from tests.doubles import assessments as given


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "assessment.json"
    path.write_bytes(canonical_json(given.assessment()))
    return path


def test_a_document_that_is_not_due_is_written_and_exits_with_1(saved: Path, tmp_path: Path) -> None:
    done = run(saved, "--kind", "eu-doc", "--out", tmp_path / "doc.html")

    assert done.exit_code == 1
    assert "not due while these stand against it" in done.output
    assert b"is not due while these fail" in (tmp_path / "doc.html").read_bytes()


def test_a_draft_says_the_same_and_exits_with_0(saved: Path, tmp_path: Path) -> None:
    done = run(saved, "--kind", "psti-statement", "--format", "md", "--out", tmp_path / "soc.md", "--draft", "--json")

    said = json.loads(done.output)
    assert done.exit_code == 0
    assert len(said["not_due_while"]) == 2
    assert said["open_places"] > 5
    assert "is not due while these fail" in (tmp_path / "soc.md").read_text()


def test_without_a_failure_it_exits_with_0(tmp_path: Path) -> None:
    verdicts = tuple(one for one in given.assessment().verdicts if one.outcome is not Outcome.FAIL)
    (tmp_path / "a.json").write_bytes(canonical_json(given.assessment(verdicts=verdicts)))

    done = run(tmp_path / "a.json", "--kind", "technical-file", "--format", "docx", "--out", tmp_path / "file.docx")

    assert done.exit_code == 0
    assert (tmp_path / "file.docx").read_bytes().startswith(b"PK")


def test_the_kinds_of_the_option_are_those_that_exist() -> None:
    kinds = next(one for one in command.params if one.name == "kind").type.choices  # type: ignore[attr-defined]

    assert tuple(kinds) == kinds_of_declarations()


def test_something_else_than_an_assessment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")

    done = CliRunner().invoke(
        command,
        [str(tmp_path / "x.json"), "--kind", "eu-doc", "--out", str(tmp_path / "d.html")],
        standalone_mode=False,
    )

    assert isinstance(done.exception, UnreadableInputError)
    assert not (tmp_path / "d.html").exists()
