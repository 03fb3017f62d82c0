import pytest

from fairmark.certify import entries
from fairmark.certify.cose import public_key
from fairmark.certify.office import (
    Change,
    Settings,
    line_of,
    next_change,
    order,
    places,
    read_changes,
    read_settings,
    standing,
    trust_list,
    unknown_here,
)
from fairmark.certify.status import Reason, State, Why
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.checkpoint import log_key, witness_key
from fairmark.ledger.notes import VerifierKey
from fairmark.model.value import canonical_json
from tests.certify.test_certificate import made
from tests.doubles.labels import LAB, NOW, STATUS, TODAY
from tests.doubles.offices import settings

CHANGES = [
    Change(number=1, state="suspended", reason="misuse", at=NOW),
    Change(number=2, state="withdrawn", reason="flaw", at=NOW + 1),
    Change(number=1, state="valid", at=NOW + 2),
]
JOURNAL = b"".join(map(line_of, CHANGES))


class Watched:
    """A log with witnesses, of which only the keys count here."""

    key: VerifierKey = log_key("log.example.org", LAB.public)
    witnesses: tuple[str, ...] = tuple(
        str(witness_key(f"{name}.example.org", bytes([k]) * 32)) for k, name in enumerate("abc")
    )


def test_settings_are_read_back() -> None:
    assert read_settings(canonical_json(settings()), "office.json") == settings()
    assert settings().issuer_key.key == public_key(LAB)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", canonical_json({"schema": "fairmark.office/2"})])
def test_settings_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match=r"office\.json"):
        read_settings(content, "office.json")


def test_a_journal_is_read_back_and_a_line_that_was_cut_off_does_not_count() -> None:
    assert read_changes(JOURNAL, "states.jsonl") == CHANGES
    for cut in range(1, len(line_of(CHANGES[2]))):
        assert read_changes(JOURNAL[:-cut], "states.jsonl") == CHANGES[:2]
    assert read_changes(b"", "states.jsonl") == []


@pytest.mark.parametrize(
    "line", [b"\n", b"{}\n", b'{"at":1,"number":1,"reason":"","state":"gone"}\n', b"[" * 50_000 + b"\n", b"\xff\n"]
)
def test_a_damaged_line_of_a_journal_is_refused(line: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="line 4"):
        read_changes(JOURNAL + line, "states.jsonl")


def test_what_stands_is_what_was_said_last() -> None:
    states, reasons = standing(CHANGES)

    assert states == {2: State.WITHDRAWN}
    assert reasons == {2: Why(TODAY, Reason.FLAW)}


@pytest.mark.parametrize(
    ("before", "state", "reason", "problem"),
    [
        (State.WITHDRAWN, "valid", "", "stays so"),
        (State.WITHDRAWN, "withdrawn", "flaw", "stays so"),
        (State.VALID, "valid", "", "valid already"),
        (State.VALID, "withdrawn", "", "needs a reason"),
        (State.VALID, "suspended", "", "needs a reason"),
    ],
)
def test_a_change_that_cannot_be_is_refused(before: State, state: str, reason: str, problem: str) -> None:
    with pytest.raises(WrongUsageError, match=problem):
        next_change(before, Change(number=1, state=state, reason=reason, at=NOW))


@pytest.mark.parametrize(
    ("before", "state", "reason"),
    [
        (State.VALID, "withdrawn", "flaw"),
        (State.VALID, "suspended", "misuse"),
        (State.SUSPENDED, "valid", ""),
        (State.SUSPENDED, "withdrawn", "not-met"),
        (State.VALID, "noted", ""),
        (State.NOTED, "valid", ""),
    ],
)
def test_the_changes_that_a_scheme_knows_are_made(before: State, state: str, reason: str) -> None:
    next_change(before, Change(number=1, state=state, reason=reason, at=NOW))


@pytest.mark.parametrize(
    ("entry", "forgotten"),
    [
        (entries.state(7, 2, "withdrawn", "flaw", at=NOW + 1), ""),
        (entries.state(7, 2, "withdrawn", "flaw", at=NOW + 9), "that certificate 2 was withdrawn"),
        (entries.state(8, 2, "withdrawn", "flaw", at=NOW + 9), ""),
        (entries.certificate(b"", made(), b"", at=NOW), "certificate 12"),
        (entries.certificate(b"", made(number=1), b"", at=NOW), ""),
        (entries.claim("7-3", "x", {}, at=NOW), ""),
        (b"a line of somebody else", ""),
        (b'{"type":"state","subject":7,"at":1,"body":{}}', ""),
        (b"[" * 50_000, ""),
    ],
    ids=range(9),
)
def test_what_the_log_knows_and_the_office_does_not_was_forgotten(entry: bytes, forgotten: str) -> None:
    assert unknown_here(entry, 7, [1, 2], CHANGES) == forgotten


def test_the_length_of_a_list_does_not_tell_how_many_certificates_there_are() -> None:
    assert [places([]), places([1]), places([1, 1023]), places([1, 1024])] == [1024, 1024, 1024, 2048]


def test_the_trust_list_names_issuer_log_witnesses_and_status_list() -> None:
    made_list = trust_list(settings(), Watched(), version=3, now=NOW)  # type: ignore[arg-type]

    assert made_list.issuers[0].key == public_key(LAB)
    assert made_list.status_lists[0].key == public_key(STATUS)
    assert made_list.schemes[0].name == made_list.issuers[0].scheme == "Example Scheme"
    assert (made_list.logs[0].origin, made_list.logs[0].quorum) == ("log.example.org", 2)
    assert made_list.logs[0].witnesses == Watched.witnesses


def test_a_label_is_ordered_with_what_the_certificate_says_and_no_more() -> None:
    found = order(made(), automatic=None, sensors=None)

    assert found.claims == made().claims
    assert "Automatic updates: not stated" in found.lines
    assert "Sensors: none" in order(made(), automatic=True, sensors=()).lines


def test_settings_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError, match="extra"):
        Settings.model_validate(settings().model_dump(by_alias=True) | {"more": 1})
