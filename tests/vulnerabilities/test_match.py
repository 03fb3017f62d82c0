from dataclasses import replace
from datetime import date, timedelta

import pytest

from fairmark.model.finding import Confidence, Reach, Severity
from fairmark.model.image import Build
from fairmark.model.vulnerability import FeedState, Justification, Statement, Status
from fairmark.vulnerabilities.group import Group
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.match import Matched, Pair, match
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme
from fairmark.vulnerabilities.starter import starter
from fairmark.vulnerabilities.vex import MakerStatement, Named
from tests.doubles.flaws import KEV, TODAY, before, component, package, record, store

NO_BUILD = Build()


def matched(one: Record, **changes: object) -> Matched:
    return match((component(**changes),), NO_BUILD, store(one), TODAY)  # type: ignore[arg-type]


def only(found: Matched) -> Statement:
    (statement,) = found.vulnerabilities.statements
    return statement


def test_an_exploited_flaw_in_a_started_program_is_proven_and_high() -> None:
    found = matched(record(kev=KEV))

    (finding,) = found.findings
    assert (finding.confidence, finding.severity, finding.weakness) == (Confidence.A, Severity.HIGH, "kev-cve-exposed")
    assert "CVE-2026-0001 in dropbear 2016.70" in finding.title
    assert finding.fix == "Update dropbear to 2016.74 or newer."
    assert only(found).finding == finding.id
    assert only(found).kev_added == KEV.added


def test_another_flaw_that_something_loads_is_strong_and_no_more() -> None:
    (finding,) = matched(record(), reach=Reach.LINKED).findings

    assert (finding.confidence, finding.weakness) == (Confidence.B, "cve-exposed")


def test_what_nothing_loads_is_a_hint_under_investigation_and_never_not_affected() -> None:
    found = matched(record(kev=KEV), reach=Reach.PRESENT)

    assert [one.confidence for one in found.findings] == [Confidence.C]
    assert only(found).status is Status.UNDER_INVESTIGATION
    assert only(found).finding == ""
    assert only(found).reason == "nothing that the device starts was seen to load it"
    assert any("CVE-2026-0001" in one for one in found.vulnerabilities.warnings)


def test_what_is_settled_already_is_taken_over_in_the_same_order_and_not_judged_again() -> None:
    parts = (component(), component(name="other", upstream="other", purl="pkg:generic/other@1", version="1"))
    records = store(record(kev=KEV), replace(record(), cve="CVE-2026-0002"))
    full = match(parts, NO_BUILD, records, TODAY)
    known = [
        (one, next((each for each in full.findings if each.id == one.finding), None))
        for one in full.vulnerabilities.statements
    ]
    asked = []

    def settled(group: Group, loaded: bool) -> list[Pair] | None:  # noqa: FBT001 - called by place
        asked.append((group.lead.name, loaded))
        return known[::-1] if group.lead.name == "dropbear" else None

    assert match(parts, NO_BUILD, records, TODAY, settled=settled) == full
    assert asked == [("dropbear", False), ("other", False)]
    assert len(known) == 2


def test_a_version_outside_every_range_is_no_match_at_all() -> None:
    found = matched(record(), version="2016.74")

    assert found.findings == ()
    assert found.vulnerabilities.statements == ()


def test_a_component_without_evidence_gives_a_statement_and_no_finding() -> None:
    found = matched(record(kev=KEV), evidence=())

    assert found.findings == ()
    assert only(found).status is Status.AFFECTED


@pytest.mark.parametrize(
    ("score", "epss", "severity"), [(5.0, 0.05, "medium"), (5.0, 0.1, "high"), (2.0, 0.5, "medium")]
)
def test_likely_exploitation_raises_the_severity_one_step(score: float, epss: float, severity: str) -> None:
    (finding,) = matched(record(score=score, epss=epss)).findings

    assert finding.severity == severity


def test_the_exploited_come_first_then_the_likely_then_the_grave() -> None:
    grave = record(cve="CVE-2026-0002", score=9.8)
    likely = record(cve="CVE-2026-0003", epss=0.6)
    exploited = record(cve="CVE-2026-0009", kev=KEV)

    found = match((component(),), NO_BUILD, store(record(), grave, likely, exploited), TODAY)

    order = [one.cve for one in found.vulnerabilities.statements]
    assert order == ["CVE-2026-0009", "CVE-2026-0003", "CVE-2026-0002", "CVE-2026-0001"]
    assert [one.cve for one in found.findings] == order


def test_a_withdrawn_record_is_dropped_with_its_reason() -> None:
    found = matched(record(state="rejected"))

    assert found.findings == ()
    assert only(found).status is Status.NOT_AFFECTED
    assert "withdrawn" in only(found).reason


def test_a_disputed_record_is_no_finding_and_stays_visible() -> None:
    found = matched(record(state="disputed"))

    assert found.findings == ()
    assert (only(found).status, "disputed" in only(found).reason) == (Status.UNDER_INVESTIGATION, True)


