import pytest

from fairmark.model.finding import Severity
from fairmark.model.image import Coverage, ImageRecord
from fairmark.model.risk import PlanItem
from fairmark.render import wording
from fairmark.render.summary import summarise
from tests.doubles import assessments as given


def sentence(**changes: object) -> str:
    made = given.assessment(**changes)
    return wording.verdict_sentence(made, summarise(made))


def effort(engineer_days: float, delay_days: float) -> str:
    item: PlanItem = given.plan_item("a", "A", effort_days=engineer_days, delay_days=delay_days)
    return wording.effort(item)


def test_proven_flaws_forbid_shipping() -> None:
    assert sentence() == "Do not ship: 3 proven flaws"


def test_one_flaw_is_singular() -> None:
    assert sentence(findings=(given.PASSWORD,)) == "Do not ship: 1 proven flaw"


def test_a_failed_mandatory_provision_forbids_shipping_without_a_proven_flaw() -> None:
    failed = given.verdicts({("psti", "1-2"): ("No evidence was needed.", ())})

    assert sentence(findings=(), verdicts=failed) == "Do not ship: 1 mandatory provision failed"


def test_proven_flaws_of_less_than_high_severity_are_told_as_such() -> None:
    minor = given.finding("Small flaw", given.HTTPD, severity=Severity.LOW)

    assert sentence(findings=(minor,), verdicts=given.verdicts({})) == (
        "1 proven flaw, none of high severity; 35 provisions inconclusive"
    )


def test_nothing_found_is_never_praise() -> None:
    assert sentence(findings=(), verdicts=given.verdicts({})) == "No proven flaw found; 35 provisions inconclusive"


def test_no_image_and_a_closed_image_are_told_apart_from_nothing_found() -> None:
    quiet = {"findings": (), "verdicts": given.verdicts({})}

    without_image = sentence(**quiet, image=ImageRecord())
    closed = sentence(**quiet, coverage=Coverage(image_bytes=9))

    assert without_image == "No image was examined; 35 provisions inconclusive"
    assert closed == "Nothing in the image could be opened; 35 provisions inconclusive"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.4, "less than 1"),
        (4.4, "4"),
        (430, "430"),
        (999, "1.0 k"),
        (43_210, "43 k"),
        (1_249_000, "1.2 m"),
        (13_600_000, "14 m"),
        (999_900_000, "1.0 bn"),
        (2.5e12, "2.5 tn"),
        (-25_000, "-25 k"),
    ],
)
def test_amounts_have_two_significant_digits(value: float, shown: str) -> None:
    assert wording.amount(value) == shown


def test_a_loss_is_an_interval_before_it_is_a_figure() -> None:
    loss = given.loss(1).model_copy(update={"epistemic": (1_200_000.0, 14_000_000.0), "mean": 4_200_000.0})

    assert wording.loss_sentence(loss, "USD") == "USD 1.2 m to 14 m a year (mean 4.2 m); one year in 20 above 6"


def test_an_interval_that_reads_the_same_at_both_ends_is_told_once() -> None:
    assert wording.money_range((41_900, 42_100), "EUR") == "about EUR 42 k"


def test_assumed_inputs_are_counted() -> None:
    assert wording.assumed_sentence(given.risk(1, 1)) == "58 of 66 inputs assumed"


@pytest.mark.parametrize(
    ("engineer_days", "delay_days", "shown"),
    [
        (12, 20, "12 engineer-days, about 20 days' delay"),
        (1, 1, "1 engineer-day, about 1 day's delay"),
        (0.3, 0, "less than 1 engineer-day, no delay"),
        (0, 0.2, "no delay"),
    ],
)
def test_effort_says_work_and_delay(engineer_days: float, delay_days: float, shown: str) -> None:
    assert effort(engineer_days, delay_days) == shown


def test_a_change_that_raises_the_loss_is_called_more() -> None:
    assert wording.change(-2_000, "USD") == "USD 2.0 k more"
    assert wording.change(290_000, "USD") == "USD 290 k less"
    assert wording.change(0, "USD") == "no change"


def test_shares_never_round_to_all_or_nothing() -> None:
    assert [wording.percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "100 %",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.01234, "0.0123"), (4.5, "4.5"), (1_250_000, "1,250,000"), (0.0000123, "1.23e-05"), (-2, "-2")],
)
def test_inputs_have_three_significant_digits(value: float, shown: str) -> None:
    assert wording.figure(value) == shown


def test_what_cannot_be_seen_is_written_out() -> None:
    shown = wording.visible("a\u202eexe.\x1b[31m\nnext")

    assert shown == "a\\u{202e}exe.\\u{1b}[31m\nnext"


def test_an_overlong_name_loses_its_middle_and_says_so() -> None:
    shown = wording.shorten("x" * 2000)

    assert len(shown) < 180
    assert shown.endswith("(2,000 characters)")


def test_places_name_line_offset_nested_root_and_profile() -> None:
    nested = given.evidence("/etc/passwd", "", root="0.1")

    shown = [wording.place(one) for one in (given.SHADOW, given.HTTPD, nested, given.NO_POLICY)]

    assert shown == [
        "/etc/shadow:1",
        "/usr/sbin/httpd at byte 0x34",
        "0.1:/etc/passwd",
        "device profile: documents.disclosure_policy",
    ]


def test_what_the_profile_does_not_say_is_named() -> None:
    line = wording.device_line(given.device(firmware_version=None))

    assert line[-1] == "not stated: firmware, hardware"


def test_coverage_and_level_are_told_in_figures() -> None:
    made = given.assessment()

    assert wording.coverage_sentence(made.coverage) == (
        "98 % of the image opened (5.0 MiB of 5.1 MiB): 157 files, 62 programs, 2 gaps."
    )
    assert wording.coverage_sentence(Coverage()) == "No image was examined."
    assert wording.level_sentence(made.level) == "required: 2, Tested; reached: none"
