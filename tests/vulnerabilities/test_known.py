"""Records in memory answer as the database does."""

from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.record import Affected, Record

ONE = Record(cve="CVE-2020-0002", affected=(Affected("cve", "curl"), Affected("cve", "libcurl")), feeds=("cve",))
TWO = Record(cve="CVE-2020-0001", affected=(Affected("cve", "zlib"),), feeds=("cve",))
RECORDS = KnownRecords((ONE, TWO), (FeedState(name="cve"),), "digest")


def test_a_record_is_given_once_however_many_of_its_products_are_asked_for() -> None:
    assert tuple(RECORDS.of_products({"curl", "libcurl"})) == (ONE,)
    assert tuple(RECORDS.of_products({"curl", "zlib"})) == (TWO, ONE)
    assert tuple(RECORDS.of_products({"nginx"})) == ()


def test_records_are_found_by_id() -> None:
    assert tuple(RECORDS.of_cves({"CVE-2020-0001", "CVE-1999-0001"})) == (TWO,)
    assert RECORDS.digest() == "digest"