def test_a_range_that_its_own_text_contradicts_is_a_hint() -> None:
    entry = Affected("nvd", "busybox", "busybox", ranges=(Range(Scheme.GENERIC, end="1.36.1", end_included=True),))
    one = record(cve="CVE-2099-1", description="an overflow in busybox before 1.35", affected=(entry,))

    late = match((component("busybox", "1.36.1"),), NO_BUILD, store(one), TODAY)
    early = match((component("busybox", "1.31.1"),), NO_BUILD, store(one), TODAY)

    assert (late.findings[0].confidence, only(late).status) == (Confidence.C, Status.UNDER_INVESTIGATION)
    assert "1.35" in only(late).reason
    assert early.findings[0].confidence is Confidence.B


def test_a_missing_applet_drops_the_flaw_and_an_unknown_list_does_not() -> None:
    one = record("busybox", "1.30.0", cve="CVE-2018-20679")
    busybox = (component("busybox", "1.29.0"),)

    without = match(busybox, Build(applets=("ls", "sh")), store(one), TODAY)
    with_it = match(busybox, Build(applets=("sh", "udhcpc")), store(one), TODAY)
    unknown = match(busybox, NO_BUILD, store(one), TODAY)

    assert only(without).status is Status.NOT_AFFECTED
    assert only(without).justification is Justification.CODE_NOT_PRESENT
    assert only(with_it).status is only(unknown).status is Status.AFFECTED


def test_an_exploited_flaw_whose_configuration_was_not_checked_is_strong_and_not_proven() -> None:
    one = record("goahead", "3.6.5", cve="CVE-2017-17562", kev=KEV)

    (finding,) = match((component("goahead", "3.6.0", reach=Reach.EXPOSED),), NO_BUILD, store(one), TODAY).findings

    assert finding.confidence is Confidence.B
    assert finding.kev


def test_a_flaw_of_another_makers_program_is_dropped_when_that_program_is_not_there() -> None:
    one = record("boa", "0.95", cve="CVE-2017-9833", state="disputed")

    found = match((component("boa", "0.94.14"),), NO_BUILD, store(one), TODAY, files={"boa", "index.html"})

    assert only(found).status is Status.NOT_AFFECTED


def test_a_kernel_file_of_another_architecture_is_dropped_and_explained() -> None:
    entry = Affected("cve", "linux", "linux", ranges=(Range(Scheme.KERNEL),), program_files=("arch/x86/mm/fault.c",))
    kernel = component("linux", "3.4.113")

    found = match((kernel,), Build(architecture="mips"), store(record(affected=(entry,))), TODAY)

    assert only(found).justification is Justification.CODE_NOT_PRESENT
    assert "x86" in only(found).reason


def test_the_packages_of_one_source_are_one_line_with_the_nearest_reach() -> None:
    entry = Affected("debian", "openssl", ecosystem="debian 12", ranges=(before("3.0.15-1~deb12u1", Scheme.DPKG),))
    parts = (package(), package(name="openssl", reach=Reach.EXPOSED, evidence=("ev-2",)))

    found = match(parts, NO_BUILD, store(record(affected=(entry,))), TODAY)

    (finding,) = found.findings
    assert (finding.reach, set(finding.evidence)) == (Reach.EXPOSED, {"ev-libssl3", "ev-2"})
    assert only(found).component == "openssl"


def test_the_makers_list_joins_what_was_seen() -> None:
    listed = component(evidence=(), source="maker's SBOM", reach=Reach.PRESENT)

    found = match((listed, component()), NO_BUILD, store(record()), TODAY)

    assert only(found).finding


def test_a_distribution_without_data_of_its_own_makes_hints_and_says_so() -> None:
    found = match((package(),), NO_BUILD, store(record("openssl", "3.0.15")), TODAY)

    assert found.findings[0].confidence is Confidence.C
    assert any("debian 12" in one for one in found.vulnerabilities.warnings)


def test_the_source_names_the_feed_and_its_day() -> None:
    assert only(matched(record())).source == f"cve {TODAY}"


def test_old_data_a_missing_feed_and_records_without_products_are_said() -> None:
    states = (
        FeedState(name="cve", updated=TODAY - timedelta(days=31), records=10, without_product=4),
        FeedState(name="kev", updated=TODAY - timedelta(days=8)),
    )

    said = " ".join(match((), NO_BUILD, KnownRecords((), states, ""), TODAY).vulnerabilities.warnings)

    assert "31 days" in said
    assert "8 days" in said
    assert "epss" in said
    assert "4 of 10" in said


def test_data_of_the_starter_set_alone_is_never_silent() -> None:
    found = match((), NO_BUILD, store(feeds=("starter",)), TODAY)

    assert "silence means nothing" in found.vulnerabilities.warnings[0]


def test_data_from_the_future_and_components_without_a_version_are_said() -> None:
    found = match((component(version=""),), NO_BUILD, store(record(), updated=date(2027, 1, 1)), TODAY)

    said = " ".join(found.vulnerabilities.warnings)
    assert "clock" in said
    assert "no known version" in said


