"""Alpine's database: which version fixed what."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds import alpine
from fairmark.vulnerabilities.feeds.entry import Entry
from fairmark.vulnerabilities.record import Range, Scheme
from tests.doubles.feed_files import as_json


def test_alpine_names_the_fix_and_what_was_never_affected() -> None:
    fixes = {"1.2.13-r1": ["CVE-2022-37434 (+)", "CVE-2018-25032 CVE-2016-9840"], "0": ["CVE-2023-6992"]}
    document = {
        "distroversion": "v3.19",
        "reponame": "main",
        "packages": [{"pkg": {"name": "zlib", "secfixes": fixes}}],
    }

    entries = [one for one in alpine.read(as_json(document), "main.json").entries if isinstance(one, Entry)]

    assert [one.record.cve for one in entries] == ["CVE-2022-37434", "CVE-2018-25032", "CVE-2016-9840", "CVE-2023-6992"]
    assert entries[0].record.affected[0].ranges == (Range(Scheme.APK, "", "1.2.13-r1"),)
    assert entries[0].part == "3.19/main/zlib"
    assert entries[3].record.affected[0].unaffected == (Range(Scheme.APK),)


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"distroversion": "v3"}', b'{"distroversion": 3, "packages": []}'])
def test_what_is_no_database_of_alpine_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        alpine.read(content, "main.json")
