"""The sentences: bounded, exact, and free of words that promise too much."""

import re

from fairmark.model.finding import Confidence, Severity
from fairmark.standards.library import catalogues
from fairmark.standards.summary import NOTE
from fairmark.standards.wording import listed, shown
from tests.doubles.provisions import WORDS, device, finding, observation, verdicts


def test_a_long_list_is_cut_and_counted() -> None:
    assert listed(["a", "b"]) == "a; b"
    assert listed(["a", "b", "c", "d", "e"]) == "a; b; c; and 2 more"


def test_findings_are_named_by_grade_the_proven_ones_first() -> None:
    strong = finding("weak-tls", confidence=Confidence.B, severity=Severity.LOW)

    text = shown([strong, finding("root-daemon")])

    assert text == (
        "network program runs as root (grade A, high, rule rule-root-daemon); "
        "old, unchecked or missing transport protection (grade B, low, rule rule-weak-tls)"
    )


def test_no_sentence_promises_too_much() -> None:
    everything = [finding(name) for name in WORDS.weaknesses]
    claims: dict[str, dict[str, tuple[bool | None, str]]] = {
        item.id: {p.id: (True, "because") for p in item.provisions} for item in catalogues()
    }
    told = (
        *verdicts(device()).values(),
        *verdicts(device(claims=claims), *everything).values(),
        *verdicts(
            device(dict.fromkeys(WORDS.facts, True), claims), observations=(observation("no-default-password"),)
        ).values(),
        *verdicts(device(dict.fromkeys(WORDS.facts, False), claims)).values(),
    )

    text = "\n".join((NOTE, *(f"{verdict.reason}\n{verdict.settled_by}" for verdict in told)))

    assert re.search(r"\b(is safe|conforming|you pass|conforms|compliant)\b", text) is None
    assert "  " not in text
    assert ".." not in text
