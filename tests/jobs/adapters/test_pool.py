from pathlib import Path

from fairmark.jobs.adapters.pool import ProcessPool
from fairmark.jobs.plan import DIED, Done
from tests.doubles.jobs import die_always, die_once, job, refuse, shout


def by_id(done: list[Done[str]]) -> dict[str, str]:
    assert len({one.id for one in done}) == len(done)
    return {one.id: one.result or one.error for one in done}


def test_every_job_ends_once() -> None:
    done = by_id(list(ProcessPool(2).run([job("a"), job("b"), job("c")], shout)))

    assert done == {"a": "A", "b": "B", "c": "C"}


def test_no_job_starts_no_process() -> None:
    assert list(ProcessPool(2).run([], shout)) == []


def test_a_job_that_fails_is_a_sentence_and_the_others_are_done() -> None:
    done = by_id(list(ProcessPool(1).run([job("unreadable"), job("fault"), job("good")], refuse)))

    assert done["unreadable"] == "the file is empty"
    assert "fault of the program: KeyError" in done["fault"]
    assert done["good"] == "GOOD"


def test_a_worker_that_is_killed_once_loses_nothing(tmp_path: Path) -> None:
    jobs = [job(name, (name, str(tmp_path / "killed") if name == "b" else "")) for name in "abcdef"]

    done = by_id(list(ProcessPool(2).run(jobs, die_once)))

    assert done == {name: name.upper() for name in "abcdef"}
    assert (tmp_path / "killed").exists()


def test_a_job_that_kills_its_worker_twice_is_given_up_and_costs_no_other(tmp_path: Path) -> None:
    bad = str(tmp_path / "tries")

    done = by_id(list(ProcessPool(2).run([job(name) for name in ("a", bad, "b", "c", "d")], die_always)))

    assert done == {"a": "A", bad: DIED, "b": "B", "c": "C", "d": "D"}
    assert Path(bad).read_text() == "xx"
