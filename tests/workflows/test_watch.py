from datetime import date

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Reach
from fairmark.model.image import Component
from fairmark.model.vulnerability import Status
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.match import match
from fairmark.vulnerabilities.record import Record
from fairmark.workflows.watch import WatchReport, What, watch
from tests.doubles.assessments import assessment
from tests.doubles.flaws import KEV, TODAY, component, record, store


def saved(*records: Record, components: tuple[Component, ...] = (component(),)) -> Assessment:
    """An assessment made on the day when only ``records`` were known."""
    one = assessment(components=components)
    matched = match(components, one.build, store(*records), TODAY)
    return one.model_copy(update={"vulnerabilities": matched.vulnerabilities, "findings": matched.findings})


def watched(one: Assessment, data: KnownRecords, since: date | None = None) -> WatchReport:
    return watch([("a.json", one)], data, today=TODAY, since=since)


def test_nothing_new_is_no_news() -> None:
    assert watched(saved(record()), store(record())).news == ()


def test_a_new_flaw_is_news_with_product_reach_and_the_day_from_which_one_could_know() -> None:
    flaw = record(published=date(2026, 11, 10))

    (one,) = watched(saved(), store(flaw)).news

    assert (one.what, one.cve, one.grade, one.reach) == (What.PUBLISHED, flaw.cve, Confidence.B, Reach.STARTED)
    assert one.product == "Example Maker Pico Cam 2 1.4.2"
    assert one.known_since == date(2026, 11, 10)


def test_a_known_flaw_that_is_exploited_since_is_news_from_the_day_of_the_entry() -> None:
    (one,) = watched(saved(record()), store(record(kev=KEV))).news

    assert (one.what, one.grade, one.known_since) == (What.EXPLOITED, Confidence.A, KEV.added)


def test_a_known_flaw_whose_exploitation_became_likely_is_news_once() -> None:
    likely = record(epss=0.4)

    assert [one.what for one in watched(saved(record(epss=0.01)), store(likely)).news] == [What.LIKELY]
    assert watched(saved(likely), store(likely)).news == ()


def test_the_exploited_comes_first() -> None:
    data = store(record(), record(cve="CVE-2026-0002", epss=0.5), record(cve="CVE-2026-0003", kev=KEV))

    assert [one.what for one in watched(saved(), data).news] == [What.EXPLOITED, What.LIKELY, What.PUBLISHED]


def test_since_a_day_also_lists_what_was_reported() -> None:
    flaw = record(published=date(2026, 11, 10))

    assert watched(saved(flaw), store(flaw), since=date(2026, 11, 1)).news != ()
    assert watched(saved(flaw), store(flaw), since=date(2026, 11, 11)).news == ()


def test_what_is_dropped_or_a_hint_is_no_news() -> None:
    present = (component(reach=Reach.PRESENT),)

    assert watched(saved(components=present), store(record())).news == ()
    assert watched(saved(), store(record(state="rejected"))).news == ()


def test_what_the_maker_denied_stays_quiet_until_it_is_exploited() -> None:
    one = saved(record())
    denied = one.vulnerabilities.statements[0].model_copy(update={"status": Status.NOT_AFFECTED, "source": "maker VEX"})
    quiet = one.model_copy(update={"vulnerabilities": one.vulnerabilities.model_copy(update={"statements": (denied,)})})

    assert watched(quiet, store(record())).news == ()
    assert [each.what for each in watched(quiet, store(record(kev=KEV))).news] == [What.EXPLOITED]


def test_what_limits_the_silence_is_said() -> None:
    empty = saved(components=())
    listed = saved(components=(component(evidence=()),))

    report = watch([("a.json", empty), ("b.json", listed)], store(feeds=("starter",)), today=TODAY)

    said = " ".join(report.warnings)
    assert report.assessments == 2
    assert "a.json: it lists no component" in said
    assert "b.json: its components come from a list alone" in said
    assert "silence means nothing" in said
