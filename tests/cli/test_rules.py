"""The commands for rule writers: what they print and how they end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairmark.cli.rules import command
from fairmark.errors import CheckFailedError, WrongUsageError

RULE = """rules:
  - id: acmed
    anchors: ["acmed/"]
    version: 'acmed/(\\d\\.\\d)(?!\\d)'
    positive: [{data: "acmed/1.4", version: "1.4"}]
    negative: [{data: "acmed/%s"}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(RULE)
    return path


def test_rules_that_pass_end_well(file: Path) -> None:
    run = CliRunner().invoke(command, ["test", str(file)])

    assert run.exit_code == 0
    assert run.output == "PASS  acmed  2 samples\n1 passed, 0 failed\n"


def test_a_rule_that_fails_is_named_with_the_reason_and_ends_the_command_with_1(file: Path) -> None:
    file.write_text(RULE.replace('version: "1.4"', 'version: "1.5"'))

    run = CliRunner().invoke(command, ["test", str(file), "--quiet"])

    assert run.output.startswith("FAIL  acmed  2 samples\n      positive sample 1: expected 1.5, read 1.4\n")
    assert isinstance(run.exception, CheckFailedError)
    assert run.exception.exit_code == 1


def test_the_result_can_be_read_by_programs(file: Path) -> None:
    run = CliRunner().invoke(command, ["test", str(file), "--json"])

    assert json.loads(run.output) == {
        "passed": 1,
        "failed": 0,
        "rules": [{"id": "acmed", "name": "acmed", "pack": str(file), "samples": 2, "faults": []}],
    }


def test_without_a_file_the_rules_of_fairmark_are_tried() -> None:
    run = CliRunner().invoke(command, ["test", "--quiet"])

    assert run.exit_code == 0
    assert run.output.endswith(" passed, 0 failed\n")
    assert len(run.output.splitlines()) == 1


def test_a_new_rule_is_printed_or_written_and_passes(tmp_path: Path) -> None:
    runner, path = CliRunner(), tmp_path / "new.yaml"
    options = ["new", "acmed", "--version-text", "acmed/1.4.2 starting", "--name", "Acme daemon"]

    printed = runner.invoke(command, options)
    written = runner.invoke(command, [*options, "--out", str(path)])

    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert path.read_text() == printed.output
    assert runner.invoke(command, ["test", str(path)]).exit_code == 0


def test_a_new_rule_overwrites_nothing(file: Path) -> None:
    run = CliRunner().invoke(command, ["new", "acmed", "--version-text", "acmed/1.4.2", "--out", str(file)])

    assert isinstance(run.exception, WrongUsageError)
    assert file.read_text() == RULE


def test_the_list_names_every_rule_for_people_and_for_programs() -> None:
    people = CliRunner().invoke(command, ["list"]).output.splitlines()
    programs = json.loads(CliRunner().invoke(command, ["list", "--json"]).output)

    assert len(people) == len(programs) + 1
    assert people[0].split()[0] == programs[0]["id"]
    assert set(programs[0]) == {"id", "name", "pack", "anchors", "cpe", "purl", "licence"}
