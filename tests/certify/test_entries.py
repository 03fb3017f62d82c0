import json
from hashlib import sha256

from fairmark.certify import entries
from fairmark.certify.canonical import read_canonical
from fairmark.certify.label import payload
from fairmark.ledger.tiles import LONGEST_ENTRY
from tests.certify.test_certificate import made

FOUND = made()


def every() -> dict[str, bytes]:
    return {
        "certificate": entries.certificate(FOUND.written(), FOUND, payload(FOUND.claims), at=9),
        "state": entries.state(7, 12, "withdrawn", "flaw", at=9),
        "claim": entries.claim("Maker", "Camera", {"support_until": "2031-12-31"}, at=9),
        "status-list": entries.status_list(1, b"list", at=9),
        "trust-list": entries.trust_list(4, b"trust", at=9),
        "advisory": entries.advisory("EX-2026-1", b"text", at=9),
    }


def test_every_entry_has_the_same_five_fields_and_fits_into_a_tile() -> None:
    for kind, entry in every().items():
        row = read_canonical(entry, "an entry", limit=LONGEST_ENTRY)
        assert row.keys() == {"type", "subject", "at", "digest", "body"}
        assert (row["type"], row["at"]) == (kind, 9)


def test_the_entry_of_a_certificate_names_what_will_be_signed_and_its_label() -> None:
    row = json.loads(every()["certificate"])

    assert row["subject"] == entries.subject(7, 12) == "7-12"
    assert row["digest"] == sha256(FOUND.written()).hexdigest()
    assert row["body"]["label"] == sha256(payload(FOUND.claims)).hexdigest()
