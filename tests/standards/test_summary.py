"""Counts and the one sentence; what the law requires, and that a standard is no law."""

from datetime import date

from fairmark.model.device import Market
from fairmark.model.finding import Confidence
from fairmark.model.standard import Outcome
from fairmark.standards.library import catalogues
from fairmark.standards.summary import admitted, coming, law_in, required_by_law, summarise
from tests.doubles.provisions import device, finding, observation, verdicts


def test_without_a_failure_the_sentence_says_what_is_open() -> None:
    standard, law = summarise(verdicts(device()).values(), catalogues())[:2]

    assert standard.sentence == "No failure found, 78 inconclusive."
    assert law.sentence == "No failure found, 12 inconclusive."
    assert "no presumption of conformity" in standard.note


def test_failures_are_counted_by_what_they_break() -> None:
    bad = (finding("default-password"), finding("root-daemon"), finding("no-secure-boot"))

    standard, law = summarise(verdicts(device(network="none"), *bad).values(), catalogues())[:2]

    assert standard.sentence.startswith("3 provisions fail (1 mandatory, 2 recommended), ")
    assert "not applicable" in standard.sentence
    assert law.sentence == "1 provision fails (1 mandatory), 11 inconclusive."
    assert sum(standard.counts.values()) == 78
    assert sum(standard.binding.values()) == 36
    assert law.binding[Outcome.FAIL] == 1


def test_a_pass_is_called_what_it_is() -> None:
    subject = device({"auth.password": True}, {"psti": {"1-2": (True, "")}})
    judged = verdicts(subject, observations=(observation("no-default-password"),))

    law = summarise(judged.values(), catalogues())[1]

    assert law.sentence == "No failure found, 11 inconclusive, 1 supported by complete evidence."


def test_catalogues_without_verdicts_are_left_out() -> None:
    assert summarise([], catalogues()) == ()


def test_law_depends_on_the_market() -> None:
    assert [item.id for item in law_in([Market.UK, Market.EU], catalogues())] == ["psti", "cra"]
    assert law_in([Market.US], catalogues()) == ()


def test_a_finding_is_required_by_law_where_the_device_is_sold() -> None:
    bad = (finding("default-password"), finding("private-key-in-image"))
    judged = verdicts(device(), *bad).values()

    assert required_by_law(judged, catalogues(), [Market.UK], bad) == {bad[0].id: ("psti 1-2",)}
    assert required_by_law(judged, catalogues(), [Market.US_CA], bad) == {}


def test_law_to_come_is_listed_with_its_day_and_never_dropped() -> None:
    bad = (finding("default-password"),)
    judged = tuple(verdicts(device(), *bad).values())
    before, after = date(2026, 11, 24), date(2027, 12, 11)

    early = required_by_law(judged, catalogues(), [Market.EU], bad, before)
    late = required_by_law(judged, catalogues(), [Market.EU], bad, after)

    assert early == {bad[0].id: ("cra I.2.b (from 2027-12-11)", "cra I.2.d (from 2027-12-11)")}
    assert late == {bad[0].id: ("cra I.2.b", "cra I.2.d")}
    (told,) = coming(judged, catalogues(), [Market.EU], before)
    assert told == (
        "Law to come: EU Cyber Resilience Act, Annex I and Articles 13 and 14 applies from 2027-12-11 (cra I.2.b, "
        "I.2.d). What is sold from that day on must meet it, so its measures are listed as required already."
    )
    assert coming(judged, catalogues(), [Market.EU], after) == ()


def test_the_reporting_duties_begin_before_the_rest() -> None:
    days = {v.provision: str(v.applies_from) for v in verdicts(device()).values() if v.catalogue == "cra"}

    assert days["14.1"] == "2026-09-11"
    assert days["13.8"] == "2027-12-11"


def test_what_is_open_and_what_fails_is_named() -> None:
    judged = verdicts(device(network="none"), finding("root-daemon"), finding("default-password")).values()

    standard = summarise(judged, catalogues())[0]

    assert standard.failed == ("5.1-1", "5.6-7")
    assert "5.1-5" not in standard.open
    assert "5.2-1" in standard.open


def test_a_hint_is_never_required_by_law() -> None:
    hint = finding("default-password", confidence=Confidence.C)
    judged = verdicts(device(), hint).values()

    assert required_by_law(judged, catalogues(), [Market.UK], [hint]) == {}


def test_a_law_that_the_maker_admits_to_break_is_named_by_its_capability() -> None:
    subject = device(claims={"psti": {"2-2a": (False, "no contact yet")}}, markets=(Market.UK,))
    judged = verdicts(subject).values()

    assert admitted(judged, catalogues(), subject.markets, ()) == {"vdp": ("psti 2-2a",)}
    assert admitted(judged, catalogues(), (Market.EU,), ()) == {}
