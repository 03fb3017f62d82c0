"""The price: exact where a simulation only samples, and honest about what it assumed."""

from itertools import pairwise

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.device import Asset, Device, DeviceClass, Economics, Network, PhysicalAccess
from fairmark.model.finding import Confidence, Reach
from fairmark.model.risk import Risk
from fairmark.model.value import canonical_json
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import ExchangeRate
from fairmark.risk.fleet import SCENARIOS
from fairmark.risk.weaknesses import EFFECTS
from tests.doubles.camera_simulation import Camera, simulate
from tests.doubles.cameras import ECONOMICS, FLAWS, ROWS, camera, finding
from tests.doubles.pricing import priced

SIMULATED = (
    (ROWS[0], Camera()),
    (ROWS[2], Camera(unique_password=True, all_fixed=True)),
    (ROWS[3], Camera(reach="reach-behind-nat")),
)
TRIALS = 40_000


@pytest.mark.parametrize(("row", "case"), SIMULATED, ids=[row.name for row, _ in SIMULATED])
def test_an_independent_simulation_agrees_within_its_sampling_error(row, case) -> None:
    years = simulate(case, trials=TRIALS, seed=20)

    risk = priced(row.device, row.findings, load(), in_place=row.in_place)

    for side in ("private", "external", "social"):
        drawn, loss = getattr(years, side), getattr(risk, side)
        error = 3.5 * drawn.std() / np.sqrt(TRIALS)
        assert abs(loss.mean - drawn.mean()) < error
        for level, quantile in ((0.5, loss.p50), (0.95, loss.p95), (0.99, loss.p99)):
            # 3.5 standard errors of the level, and 1.5 % for telnet beside the password and our own nodes.
            slack = 3.5 * np.sqrt(level * (1 - level) / TRIALS)
            low, high = np.quantile(drawn, (level - slack, level + slack))
            assert low * 0.985 - 1 <= quantile <= high * 1.015 + 1


def test_same_input_gives_the_same_bytes() -> None:
    first = priced(camera(), FLAWS, load(), nodes=128)

    second = priced(camera(), tuple(reversed(FLAWS)), load(), nodes=128)

    assert canonical_json(first) == canonical_json(second)


def test_figures_lie_inside_their_brackets_and_rise_with_the_level() -> None:
    risk = priced(camera(), FLAWS, load(), nodes=256)

    for loss in (risk.private, risk.external, risk.social):
        figures = {"mean": loss.mean, "p50": loss.p50, "p90": loss.p90, "p95": loss.p95, "p99": loss.p99}
        for name, value in figures.items():
            low, high = getattr(loss.bounds, name)
            assert low <= value <= high
        assert loss.p50 <= loss.p90 <= loss.p95 <= loss.p99
        assert loss.tvar95 >= loss.p95
        assert loss.epistemic[0] < loss.mean < loss.epistemic[1]
        assert loss.yearly[0] <= loss.yearly[1]


def test_brackets_of_few_nodes_hold_the_figures_of_many() -> None:
    few, many = (priced(camera(), FLAWS, load(), nodes=nodes) for nodes in (512, 4096))

    for side in ("private", "external"):
        small, large = getattr(few, side), getattr(many, side)
        for name in ("mean", "p50", "p90", "p95", "p99"):
            low, high = getattr(small.bounds, name)
            width = high - low
            assert low - width / 2 <= getattr(large, name) <= high + width / 2


def test_the_curve_falls_and_lies_inside_its_band() -> None:
    risk = priced(camera(), FLAWS, load(), nodes=256)

    curve = risk.external.curve
    assert 30 <= len(curve) <= 40
    assert all(a.loss < b.loss and a.exceedance >= b.exceedance for a, b in pairwise(curve))
    assert all(point.low <= point.exceedance <= point.high for point in curve)


def test_private_and_external_means_add_up_to_social() -> None:
    risk = priced(camera(), FLAWS, load(), nodes=256)

    assert risk.social.mean == pytest.approx(risk.private.mean + risk.external.mean)
    assert sum(s.private for s in risk.scenarios) == pytest.approx(risk.private.mean)
    assert sum(s.external for s in risk.scenarios) == pytest.approx(risk.external.mean)


def test_scenarios_name_their_findings_and_inputs() -> None:
    risk = priced(camera(), FLAWS, load(), nodes=64)

    known = {each.id for each in risk.inputs}
    by_id = {scenario.id: scenario for scenario in risk.scenarios}
    assert set(by_id) <= set(SCENARIOS)
    assert "tampering" not in by_id
    assert FLAWS[0].id in by_id["bricking"].findings
    assert all(set(scenario.inputs) <= known and scenario.inputs for scenario in risk.scenarios)
    assert risk.assumed_inputs == sum(each.assumed for each in risk.inputs) > 0


def test_a_hint_never_moves_the_price() -> None:
    hints = [finding(weakness, confidence=Confidence.C) for weakness in EFFECTS]

    assert priced(camera(), hints, load(), nodes=64) == priced(camera(), (), load(), nodes=64)


def test_a_truly_isolated_camera_is_cheaper_than_the_generic_one() -> None:
    generic = priced(camera(None), FLAWS, load(), nodes=64)

    isolated = priced(camera(Network.ISOLATED), FLAWS, load(), nodes=64)

    assert isolated.social.mean < 0.01 * generic.social.mean
    assert isolated.private.p99 == 0
    assert isolated.private.curve == ()


