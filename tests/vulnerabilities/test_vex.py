import pytest

from fairmark.model.finding import Confidence
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.vex import Judged, MakerStatement, Named, heard, said_of
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

    for claim in (says(justification=Justification.CODE_NOT_PRESENT), says(Status.FIXED)):
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
