"""Ship now or wait: both sides priced, and no price against a duty."""

import pytest

from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.shipping import ORGANISATION
from tests.doubles.cameras import ECONOMICS, FLAWS, camera, finding
from tests.doubles.pricing import planned

LAW = {FLAWS[0].id: ("psti 1-2",)}


def rows(*findings, device=None, law=None):
    return {each.control: each for each in planned(device or camera(), findings, law).shipping}


def test_waiting_costs_the_margin_of_what_is_not_sold() -> None:
    row = rows(*FLAWS)["unique-passwords"]

    sold = 40_000 * row.delay_days.mean / 365
    assert row.units == pytest.approx(sold)
    assert row.wait.mean == pytest.approx(sold * 25 * 0.3)
    assert row.wait.range[0] < row.wait.mean < row.wait.range[1]
    assert 0 < row.wait_others_gain.mean < row.wait.mean


def test_a_law_that_forbids_shipping_is_named_and_no_other() -> None:
    found = rows(*FLAWS, law=LAW)

    assert found["unique-passwords"].forbidden_by == ("psti 1-2",)
    assert found["automatic-updates"].forbidden_by == ()
    assert next(iter(found)) == "unique-passwords"


def test_units_sold_meanwhile_bear_their_part_for_as_long_as_they_keep_the_weakness() -> None:
    result = planned(camera(), FLAWS, LAW)
    item, row = result.required_by_law[0], result.shipping[0]

    part = row.units / 100_000 * row.exposed_years
    assert row.ship_external.mean == pytest.approx(item.step.external * part)
    assert row.ship_private.mean == pytest.approx(item.step.private * part)
    assert row.ship_external.range[0] < row.ship_external.mean < row.ship_external.range[1]


def test_a_password_stays_for_life_an_update_reaches_some_and_a_policy_all() -> None:
    findings = (*FLAWS, finding("slow-fix"), finding("no-disclosure-policy"))
    law = {each.id: ("law 1",) for each in findings}

    found = rows(*findings, law=law)

    life = (3 * 8) ** 0.5
    assert found["unique-passwords"].exposed_years == pytest.approx(life)
    assert 1 < found["remove-telnet"].exposed_years < life
    assert found["disclosure-policy"].exposed_years == pytest.approx(found["disclosure-policy"].delay_days.mean / 730)


def test_updates_that_install_themselves_shorten_it() -> None:
    automatic = rows(finding("default-password"), finding("service-telnet"), device=camera(automatic=True))
    by_hand = rows(*FLAWS)

    assert automatic["remove-telnet"].exposed_years < by_hand["remove-telnet"].exposed_years


def test_without_a_way_to_update_nothing_reaches_a_unit_that_was_sold() -> None:
    found = rows(*FLAWS, finding("no-update-path"))

    assert found["remove-telnet"].exposed_years == pytest.approx((3 * 8) ** 0.5)


def test_a_model_without_sales_or_units_has_nothing_to_ship() -> None:
    nothing = ECONOMICS.model_copy(update={"units_per_year": 0})
    nobody = ECONOMICS.model_copy(update={"units_in_field": 0, "units_per_year": 0})

    for economics in (nothing, nobody):
        for row in rows(*FLAWS, device=camera().model_copy(update={"economics": economics}), law=LAW).values():
            assert row.units == row.wait.mean == row.ship_private.mean == row.ship_external.mean == 0


def test_measures_of_the_organisation_are_words_of_the_vocabulary_and_every_delay_has_a_figure() -> None:
    words = vocabulary().controls

    assert set(words) >= ORGANISATION
    assert all(load().entry(control.delay_days).unit == "days" for control in words.values())
