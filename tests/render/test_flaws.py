"""How published flaws are told."""

from datetime import date

from fairmark.model.vulnerability import FeedState, Justification, Statement, Status, Vulnerabilities
from fairmark.render.flaws import exploitation, flaw_line, why
from tests.doubles import assessments as given

KNOWN = Statement(
    cve="CVE-2020-0001",
    component="thing",
    version="1.0",
    status=Status.AFFECTED,
    reason="it runs",
    source="kev 2026-01-01",
    kev=True,
    kev_added=date(2021, 2, 3),
)
DROPPED = Statement(
    cve="CVE-2020-0002",
    component="thing",
    status=Status.NOT_AFFECTED,
    justification=Justification.CODE_NOT_PRESENT,
    reason="no such applet",
    source="cve",
    epss=0.25,
    exploitation="poc",
)


def test_exploited_flaws_are_named_and_dropped_ones_counted() -> None:
    found = Vulnerabilities(feeds=(FeedState(name="kev", updated=date(2026, 1, 1)),), statements=(KNOWN, DROPPED))
    assessment = given.assessment().model_copy(update={"vulnerabilities": found})

    line = flaw_line(assessment)

    assert line.startswith("known exploited: CVE-2020-0001 in thing 1.0; 1 affected; 0 not decided; 1 dropped")
    assert line.endswith("by kev 2026-01-01")


def test_without_data_silence_is_said_to_mean_nothing() -> None:
    assert "none is excluded" in flaw_line(given.assessment().model_copy(update={"vulnerabilities": Vulnerabilities()}))


def test_what_is_known_of_attacks_and_the_reason_are_told() -> None:
    assert exploitation(KNOWN) == "known exploited since 2021-02-03"
    assert exploitation(DROPPED) == "EPSS 0.25, proof of concept"
    assert why(DROPPED) == "the code is not there: no such applet"


def test_what_rests_on_the_makers_word_is_told_as_its_word_and_counted() -> None:
    said = DROPPED.model_copy(update={"source": "maker VEX", "reason": "the maker's VEX says not_affected (not built)"})
    found = Vulnerabilities(feeds=(FeedState(name="kev"),), statements=(said, DROPPED))

    assert why(said) == "the maker's VEX says not_affected (not built); it is the maker's word, not proven here"
    line = flaw_line(given.assessment().model_copy(update={"vulnerabilities": found}))
    assert "2 dropped with a reason (vex.json), 1 of them on the maker's word alone" in line
