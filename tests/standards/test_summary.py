"""Counts and the one sentence; what the law requires, and that a standard is no law."""

from fairmark.model.device import Market
from fairmark.model.finding import Confidence
from fairmark.model.standard import Outcome
from fairmark.standards.library import catalogues
from fairmark.standards.summary import admitted, law_in, required_by_law, summarise
from tests.doubles.provisions import device, finding, observation, verdicts


def test_without_a_failure_the_sentence_says_what_is_open() -> None:
    standard, law = summarise(verdicts(device()).values(), catalogues())

    assert standard.sentence == "No failure found, 78 inconclusive."
    assert law.sentence == "No failure found, 12 inconclusive."
    assert "no presumption of conformity" in standard.note


def test_failures_are_counted_by_what_they_break() -> None:
    bad = (finding("default-password"), finding("root-daemon"), finding("no-secure-boot"))

    standard, law = summarise(verdicts(device(network="none"), *bad).values(), catalogues())

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
    assert [item.id for item in law_in([Market.UK, Market.EU], catalogues())] == ["psti"]
    assert law_in([Market.US], catalogues()) == ()


def test_a_finding_is_required_by_law_where_the_device_is_sold() -> None:
    bad = (finding("default-password"), finding("private-key-in-image"))
    judged = verdicts(device(), *bad).values()

    assert required_by_law(judged, catalogues(), [Market.UK], bad) == {bad[0].id: ("psti 1-2",)}
    assert required_by_law(judged, catalogues(), [Market.EU], bad) == {}


def test_a_hint_is_never_required_by_law() -> None:
    hint = finding("default-password", confidence=Confidence.C)
    judged = verdicts(device(), hint).values()

    assert required_by_law(judged, catalogues(), [Market.UK], [hint]) == {}


def test_a_law_that_the_maker_admits_to_break_is_named_by_its_capability() -> None:
    subject = device(claims={"psti": {"2-2a": (False, "no contact yet")}}, markets=(Market.UK,))
    judged = verdicts(subject).values()

    assert admitted(judged, catalogues(), subject.markets, ()) == {"vdp": ("psti 2-2a",)}
    assert admitted(judged, catalogues(), (Market.EU,), ()) == {}
