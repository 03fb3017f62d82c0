"""The starter set: facts in the right shape, and the ranges that matter in the examples."""

from datetime import date

from fairmark.model.data import load_yaml
from fairmark.vulnerabilities.ranges import covers
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


def test_every_row_says_where_it_was_read() -> None:
    rows = load_yaml("fairmark.vulnerabilities", "starter.yaml")["records"]

    assert all(row["source"] and "memory" not in row["source"] for row in rows)
    assert {row.get("assumed", "") for row in rows} <= {"", "score", "score, published", "range ends at 5.6.1"}


def test_the_camera_s_kernel_flaw_is_mended_in_every_long_term_branch() -> None:
    (record,) = starter().of_cves({"CVE-2024-53104"})
    held = [
        one
        for one in ("4.19.323", "4.19.324", "5.4.285", "5.4.286", "6.12", "6.12.1")
        if covers(record.affected[0], one)
    ]

    assert held == ["4.19.323", "5.4.285", "6.12"]


def test_dirty_cow_ends_with_the_last_release_of_its_branch() -> None:
    (record,) = starter().of_cves({"CVE-2016-5195"})

    assert covers(record.affected[0], "3.4.112")
    assert not covers(record.affected[0], "3.4.113")


def test_the_portable_openssh_is_affected_and_the_mended_one_is_not() -> None:
    (record,) = starter().of_cves({"CVE-2024-6387"})

    assert [covers(record.affected[0], one) for one in ("8.4p1", "8.5p1", "9.7p1", "9.8p1")] == [
        False,
        True,
        True,
        False,
    ]
