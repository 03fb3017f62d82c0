"""The catalogue of known exploited vulnerabilities, in both forms."""

from datetime import date

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.kev import read
from fairmark.vulnerabilities.record import Kev

JSON = b"""{"catalogVersion": "1", "vulnerabilities": [
 {"cveID": "CVE-2020-0002", "dateAdded": "2021-01-02", "dueDate": "2021-02-02", "knownRansomwareCampaignUse": "Known"},
 {"cveID": "CVE-2020-0001", "dateAdded": "2022-03-04", "dueDate": "", "knownRansomwareCampaignUse": "Unknown"},
 {"cveID": "no id", "dateAdded": "2022-03-04"}, {"cveID": "CVE-2020-0003", "dateAdded": "soon"}, 7]}"""
CSV = b"""cveID,vendorProject,dateAdded,dueDate,knownRansomwareCampaignUse
CVE-2020-0002,x,2021-01-02,2021-02-02,Known
CVE-2020-0001,y,2022-03-04,,Unknown
"""


@pytest.mark.parametrize("content", [JSON, CSV], ids=["json", "csv"])
def test_entries_are_read_sorted_and_those_without_id_or_date_are_left_out(content: bytes) -> None:
    records = read(content, "kev")

    assert [(one.cve, one.kev) for one in records] == [
        ("CVE-2020-0001", Kev(date(2022, 3, 4))),
        ("CVE-2020-0002", Kev(date(2021, 1, 2), date(2021, 2, 2), ransomware=True)),
    ]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"vulnerabilities": 3}', b"\0\1\2", b"{"])
def test_what_is_no_catalogue_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read(content, "file")
