from collections.abc import Mapping
from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_folder import read_folder
from fairmark.certify.label_verdict import LabelVerdict, judge
from fairmark.certify.trust import Register
from fairmark.demo.pair import PAIR
from fairmark.workflows.demo import IMAGE, PROFILE, demonstrate, refusal, statement
from tests.doubles.assessments import assessment
from tests.doubles.labels import NOW
from tests.doubles.offices import DEMO_SCHEME, MAKER, SEED, Trial, assessed


def test_each_example_is_written_to_its_own_folder_and_assessed_in_order() -> None:
    written: list[Path] = []
    looked: list[tuple[Path, Path]] = []

    def write(folder: Path, documents: Mapping[str, bytes]) -> None:
        assert set(documents) == {PROFILE, IMAGE}
        written.append(folder)

    def look(image: Path, profile: Path):  # type: ignore[no-untyped-def]
        looked.append((image, profile))
        return assessment()

    made = demonstrate(Path("base"), write, look)

    assert written == [Path("base") / example.name for example in PAIR]
    assert looked == [(folder / IMAGE, folder / PROFILE) for folder in written]
    assert len(made) == 2


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "office", DEMO_SCHEME)


def test_a_flawed_camera_is_refused_with_its_reasons(trial: Trial) -> None:
    reasons = refusal(trial.desk(), assessment(), lambda: SEED)

    assert any(reason.startswith("Law is broken, psti 1-2") for reason in reasons)
    assert any(reason.startswith("A flaw is proven") for reason in reasons)
    assert trial.office.numbers() == []


def test_a_refusal_that_does_not_come_is_seen(trial: Trial) -> None:
    assert refusal(trial.desk(), assessed(), lambda: SEED) == ()


def test_the_same_label_is_a_test_and_then_says_that_it_was_withdrawn(trial: Trial) -> None:
    def verify(text: str) -> LabelVerdict:
        known = read_folder(trial.folder / "publish")
        return judge(text, Register(known.trust), known.statuses, now=NOW)

    made = statement(trial.desk(), assessed(), lambda: SEED, {"sbom.json": b"{}"}, verify)

    assert (made.before.kind, made.before.is_test, made.before.stands) == ("statement", True, False)
    assert (made.after.kind, made.after.is_test) == ("withdrawn", True)
    assert made.issued.certificate.holder == MAKER
    assert made.issued.certificate.level.self_run
