"""Only a plain sentence admits anything: one with a condition says something else."""

import pytest

from fairmark.model.vocabulary import vocabulary
from fairmark.standards.admissions import admitted
from fairmark.standards.document_text import read_text
from fairmark.standards.documents import documents_file


def names(**papers: str) -> set[str]:
    return {one.name for one in admitted({field: read_text(text.encode(), field) for field, text in papers.items()})}


@pytest.mark.parametrize(
    "text",
    [
        "The firmware of this device cannot be updated.",
        "The camera receives no security updates.",
        "Software updates are not available.",
        "There are no firmware updates for it.",
    ],
)
def test_a_maker_who_writes_that_nothing_is_updated(text: str) -> None:
    assert names(update_policy=text) == {"no-updates"}


@pytest.mark.parametrize(
    "text",
    [
        "The camera cannot be updated while it records.",
        "After 2031 there are no updates.",
        "There are no security updates yet.",
        "The device cannot be updated without your consent.",
        "Older models receive no updates.",
        "Can the firmware of this device not be updated?",
        "We install no updates at night.",
        "Updates are not available for versions before 2.0.",
        "The unit will never be updated unless you agree.",
    ],
)
def test_a_condition_a_time_or_an_exception_admits_nothing(text: str) -> None:
    assert names(update_policy=text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Security updates are chargeable.", {"paid-updates"}),
        ("A security update costs 5 EUR.", {"paid-updates"}),
        ("Security updates require a yearly subscription.", {"paid-updates"}),
        ("Security updates are free and require no subscription.", set()),
        ("Security updates never require a paid plan.", set()),
        ("New functions require a yearly subscription.", set()),
    ],
)
def test_a_price_for_security_updates(text: str, found: set[str]) -> None:
    assert names(update_policy=text) == found


def test_an_update_for_experts_is_one_only_where_no_simple_way_is_told() -> None:
    hard = "To update the camera, open the case and solder a cable."

    assert names(user_instructions=hard) == {"expert-updates"}
    assert names(user_instructions=hard, update_policy="Updates install themselves automatically.") == set()
    assert names(user_instructions=f"{hard} Or tap Update in the app to update it.") == set()
    assert names(user_instructions="To update a bricked camera, send it to us.") == set()


def test_a_document_in_another_language_admits_nothing() -> None:
    german = (
        "Die Firmware wird nicht erneuert und es gibt keine Aktualisierungen, niemals und unter keinen Umständen. " * 4
    )

    assert names(update_policy=f"{german} The firmware cannot be updated.") == set()


def test_the_list_speaks_of_things_that_exist() -> None:
    words, file = vocabulary(), documents_file()

    for one in file.admissions.values():
        assert set(one.homes) <= set(file.documents)
        assert one.capability in words.capabilities
        assert one.weakness.startswith(f"unmet-{one.capability}")


def test_long_sentences_do_not_take_long() -> None:
    hostile = "the device and the software cannot be " * 3000 + "security updates costs " * 3000

    assert names(update_policy=hostile, user_instructions=hostile) <= {"no-updates", "paid-updates"}
