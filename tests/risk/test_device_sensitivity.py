"""What would change the price most, against the simulation's table of single inputs."""

import pytest

from fairmark.model.device import Network
from fairmark.risk.calibration import load
from fairmark.risk.device_sensitivity import social_move
from tests.doubles.cameras import FLAWS, camera
from tests.doubles.pricing import priced

RISK = priced(camera(), FLAWS, load(), nodes=512)
SWINGS = {each.id: each for each in RISK.swings}

# Yearly means of a plain simulation with one input at its 5 and 95 % point, in millions (external) or thousands.
EXTERNAL = (
    ("loss-ddos-per-bot-year", 1.4, 12),
    ("reach-internet-exposed", 0.66, 9.0),
    ("share-camera-intrusion", 3.0, 7.0),
    ("stock-default-exposed", 2.1, 6.2),
    ("v-keeps-default", 3.7, 4.7),
    ("tef-mass-flaw", 4.1, 4.4),
)
PRIVATE = (
    ("tef-mass-flaw", 58, 135),
    ("reach-internet-exposed", 64, 104),
    ("tef-publicity-default", 66, 118),
    ("tef-cloud-breach-org", 69, 99),
)


@pytest.mark.parametrize(("name", "low", "high"), EXTERNAL)
def test_ends_to_others_are_those_of_an_independent_simulation(name: str, low: float, high: float) -> None:
    first, second = SWINGS[name].ends

    assert first.external / 1e6 == pytest.approx(low, rel=0.05)
    assert second.external / 1e6 == pytest.approx(high, rel=0.05)


@pytest.mark.parametrize(("name", "low", "high"), PRIVATE)
def test_ends_to_the_maker_are_those_of_an_independent_simulation(name: str, low: float, high: float) -> None:
    first, second = SWINGS[name].ends

    assert first.private / 1e3 == pytest.approx(low, rel=0.05)
    assert second.private / 1e3 == pytest.approx(high, rel=0.05)


def test_the_largest_social_move_comes_first() -> None:
    moves = [social_move(each) for each in RISK.swings]

    assert moves == sorted(moves, reverse=True)
    assert RISK.swings[0].id == "loss-ddos-per-bot-year"
    assert RISK.swings[0].ends[0].at == "2 USD"
    assert RISK.swings[0].assumed


def test_every_uncertain_input_that_moves_the_price_is_there_and_chance_is_not() -> None:
    inputs = {each.id: each for each in RISK.inputs}
    without = {name for name in inputs if name not in SWINGS}

    assert set(SWINGS) - set(inputs) == {"controls (penetration-test)"}
    assert {name for name in without if inputs[name].kind != "const"} == {"loss-camera-intrusion", "loss-incident-sme"}


def test_a_fact_that_the_profile_does_not_state_moves_the_price_by_its_other_answers() -> None:
    risk = priced(camera(None), FLAWS, load(), nodes=64)

    (network,) = (each for each in risk.swings if each.id == "network")
    assert network.of_device
    assert [end.at for end in network.ends] == ["internet_exposed", "behind_nat", "isolated"]
    behind = priced(camera(Network.BEHIND_NAT), FLAWS, load(), nodes=512)
    assert network.ends[1].external == pytest.approx(behind.external.mean, rel=1e-6)
