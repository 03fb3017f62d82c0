"""Several feeds on one CVE become one record, whatever their order."""

from datetime import date

from fairmark.vulnerabilities.merge import merged
from fairmark.vulnerabilities.record import Affected, Kev, Record

CVE = Record(cve="CVE-2020-0001", title="a", affected=(Affected("cve", "curl"),), feeds=("cve",))
NVD = Record(cve="CVE-2020-0001", title="b", score=9.8, affected=(Affected("nvd", "curl"),), feeds=("nvd",))
KEV = Record(cve="CVE-2020-0001", kev=Kev(date(2021, 1, 1)), feeds=("kev",))


def test_each_feed_adds_what_it_knows() -> None:
    (one,) = merged((NVD, KEV, CVE))

    assert (one.title, one.score, one.kev) == ("a", 9.8, KEV.kev)
    assert [affected.feed for affected in one.affected] == ["cve", "nvd"]
    assert one.feeds == ("cve", "kev", "nvd")


def test_order_does_not_matter() -> None:
    assert merged((CVE, NVD, KEV)) == merged((KEV, NVD, CVE))


def test_the_worst_state_counts() -> None:
    (one,) = merged((CVE, Record(cve="CVE-2020-0001", state="rejected", feeds=("nvd",))))

    assert one.state == "rejected"
