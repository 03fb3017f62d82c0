import subprocess
import sys

import pytest
from click.testing import CliRunner

from fairmark.cli import main as cli
from fairmark.cli.main import COMMANDS, fairmark
from fairmark.errors import CheckFailedError, FairmarkError, MissingPartError, UnreadableInputError, WrongUsageError

HEAVY = ("numpy", "scipy", "pydantic", "yaml", "rich", "jinja2", "cryptography")


GROUPED = [["risk", "price"], ["risk", "portfolio"]]


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS), *GROUPED], ids=str)
def test_help_of_every_command_loads_no_heavy_library(arguments: list[str]) -> None:
    code = (
        "import sys; from fairmark.cli.main import fairmark\n"
        f"try: fairmark.main([*{arguments}, '--help'])\n"
        f"except SystemExit: print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_list_of_commands_says_what_each_does() -> None:
    text = CliRunner().invoke(fairmark, ["--help"]).output

    for name in COMMANDS:
        assert f"\n  {name} " in text


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(fairmark, ["asess"])

    assert result.exit_code == 2
    assert "asess" in result.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CheckFailedError("no", hint="h"), 1),
        (WrongUsageError("no", hint="h"), 2),
        (UnreadableInputError("no", hint="h"), 3),
        (MissingPartError("no", hint="h"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_error_of_ours_becomes_its_sentence_its_hint_and_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing:
        def main(self, *, standalone_mode: bool) -> None:
            raise error

    monkeypatch.setattr(cli, "fairmark", Failing())

    with pytest.raises(SystemExit) as caught:
        cli.main()

    assert caught.value.code == code
    said = capsys.readouterr().err
    assert said.startswith("fairmark: ")
    assert "Traceback" not in said
    if isinstance(error, FairmarkError):
        assert "hint: h" in said
