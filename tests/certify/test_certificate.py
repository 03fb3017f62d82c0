from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from fairmark.certify.certificate import (
    Certificate,
    latest_end,
    opened,
    outcomes,
    read_certificate,
    seal,
    unchecked,
)
from fairmark.certify.cose import parse, public_key
from fairmark.certify.label import make, payload, read_claims
from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.model.standard import Outcome, Status
from fairmark.model.value import canonical_json
from tests.doubles.labels import LAB, STRANGER
from tests.doubles.offices import verdict

ROW: dict[str, Any] = {
    "schema": "fairmark.certificate/1",
    "number": 12,
    "issuer": {"id": 7, "name": "Example Laboratory", "host": "registry.example.org"},
    "holder": "Example Maker",
    "product": {"model": "Pico Cam 2", "gtin": "04006381333931"},
    "firmware": {"version": "1.5.0", "images": ["ab" * 32]},
    "scheme": {"id": 3, "name": "Example Scheme"},
    "level": {"granted": 2, "name": "Tested", "required": 2, "reached": 2, "self_run": False},
    "catalogues": [
        {
            "id": "psti",
            "edition": "1",
            "asked": True,
            "law": True,
            "passed": 3,
            "not_applicable": 0,
            "inconclusive": ["3-2"],
        }
    ],
    "issued": "2026-11-24",
    "expires": "2028-11-24",
    "support_until": "2031-12-31",
    "evidence": "cd" * 32,
    "decision": "ef" * 32,
    "assessment": "01" * 32,
    "status": {"list": 1, "index": 12},
}


def made(**changed: Any) -> Certificate:
    return Certificate.model_validate(ROW | changed)


def test_what_was_sealed_is_opened_and_the_same() -> None:
    found, key = opened(seal(made(), LAB), [public_key(LAB)])

    assert found == made()
    assert key == public_key(LAB)


def test_only_a_known_key_opens_it_and_what_it_says_can_be_seen_unchecked() -> None:
    sealed = seal(made(), LAB)

    with pytest.raises(CheckFailedError):
        opened(sealed, [public_key(STRANGER)])
    assert unchecked(sealed) == made()


@pytest.mark.parametrize(
    ("issued", "support", "end"),
    [
        (date(2026, 11, 24), date(2031, 12, 31), date(2028, 11, 24)),
        (date(2026, 11, 24), date(2027, 3, 1), date(2027, 3, 1)),
        (date(2024, 2, 29), date(2031, 1, 1), date(2026, 2, 28)),
        (date(2026, 12, 31), date(2031, 1, 1), date(2028, 12, 31)),
        (date(2026, 2, 28), date(2031, 1, 1), date(2028, 2, 28)),
    ],
)
def test_it_ends_after_24_months_and_never_after_the_support(issued: date, support: date, end: date) -> None:
    assert latest_end(issued, support) == end


@pytest.mark.parametrize(
    "changed",
    [
        {"expires": "2028-11-25"},
        {"support_until": "2028-11-23"},
        {"expires": "2026-11-23"},
        {"scheme": {"id": 0, "name": "Example Scheme"}},
        {"scheme": {"id": 3, "name": "demo"}},
        {"product": {"model": "x" * 49}},
        {"product": {"model": "a\u202eb"}},
        {"product": {"model": "x", "gtin": "04006381333932"}},
        {"firmware": {"images": []}},
        {"number": 0},
        {"more": 1},
        {"issued": 20_781},
        {"issued": "2026-11-24T00:00:00"},
        {"evidence": "CD" * 32},
        {"conditions": None},
    ],
    ids=range(15),
)
def test_a_certificate_that_cannot_be_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableInputError):
        read_certificate(canonical_json(made().model_dump(mode="json", by_alias=True) | changed))


def test_a_field_that_was_left_out_is_a_second_spelling() -> None:
    with pytest.raises(UnreadableInputError, match="not written as one"):
        read_certificate(canonical_json(ROW))


def test_its_label_says_the_same() -> None:
    found = read_claims(parse(make(made().claims, LAB)).payload)

    assert found == made().claims
    assert parse(make(found, LAB)).payload == payload(found)
    assert {one.name for one in fields(found)} >= {"issuer", "number", "evidence", "status"}


def test_every_provision_that_failed_or_stayed_open_is_named() -> None:
    rows = (
        verdict("psti", "1-2", Outcome.PASS),
        verdict("psti", "2-3", Outcome.INCONCLUSIVE),
        verdict("psti", "3-2", Outcome.INCONCLUSIVE, status=Status.RECOMMENDED),
        verdict("isvs", "1.1.1", Outcome.FAIL),
        verdict("isvs", "1.1.2", Outcome.NOT_APPLICABLE),
    )

    law, other = outcomes(rows, {"psti": "ab"}, frozenset({"psti"}), frozenset({"psti"}))

    assert (law.passed, law.inconclusive, law.asked, law.law, law.digest) == (1, ("2-3", "3-2"), True, True, "ab")
    assert (other.fail, other.not_applicable, other.asked, other.law, other.digest) == (("1.1.1",), 1, False, False, "")
    assert made().inconclusive == 1
