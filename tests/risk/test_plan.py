"""The plan: law before money, then society's money, and nothing left out in silence."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fairmark.model.device import Device, DeviceClass, Market, Network
from fairmark.model.finding import Confidence
from fairmark.model.risk import Plan, PlanItem
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.costs import cost_of
from fairmark.risk.inputs import Inputs
from fairmark.risk.plan import BUDGETS, NODES
from fairmark.risk.price import yearly_means
from fairmark.risk.weaknesses import EFFECTS, read
from tests.doubles import pricing
from tests.doubles.cameras import FLAWS, ROWS, TEST, camera, finding

PSTI = {FLAWS[0].id: ("psti 1-2",)}


def planned(*findings, law=None, device: Device | None = None, **more) -> Plan:
    return pricing.planned(device or camera(), findings, law, **more)


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


def test_what_is_worth_it_pays_for_society_as_a_whole_and_no_other_control_does_on_top_of_it() -> None:
    result = planned(*(finding(weakness) for weakness in EFFECTS))

    saved = sum(item.step.private + item.step.external for item in result.worth_it)
    assert saved > sum(item.cost.annualised for item in result.worth_it)
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
    flawed = pricing.priced(camera(), FLAWS, load(), nodes=NODES)
    fixed = pricing.priced(camera(), FLAWS[2:], load(), nodes=NODES)

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


def test_every_control_can_lower_the_price_or_is_named_as_a_gap() -> None:
    silent = set()
    for weakness in (name for name, effect in EFFECTS.items() if effect.scenarios):
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


PAPER = {"no-disclosure-policy": "cra 13-8", "slow-fix": "cra 13-6", "no-conformity-file": "cra 28"}


def dear(*controls: str):
    """The calibration with a cost of a billion for each of these controls."""
    words, own = vocabulary().controls, load()
    rows = []
    for name in controls:
        cost = words[name].cost
        entry = own.entry(cost.once or cost.per_year or cost.per_unit)
        rows.append({"id": entry.id, "distribution": {"kind": "const", "low": 1e9, "high": 1e9, "mode": None}})
    return load({"entries": rows})


def test_a_device_of_the_eu_keeps_each_compulsory_control_in_every_recommendation_whatever_it_costs() -> None:
    device = camera().model_copy(update={"markets": (Market.EU,)})
    findings = (*FLAWS, *(finding(weakness) for weakness in PAPER))
    law = {each.id: (PAPER.get(each.weakness, "cra 13-1"),) for each in findings}
    compulsory = {item.control for item in planned(*findings, law=law, device=device).required_by_law}

    result = planned(*findings, law=law, device=device, calibration=dear(*sorted(compulsory)))

    assert len(compulsory) == len(findings)
    assert {item.control for item in result.required_by_law} == compulsory
    sets = (result.enough.law, result.enough.private, result.enough.social, *(b.best for b in result.enough.frontier))
    for one in sets:
        assert compulsory <= set(one.controls)
    assert not compulsory & {item.control for item in result.not_worth_it}


def test_two_steps_as_bundles_the_makers_money_pays_for_the_first_and_societys_for_both() -> None:
    def total(found, side: str) -> float:
        costs = sum(cost_of(name, load(), units=100_000, sales=40_000).annualised for name in found[1])
        return costs + (found[0].private.mean if side == "private" else found[0].social.mean)

    first = ("unique-passwords", "remove-telnet")
    rest = (*first, "signed-updates", "automatic-updates", TEST, "patch-desk", "sbom-watch")
    steps = [
        (pricing.priced(row.device, row.findings, load(), nodes=NODES, in_place=row.in_place), controls)
        for row, controls in zip(ROWS[:3], ((), first, rest), strict=True)
    ]

    private, social = ([total(step, side) for step in steps] for side in ("private", "social"))
    assert min(private) == private[1]
    assert min(social) == social[2]


def test_control_by_control_the_maker_goes_one_test_further_and_society_on_to_updates() -> None:
    enough = planned(*FLAWS).enough

    assert enough.private.controls == (TEST, "unique-passwords")
    assert {"automatic-updates", TEST, "unique-passwords"} <= set(enough.social.controls)
    assert enough.private.proven
    assert enough.social.proven


def test_the_plan_recommends_the_social_set() -> None:
    result = planned(*FLAWS, law=PSTI)

    assert set(names((*result.required_by_law, *result.worth_it))) == set(result.enough.social.controls)


def test_what_lies_between_the_two_sets_is_money_for_both_sides() -> None:
    enough = planned(*FLAWS, law=PSTI).enough

    private, social = enough.private, enough.social
    own = social.cost.mean + social.private.mean - private.cost.mean - private.private.mean
    assert enough.maker_pays.mean == pytest.approx(own)
    assert enough.maker_pays.mean > 0
    assert enough.others_save.mean == pytest.approx(private.external.mean - social.external.mean)
    assert enough.others_save.mean > enough.maker_pays.mean
    assert any("not advice" in note for note in enough.notes)


def test_more_money_never_leaves_more_and_no_set_costs_more_than_its_budget() -> None:
    frontier = planned(*FLAWS, law=PSTI).enough.frontier

    assert BUDGETS - 2 <= len(frontier) <= BUDGETS
    left = [point.best.social.mean - point.best.gap for point in frontier]
    assert left == sorted(left, reverse=True)
    assert all(point.best.cost.mean <= point.budget * (1 + 1e-9) for point in frontier)
    assert all(point.best.proven for point in frontier)


def test_the_ceiling_of_gordon_and_loeb_is_the_loss_as_it_is_over_e() -> None:
    enough = planned(*FLAWS).enough

    assert enough.ceiling_social == pytest.approx(enough.as_is.social.mean / math.e)
    assert enough.ceiling_private == pytest.approx(enough.as_is.private.mean / math.e)


def test_the_curve_afterwards_lies_below_that_of_today() -> None:
    today = pricing.priced(camera(), FLAWS, load(), nodes=NODES).social

    after = planned(*FLAWS).enough.after

    def at(curve, loss: float) -> float:
        return float(np.interp(loss, [point.loss for point in curve], [point.exceedance for point in curve]))

    assert all(at(after, loss) < at(today.curve, loss) for loss in (1e5, 1e6, 1e7))


def test_ranges_hold_their_means() -> None:
    enough = planned(*FLAWS, law=PSTI).enough

    for one in (enough.as_is, enough.law, enough.private, enough.social):
        for side in (one.private, one.external, one.social):
            assert side.range[0] < side.mean < side.range[1]


def test_the_range_as_it_is_is_that_of_the_price() -> None:
    risk = pricing.priced(camera(), FLAWS, load())

    now = planned(*FLAWS).enough.as_is

    assert now.private.range == pytest.approx(risk.private.epistemic)
    assert now.external.range == pytest.approx(risk.external.epistemic)
    assert now.social.mean == pytest.approx(risk.social.mean, rel=0.02)