def test_a_contradicted_claim_of_isolation_keeps_the_generic_network_and_says_so() -> None:
    radio = finding("undeclared-connectivity", Reach.LINKED)

    risk = priced(camera(Network.ISOLATED), (*FLAWS, radio), load(), nodes=64)

    assumption = next(each for each in risk.assumptions if each.field == "network")
    assert assumption.used == "internet_exposed"
    assert "declared isolated" in assumption.effect
    assert risk.social.mean > priced(camera(), FLAWS, load(), nodes=64).social.mean


def test_a_device_that_says_nothing_is_priced_and_every_guess_is_listed() -> None:
    risk = priced(Device(), (), load(), nodes=128, examined=False)

    fields = {each.field for each in risk.assumptions}
    assert fields >= {
        "device_class",
        "network",
        "economics.units_in_field",
        "economics.units_per_year",
        "economics.price",
        "economics.margin",
        "facts.update.automatic",
        "the firmware image",
        "controls (penetration-test)",
    }
    assert all(each.effect for each in risk.assumptions)
    generic = {each.id for each in risk.inputs if each.generic}
    assert generic == {"ref-units", "ref-sales-year", "ref-price", "ref-margin"}
    assert "v-weak-credential-prior" in {each.id for each in risk.inputs}


def test_without_an_image_the_price_lies_between_a_clean_and_a_flawed_one() -> None:
    unseen = priced(camera(), (), load(), nodes=256, examined=False)

    clean, flawed = priced(camera(), (), load(), nodes=256), priced(camera(), FLAWS, load(), nodes=256)

    assert clean.external.mean < unseen.external.mean < flawed.external.mean


def test_the_effect_of_an_assumption_is_computed() -> None:
    risk = priced(camera(None), FLAWS, load(), nodes=256)

    assumption = next(each for each in risk.assumptions if each.field == "network")
    assert assumption.effect.startswith("behind_nat: private 61 k, external 380 k; isolated: private 0, external 0")
    assert "(now private 80 k, external 4.2 m) USD a year" in assumption.effect


def test_scaling_money_in_scales_the_loss() -> None:
    dear = camera().model_copy(update={"economics": ECONOMICS.model_copy(update={"price": 250.0})})

    cheap_risk, dear_risk = priced(camera(), FLAWS, load(), nodes=128), priced(dear, FLAWS, load(), nodes=128)

    assert dear_risk.private.mean > 2 * cheap_risk.private.mean
    assert dear_risk.external.mean == pytest.approx(cheap_risk.external.mean, rel=0.01)


def test_another_currency_is_refused_without_a_rate_and_converted_with_one() -> None:
    euro = ECONOMICS.model_copy(update={"currency": "EUR"})
    device = camera().model_copy(update={"economics": euro})

    with pytest.raises(WrongUsageError, match="priced in EUR") as refusal:
        priced(device, FLAWS, load(), nodes=64)
    converted = priced(device, FLAWS, load(), nodes=64, rate=ExchangeRate(1.0, "2026-06-30"))

    assert "exchange rate" in refusal.value.hint
    assert converted.currency == "USD"
    assert converted.private == priced(camera(), FLAWS, load(), nodes=64).private
    assert any("2026-06-30" in note for note in converted.notes)


@pytest.mark.parametrize("dollars", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(dollars: float) -> None:
    with pytest.raises(WrongUsageError, match="above 0"):
        priced(camera(), (), load(), nodes=64, rate=ExchangeRate(dollars, "2026-06-30"))


def test_an_unknown_control_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="no such control: prayer"):
        priced(camera(), (), load(), nodes=64, in_place=("prayer",))


@pytest.mark.parametrize("kind", list(DeviceClass))
def test_every_kind_of_device_has_a_price_in_every_network(kind: DeviceClass) -> None:
    findings = [finding(weakness, epss=0.3 if weakness == "cve-exposed" else None) for weakness in EFFECTS]

    for network in Network:
        risk = priced(Device(device_class=kind, network=network), findings, load(), nodes=64)

        assert risk.private.mean > 0
        assert risk.social.p99 >= risk.social.p50 >= 0


def test_a_fleet_of_none_costs_only_what_the_organisation_bears() -> None:
    nobody = Economics(units_in_field=0, units_per_year=0, price=0, margin=0)

    risk = priced(Device(device_class=DeviceClass.CAMERA, economics=nobody), FLAWS, load(), nodes=64)

    assert risk.external.mean == 0
    assert risk.private.mean > 0


def test_tampering_is_priced_for_meters_and_for_hostile_owners_of_financial_devices_only() -> None:
    meter = priced(Device(device_class=DeviceClass.SMART_METER), (), load(), nodes=64)
    gateway = Device(device_class=DeviceClass.INDUSTRIAL_GATEWAY)
    hostile = Device(
        device_class=DeviceClass.INDUSTRIAL_GATEWAY,
        physical_access=PhysicalAccess.HOSTILE_OWNER,
        assets=(Asset.FINANCIAL,),
    )

    def scenarios(risk: Risk) -> set[str]:
        return {scenario.id for scenario in risk.scenarios}

    assert "tampering" in scenarios(meter)
    assert meter.external.mean > 0
    assert "tampering" not in scenarios(priced(gateway, (), load(), nodes=64))
    assert "tampering" in scenarios(priced(hostile, (), load(), nodes=64))


def test_watching_is_priced_only_where_personal_data_is() -> None:
    blind = camera().model_copy(update={"facts": {"personal.processed": False, "update.automatic": False}})

    risk = priced(blind, FLAWS, load(), nodes=64)

    assert "share-camera-intrusion" in {each.id for each in priced(camera(), FLAWS, load(), nodes=64).inputs}
    assert next(s for s in risk.scenarios if s.id == "takeover").external == 0
    assert any("being watched" in note for note in risk.notes)
