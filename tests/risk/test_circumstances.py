"""What the price takes the device to be: evidence beats claims, and guesses are listed."""

import pytest

from fairmark.model.device import Device, DeviceClass, Economics, Network
from fairmark.model.finding import Observation
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from tests.doubles.cameras import TEST, camera, finding


def test_a_claimed_control_that_a_finding_contradicts_is_not_credited() -> None:
    findings = (finding("no-security-test"),)

    settled = settle(camera(), findings, load(), in_place=(TEST,))

    assert settled.now.controls == frozenset()
    assert any("not credited" in note for note in settled.notes)


@pytest.mark.parametrize("weakness", ["no-auto-update", "no-update-path", "update-unsigned"])
def test_declared_automatic_updates_do_not_count_against_the_evidence(weakness: str) -> None:
    settled = settle(camera(automatic=True), (finding(weakness),), load())

    assert not settled.now.automatic
    assert any("not credited" in note for note in settled.notes)


def test_a_device_class_brings_its_usual_network_and_sizes() -> None:
    settled = settle(Device(device_class=DeviceClass.ROUTER), (), load())

    assert settled.now.network is Network.INTERNET_EXPOSED
    assert settled.now.units == 500_000
    assert settled.now.sales == 200_000
    assert settled.now.price == 100


def test_what_the_profile_says_is_no_guess() -> None:
    settled = settle(camera(automatic=True), (), load(), in_place=(TEST,))

    assert settled.guesses == ()


@pytest.mark.parametrize("declared", [Network.NONE, Network.ISOLATED, Network.LOCAL])
def test_a_meter_that_talks_is_not_isolated(declared: Network) -> None:
    meter = Device(device_class=DeviceClass.SMART_METER, network=declared)

    settled = settle(meter, (finding("undeclared-connectivity"),), load())

    assert settled.now.network is Network.BEHIND_NAT
    assert settled.guesses[0].field == "network"


def test_a_declared_way_to_the_internet_is_not_contradicted_by_connectivity() -> None:
    settled = settle(camera(Network.BEHIND_NAT), (finding("undeclared-connectivity"),), load())

    assert settled.now.network is Network.BEHIND_NAT


def test_sales_that_nobody_gave_follow_the_fleet() -> None:
    small = Device(device_class=DeviceClass.CAMERA, economics=Economics(units_in_field=1_000))

    assert settle(small, (), load()).now.sales == 400


@pytest.mark.parametrize("complete", [True, False])
def test_absence_of_a_password_is_believed_only_where_every_place_was_searched(*, complete: bool) -> None:
    seen = Observation(
        rule="accounts",
        capability="no-default-password",
        statement="no account has a password",
        complete=complete,
        evidence=("ev-1",),
    )

    settled = settle(camera(), (), load(), observations=(seen,))

    assert settled.now.proven is complete
    assert ("the firmware image" in {guess.field for guess in settled.guesses}) is not complete
    assert not settle(camera(), (), load(), observations=()).now.proven


def test_a_password_that_was_found_needs_no_guess_about_the_others() -> None:
    settled = settle(camera(), (finding("default-password"),), load(), observations=())

    assert "the firmware image" not in {guess.field for guess in settled.guesses}
