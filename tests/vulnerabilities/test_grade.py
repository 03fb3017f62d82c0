import pytest

from fairmark.model.finding import Confidence, Reach
from fairmark.model.vocabulary import vocabulary
from fairmark.vulnerabilities.grade import KNOWN, KNOWN_EXPLOITED, RULES, confidence, rule_of, severity
from fairmark.vulnerabilities.record import Kev
from tests.doubles.flaws import KEV, record


@pytest.mark.parametrize(
    ("kev", "reach", "doubt", "grade"),
    [
        (KEV, Reach.EXPOSED, "", Confidence.A),
        (KEV, Reach.STARTED, "", Confidence.A),
        (KEV, Reach.LINKED, "", Confidence.B),
        (KEV, Reach.EXPOSED, "a doubt", Confidence.C),
        (None, Reach.EXPOSED, "", Confidence.B),
        (None, Reach.PRESENT, "", Confidence.C),
    ],
)
def test_exploitation_reach_and_doubt_make_the_grade(
    kev: Kev | None, reach: Reach, doubt: str, grade: Confidence
) -> None:
    assert confidence(record(kev=kev), reach, doubtful=bool(doubt)) is grade


def test_an_exploited_flaw_counts_as_such_only_where_it_runs() -> None:
    one = record(kev=KEV)

    assert rule_of(one, Confidence.A, Reach.STARTED) is KNOWN_EXPLOITED
    assert rule_of(one, Confidence.B, Reach.LINKED) is KNOWN
    assert rule_of(one, Confidence.C, Reach.EXPOSED) is KNOWN


def test_an_unrated_flaw_is_medium_unless_a_word_or_exploitation_says_more() -> None:
    assert severity(record(score=None)) == "medium"
    assert severity(record(score=None, severity="critical")) == "high"
    assert severity(record(score=None, exploitation="active")) == "high"


def test_the_rules_use_the_words_of_the_vocabulary() -> None:
    for rule in RULES:
        assert vocabulary().weaknesses[rule.weakness].capability == rule.capability
        assert rule.what
        assert rule.false_positives
        assert rule.fix
