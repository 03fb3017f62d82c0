"""Levels: the acceptance cases of the floor, and what a run by the maker can reach."""

from typing import Any

import pytest

from fairmark.model.finding import Confidence, Finding
from fairmark.model.standard import Verdict
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
    assert result.why[0] == "Required by law and exposure: 3, because cra_class is important_II."


def test_a_contradicted_network_claim_does_not_lower_the_floor() -> None:
    bad = finding("undeclared-connectivity")
    hint = finding("undeclared-connectivity", confidence=Confidence.C)

    assert level(device(**BULB), [], [bad]).required is None
    assert level(device(**BULB), [], [hint]).required == 1


def test_the_reasons_say_that_the_money_comes_later() -> None:
    assert "joins later" in level(device(**BULB), [], []).why[1]


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
