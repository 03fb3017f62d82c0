"""Version orderings: against their specifications, against dpkg itself, and the laws of an ordering."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.vulnerabilities.record import Range, Scheme
from fairmark.vulnerabilities.versions import compare, contains

ASCENDING = {
    Scheme.GENERIC: ["0.9", "1.0rc1", "1.0", "1.0.1", "1.0.1a", "1.2", "1.10", "2021.1"],
    Scheme.SEMVER: ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"],
    Scheme.KERNEL: ["2.6.36", "3.4", "3.4.113", "4.0-rc1", "4.0-rc12", "4.0", "5.10.1"],
    Scheme.OPENSSL: [
        "0.9.8zh",
        "1.0.0",
        "1.0.2-beta1",
        "1.0.2",
        "1.0.2a",
        "1.0.2z",
        "1.0.2za",
        "1.0.2zb",
        "1.1.1",
        "3.0.1",
    ],
    Scheme.OPENSSH: ["8.5", "8.5p1", "9.3p1", "9.3p2", "9.7p1", "9.8", "9.8p1", "10.0p1"],
    Scheme.DROPBEAR: ["0.44", "0.53.1", "2011.54", "2018.76", "2022.83"],
    Scheme.DPKG: ["1.0~rc1", "1.0", "1.0-1", "1.0-1+deb11u1", "1.0-1+deb11u2", "1.0.1-1", "2:0.1"],
    Scheme.APK: ["1.0_alpha1", "1.0_rc1", "1.0", "1.0-r1", "1.0_p1", "1.0a", "1.0.1"],
}


@pytest.mark.parametrize("scheme", list(ASCENDING))
def test_known_versions_stand_in_their_order(scheme: Scheme) -> None:
    known = ASCENDING[scheme]

    for low, one in enumerate(known):
        for high, other in enumerate(known):
            assert compare(scheme, one, other) == (low > high) - (low < high), (one, other)


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1.0~rc1", "1.0"), ("1.0", "1.0^git1"), ("1.0^git1", "1.0.1"), ("1.a", "1.1"), ("2.0-1", "2.0-2"), ("9", "1:0")],
)
def test_rpm_orders_as_rpmvercmp_does(older: str, newer: str) -> None:
    assert compare(Scheme.RPM, older, newer) == -1
    assert compare(Scheme.RPM, newer, older) == 1


TEXT = st.text("019.ab~+-:rc_p^", min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(Scheme)), TEXT, TEXT, TEXT)
def test_every_ordering_is_one(scheme: Scheme, a: str, b: str, c: str) -> None:
    assert compare(scheme, a, a) == 0
    assert compare(scheme, a, b) == -compare(scheme, b, a)
    if compare(scheme, a, b) <= 0 and compare(scheme, b, c) <= 0:
        assert compare(scheme, a, c) <= 0


def test_the_order_of_dpkg_is_that_of_dpkg_itself() -> None:
    program = shutil.which("dpkg")
    assert program, "dpkg is part of every Debian"
    versions = ["0", "1", "1.0", "1.0~", "1.0~~a", "1.0a", "1.0+b1", "1.0-1", "1.0-1~bpo1", "1.0-10", "1.0-2", "1:0.9"]
    versions += ["2.10.4+dfsg-1+deb11u1", "2.10.4+dfsg-1+deb11u2", "1.2.3z-1", "1.2.3.4-0ubuntu1"]

    for one in versions:
        for other in versions:
            older = subprocess.run([program, "--compare-versions", one, "lt", other], check=False).returncode == 0
            assert (compare(Scheme.DPKG, one, other) < 0) == older, (one, other)


def test_a_range_holds_its_start_and_not_its_end() -> None:
    versions = Range(Scheme.GENERIC, "1.0", "1.5")

    assert [contains(versions, one) for one in ("0.9", "1.0", "1.4.9", "1.5", "")] == [False, True, True, False, False]
    assert contains(Range(Scheme.GENERIC, end="1.5", end_included=True), "1.5")
    assert not contains(Range(Scheme.GENERIC, "1.0", start_included=False), "1.0")


def test_ten_thousand_digits_are_cut() -> None:
    for scheme in Scheme:
        assert compare(scheme, "9" * 10_000, "9" * 10_000) == 0
        assert compare(scheme, "9" * 10_000, "1") == 1


def test_the_portable_edition_of_openssh_belongs_to_its_release() -> None:
    through = Range(Scheme.OPENSSH, "9.5", "9.7", end_included=True)  # CVE-2024-39894
    until = Range(Scheme.OPENSSH, "8.5", "9.8")  # CVE-2024-6387
    until_patch = Range(Scheme.OPENSSH, end="9.3p2")  # CVE-2023-38408

    assert [contains(through, one) for one in ("9.5p1", "9.7", "9.7p1", "9.8p1")] == [True, True, True, False]
    assert [contains(until, one) for one in ("8.4p1", "8.5p1", "9.7p1", "9.8p1")] == [False, True, True, False]
    assert [contains(until_patch, one) for one in ("9.3p1", "9.3p2", "9.4p1")] == [True, False, False]
