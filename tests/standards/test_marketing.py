"""Advertising is held against evidence, and nothing is ever called true."""

from datetime import date

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.finding import Confidence, Reach
from fairmark.model.marketing import Advertised, Bearing
from fairmark.model.standard import Verdict
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.document_text import read_text
from fairmark.standards.library import catalogues
from fairmark.standards.marketing import MOST_SENTENCES, Known, counted, judge_marketing, kinds
from tests.doubles.provisions import device, finding, observation, verdicts

TODAY = date(2026, 11, 20)


def known(**more: object) -> Known:
    given = {"findings": (), "observations": (), "facts": {}, "verdicts": (), "support_until": None, "today": TODAY}
    return Known(**{**given, **more})  # type: ignore[arg-type]


def said(text: str, what: Known | None = None) -> Advertised:
    (one,) = judge_marketing(read_text(text.encode(), "x", lines_apart=True), what or known())
    return one


@pytest.mark.parametrize(
    "text",
    [
        "Bank-grade encryption.",
        "Military grade security for your home.",
        "State-of-the-art security.",
        "Your home stays safe.",
        "We take your privacy seriously.",
        "100 % secure.",
        "Unhackable.",
        "Encrypted with AES-256.",
        "Free updates for life.",
        "No backdoors.",
        "Privacy by design.",
    ],
)
def test_words_that_nobody_could_test_are_empty(text: str) -> None:
    assert said(text).bearing is Bearing.EMPTY


@pytest.mark.parametrize(
    ("text", "weakness"),
    [
        ("All connections are encrypted.", "weak-tls"),
        ("The video stream is encrypted.", "personal-data-plain"),
        ("Recordings are stored encrypted on the card.", "secret-storage-plain"),
        ("There is no default password.", "default-password"),
        ("Every camera has its own password for each owner.", "derivable-password"),
        ("It has no known vulnerabilities.", "kev-cve-exposed"),
        ("No back doors.", "service-telnet"),
        ("Only signed updates are installed.", "update-unsigned"),
        ("Secure boot keeps strangers out.", "no-secure-boot"),
        ("Log in with two-factor authentication.", "no-mfa"),
        ("It updates automatically.", "no-auto-update"),
        ("100% secure.", "default-password"),
    ],
)
def test_a_finding_contradicts_what_it_disproves(text: str, weakness: str) -> None:
    bad = finding(weakness)

    one = said(text, known(findings=(bad,)))

    assert one.bearing is Bearing.CONTRADICTED
    assert bad.id in {name for part in one.parts for name in part.because}
    assert said(text).bearing is not Bearing.CONTRADICTED


def test_a_hint_contradicts_nothing() -> None:
    bad = finding("weak-tls", confidence=Confidence.C)

    assert said("All connections are encrypted.", known(findings=(bad,))).bearing is Bearing.OPEN


def test_a_far_flaw_does_not_contradict_praise() -> None:
    far = finding("default-password", reach=Reach.PRESENT)

    assert said("Unhackable.", known(findings=(far,))).bearing is Bearing.EMPTY


def test_only_complete_evidence_of_every_kind_supports() -> None:
    text = "There is no default password."
    whole = observation("no-default-password")
    partly = observation("no-default-password", complete=False)

    assert said(text, known(observations=(whole,))).bearing is Bearing.SUPPORTED
    assert said(text, known(observations=(whole, partly))).bearing is Bearing.OPEN
    assert (
        said(text, known(observations=(whole,), findings=(finding("default-password"),))).bearing
        is Bearing.CONTRADICTED
    )
    both = (observation("secure-comms"), observation("personal-data-transit"))
    assert said("All traffic is encrypted.", known(observations=both)).bearing is Bearing.SUPPORTED
    assert said("All traffic is encrypted.", known(observations=both[:1])).bearing is Bearing.OPEN


def test_facts_of_the_profile_contradict_too() -> None:
    one = said("Your pictures never leave your home.", known(facts={"personal.sent_to_service": True}))

    assert one.bearing is Bearing.CONTRADICTED
    assert "personal.sent_to_service is true" in one.parts[0].reason


@pytest.mark.parametrize(
    ("until", "bearing"),
    [(date(2031, 12, 31), Bearing.OPEN), (date(2030, 1, 1), Bearing.CONTRADICTED), (None, Bearing.OPEN)],
)
@pytest.mark.parametrize("years", ["5", "five"])
def test_years_of_updates_are_counted_from_today(years: str, until: date | None, bearing: Bearing) -> None:
    assert said(f"Security updates for {years} years.", known(support_until=until)).bearing is bearing


def test_a_hundred_years_do_not_overflow() -> None:
    assert said("Updates for 99 years.", known(support_until=date.max, today=date.max)).bearing is Bearing.OPEN


def test_a_claim_to_meet_a_law_is_held_against_that_law_alone() -> None:
    subject = device({"auth.password": True})
    judged: tuple[Verdict, ...] = tuple(verdicts(subject, finding("default-password")).values())
    psti = tuple(one for one in judged if one.catalogue == "psti")

    assert said("Complies with PSTI.", known(verdicts=psti)).bearing is Bearing.CONTRADICTED
    assert said("Complies with EN 18031.", known(verdicts=psti)).bearing is Bearing.OPEN
    assert said("Certified to all standards.", known(verdicts=psti)).bearing is Bearing.CONTRADICTED


@pytest.mark.parametrize(
    "text", ["Made in Germany.", "Is it encrypted?", "Updates are not signed.", "A sharp picture."]
)
def test_what_is_not_understood_is_not_judged(text: str) -> None:
    assert said(text).bearing is Bearing.NOT_JUDGED


def test_a_sentence_stands_as_its_worst_part() -> None:
    one = said("Bank-grade encryption of all traffic.", known(findings=(finding("weak-tls"),)))

    assert {part.bearing for part in one.parts} == {Bearing.EMPTY, Bearing.CONTRADICTED}
    assert one.bearing is Bearing.CONTRADICTED


def test_every_line_is_a_sentence_of_its_own() -> None:
    text = read_text(b"Two-factor login\nSecure boot\n\n- Unhackable", "x", lines_apart=True)

    told = judge_marketing(text, known())

    assert [(one.line, one.sentence) for one in told] == [
        (1, "Two-factor login"),
        (2, "Secure boot"),
        (4, "Unhackable"),
    ]
    assert counted(told)[Bearing.EMPTY] == 1


def test_too_much_and_other_languages_are_refused() -> None:
    with pytest.raises(WrongUsageError, match="more than"):
        judge_marketing(read_text(b"Safe.\n" * (MOST_SENTENCES + 1), "x", lines_apart=True), known())
    german = "Alle Daten werden mit dem besten Verfahren auf dem Weg zu Ihnen geschützt und bleiben daheim. " * 3
    with pytest.raises(WrongUsageError, match="English"):
        judge_marketing(read_text(german.encode(), "x"), known())


def test_the_list_speaks_of_things_that_exist() -> None:
    words, ids = vocabulary(), [one.id for one in catalogues()]

    for name, kind in kinds().items():
        assert set(kind.against.weaknesses) <= set(words.weaknesses), name
        assert set(kind.against.facts) <= set(words.facts), name
        assert bool(kind.empty) != bool(kind.open), name
        for rule in (one for group in kind.groups for one in group):
            assert (
                rule in words.capabilities
                or rule.removeprefix("hand-") in words.capabilities
                or rule == "support-end-date"
            )
        assert all(any(one.startswith(start) for one in ids) for start in kind.catalogues), name
