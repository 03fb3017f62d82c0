from datetime import date

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Reach
from fairmark.model.image import Component
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.match import match
from fairmark.vulnerabilities.record import Record
from fairmark.vulnerabilities.vex import MakerStatement, Named
from fairmark.workflows.watch import WatchReport, What, watch
from tests.doubles.assessments import assessment
from tests.doubles.flaws import KEV, TODAY, component, record, store


def saved(*records: Record, components: tuple[Component, ...] = (component(),)) -> Assessment:
    """An assessment made on the day when only ``records`` were known."""
    one = assessment(components=components)
    matched = match(components, one.build, store(*records), TODAY)
    return one.model_copy(update={"vulnerabilities": matched.vulnerabilities, "findings": matched.findings})


def watched(one: Assessment, data: KnownRecords, since: date | None = None, **more: object) -> WatchReport:
    return watch([("a.json", one)], data, today=TODAY, since=since, **more)  # type: ignore[arg-type]


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


LISTED = (component(evidence=(), source="maker's SBOM", reach=Reach.PRESENT),)


def test_a_withdrawn_record_is_taken_back_and_is_no_news() -> None:
    report = watched(saved(record()), store(record(state="rejected")))

    (gone,) = report.closed
    assert report.news == ()
    assert (gone.cve, gone.component) == ("CVE-2026-0001", "dropbear")
    assert "withdrawn" in gone.why


def test_what_no_source_names_any_more_is_taken_back_only_while_its_feeds_are_loaded() -> None:
    one = saved(record())

    assert "no source names it" in watched(one, store()).closed[0].why
    lost = watched(one, store(feeds=("kev",)))
    assert lost.closed == ()
    assert any("made with data of cve, epss, which is not loaded now" in warning for warning in lost.warnings)


def test_what_an_earlier_watch_told_is_taken_back_too() -> None:
    data = store(record(state="rejected"))
    build = watched(saved(), store(record())).news[0].build

    assert watched(saved(), data).closed == ()
    told = {build: (("CVE-2026-0001", "dropbear", "2016.70"),)}
    assert [one.cve for one in watched(saved(), data, earlier=told).closed] == ["CVE-2026-0001"]


def denial(**more: object) -> MakerStatement:
    given = {"justification": Justification.CODE_NOT_PRESENT} | more
    return MakerStatement("CVE-2026-0001", Status.NOT_AFFECTED, (Named("Pico Cam 2", "1.4.2"),), **given)  # type: ignore[arg-type]


def test_the_makers_word_keeps_an_ordinary_flaw_quiet_and_is_named_as_the_reason() -> None:
    report = watched(saved(), store(record()), maker=(denial(),))

    assert report.news == ()
    assert any("1 flaw dropped on its word" in warning for warning in report.warnings)
    (gone,) = watched(saved(record()), store(record()), maker=(denial(),)).closed
    assert "(maker VEX)" in gone.why


def test_the_makers_word_does_not_keep_an_exploited_flaw_quiet() -> None:
    (one,) = watched(saved(), store(record(kev=KEV)), maker=(denial(),)).news

    assert (one.what, one.grade) == (What.EXPLOITED, Confidence.B)


def test_a_word_about_another_firmware_is_not_heard() -> None:
    other = MakerStatement("CVE-2026-0001", Status.FIXED, (Named("Pico Cam 2", "1.5.0"),))

    report = watched(saved(), store(record()), maker=(other,))

    assert len(report.news) == 1
    assert any("1 of them about other builds" in warning for warning in report.warnings)


def test_of_what_only_a_list_names_the_exploited_is_news_and_the_rest_is_counted() -> None:
    data = store(record(), record(cve="CVE-2026-0002", kev=KEV), record(cve="CVE-2026-0003", epss=0.5))

    report = watched(saved(components=LISTED), data)

    assert [(one.what, one.grade, one.reach) for one in report.news] == [
        (What.EXPLOITED, Confidence.C, Reach.PRESENT),
        (What.LIKELY, Confidence.C, Reach.PRESENT),
    ]
    assert any("1 more flaw of components that only a list names" in warning for warning in report.warnings)


def test_of_what_only_a_list_names_nothing_is_told_twice() -> None:
    known = record(kev=KEV)

    assert watched(saved(known, components=LISTED), store(known)).news == ()
    assert len(watched(saved(record(), components=LISTED), store(known)).news) == 1


def test_assessments_that_cannot_be_read_stand_in_the_report() -> None:
    assert watched(saved(), store(), unreadable=("b.json cannot be read",)).unreadable == ("b.json cannot be read",)


def test_two_versions_of_one_component_are_two_places() -> None:
    both = (component(), component(version="2016.71", evidence=("ev-b",)))
    one = saved(record(), components=both)

    assert watched(one, store(record())).news == ()
    assert len(watched(saved(components=both), store(record())).news) == 2
