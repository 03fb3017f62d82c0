"""The equations: traps of double counting, common shocks and transfers."""

import numpy as np
import pytest

from fairmark.model.device import Device, DeviceClass, Network
from fairmark.model.finding import Reach
from fairmark.risk.calibration import Calibration, load
from fairmark.risk.circumstances import settle
from fairmark.risk.fleet import SCENARIOS, Terms, never, terms
from fairmark.risk.inputs import Inputs
from fairmark.risk.price import yearly_means
from fairmark.risk.weaknesses import read
from tests.doubles.cameras import FLAWS, TEST, camera, finding


def reckoned(device: Device, findings=(), *, in_place=(), examined=True) -> Terms:
    settled = settle(device, findings, load(), in_place=in_place, examined=examined)
    return terms(Inputs(load(), 64), settled.now, read(findings))


def fixed_inputs(**values: float) -> Calibration:
    """Return the calibration with some entries held at one value."""
    rows = []
    for name, value in values.items():
        row = load().entry(name.replace("_", "-")).model_dump(mode="json")
        rows.append(row | {"distribution": {"kind": "const", "low": value, "mode": None, "high": value}})
    return load({"entries": rows})


def test_bot_years_follow_the_printed_equation() -> None:
    calibration = fixed_inputs(
        reach_internet_exposed=0.5,
        v_keeps_default=0.8,
        v_default_exposed_year=0.9,
        stock_default_exposed=0.4,
        v_kev_exposed_unpatched=0.6,
        v_patched_manual=0.2,
    )
    findings = (finding("default-password"),)
    settled = settle(camera(), findings, calibration)

    found = terms(Inputs(calibration, 64), settled.now, read(findings))

    lost, lost2, unpatched = 0.5 * 0.8 * 0.9, 0.5 * (1 - 0.8 * 0.9) * 0.6, 1 - 0.2 * 0.5
    assert found.bot_years[0] == pytest.approx(1e5 * 0.4 * lost)
    assert found.bot_years[1] == pytest.approx(1e5 * 0.4 * (lost + lost2 * unpatched))


def test_ways_in_compete_and_never_add_up_beyond_the_reachable_units() -> None:
    everything = [
        finding(w) for w in ("default-password", "missing-authentication", "kev-cve-exposed", "derivable-password")
    ]

    found = reckoned(camera(), everything)

    reach = Inputs(load(), 64)["reach-internet-exposed"]
    stock = Inputs(load(), 64)["stock-default-exposed"]
    assert np.all(found.bot_years[1] <= 1e5 * reach * stock * (1 + 1e-12))


def test_a_mass_flaw_takes_no_unit_that_is_lost_already() -> None:
    plain, flawed = reckoned(camera()), reckoned(camera(), FLAWS)

    added_plain = plain.bot_years[1] - plain.bot_years[0]
    added_flawed = flawed.bot_years[1] - flawed.bot_years[0]
    assert np.all(added_flawed < added_plain)


def test_telnet_beside_its_password_is_credited_once() -> None:
    password = (finding("default-password"),)

    alone, with_telnet = reckoned(camera(), password), reckoned(camera(), (*password, finding("service-telnet")))

    ratio = with_telnet.bot_years[0].mean() / alone.bot_years[0].mean()
    assert 1 < ratio < 1.02


def test_a_flaw_is_one_draw_for_the_model_and_the_test_halves_its_rate() -> None:
    untested, tested = reckoned(camera()), reckoned(camera(), in_place=(TEST,))

    assert tested.flaw.mean() < 0.75 * untested.flaw.mean()


def test_behind_nat_a_started_service_counts_fully_and_on_an_exposed_device_through_the_home() -> None:
    started = (finding("default-password", Reach.STARTED),)
    exposed = (finding("default-password", Reach.EXPOSED),)

    def lost(network: Network, findings) -> float:
        return float(reckoned(camera(network), findings).bot_years[0].mean())

    assert lost(Network.BEHIND_NAT, started) == lost(Network.BEHIND_NAT, exposed)
    assert lost(Network.INTERNET_EXPOSED, started) < 0.1 * lost(Network.INTERNET_EXPOSED, exposed)


@pytest.mark.parametrize("network", [Network.NONE, Network.ISOLATED])
def test_cut_off_from_the_network_only_hands_and_the_supply_chain_are_left(network: Network) -> None:
    findings = (*FLAWS, finding("secret-storage-plain"), finding("update-unsigned"))

    found = reckoned(camera(network), findings)

    assert not found.bot_years[1].any()
    assert not found.flaw.any()
    assert not found.cloud.any()
    assert not found.publicity.any()
    assert found.reads.any()
    assert len(found.blows) == 1


def test_in_a_local_network_the_nearby_reach_counts_and_no_mass_flaw() -> None:
    found = reckoned(camera(Network.LOCAL), FLAWS)

    assert 0 < found.bot_years[0].mean() < reckoned(camera(), FLAWS).bot_years[0].mean()
    assert not found.flaw.any()


def test_kinds_that_cannot_attack_others_cost_nobody_a_bot() -> None:
    lock = Device(device_class=DeviceClass.LOCK, network=Network.BEHIND_NAT)

    assert not reckoned(lock, FLAWS).harm.any()
    assert reckoned(Device(device_class=DeviceClass.BULB_PLUG, network=Network.BEHIND_NAT), FLAWS).harm.any()


def test_accounts_are_taken_over_only_where_there_are_accounts() -> None:
    no_user = camera().model_copy(update={"facts": {"auth.user": False}})

    assert reckoned(camera()).accounts.any()
    assert not reckoned(no_user).accounts.any()
    assert not reckoned(camera(Network.LOCAL)).accounts.any()


def test_locked_ports_keep_a_share_of_tampering() -> None:
    meter = Device(device_class=DeviceClass.SMART_METER)

    open_ports, locked = reckoned(meter), reckoned(meter, in_place=("tamper-protection",))

    assert 0 < locked.tampering.mean() < 0.3 * open_ports.tampering.mean()


def test_lost_sales_and_claims_are_transfers_and_leave_the_social_mean() -> None:
    settled = settle(camera(), FLAWS, load())

    found = yearly_means(Inputs(load(), 256, linear_at_mean=True), settled.now, read(FLAWS))["recall-regulator"]

    # Claims 2.0 k in full and two thirds of 1.4 k of sales.
    assert float(found.external.mean()) == pytest.approx(-3.0e3, rel=0.1)


def test_consequences_come_once_a_year_however_often_the_maker_is_named() -> None:
    found = reckoned(camera(), FLAWS)

    certain = never(found, np.ones(1))

    silent = np.exp(-found.publicity) * (1 - found.flaw * found.named)
    assert certain == pytest.approx(silent)
    assert np.all(never(found, np.zeros(1)) == 1)


def test_without_an_image_the_share_of_guessable_devices_stands_in() -> None:
    unseen = reckoned(camera(), examined=False)

    assert reckoned(camera()).bot_years[0].mean() < unseen.bot_years[0].mean()
    assert unseen.bot_years[0].mean() < 0.2 * reckoned(camera(), FLAWS).bot_years[0].mean()


def test_equations_name_only_entries_and_plain_words() -> None:
    known = set(load().entries)

    for scenario in SCENARIOS.values():
        assert len(scenario.inputs & known) >= 3