def test_the_makers_word_drops_an_ordinary_finding_and_stands_there_as_its_word() -> None:
    denied = MakerStatement(
        "CVE-2026-0001", Status.NOT_AFFECTED, (Named("dropbear"),), justification=Justification.CODE_NOT_PRESENT
    )

    found = match((component(),), NO_BUILD, store(record()), TODAY, maker=(denied,))

    assert found.findings == ()
    assert (only(found).status, only(found).source) == (Status.NOT_AFFECTED, "maker VEX")


def test_the_makers_word_never_silences_an_exploited_flaw_that_runs() -> None:
    denied = MakerStatement(
        "CVE-2026-0001", Status.NOT_AFFECTED, (Named("dropbear"),), justification=Justification.CODE_NOT_PRESENT
    )

    found = match((component(),), NO_BUILD, store(record(kev=KEV)), TODAY, maker=(denied,))

    (finding,) = found.findings
    assert (finding.confidence, "denied" in finding.title) == (Confidence.B, True)
    assert only(found).status is Status.AFFECTED


def test_the_order_of_components_and_records_changes_nothing() -> None:
    parts = (component(), component("busybox", "1.29.0"), package())
    records = (record(), record("busybox", "1.30", cve="CVE-2026-0002"), record("openssl", "3.1", cve="CVE-2026-0003"))

    one = match(parts, NO_BUILD, store(*records), TODAY)
    other = match(parts[::-1], NO_BUILD, store(*records[::-1]), TODAY)

    assert one == other


def test_hostile_texts_and_endless_lists_end_in_a_match_or_in_none() -> None:
    text = "before " * 200 + "9" * 1_900
    one = replace(record(), description=text, title="\u202e" * 5_000, cwes=("x" * 999,))

    found = matched(one, version="9" * 5_000)

    assert len(found.vulnerabilities.statements) <= 1


def test_the_shells_overflow_is_a_hint_after_the_end_that_its_text_names_and_counts_in_either_shell() -> None:
    (one,) = starter().of_cves({"CVE-2022-48174"})

    late = match((component("busybox", "1.36.1"),), Build(applets=("hush",)), store(one), TODAY)
    early = match((component("busybox", "1.31.1"),), Build(applets=("hush",)), store(one), TODAY)
    without = match((component("busybox", "1.31.1"),), Build(applets=("ls",)), store(one), TODAY)

    assert [finding.confidence for finding in late.findings] == [Confidence.C]
    assert [finding.confidence for finding in early.findings] == [Confidence.B]
    assert only(without).justification is Justification.CODE_NOT_PRESENT


@pytest.mark.parametrize(
    ("cve", "product", "version"), [("CVE-2018-12551", "mosquitto", "1.5.5"), ("CVE-2018-19052", "lighttpd", "1.4.49")]
)
def test_a_flaw_that_few_configurations_have_is_a_hint_and_stays_visible(cve: str, product: str, version: str) -> None:
    (one,) = starter().of_cves({cve})

    found = match((component(product, version),), NO_BUILD, store(one), TODAY)

    assert [finding.confidence for finding in found.findings] == [Confidence.C]
    assert only(found).status is Status.UNDER_INVESTIGATION
    assert "needs a configuration" in only(found).reason


def test_another_makers_camera_program_is_not_the_web_servers_flaw() -> None:
    (one,) = starter().of_cves({"CVE-2017-9833"})
    boa = (component("boa", "0.94.14.21"),)

    assert only(match(boa, NO_BUILD, store(one), TODAY, files={"wapopen"})).status is Status.UNDER_INVESTIGATION
    assert only(match(boa, NO_BUILD, store(one), TODAY, files={"boa"})).status is Status.NOT_AFFECTED
    assert match(boa, NO_BUILD, store(one), TODAY).findings == ()


def test_our_judgement_of_a_kernel_part_leaves_the_flaw_under_investigation() -> None:
    entry = Affected("cve", "linux", "linux", ranges=(Range(Scheme.KERNEL),), program_files=("fs/btrfs/inode.c",))
    kernel = component("linux", "3.4.113", upstream_version="3.4.113")

    found = match((kernel,), Build(architecture="mips"), store(record(affected=(entry,))), TODAY)

    assert only(found).status is Status.UNDER_INVESTIGATION
    assert [finding.confidence for finding in found.findings] == [Confidence.C]


def test_a_kernel_option_that_is_named_as_off_drops_the_flaw_with_its_reason() -> None:
    entry = Affected("cve", "linux", "linux", ranges=(Range(Scheme.KERNEL),), program_files=("net/sctp/socket.c",))
    build = Build(architecture="mips", kernel_version="3.4.113", kernel_config={"CONFIG_IP_SCTP": "n"})

    found = match((component("linux", "3.4.113"),), build, store(record(affected=(entry,))), TODAY)

    assert only(found).justification is Justification.CODE_NOT_PRESENT
    assert "CONFIG_IP_SCTP" in only(found).reason
