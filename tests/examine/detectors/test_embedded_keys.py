"""Private keys in code: told by place and digest; those with which libraries test themselves are hints."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fairmark.examine.blob import Blob
from fairmark.examine.detectors.embedded_keys import DETECTOR
from fairmark.examine.limits import Limits
from fairmark.examine.payload import Payload
from fairmark.examine.scan import scan
from fairmark.examine.subject import Subject
from fairmark.model.finding import Confidence, Reach, Severity
from tests.doubles.elves import elf
from tests.doubles.subjects import service, still_clock, subject

KEY = ec.derive_private_key(11, ec.SECP256R1())
DER = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
LOCKED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))


@pytest.mark.parametrize("data", [DER, PEM])
def test_a_key_in_a_started_program_is_proven_by_its_place_alone(data: bytes) -> None:
    program = elf(payload=b"\0" * 7 + data)
    made = subject({"/usr/sbin/agent": program}, services=(service("/usr/sbin/agent", ports=()),))

    found = DETECTOR.detect(made)

    (finding,) = found.findings
    assert (finding.confidence, finding.reach) == (Confidence.A, Reach.STARTED)
    (seen,) = found.evidence
    assert seen.where.offset == program.index(data)
    assert data[20:60].hex() not in str(found)
    assert PEM.splitlines()[1].decode() not in str(found)


@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib/libwolfssl.so.35",
        "/usr/lib/dovecot/libdovecot.so.0.0.0",
        "/usr/bin/openssl",
        "/lib/modules/5.10/testmgr.ko",
        "/usr/share/doc/x/prog",
    ],
)
def test_keys_for_tests_are_hints_and_not_indexed(path: str) -> None:
    found = DETECTOR.detect(subject({path: elf(payload=DER)}))

    assert [one.confidence for one in found.findings] == [Confidence.C]
    assert found.evidence[0].statement.startswith("key for tests")


def test_one_that_nothing_starts_is_strong_and_an_encrypted_one_is_less() -> None:
    files = {"/usr/bin/tool": elf(payload=DER), "/usr/bin/other": elf(payload=LOCKED)}

    found = {one.title.split()[0]: one for one in DETECTOR.detect(subject(files)).findings}

    assert found["/usr/bin/tool"].confidence is Confidence.B
    assert (found["/usr/bin/other"].confidence, found["/usr/bin/other"].severity) == (Confidence.B, Severity.MEDIUM)


def test_an_image_without_a_file_system_is_searched_too() -> None:
    loose = (Payload("/firmware", "0", Blob(b"\x00\x20\x00\x20" * 200 + DER + b"\0" * 64)),)
    facts, _ = scan((), loose=loose, limits=Limits(), clock=still_clock)
    empty = subject({})

    found = DETECTOR.detect(Subject((), facts, empty.device, empty.tool, empty.crack, loose=loose))

    assert [(one.confidence, one.reach) for one in found.findings] == [(Confidence.A, Reach.PRESENT)]


def test_the_same_key_twice_in_a_file_is_shown_once() -> None:
    found = DETECTOR.detect(subject({"/usr/bin/tool": elf(payload=DER + b"\0\0" + PEM)}))

    assert len(found.evidence) == 1


def test_a_file_full_of_marks_is_a_gap() -> None:
    found = DETECTOR.detect(subject({"/usr/bin/tool": elf(payload=b"\x30\x77\x02\x01\x01\x04\x20" * 300)}))

    assert found.findings == ()
    assert len(found.gaps) == 1


def test_the_head_of_a_short_key_with_text_behind_it_is_no_key() -> None:
    head = bytes.fromhex("302e020100300506032b657004220420")
    found = [
        DETECTOR.detect(subject({"/usr/sbin/tool": elf(payload=b"\0" + head + seed)})).findings
        for seed in (b"ldns_key2rr\0../../net.c\0r != NULL", bytes(range(100, 228, 4)))
    ]

    assert [len(one) for one in found] == [0, 1]
