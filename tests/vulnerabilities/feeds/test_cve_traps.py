"""What authorities really write into ``versions``, and what it means."""

from collections.abc import Mapping

import pytest

from fairmark.vulnerabilities.feeds.cve import read
from fairmark.vulnerabilities.record import Affected, Range, Scheme
from tests.doubles.feed_files import as_json

GENERIC = Scheme.GENERIC


def affected(version: Mapping[str, object], **more: object) -> tuple[Affected, ...]:
    entry = {"vendor": "acme", "product": "httpd", "versions": [{"status": "affected", **version}]} | more
    document = {"cveMetadata": {"cveId": "CVE-2024-0001"}, "containers": {"cna": {"affected": [entry]}}}
    record = read(as_json(document), "record")
    assert record is not None
    return record.affected


@pytest.mark.parametrize(
    ("version", "versions"),
    [
        ({"version": "8.4.0", "lessThan": "8.4.0"}, Range(GENERIC, "", "8.4.0")),
        (
            {"version": "0", "lessThanOrEqual": "5.7.0", "versionType": "git"},
            Range(GENERIC, "", "5.7.0", end_included=True),
        ),
        ({"version": "<= 1.4.50"}, Range(GENERIC, "", "1.4.50", end_included=True)),
        ({"version": "< 1.4.50"}, Range(GENERIC, "", "1.4.50")),
        ({"version": ">= 0.16, < 0.19.0"}, Range(GENERIC, "0.16", "0.19.0")),
        ({"version": ">= 0.16, <= 0.19.0"}, Range(GENERIC, "0.16", "0.19.0", end_included=True)),
        ({"version": "Fixed in 1.1.1d (Affected 1.1.1-1.1.1c)"}, Range(GENERIC, "1.1.1", "1.1.1c", end_included=True)),
        (
            {"version": "1.0", "lessThan": "2.0", "changes": [{"at": "1.4", "status": "unaffected"}]},
            Range(GENERIC, "1.0", "1.4"),
        ),
    ],
)
def test_odd_ways_to_write_a_range_are_understood(version: Mapping[str, object], versions: Range) -> None:
    (found,) = affected(version)

    assert found.ranges == (versions,)


def test_commits_name_no_version() -> None:
    assert affected({"version": "1da177e4c3f4", "lessThan": "fd026b6b6758", "versionType": "git"}) == ()


def test_a_package_stands_for_a_missing_product() -> None:
    (found,) = affected({"version": "1.0", "lessThan": "2.0"}, product="", packageName="libfoo")

    assert found.product == "libfoo"


def test_the_applicability_of_newer_records_is_read() -> None:
    match = {"vulnerable": True, "criteria": "cpe:2.3:a:acme:httpd:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.0"}
    cna = {"cpeApplicability": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [match]}]}]}

    record = read(as_json({"cveMetadata": {"cveId": "CVE-2024-0001"}, "containers": {"cna": cna}}), "record")

    assert record is not None
    assert [(one.product, one.ranges) for one in record.affected] == [("httpd", (Range(GENERIC, "", "2.0"),))]
