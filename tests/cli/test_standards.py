"""``fairmark standards``: the group lists what it has, and each sub-command can be loaded."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairmark.cli.main import fairmark
from fairmark.cli.standards import SUBCOMMANDS, command
from fairmark.standards import library
from fairmark.standards.own import shelve
from fairmark.workflows.adapters.catalogue_folder import VARIABLE, own_catalogues


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_sub_command_is_there_and_says_what_it_does(name: str) -> None:
    run = CliRunner().invoke(command, [name, "--help"])

    assert run.exit_code == 0, run.output
    assert "Usage:" in run.output


def test_an_unknown_sub_command_is_refused() -> None:
    assert CliRunner().invoke(command, ["nothing"]).exit_code == 2


def test_the_list_as_json_is_a_list_of_rows() -> None:
    rows = json.loads(CliRunner().invoke(command, ["list", "--json"]).output)

    assert [row["id"] for row in rows][:3] == ["en303645", "psti", "cra"]
    assert sum(row["provisions"] for row in rows) >= 470


def test_a_table_is_imported_beside_ours_and_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    (tmp_path / "list.csv").write_text("id,title\n5.10,One\n")
    shelve(own_catalogues)
    try:
        run = CliRunner().invoke(
            fairmark, ["standards", "import", str(tmp_path / "list.csv"), "--id", "mine", "--json"]
        )
        library.forget()
        listed = CliRunner().invoke(fairmark, ["standards", "show", "mine", "5.10"])
    finally:
        shelve(None)
        library.forget()

    assert json.loads(run.output)["file"] == str(tmp_path / "own" / "mine.json")
    assert listed.output.startswith("mine 5.10: One")
