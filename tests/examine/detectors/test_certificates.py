"""Certificates: what is over names the day, public authorities are one list, and no day means no word on time."""

from dataclasses import replace
from datetime import date

import pytest

from fairmark.examine.detectors.certificates import DETECTOR
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Finding, Reach
from tests.doubles.certificates import bundle, certificate
from tests.doubles.subjects import service, subject

DAY = date(2026, 11, 24)
WEB = service("/usr/sbin/webd", ports=("tcp/443",))
OVER = certificate(issuer="Maker CA", begins=date(2012, 1, 1), ends=date(2020, 5, 6))


def look(
    files: dict[str, bytes], *, used: bool = True, day: date | None = DAY, until: date | None = None
) -> tuple[Finding, ...]:
    settings = {"/etc/webd.conf": "\n".join(f"pem = {path}" for path in files).encode()} if used else {}
    made = subject({**files, **settings}, services=(WEB,), device=Device(support_until=until))
    return DETECTOR.detect(replace(made, today=day)).findings


def test_a_certificate_that_is_over_says_for_which_day() -> None:
    (found,) = look({"/etc/ssl/server.crt": OVER})

    assert (found.rule, found.confidence, found.reach) == ("certificate-expired", Confidence.A, Reach.EXPOSED)
    assert "2026-11-24" in found.title
    assert "2020-05-06" in found.title


def test_one_that_nothing_names_is_a_hint() -> None:
    (found,) = look({"/etc/ssl/server.crt": OVER}, used=False)

    assert found.confidence is Confidence.C


@pytest.mark.parametrize("day", [None, date(1970, 1, 1)])
def test_without_a_day_nothing_is_said_about_time(day: date | None) -> None:
    assert look({"/etc/ssl/server.crt": OVER}, day=day, until=date(2040, 1, 1)) == ()


def test_on_its_last_day_it_is_still_valid() -> None:
    assert look({"/etc/ssl/server.crt": OVER}, day=date(2020, 5, 6)) == ()
    assert len(look({"/etc/ssl/server.crt": OVER}, day=date(2020, 5, 7))) == 1


def test_support_that_lasts_longer_is_compared() -> None:
    files = {"/etc/ssl/server.crt": certificate(issuer="Maker CA", ends=date(2028, 1, 1))}

    (found,) = look(files, until=date(2030, 1, 1))

    assert found.rule == "certificate-ends-before-support"
    assert look(files, until=date(2027, 1, 1)) == ()


def test_a_beginning_after_the_day_of_the_examination_but_before_the_rules_is_no_finding() -> None:
    files = {"/etc/ssl/server.crt": certificate(begins=date(2024, 1, 1))}

    assert look(files, day=date(2021, 1, 1)) == ()


def test_a_self_signed_certificate_is_not_blamed_for_its_own_signature() -> None:
    assert look({"/etc/ssl/ca.crt": certificate("rsa2048", digest="SHA1", authority=True)}) == ()


def test_one_authority_for_each_file_is_a_list_as_well() -> None:
    folder = "/usr/share/ca-certificates/mozilla"
    files = {
        f"{folder}/{number}.crt": certificate(
            f"ec{number}",
            name=f"authority {number}",
            authority=True,
            begins=date(2010, 1, 1),
            ends=date(2021, 1, 1) if number < 6 else date(2040, 1, 1),
        )
        for number in range(24)
    }

    (found,) = look(files, used=False)

    assert found.rule == "certificate-bundle-old"
    assert "6 of 24" in found.title


def test_a_list_with_few_that_are_over_is_silent() -> None:
    assert look({"/etc/ssl/certs/ca-certificates.crt": bundle(60, 5)}, used=False) == ()


def test_documentation_is_left_out() -> None:
    assert look({"/usr/share/doc/openvpn/examples/server.crt": OVER}) == ()
