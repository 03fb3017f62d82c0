"""Levels: the acceptance cases of the floor, and what a run by the maker can reach."""

from typing import Any

import pytest

from fairmark.model.finding import Confidence, Finding
from fairmark.model.risk import Estimate, LevelPrice
from fairmark.model.standard import Turn, Verdict
from fairmark.standards.level import level, levels
from fairmark.standards.library import catalogue
from tests.doubles.provisions import device, finding, verdicts

BULB = {"network": "local", "physical_access": "owner", "assets": ("low",), "cra_class": "default"}


def reached(subject_claims: dict[str, Any], *findings: Finding) -> tuple[int, str]:
    subject = device(claims=subject_claims)
    judged: list[Verdict] = list(verdicts(subject, *findings).values())
    result = level(subject, judged, findings)
    return result.reached, result.why[-1]


@pytest.mark.parametrize(
    ("profile", "floor"),
    [
        # The case of the webcam leaves the asset open; a camera's pictures are personal.
        (
            {
                "network": "internet_exposed",
                "physical_access": "owner",
                "cra_class": "important_I",
                "assets": ("personal",),
            },
            2,
        ),
        ({"network": "isolated", "physical_access": "hostile_owner", "assets": ("financial",)}, 4),
        (
            {"network": "none", "physical_access": "hostile_owner", "assets": ("financial",), "cra_class": "critical"},
            4,
        ),
        (BULB, 1),
        (BULB | {"cra_class": "important_II"}, 3),
        (BULB | {"assets": ("low", "safety")}, 3),
        (BULB | {"assets": ("critical",)}, 4),
    ],
)
def test_the_floor_follows_law_and_exposure(profile: dict[str, Any], floor: int) -> None:
    result = level(device(**profile), [], [])

    assert result.required == floor
    assert str(floor) in result.why[0]


@pytest.mark.parametrize("field", ["network", "physical_access", "assets", "cra_class"])
def test_a_field_nobody_filled_in_leaves_the_floor_open(field: str) -> None:
    result = level(device(**(BULB | {field: None})), [], [])

    assert result.required is None
    assert field in result.why[0]


def test_an_unknown_field_that_cannot_raise_the_floor_is_not_asked_for() -> None:
    result = level(device(**(BULB | {"network": None, "cra_class": "important_II"})), [], [])

    assert result.required == 3
    assert result.why[0] == "Law and exposure ask for 3, because cra_class is important_II."


def test_a_contradicted_network_claim_does_not_lower_the_floor() -> None:
    bad = finding("undeclared-connectivity")
    hint = finding("undeclared-connectivity", confidence=Confidence.C)

    assert level(device(**BULB), [], [bad]).required is None
    assert level(device(**BULB), [], [hint]).required == 1


def price(number: int, *, loss: float, cost: float) -> LevelPrice:
    def sure(value: float) -> Estimate:
        return Estimate(mean=value, range=(value, value))

    return LevelPrice(
        level=number,
        controls=(),
        cost=sure(cost),
        evaluation=sure(0.0),
        private=sure(0.0),
        external=sure(loss),
        social=sure(loss),
        private_total=cost,
        social_total=loss + cost,
    )


DEAR_LOSS = [
    price(1, loss=100, cost=0),
    price(2, loss=40, cost=10),
    price(3, loss=5, cost=30),
    price(4, loss=5, cost=90),
]


def test_the_level_with_the_smallest_sum_for_everybody_is_enough() -> None:
    result = level(device(**BULB), [], [], DEAR_LOSS)

    assert (result.required, result.floor, result.by_money, result.by_private_money) == (3, 1, 3, 1)
    assert "what incentives pay for, not advice" in result.why[1]
    assert result.why[2] == "Required: 3, by money; law and exposure alone would ask for 1."


def test_money_never_goes_below_law_and_exposure() -> None:
    result = level(device(**(BULB | {"cra_class": "critical"})), [], [], DEAR_LOSS)

    assert (result.required, result.by_money) == (4, 3)
    assert result.why[2] == "Required: 4, by law and exposure; money alone would ask for 3."


def test_of_two_levels_with_the_same_sum_the_lower_one_is_enough() -> None:
    assert level(device(**BULB), [], [], [price(1, loss=9, cost=0), price(2, loss=4, cost=5)]).by_money == 1


def test_money_that_asks_for_as_much_as_an_unknown_field_could_decides() -> None:
    unknown = device(**(BULB | {"network": None}))

    assert level(unknown, [], [], DEAR_LOSS).required == 3
    assert level(unknown, [], []).required is None


def test_where_the_price_knows_no_loss_money_says_nothing() -> None:
    result = level(device(**BULB), [], [], [price(1, loss=0, cost=0), price(2, loss=0, cost=1)])

    assert (result.required, result.by_money) == (1, None)
    assert "knows no loss" in result.why[1]


def test_a_smart_card_reaches_its_level_by_the_certificate_of_a_component() -> None:
    card = {"network": "none", "physical_access": "hostile_owner", "assets": ("financial",), "cra_class": "critical"}

    assert any("certificate of a component" in why for why in level(device(**card), [], []).why)
    assert not any("certificate of a component" in why for why in level(device(**BULB), [], []).why)


def test_answers_that_change_nothing_are_not_told() -> None:
    turns = [Turn(field="network", value="none", level=1), Turn(field="network", value="internet_exposed", level=2)]

    assert level(device(**BULB), [], [], (), turns).turns == (turns[1],)


def test_without_claims_nothing_is_reached() -> None:
    number, why = reached({})

    assert number == 0
    assert why == "Reached: 0, because claims for mandatory provisions are missing (en303645 36, psti 12)."


def test_a_full_declaration_reaches_level_one_and_no_more() -> None:
    rows = {p.id: (True, "") for p in catalogue("psti").provisions}

    number, why = reached({"psti": rows})

    assert number == 1
    assert why.startswith("Reached: 1 (Declared), because every applicable mandatory provision of psti is claimed")


def test_a_mandatory_failure_takes_the_level_away() -> None:
    rows = {p.id: (True, "") for p in catalogue("psti").provisions}

    number, why = reached({"psti": rows}, finding("default-password"))

    assert number == 0
    assert "mandatory provisions fail: en303645 5.1-1, psti 1-2" in why


def test_a_failed_recommendation_does_not() -> None:
    rows = {p.id: (True, "") for p in catalogue("psti").provisions}

    assert reached({"psti": rows}, finding("root-daemon"))[0] == 1


def test_a_claim_of_not_applicable_is_no_declaration_while_it_applies() -> None:
    rows: dict[str, tuple[bool | None, str]] = {p.id: (True, "") for p in catalogue("psti").provisions}
    rows["soc"] = (None, "sold elsewhere")

    assert reached({"psti": rows})[0] == 0


def test_without_any_verdict_nothing_is_reached() -> None:
    assert level(device(), [], []).reached == 0


def test_the_scale_has_four_levels_and_says_that_it_is_assumed() -> None:
    assert [entry.level for entry in levels().levels] == [1, 2, 3, 4]
    assert levels().assumed
    assert levels().self_run == 1


def test_no_floor_is_outside_the_scale() -> None:
    assert {number for table in levels().floor.values() for number in table.values()} <= {2, 3, 4}
