"""A stated time and a record are read as days; what is not plain is no entry."""

from datetime import date

import pytest

from fairmark.standards.document_text import read_text
from fairmark.standards.fix_record import FixTimes, fix_times


def read(text: str) -> FixTimes:
    return fix_times(read_text(text.encode(), "x"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("We fix flaws within 30 days.", 30),
        ("We fix flaws within two weeks of a report.", 14),
        ("We fix flaws within 10 working days.", 14),
        ("Critical flaws are fixed within 7 days. Others are patched within 3 months.", 93),
        ("Security updates are delivered at most 60 days after a report.", 60),
        ("Security updates are provided for 5 years.", None),
        ("We do not fix flaws within 30 days.", None),
        ("We plan to fix flaws within 30 days.", None),
        ("We fix flaws quickly.", None),
    ],
)
def test_the_stated_time_is_the_longest_of_the_policy(text: str, days: int | None) -> None:
    assert read(text).stated == days


@pytest.mark.parametrize(
    "line",
    [
        "CVE-2026-1 was reported on 3 January 2026 and fixed on 20 January 2026.",
        "- flaw 7, known 2026-01-03, released with 2.0.1 on 2026-01-20",
        "Received January 3, 2026; mended with version 2.0.1 on January 20, 2026.",
    ],
)
def test_ways_to_write_a_record(line: str) -> None:
    (entry,) = read(line).record

    assert (entry.known, entry.mended, entry.days) == (date(2026, 1, 3), date(2026, 1, 20), 17)


@pytest.mark.parametrize(
    "line",
    [
        "CVE-2026-1 was reported on 3 January 2026.",
        "CVE-2026-1 was reported on 3 January 2026 and not fixed until 20 January 2026.",
        "CVE-2026-1 was reported on 20 January 2026 and fixed on 3 January 2026.",
        "CVE-2026-1 was reported on 31 February 2026 and fixed on 20 March 2026.",
        "Was it reported on 3 January 2026 and fixed on 20 January 2026?",
    ],
)
def test_what_is_no_entry(line: str) -> None:
    assert read(line).record == ()


def test_what_took_longer_is_late_and_without_a_stated_time_nothing_is() -> None:
    record = "It was reported on 1 January 2026 and fixed on 1 March 2026."

    assert [one.days for one in read(f"We fix flaws within 30 days. {record}").late] == [59]
    assert read(record).late == ()


def test_a_long_record_does_not_take_long() -> None:
    assert read("reported fixed on 1 January " * 9000).record == ()
