"""security.txt is held against RFC 9116."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.standards.security_txt import MOST_BYTES, moment_of, read_security_txt
from tests.doubles.maker_papers import NOW, SECURITY_TXT


def grave(content: bytes) -> list[str]:
    return [fault.text for fault in read_security_txt(content, "security.txt", NOW).faults if fault.grave]


def test_a_good_file_has_no_faults() -> None:
    read = read_security_txt(SECURITY_TXT, "security.txt", NOW)

    assert read.faults == ()
    assert read.usable
    assert not read.signed
    assert [(line.value, line.number) for line in read.values("contact")] == [("mailto:security@camera.example", 2)]


def test_line_ends_and_the_case_of_names_do_not_matter() -> None:
    assert grave(SECURITY_TXT.replace(b"\n", b"\r\n").replace(b"Contact", b"CONTACT")) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"Expires: 2027-01-01T00:00:00Z\n", "it names no Contact"),
        (b"Contact: mailto:a@b.example\n", "it has no Expires"),
        (b"Contact: mailto:a@b.example\nExpires: 2026-11-20T08:30:00Z\n", "it expired on 2026-11-20"),
        (
            b"Contact: mailto:a@b.example\nExpires: 2027-01-01\n",
            "Expires is no date and time such as 2027-06-30T23:59:59Z",
        ),
        (b"Contact: mailto:a@b.example\nExpires: 2027-13-01T00:00:00Z\n", "Expires is no date and time such as"),
        (
            b"Contact: mailto:a@b.example\nExpires: 2027-01-01T00:00:00Z\nExpires: 2027-02-01T00:00:00Z\n",
            "more than once",
        ),
        (b"Contact: a@b.example\nExpires: 2027-01-01T00:00:00Z\n", "Contact is no address with a scheme"),
        (b"Contact: mailto:nobody\nExpires: 2027-01-01T00:00:00Z\n", "Contact is no mail address"),
        (b"Contact: http://b.example\nExpires: 2027-01-01T00:00:00Z\n", "Contact is a web address without https"),
        (
            SECURITY_TXT + b"Preferred-Languages: en\nPreferred-Languages: de\n",
            "Preferred-Languages stands more than once",
        ),
        (SECURITY_TXT + b"write to us\n", "a line is no field"),
        (SECURITY_TXT + b"Canonical: ftp://x.example/s\n", "Canonical is no web address with https"),
        (b"", "it names no Contact"),
    ],
)
def test_every_demand_that_is_broken_is_named(content: bytes, fault: str) -> None:
    assert any(fault in text for text in grave(content))


def test_advice_is_no_demand() -> None:
    read = read_security_txt(
        b"Contact: https://maker.example/report\nExpires: 2030-01-01T00:00:00+01:00\n", "security.txt", NOW
    )

    assert read.usable
    assert [fault.text for fault in read.faults] == [
        "it does not say where it is published (Canonical)",
        "Expires lies more than a year ahead",
    ]


SIGNED = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
    + SECURITY_TXT
    + b"- -----hm: x\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
)


def test_a_signed_file_is_read_inside_its_signature() -> None:
    read = read_security_txt(SIGNED.replace(b"- -----hm: x\n", b""), "security.txt", NOW)

    assert (read.signed, read.usable) == (True, True)
    assert read.values("contact")[0].number == 5


def test_half_a_signature_and_a_contact_behind_it_are_faults() -> None:
    assert "the OpenPGP signature is not whole" in grave(SIGNED.split(b"-----BEGIN PGP SIGNATURE")[0])
    behind = SIGNED.replace(b"- -----hm: x\n", b"") + b"Contact: mailto:evil@thief.example\n"
    assert grave(behind) == ["a field stands outside the signed part"]


def test_too_much_is_refused_or_cut() -> None:
    with pytest.raises(UnreadableInputError, match="larger"):
        read_security_txt(b"#" * (MOST_BYTES + 1), "security.txt", NOW)
    assert any("more than 200 fields" in text for text in grave(b"A: b\n" * 300))
    assert any("no field" in text for text in grave(b"Contact: mailto:" + b"a" * 3000))


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-02-30T00:00:00Z", "x"]
)
def test_dates_at_the_edge_are_no_dates(value: str) -> None:
    assert moment_of(value) is None
