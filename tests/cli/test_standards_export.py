import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairmark.cli.standards_export import command
from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.model.value import canonical_json
from fairmark.workflows.oscal import read_catalogue, read_results
from tests.doubles import assessments as given


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], standalone_mode=False)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "assessment.json"
    path.write_bytes(canonical_json(given.assessment()))
    return path


def test_a_catalogue_is_written_and_read_back(tmp_path: Path) -> None:
    done = run("psti", "--out", tmp_path / "psti.json", "--json")

    said = json.loads(done.output)
    assert (said["kind"], said["format"]) == ("catalog", "oscal")
    assert read_catalogue((tmp_path / "psti.json").read_bytes(), "psti.json").id == "psti"


def test_an_assessment_becomes_results_when_nothing_else_is_asked(saved: Path, tmp_path: Path) -> None:
    done = run(saved, "--out", tmp_path / "new" / "results.json")

    assert "assessment-results" in done.output
    written = (tmp_path / "new" / "results.json").read_bytes()
    assert read_results(written, "results.json") == given.assessment().verdicts


def test_a_library_of_ciso_assistant_is_yaml(tmp_path: Path) -> None:
    run("en303645", "--format", "ciso-assistant", "--out", tmp_path / "library.yaml")

    assert (tmp_path / "library.yaml").read_text().startswith("urn: urn:fairmark:risk:library:en303645\n")


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        (("guild",), WrongUsageError, "neither a catalogue nor a file"),
        (("psti", "--kind", "poam"), WrongUsageError, "made from an assessment"),
        (("{saved}", "--format", "ciso-assistant"), WrongUsageError, "by its id"),
        (("{saved}", "--kind", "catalog"), WrongUsageError, "by its id"),
        (("{folder}",), UnreadableInputError, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_ends_in_our_words(
    saved: Path, tmp_path: Path, arguments: tuple[str, ...], kind: type[FairmarkError], says: str
) -> None:
    words = [one.format(saved=saved, folder=tmp_path) for one in arguments]

    done = run(*words, "--out", tmp_path / "x.json")

    assert isinstance(done.exception, kind)
    assert says in done.exception.message
    assert not (tmp_path / "x.json").exists()
