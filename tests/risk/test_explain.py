"""Every number can be asked where it comes from."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.calibration import load
from fairmark.risk.explain import explain_input, explain_scenario
from fairmark.risk.fleet import SCENARIOS


def test_an_entry_says_what_its_range_implies_and_where_it_is_used() -> None:
    found = explain_input(load(), "loss-ddos-per-bot-year", year_now=2026)

    assert found.mean == pytest.approx(210, rel=1e-3)
    assert found.median == pytest.approx(40)
    assert (found.low, found.high) == (pytest.approx(2), pytest.approx(800))
    assert found.scenarios == ("botnet-recruitment",)
    assert "egress-profile" in found.controls
    assert found.weaknesses == ("no-egress-limit",)
    assert not found.replaced


def test_an_old_entry_turns_amber_and_a_young_one_does_not() -> None:
    assert any("2017" in why for why in explain_input(load(), "tef-default-login-exposed", year_now=2026).amber)
    assert explain_input(load(), "loss-ddos-per-bot-year", year_now=2026).amber == ()
    assert explain_input(load(), "loss-ddos-per-bot-year", year_now=2032).amber


def test_a_single_vendor_turns_amber_and_two_do_not() -> None:
    assert any("Kaspersky" in why for why in explain_input(load(), "tef-telnet-share", year_now=2026).amber)
    assert not any("vendor" in why for why in explain_input(load(), "loss-ddos-victim", year_now=2026).amber)
    assert not any("vendor" in why for why in explain_input(load(), "v-weak-credential-prior", year_now=2026).amber)


def test_the_cost_of_a_control_names_the_control() -> None:
    assert explain_input(load(), "cost-remove-telnet", year_now=2026).controls == ("remove-telnet",)


def test_a_replaced_entry_says_so() -> None:
    row = load().entry("ref-price").model_dump(mode="json")

    found = explain_input(load({"entries": [row | {"source": "our shop"}]}), "ref-price", year_now=2026)

    assert found.replaced
    assert found.entry.source == "our shop"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_explained_down_to_its_sources(name: str) -> None:
    found = explain_scenario(load(), name, year_now=2026)

    assert found.inputs
    assert all(each.entry.source for each in found.inputs)
    assert found.weaknesses or name == "tampering"


def test_what_does_not_exist_is_refused_with_what_does() -> None:
    with pytest.raises(WrongUsageError, match="no scenario 'theft'") as refusal:
        explain_scenario(load(), "theft", year_now=2026)
    with pytest.raises(WrongUsageError, match="no entry"):
        explain_input(load(), "loss-of-temper", year_now=2026)

    assert "bricking" in refusal.value.hint
