"""The rules of honesty: what is said, of what, and on which day."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fairmark.certify.cose import PublicKey, public_key, sign
from fairmark.certify.label import address, to_digits
from fairmark.certify.label_verdict import LabelVerdict, judge, words
from fairmark.certify.status import Status, publish, read_status
from fairmark.certify.trust import Register, TrustList
from fairmark.ledger.signing import KeyInMemory
from tests.doubles import labels as given

TRUST = Register(given.trust())
YEARS = 10 * 365 * given.DAY


def told(text: str, *, now: int = given.NOW, **options: Any) -> LabelVerdict:
    return judge(text, options.pop("register", TRUST), options.pop("statuses", given.statuses()), now=now, **options)


def test_a_genuine_label_is_never_bare_green() -> None:
    found = told(given.written(given.claims()))

    assert (found.kind, found.colour, found.stands) == ("genuine", "green", True)
    assert found.title == "Genuine; status as of 2026-11-23"
    assert dict(found.facts)["Level"] == "Tested"
    assert dict(found.facts)["Security updates until"] == "02/2029"
    assert dict(found.facts)["Issuer"] == "Example Laboratory"


def test_green_is_always_said_with_a_date() -> None:
    for kind, row in words()["kinds"].items():
        assert row["colour"] != "green" or "{status_date}" in row["title"], kind


def test_after_seven_days_the_answer_is_amber() -> None:
    text = given.written(given.claims())
    listed_at = given.NOW - given.DAY

    on_the_last_second = told(text, now=listed_at + 7 * given.DAY)
    a_second_later = told(text, now=listed_at + 7 * given.DAY + 1)

    assert on_the_last_second.colour == "green"
    assert (a_second_later.kind, a_second_later.colour, a_second_later.stands) == ("stale", "amber", True)
    assert "2026-11-23" in a_second_later.title


def test_without_a_status_list_nothing_is_said_to_stand() -> None:
    found = told(given.written(given.claims()), statuses={})

    assert (found.kind, found.colour, found.stands) == ("unchecked", "amber", False)
    assert told(given.written(given.claims(status=(1, 4000)))).kind == "unchecked"
    assert told(given.written(given.claims(status=(2, 100)))).kind == "unchecked"


def test_withdrawn_is_red_with_day_and_reason() -> None:
    found = told(given.written(given.claims(status=(1, 101))))

    assert (found.kind, found.colour, found.stands) == ("withdrawn", "red", False)
    assert "withdrawn the certificate on 2026-11-19: a flaw was not mended" in found.says
    assert "2026-11-23" in found.says


def test_withdrawn_without_a_known_reason_says_who_knows_it() -> None:
    assert "registry.example.org says since when and why" in told(given.written(given.claims(status=(1, 104)))).says


def test_suspended_and_noted_do_not_stand() -> None:
    suspended, noted = (told(given.written(given.claims(status=(1, place)))) for place in (102, 103))

    assert (suspended.kind, suspended.colour, suspended.stands) == ("suspended", "amber", False)
    assert (noted.kind, noted.stands) == ("noted", False)


def test_support_that_ended_is_grey_from_the_day_after() -> None:
    text = given.written(given.claims(support_until=given.TODAY, expires=given.TODAY))
    midnight = (given.TODAY + 1) * given.DAY

    assert told(text, now=midnight - 1).kind == "genuine"
    assert (told(text, now=midnight).kind, told(text, now=midnight).colour) == ("support_ended", "grey")


def test_an_expired_certificate_says_so_from_the_day_after() -> None:
    text = given.written(given.claims(expires=given.TODAY))
    midnight = (given.TODAY + 1) * given.DAY

    assert told(text, now=midnight - 1).kind == "genuine"
    assert (told(text, now=midnight).kind, told(text, now=midnight).stands) == ("expired", False)


def test_withdrawn_stays_withdrawn_when_it_has_expired_too() -> None:
    assert told(given.written(given.claims(status=(1, 101), expires=given.TODAY - 1))).kind == "withdrawn"


def test_a_clock_that_was_set_back_ten_years_revives_nothing() -> None:
    ended = given.written(given.claims(expires=given.TODAY - 4, issued=given.TODAY - 30))

    found = told(ended, now=given.NOW - YEARS)

    assert found.kind == "expired"
    assert any("clock here is behind: 2026-11-23" in note for note in found.notes)


def test_a_clock_ten_years_ahead_makes_nothing_green() -> None:
    assert told(given.written(given.claims()), now=given.NOW + YEARS).kind == "support_ended"
    assert (
        told(given.written(given.claims(expires=90_000, support_until=90_000)), now=given.NOW + YEARS).kind == "stale"
    )


def test_a_replayed_old_status_list_is_amber_even_with_a_clock_of_its_time() -> None:
    """The trust list is newer than the replayed list, and its time counts."""
    message = publish(given.listed(at=given.NOW - 30 * given.DAY, states={}), given.STATUS)
    replayed = {1: Status(read_status(message, public_key(given.STATUS), 1), {})}

    found = told(given.written(given.claims(status=(1, 101))), now=given.NOW - 29 * given.DAY, statuses=replayed)

    assert (found.kind, found.colour) == ("stale", "amber")


def test_within_its_seven_days_an_old_list_is_told_only_by_its_date() -> None:
    """Whoever has no memory and no network cannot know of a newer one; the answer says of which day it is."""
    message = publish(given.listed(at=given.NOW - 3 * given.DAY, states={}), given.STATUS)
    replayed = {1: Status(read_status(message, public_key(given.STATUS), 1), {})}

    found = told(given.written(given.claims(status=(1, 101))), statuses=replayed)

    assert (found.kind, found.title) == ("genuine", "Genuine; status as of 2026-11-21")


def test_a_list_from_the_future_makes_nothing_fresh() -> None:
    """Its time is believed, as every signed one is, and it moves now for the label and the trust list too."""
    ahead = {1: Status(given.listed(at=given.NOW + YEARS, states={}), {})}

    for changed, kind in (({}, "support_ended"), ({"expires": 90_000, "support_until": 90_000}, "stale")):
        assert told(given.written(given.claims(**changed)), statuses=ahead).kind == kind


def test_a_label_from_the_future_moves_now_and_is_not_fresh() -> None:
    later = given.claims(issued=given.TODAY + 300, expires=given.TODAY + 700)

    assert told(given.written(later)).kind == "stale"


def test_an_old_list_of_reasons_beside_a_new_list_invents_no_reason() -> None:
    statuses = {1: Status(given.listed(), {104: given.REASONS[101]})}

    found = told(given.written(given.claims(status=(1, 101))), statuses=statuses)

    assert found.kind == "withdrawn"
    assert "says since when and why" in found.says


def test_an_old_trust_list_is_amber() -> None:
    old = Register(given.trust(expires=given.NOW - 1))

    found = told(given.written(given.claims()), register=old)

    assert found.kind == "stale"
    assert any("trust list was good until" in note for note in found.notes)


@pytest.mark.parametrize(
    ("place", "kind", "title"),
    [(100, "genuine", "Genuine"), (101, "withdrawn", "Withdrawn"), (102, "suspended", "Susp")],
)
def test_whatever_a_demo_key_signed_is_a_test(place: int, kind: str, title: str) -> None:
    text = given.written(given.claims(issuer=9, scheme=0, status=(1, place)), given.TRIAL, host="trial.example.org")

    found = told(text)

    assert (found.title, found.colour, found.is_test, found.stands) == ("TEST, not a certificate", "test", True, False)
    assert found.kind == kind
    assert f"As a test it reads: {title}" in found.says


def test_a_demo_key_cannot_sign_for_a_real_scheme_nor_a_real_key_for_another() -> None:
    assert told(given.written(given.claims(issuer=9, scheme=3), given.TRIAL)).kind == "not_genuine"
    assert told(given.written(given.claims(scheme=0))).kind == "not_genuine"
    assert told(given.written(given.claims(scheme=4))).kind == "not_genuine"


def test_an_issuer_cannot_sign_for_another() -> None:
    assert told(given.written(given.claims(issuer=9), given.LAB)).kind == "not_genuine"


def test_a_key_signs_only_within_its_time() -> None:
    for issued, kind in ((-401, "not_genuine"), (-400, "genuine"), (0, "genuine")):
        assert told(given.written(given.claims(issued=given.TODAY + issued))).kind == kind
    later = given.claims(issued=given.TODAY + 401, expires=given.TODAY + 500)
    assert told(given.written(later)).kind == "not_genuine"


def test_nobody_is_trusted_by_default() -> None:
    found = told(given.written(given.claims()), register=Register(TrustList()))

    assert (found.kind, found.stands, found.facts) == ("unknown_issuer", False, ())


def test_labels_of_a_stolen_key_need_the_log() -> None:
    text = given.written(given.claims(issuer=8), given.STOLEN)

    assert (told(text).kind, told(text).stands) == ("unconfirmed", False)
    assert told(text, log_index=41).kind == "genuine"
    assert told(text, log_index=42).kind == "unconfirmed"


def test_the_label_of_another_product_is_refused() -> None:
    other = given.written(given.claims()).replace("04006381333931", "04006381333948")

    assert told(other).kind == "wrong_product"
    assert not told(other).stands


def test_a_look_alike_address_is_named_beside_the_right_one() -> None:
    found = told(given.written(given.claims(), host="reg1stry.example.org"))

    assert any("reg1stry.example.org" in note and "registry.example.org" in note for note in found.notes)


def test_every_signed_answer_says_that_codes_can_be_copied() -> None:
    for place in (100, 101, 102, 103):
        assert any("photocopied" in note for note in told(given.written(given.claims(status=(1, place)))).notes)


def test_a_low_level_is_the_makers_own_statement() -> None:
    declared = told(given.written(given.claims(level=1)))

    assert (declared.kind, declared.colour, declared.stands) == ("statement", "plain", True)
    assert declared.title == "Maker's statement; status as of 2026-11-23"
    assert any("maker's own statement" in note for note in declared.notes)
    assert told(given.written(given.claims(level=1)), statuses={}).kind == "unchecked"
    assert not any("own statement" in note for note in told(given.written(given.claims(level=2))).notes)


def test_of_two_issuers_with_one_key_id_both_are_tried_and_the_issuer_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PublicKey, "kid", b"same")
    sisters = given.trust(given.issuer(given.STRANGER, id=12), given.issuer(given.LAB), given.issuer(given.LAB, id=13))
    register = Register(sisters)

    for number, kind in ((7, "genuine"), (13, "genuine"), (12, "not_genuine")):
        assert told(given.written(given.claims(issuer=number)), register=register).kind == kind


def test_a_trusted_signature_under_something_else_is_not_genuine() -> None:
    for payload in (b"", b"\xa0", b"\xff", b"text"):
        assert told(to_digits(sign(payload, given.LAB))).kind == "not_genuine"


@pytest.mark.parametrize("text", ["", "0", "hello", "9" * 5000, "https://registry.example.org/", "\u0661" * 20, "256"])
def test_what_is_no_label_is_called_so(text: str) -> None:
    found = told(text)

    assert (found.kind, found.stands) == ("no_label", False)


def test_each_of_three_signers_gets_its_own_words() -> None:
    stranger = KeyInMemory(given.STRANGER._key)

    assert told(given.written(given.claims(), stranger)).kind == "unknown_issuer"
    assert told(given.written(given.claims(), given.LAB_P256)).kind == "genuine"


def test_no_sentence_promises_too_much() -> None:
    said = json.dumps(words()).lower()

    for word in ("safe", "conform", "fairmark certified", " pass"):
        assert word not in said


def test_old_addresses_of_an_issuer_stay_good() -> None:
    """The host is not signed: after a move the printed boxes are still genuine, with a note."""
    moved = Register(given.trust(given.issuer(given.LAB, host="new.example.org")))
    claims = given.claims()
    text = address(given.HOST, claims, given.label.make(claims, given.LAB))

    assert told(text, register=moved).kind == "genuine"
    assert replace(claims) == claims
