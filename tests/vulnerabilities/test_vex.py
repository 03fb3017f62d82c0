from datetime import UTC, datetime

import pytest

from fairmark.model.finding import Confidence
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.vex import Judged, MakerStatement, Named, heard, of_build, said_of
from tests.doubles.flaws import component, package

CVE = "CVE-2026-0001"
OURS = Judged(Status.AFFECTED, "the version is affected", Confidence.B, source="cve")


def says(
    status: Status = Status.NOT_AFFECTED, *products: Named, parts: tuple[Named, ...] = (), **more: object
) -> MakerStatement:
    return MakerStatement(CVE, status, products or (Named("dropbear"),), parts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "named",
    [
        Named("dropbear"),
        Named("Dropbear SSH", "2016.70"),
        Named("", purl="pkg:opkg/dropbear@2016.70?arch=mips"),
        Named("", purl="pkg:generic/dropbear"),
    ],
)
def test_a_component_is_recognised_by_name_or_package_url(named: Named) -> None:
    assert said_of((says(Status.FIXED, named),), CVE, component())


@pytest.mark.parametrize(
    "named", [Named("openssh"), Named("dropbear", "2020.1"), Named("", purl="pkg:opkg/dropbear@2020.1"), Named("")]
)
def test_another_component_or_another_version_is_not_meant(named: Named) -> None:
    assert said_of((says(Status.FIXED, named),), CVE, component()) is None


def test_a_statement_about_the_whole_product_counts_for_this_device_only() -> None:
    one = says(Status.NOT_AFFECTED, Named("Pico Cam 2"))

    assert said_of((one,), CVE, component(), device=("Example Maker", "pico-cam-2"))
    assert said_of((one,), CVE, component(), device=("Other Cam",)) is None


def test_a_part_of_the_product_is_meant_and_no_other() -> None:
    one = says(Status.NOT_AFFECTED, Named("Cam"), parts=(Named("openssl"),))

    assert said_of((one,), CVE, package(), device=("Cam",))
    assert said_of((one,), CVE, component(), device=("Cam",)) is None


def test_the_last_statement_holds_and_another_flaw_is_none() -> None:
    first, last = says(Status.UNDER_INVESTIGATION), says(Status.FIXED)

    assert said_of((first, last), CVE, component()) is last
    assert said_of((first,), "CVE-2026-0002", component()) is None


def test_not_affected_without_a_reason_does_not_count() -> None:
    after = heard(OURS, says())

    assert after.confidence is Confidence.B
    assert "does not count" in after.reason


def test_a_reasoned_denial_of_an_ordinary_finding_is_believed() -> None:
    after = heard(OURS, says(justification=Justification.MITIGATED, reason="behind a filter"))

    assert (after.status, after.confidence, after.source) == (Status.NOT_AFFECTED, None, "maker VEX")
    assert "behind a filter" in after.reason


def test_a_denial_of_a_proven_exploited_flaw_stands_beside_it() -> None:
    proven = Judged(Status.AFFECTED, "it runs", Confidence.A, source="cve")

    mended = says(Status.FIXED, Named("dropbear", "2016.70"))
    for claim in (says(justification=Justification.CODE_NOT_PRESENT), mended):
        after = heard(proven, claim)
        assert (after.status, after.confidence) == (Status.AFFECTED, Confidence.B)
        assert "contradict" in after.reason


def test_the_makers_word_against_itself_makes_a_hint_a_finding() -> None:
    hint = Judged(Status.UNDER_INVESTIGATION, "a doubt", Confidence.C)
    dropped = Judged(Status.NOT_AFFECTED, "no applet", None, Justification.CODE_NOT_PRESENT)

    for ours in (hint, dropped):
        assert heard(ours, says(Status.AFFECTED)).confidence is Confidence.B


def test_under_investigation_and_silence_change_nothing() -> None:
    assert heard(OURS, None) is OURS
    assert heard(OURS, says(Status.UNDER_INVESTIGATION)) is OURS


def test_the_newest_statement_holds_wherever_it_stands() -> None:
    newer = says(Status.FIXED, stated=datetime(2026, 3, 1, tzinfo=UTC))
    older = says(Status.AFFECTED, stated=datetime(2026, 2, 1, tzinfo=UTC))

    assert said_of((newer, older, says()), CVE, component()) is newer


def test_of_two_words_of_one_moment_the_admission_holds() -> None:
    assert said_of((says(Status.AFFECTED), says(Status.FIXED)), CVE, component()).status is Status.AFFECTED  # type: ignore[union-attr]


def test_an_absence_that_the_image_disproves_drops_nothing_and_lowers_no_grade() -> None:
    denied = says(justification=Justification.COMPONENT_NOT_PRESENT)
    proven = Judged(Status.AFFECTED, "it runs", Confidence.A, source="cve")

    for ours in (OURS, proven):
        after = heard(ours, said_of((denied,), CVE, component()))
        assert (after.status, after.confidence) == (Status.AFFECTED, ours.confidence)
        assert "dropbear is in the image: the two contradict each other" in after.reason


def test_an_absence_of_what_only_a_list_names_is_believed() -> None:
    denied = says(justification=Justification.COMPONENT_NOT_PRESENT)

    assert heard(OURS, said_of((denied,), CVE, component(evidence=()))).status is Status.NOT_AFFECTED


def test_mended_counts_only_with_a_version_or_a_reason() -> None:
    assert "does not count" in heard(OURS, says(Status.FIXED)).reason
    assert heard(OURS, says(Status.FIXED, reason="patched in our tree")).status is Status.FIXED
    assert heard(OURS, says(Status.FIXED, Named("Cam", "1.4"))).status is Status.FIXED


@pytest.mark.parametrize(
    ("named", "heard_of"),
    [
        (Named("Cam"), True),
        (Named("Cam", "1.4.2"), True),
        (Named("Cam", "v1.4.2"), True),
        (Named("", purl="pkg:generic/maker/cam@1.4.2"), True),
        (Named("Cam", versions="vers:generic/>=1.4|<1.5"), True),
        (Named("Cam", versions="<= 1.4.2"), True),
        (Named("Cam", "1.5"), False),
        (Named("", purl="pkg:generic/maker/cam@1.5"), False),
        (Named("Cam", versions="vers:generic/>=1.5"), False),
        (Named("Cam", versions="vers:generic/1.3|1.4"), False),
        (Named("Cam", versions="all of them"), False),
    ],
)
def test_a_word_about_another_build_is_not_heard(named: Named, *, heard_of: bool) -> None:
    one = says(Status.NOT_AFFECTED, named, reason="not built")

    assert bool(list(of_build((one,), ("Cam",), "1.4.2"))) is heard_of


def test_a_word_about_one_version_says_nothing_while_ours_is_not_known() -> None:
    assert list(of_build((says(Status.FIXED, Named("Cam", "1.4.2")),), ("Cam",), "")) == []


def test_a_word_about_a_component_stays_beside_one_about_another_build() -> None:
    (left,) = of_build((says(Status.FIXED, Named("Cam", "1.5"), Named("dropbear")),), ("Cam",), "1.4.2")

    assert left.products == (Named("dropbear"),)
