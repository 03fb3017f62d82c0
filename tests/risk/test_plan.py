"""The plan: law before money, then society's money, and nothing left out in silence."""

from dataclasses import replace

import pytest

from fairmark.model.device import Device, DeviceClass, Network
from fairmark.model.finding import Confidence
from fairmark.model.risk import Plan, PlanItem
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.inputs import Inputs
from fairmark.risk.plan import NODES, cost_of, plan
from fairmark.risk.price import price, yearly_means
from fairmark.risk.weaknesses import EFFECTS, read
from tests.doubles.cameras import FLAWS, TEST, camera, finding

PSTI = {FLAWS[0].id: ("psti 1-2",)}


def planned(*findings, law=None, device: Device | None = None, **more) -> Plan:
    return plan(device or camera(), findings, law or {}, load(), **more)


def names(items: tuple[PlanItem, ...]) -> list[str]:
    return [item.control for item in items]


def test_what_a_law_requires_comes_first_with_its_provisions() -> None:
    result = planned(*FLAWS, law=PSTI)

    assert names(result.required_by_law) == ["unique-passwords"]
    item = result.required_by_law[0]
    assert item.law == ("psti 1-2",)
    assert item.fixes == (FLAWS[0].id,)
    assert item.effort_days == pytest.approx(29.7, rel=0.01)
    assert "no figure here is a reason to leave it undone" in result.notes[0]


def test_law_is_ordered_by_harm_to_others_and_keeps_what_does_not_pay() -> None:
    findings = (*FLAWS, finding("no-disclosure-policy"), finding("no-support-period"), finding("slow-fix"))
    law = {each.id: (f"law {number}",) for number, each in enumerate(findings)}

    result = planned(*findings, law=law)

    saved = [item.alone.external for item in result.required_by_law]
    assert saved == sorted(saved, reverse=True)
    assert len(names(result.required_by_law)) == len(findings)
    assert "patch-desk" in names(result.required_by_law)
    assert "patch-desk" not in names(result.not_worth_it)


def test_one_control_mends_two_weaknesses_and_is_listed_once() -> None:
    findings = (finding("default-password"), finding("empty-password"))
    law = {findings[0].id: ("psti 1-2",), findings[1].id: ("sb-327 b",)}

    result = planned(*findings, law=law)

    assert names(result.required_by_law) == ["unique-passwords"]
    assert result.required_by_law[0].law == ("psti 1-2", "sb-327 b")
    assert len(result.required_by_law[0].fixes) == 2


def test_what_is_worth_it_saves_society_more_than_it_costs_and_the_rest_does_not() -> None:
    result = planned(*(finding(weakness) for weakness in EFFECTS))

    for item in result.worth_it:
        assert item.step.private + item.step.external >= item.cost.annualised
    for item in result.not_worth_it:
        assert item.step.private + item.step.external < item.cost.annualised


def test_the_first_step_is_the_best_saving_per_dollar() -> None:
    result = planned(*FLAWS)

    ratios = [
        (i.alone.private + i.alone.external) / i.cost.annualised for i in (*result.worth_it, *result.not_worth_it)
    ]
    assert ratios[0] == max(ratios)
    assert names(result.worth_it)[0] == "remove-telnet"
    assert "unique-passwords" in names(result.worth_it)


def test_steps_add_up_to_the_whole_change() -> None:
    result = planned(*FLAWS, law=PSTI)
    items = (*result.required_by_law, *result.worth_it)
    now = settle(camera(), FLAWS, load()).now
    inputs = Inputs(load(), NODES, linear_at_mean=True)

    def total(controls) -> float:
        found = yearly_means(inputs, replace(now, controls=frozenset(controls)), read(FLAWS)).values()
        return sum(float(side.private.mean() + side.external.mean()) for side in found)

    saved = sum(item.step.private + item.step.external for item in items)
    assert saved == pytest.approx(total(()) - total(names(items)))


