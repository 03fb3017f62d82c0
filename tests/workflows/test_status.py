import shutil
from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_folder import read_folder
from fairmark.certify.label_verdict import judge
from fairmark.certify.office import Change
from fairmark.certify.status import Reason, State
from fairmark.certify.trust import Register
from fairmark.errors import CheckFailedError, WrongUsageError
from fairmark.workflows.certify import issue
from fairmark.workflows.status import publish_status, published, set_state, stand
from tests.doubles.labels import NOW
from tests.doubles.offices import SEED, Trial, assessed, request

DAY = 86_400


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    trial = Trial(tmp_path / "office")
    issue(trial.desk(), request(assessed()), lambda: SEED)
    return trial


def told(trial: Trial, *, now: int = NOW) -> tuple[str, str]:
    label = trial.office.read(1, "label.txt")
    assert label
    known = read_folder(trial.folder / "publish")
    found = judge(label.decode(), Register(known.trust), known.statuses, now=now)
    return found.kind, found.says


def test_the_same_label_says_what_became_of_its_certificate(trial: Trial) -> None:
    publish_status(trial.desk())
    before = told(trial)
    set_state(trial.desk(now=NOW + 60), 1, "suspended", "misuse")
    suspended = told(trial)
    set_state(trial.desk(now=NOW + 120), 1, "valid", "")
    again = told(trial)
    set_state(trial.desk(now=NOW + 180), 1, "withdrawn", "flaw")

    assert (before[0], suspended[0], again[0]) == ("statement", "suspended", "statement")
    assert told(trial)[0] == "withdrawn"
    assert "on 2026-11-24: a flaw was not mended" in told(trial)[1]


def test_a_list_is_signed_daily_and_one_that_nobody_renews_is_amber(trial: Trial) -> None:
    first = publish_status(trial.desk())
    second = publish_status(trial.desk(now=NOW + DAY))

    assert second.issued == first.issued + DAY
    assert told(trial, now=NOW + 2 * DAY)[0] == "statement"
    assert told(trial, now=NOW + 9 * DAY)[0] == "stale"
    assert read_folder(trial.folder / "publish").trust.version == 2


def test_a_clock_that_was_set_back_signs_nothing(trial: Trial) -> None:
    publish_status(trial.desk(now=NOW + DAY))
    before = trial.office.published("status/1")

    with pytest.raises(CheckFailedError, match="clock is behind"):
        publish_status(trial.desk())
    set_state(trial.desk(now=NOW + 2 * DAY), 1, "noted", "")
    with pytest.raises(CheckFailedError, match="clock is behind"):
        set_state(trial.desk(now=NOW + DAY), 1, "withdrawn", "flaw")

    assert before != trial.office.published("status/1")
    assert stand(trial.office).states == {1: State.NOTED}


def test_a_certificate_that_there_is_not_has_no_state(trial: Trial) -> None:
    with pytest.raises(WrongUsageError, match="there is no certificate 2"):
        set_state(trial.desk(), 2, "withdrawn", "flaw")


def test_what_was_refused_is_not_in_the_journal(trial: Trial) -> None:
    with pytest.raises(WrongUsageError, match="needs a reason"):
        set_state(trial.desk(), 1, "withdrawn", "")

    assert trial.office.changes() == []
    assert published(trial.office) is None


def test_a_change_that_was_only_written_down_is_logged_and_published_by_the_next_command(trial: Trial) -> None:
    trial.office.add_change(Change(number=1, state="withdrawn", reason="not-met", at=NOW))

    publish_status(trial.desk(now=NOW + 1))

    found = published(trial.office)
    assert found
    assert found.list.state(1) is State.WITHDRAWN
    assert found.reasons[1].reason is Reason.NOT_MET
    assert trial.desk().ledger.has(
        b'{"at":%d,"body":{"reason":"not-met","state":"withdrawn"},"digest":"","subject":"7-1","type":"state"}' % NOW
    )


def test_nothing_was_published_and_that_is_known(trial: Trial) -> None:
    found = stand(trial.office)

    assert (found.numbers, found.states, found.published) == ((1,), {}, None)


def test_an_office_restored_from_an_old_copy_signs_nothing(trial: Trial, tmp_path: Path) -> None:
    publish_status(trial.desk())
    backup = tmp_path / "backup"
    shutil.copytree(trial.folder, backup, ignore=lambda _folder, names: {"log"} & set(names))
    set_state(trial.desk(now=NOW + 60), 1, "withdrawn", "flaw")

    shutil.copytree(backup, trial.folder, dirs_exist_ok=True)
    (trial.folder / "states.jsonl").unlink()

    with pytest.raises(CheckFailedError, match="the log knows that certificate 1 was withdrawn"):
        publish_status(trial.desk(now=NOW + 120))
    with pytest.raises(CheckFailedError, match="is an old copy"):
        issue(trial.desk(now=NOW + 120), request(assessed(), why="One more."), lambda: SEED)


def test_an_office_that_forgot_a_certificate_gives_no_number_twice(trial: Trial, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(trial.folder, backup, ignore=lambda _folder, names: {"log"} & set(names))
    issue(trial.desk(), request(assessed(), why="One more."), lambda: SEED)

    shutil.rmtree(trial.folder / "certificates")
    shutil.copytree(backup, trial.folder, dirs_exist_ok=True)

    with pytest.raises(CheckFailedError, match="the log knows certificate 2, and this office does not"):
        issue(trial.desk(), request(assessed(), why="Another one."), lambda: SEED)
