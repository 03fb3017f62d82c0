from fairmark.errors import UnreadableInputError
from fairmark.jobs.plan import Job, sentence, still_to_do

JOB = Job("a", "order", {"image": "1", "device": ""})


def test_a_job_is_done_when_all_its_digests_were_recorded() -> None:
    assert still_to_do([JOB], {"a": {"image": "1", "device": "", "rules": "9"}}.get) == ()


def test_a_job_without_a_record_or_with_another_digest_is_still_to_do() -> None:
    for records in (
        {},
        {"a": {"image": "2", "device": ""}},
        {"a": {"image": "1"}},
        {"b": {"image": "1", "device": ""}},
    ):
        assert still_to_do([JOB], records.get) == (JOB,)


def test_an_error_of_ours_speaks_for_itself_and_a_fault_is_called_one() -> None:
    assert sentence(UnreadableInputError("the file is empty")) == "the file is empty"
    assert sentence(KeyError("secret")) == "the program failed on it, which is a fault of the program: KeyError"
    assert "memory" in sentence(MemoryError())
