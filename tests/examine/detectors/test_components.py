"""End of support and contradictions, and when they are silent."""

from datetime import date

from fairmark.examine.detectors.components import DETECTOR, counted_before, distribution_ends, support_ends
from fairmark.examine.patterns import patterns
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Confidence, Reach, Severity
from tests.doubles.elves import elf, hardened_daemon
from tests.doubles.rpm_databases import header, sqlite
from tests.doubles.subjects import service, subject

_CRYPTO = elf(
    interpreter="", soname="libcrypto.so.1.1", payload=b'\0OpenSSL 1.1.1k  25 Mar 2021\0OPENSSLDIR: "/etc/ssl"\0'
)
_NEW_CRYPTO = elf(
    interpreter="", soname="libcrypto.so.3", payload=b'\0OpenSSL 3.0.13 30 Jan 2024\0OPENSSLDIR: "/etc/ssl"\0'
)
_MID_2026 = 1_782_000_000


def test_an_old_library_behind_a_service_is_reported_with_its_date() -> None:
    device = subject(
        {"/usr/sbin/httpd": elf(needed=("libcrypto.so.1.1",)), "/usr/lib/libcrypto.so.1.1": _CRYPTO},
        services=(service("/usr/sbin/httpd"),),
    )

    (finding,) = DETECTOR.detect(device).findings

    assert finding.title == "openssl 1.1.1k: upstream support ended on 2023-09-11"
    assert (finding.confidence, finding.severity, finding.reach) == (Confidence.B, Severity.MEDIUM, Reach.EXPOSED)


def test_a_project_that_went_quiet_is_said_so() -> None:
    device = subject({"/usr/sbin/boa": hardened_daemon(b"\0Server: Boa/0.94.14rc21\r\n\0")})

    (finding,) = DETECTOR.detect(device).findings

    assert finding.title == "boa 0.94.14rc21: last release was on 2005-02-23"


def test_an_old_kernel_runs_whatever_file_shows_it() -> None:
    module = elf(kind=1, payload=b"\0vermagic=3.10.14 preempt mod_unload MIPS32_R1 32BIT \0")

    (finding,) = DETECTOR.detect(subject({"/lib/modules/a.ko": module, "/lib/modules/b.ko": module})).findings

    assert (finding.title[:14], finding.reach, len(finding.evidence)) == ("linux 3.10.14:", Reach.STARTED, 2)


def test_a_branch_that_ended_after_the_image_was_made_is_silent() -> None:
    made_before = subject({"/usr/lib/libcrypto.so.3": _NEW_CRYPTO}, mtime=_MID_2026)
    made_after = subject({"/usr/lib/libcrypto.so.3": _NEW_CRYPTO}, mtime=_MID_2026 + 10_000_000)

    assert DETECTOR.detect(made_before).findings == ()
    assert len(DETECTOR.detect(made_after).findings) == 1


def test_the_day_that_counts_follows_the_image_within_bounds() -> None:
    assert counted_before(subject({"/a": b"x"}, mtime=0)) == date(2025, 11, 23)
    assert counted_before(subject({"/a": b"x"}, mtime=_MID_2026)) == date(2026, 6, 21)
    assert counted_before(subject({"/a": b"x"}, mtime=2**63)) == date(2026, 11, 24)


def test_packages_of_a_kept_distribution_are_silent_and_of_an_old_one_are_one_finding() -> None:
    status = b"".join(
        b"Package: %s\nStatus: install ok installed\nVersion: 1.1.1n-0+deb10u6\nSource: openssl\n\n" % name
        for name in (b"libssl1.1", b"openssl")
    )
    files = {
        "/var/lib/dpkg/status": status,
        "/var/lib/dpkg/info/libssl1.1.list": b"/usr/lib/libcrypto.so.1.1\n",
        "/usr/lib/libcrypto.so.1.1": _CRYPTO,
    }

    kept = DETECTOR.detect(subject(files | {"/etc/os-release": b"ID=debian\nVERSION_ID=12\n"}))
    old = DETECTOR.detect(subject(files | {"/etc/os-release": b"ID=debian\nVERSION_ID=10\n"}))

    assert kept.findings == ()
    assert [one.title for one in old.findings] == ["The distribution debian 10: support ended on 2024-06-30"]


def test_packages_of_opkg_are_compared_with_upstream() -> None:
    status = b"".join(
        b"Package: %s\nStatus: install user installed\nVersion: 1.1.1k-1\nSource: package/libs/openssl\n\n" % name
        for name in (b"libopenssl1.1", b"openssl-util")
    )

    (finding,) = DETECTOR.detect(subject({"/usr/lib/opkg/status": status})).findings

    assert (finding.title[:15], len(finding.evidence)) == ("openssl 1.1.1k:", 2)


def test_a_contradiction_shows_both_sides() -> None:
    device = subject(
        {
            "/usr/lib/opkg/status": b"Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\n",
            "/usr/lib/opkg/info/busybox.list": b"/bin/busybox\n",
            "/bin/busybox": elf(payload=b"\0BusyBox v1.31.1 (2020)\0"),
        }
    )

    detection = DETECTOR.detect(device)

    (finding,) = detection.findings
    assert finding.rule == "component-version-mismatch"
    assert finding.title == "busybox: the package database says 1.36.1, the binary says 1.31.1"
    assert {one.kind for one in detection.evidence} == {EvidenceKind.PACKAGE, EvidenceKind.FILE}


def test_every_entry_names_a_known_component_a_past_date_and_a_source() -> None:
    names = {one.name for one in patterns()}

    for entry in support_ends():
        assert entry.name in names, entry
        assert entry.source
        assert date(1999, 1, 1) < entry.ended < date(2026, 11, 24)
    assert all(entry.source for entry in distribution_ends())


def test_a_branch_is_compared_by_whole_numbers() -> None:
    four_one = next(one for one in support_ends() if (one.name, one.branch) == ("linux", ("4", "1")))

    assert four_one.covers("4.1.52")
    assert not four_one.covers("4.14.90")


def test_what_the_maker_numbers_its_firmware_is_kept_as_evidence() -> None:
    detection = DETECTOR.detect(subject({"/etc/version": b"1.0.7\n"}))

    assert detection.findings == ()
    assert [one.statement for one in detection.evidence] == ["The image names itself version 1.0.7."]


def test_a_database_that_cannot_be_read_is_a_gap() -> None:
    detection = DETECTOR.detect(subject({"/var/lib/dpkg/status": b"\0\1\2" * 40}))

    assert [gap.where for gap in detection.gaps] == ["/var/lib/dpkg/status"]


def test_packages_of_a_makers_own_build_with_rpm_are_compared_with_upstream() -> None:
    database = sqlite([header("openssl", "1.1.1k", "r0")])

    (finding,) = DETECTOR.detect(subject({"/var/lib/rpm/rpmdb.sqlite": database})).findings

    assert finding.title == "openssl 1.1.1k: upstream support ended on 2023-09-11"
