"""The starter set: facts in the right shape, and the ranges that matter in the examples."""

from datetime import date

from fairmark.vulnerabilities.starter import starter
from fairmark.vulnerabilities.versions import contains


def test_the_font_library_of_debian_11_is_affected_until_its_second_update() -> None:
    (record,) = starter().of_cves({"CVE-2025-27363"})
    (debian,) = [one for one in record.affected if one.ecosystem == "debian 11"]

    assert record.kev is not None
    assert record.kev.added == date(2025, 5, 6)
    assert contains(debian.ranges[0], "2.10.4+dfsg-1+deb11u1")
    assert not contains(debian.ranges[0], "2.10.4+dfsg-1+deb11u2")


def test_every_record_names_a_product_with_a_vendor_or_a_distribution() -> None:
    records = starter().records

    assert len({one.cve for one in records}) == len(records) >= 35
    for record in records:
        assert record.affected, record.cve
        assert all(one.vendor or one.ecosystem for one in record.affected), record.cve
        assert all(one.ranges for one in record.affected), record.cve


def test_heartbleed_ends_with_the_letter_g() -> None:
    (record,) = starter().of_products({"openssl"})[:1]

    assert record.cve == "CVE-2014-0160"
    assert [contains(record.affected[0].ranges[0], one) for one in ("1.0.1", "1.0.1f", "1.0.1g")] == [True, True, False]