def test_the_first_step_pays_for_the_maker_and_the_rest_only_for_society() -> None:
    result = planned(*FLAWS, law=PSTI)

    first = result.required_by_law[0]
    assert first.step.private == pytest.approx(34e3, rel=0.03)
    assert first.step.private > first.cost.annualised
    updates = next(item for item in result.worth_it if item.control == "automatic-updates")
    assert updates.step.private < updates.cost.annualised < updates.step.external
    assert any("not paid back to the maker" in note for note in result.notes)


def test_password_and_telnet_take_away_what_the_fixed_camera_does_not_cost() -> None:
    flawed = price(camera(), FLAWS, load(), nodes=NODES)
    fixed = price(camera(), FLAWS[2:], load(), nodes=NODES)

    first = planned(*FLAWS, law=PSTI).required_by_law[0]

    saved = flawed.external.mean - fixed.external.mean
    assert first.step.external == pytest.approx(saved, rel=0.03)


def test_what_is_in_place_or_irrelevant_is_left_out() -> None:
    result = planned(finding("no-auto-update"), in_place=(TEST,))

    listed = names((*result.required_by_law, *result.worth_it, *result.not_worth_it))
    assert TEST not in listed
    assert "unique-passwords" not in listed
    assert "secure-boot" not in listed
    assert "automatic-updates" in listed


def test_a_hint_asks_for_nothing_even_by_law() -> None:
    hint = finding("default-password", confidence=Confidence.C)

    result = planned(hint, law={hint.id: ("psti 1-2",)})

    assert result.required_by_law == ()
    assert "unique-passwords" not in names((*result.worth_it, *result.not_worth_it))


def test_measures_of_access_providers_are_no_item_of_the_maker() -> None:
    result = planned(finding("no-egress-limit"))

    listed = names((*result.worth_it, *result.not_worth_it))
    assert "egress-profile" in listed
    assert "walled-garden" not in listed


def test_automatic_updates_come_with_a_word_on_signing() -> None:
    result = planned(*FLAWS, finding("update-unsigned"))

    assert {"signed-updates", "automatic-updates"} <= set(names(result.worth_it))
    assert any("signed before they install themselves" in note for note in result.notes)


def test_an_effect_that_the_price_has_no_place_for_is_named() -> None:
    result = planned(finding("service-telnet"))

    assert any("close-services" in note and "a gap, no judgement" in note for note in result.notes)


def test_an_isolated_device_without_findings_needs_nothing() -> None:
    result = planned(device=camera(Network.ISOLATED))

    assert result.required_by_law == result.worth_it == result.not_worth_it == ()


def test_a_meter_is_protected_against_its_owner() -> None:
    result = planned(device=Device(device_class=DeviceClass.SMART_METER))

    assert "close-debug" in names(result.worth_it)


def test_the_same_input_gives_the_same_plan() -> None:
    findings = tuple(finding(weakness) for weakness in EFFECTS)

    assert planned(*findings, law=PSTI) == planned(*reversed(findings), law=PSTI)


@pytest.mark.parametrize("control", list(vocabulary().controls))
def test_every_control_has_a_cost_inside_its_range(control: str) -> None:
    cost = cost_of(control, load(), units=1_000, sales=400)

    assert 0 < cost.range[0] < cost.annualised < cost.range[1]
    assert cost.annualised == pytest.approx(cost.once / 3 + cost.per_unit * 400 + cost.per_year)


def test_every_control_can_lower_the_price_or_is_named_as_a_gap() -> None:
    silent = set()
    for weakness in EFFECTS:
        for item in planned(finding(weakness)).not_worth_it:
            if item.alone.private == item.alone.external == 0:
                silent.add(item.control)

    assert silent <= {"close-services", "tamper-protection", "secure-element", "patch-desk", "binary-hardening"}


def test_what_the_maker_admits_is_required_by_law_without_a_finding() -> None:
    result = planned(admitted={"vdp": ("psti 2-2a", "psti 2-2b"), "support-period": ("psti 3-2",)})

    assert {item.control: item.law for item in result.required_by_law} == {
        "disclosure-policy": ("psti 2-2a", "psti 2-2b"),
        "state-support-period": ("psti 3-2",),
    }
