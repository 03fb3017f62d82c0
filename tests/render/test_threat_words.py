"""The sentences of the threat model: they never praise, and what is missing is said."""

from datetime import date

import pytest

from fairmark.model.device import Device, Use
from fairmark.model.standard import Outcome
from fairmark.model.threat import Decision, DecisionKind, Requirement, Standing
from fairmark.render import threat_words
from fairmark.workflows.threats import threat_model
from tests.doubles import assessments as given
from tests.doubles.threat_models import camera, repaired


def test_the_headline_counts_and_never_praises() -> None:
    assert " threats are open; " in threat_words.headline(threat_model(camera()))
    assert threat_words.headline(threat_model(repaired())).startswith("No open threat among")
    assert "not examined" in threat_words.headline(threat_model(repaired()))


def test_fields_that_nobody_filled_in_are_shown_as_open() -> None:
    rows = {label: (text, is_left) for label, text, is_left in threat_words.use_rows(Device())}

    assert rows["Intended purpose"] == (threat_words.OPEN_FIELD, True)
    assert all(is_left for _, is_left in rows.values())


def test_fields_of_the_profile_are_shown_as_given() -> None:
    device = Device(use=Use(purpose="to watch a garden", years=6), actuation=False)

    rows = {label: text for label, text, is_left in threat_words.use_rows(device) if not is_left}

    assert rows["Intended purpose"] == "to watch a garden"
    assert rows["Expected time in use"] == "6 years"
    assert rows["It moves, heats, locks or switches something"] == "no"


def test_the_most_open_entry_point_comes_first_and_its_open_threats_before_the_rest() -> None:
    first, *_ = threat_words.places(threat_model(camera()))
    order = list(Standing)

    assert first.worst is Standing.OPEN
    assert [order.index(one.standing) for one in first.threats] == sorted(
        order.index(one.standing) for one in first.threats
    )


def test_money_without_a_range_says_so_and_counts_its_assumptions() -> None:
    rows = threat_words.money_rows(threat_model(camera()), camera())

    assert "the range is not in this assessment" in rows[0].private
    assert "inputs assumed" in rows[0].assumed


def test_money_is_an_interval_first() -> None:
    risk = given.risk(1000, 5000)
    one = risk.scenarios[0].model_copy(update={"private_range": (1200.0, 140_000.0), "private": 54_000.0})
    made = camera(risk=risk.model_copy(update={"scenarios": (one,)}))

    (row,) = threat_words.money_rows(threat_model(made), made)

    assert row.private == "USD 1.2 k to 140 k (mean 54 k)"


@pytest.mark.parametrize(
    ("applies", "reason", "expected"),
    [(True, "", ""), (False, "", threat_words.NO_REASON), (None, "", threat_words.NO_REASON), (False, "none", "none")],
)
def test_a_missing_reason_is_said_to_be_missing(*, applies: bool | None, reason: str, expected: str) -> None:
    one = Requirement(
        point="I.2.g",
        title="t",
        outcome=Outcome.NOT_APPLICABLE,
        reason="r",
        applies=applies,
        reason_not_applicable=reason,
    )

    assert threat_words.reason_sentence(one) == expected


def test_a_decision_names_who_when_where_and_until_when() -> None:
    threat = threat_model(camera()).threats[0]
    made = Decision(
        kind=DecisionKind.MITIGATED_ELSEWHERE,
        reason="a gateway filters it",
        owner="QA lead",
        date=date(2026, 11, 1),
        reference="DOC-7",
        review=date(2027, 5, 1),
    )

    said = threat_words.decision_sentence(threat.model_copy(update={"decision": made}))

    assert said == "mitigated elsewhere, see DOC-7: a gateway filters it (QA lead, 2026-11-01; review on 2027-05-01)"
    assert threat_words.decision_sentence(threat) == ""


def test_without_an_end_of_support_the_upkeep_says_that_it_is_open() -> None:
    made = threat_model(repaired(device=given.device(support_until=None)))

    assert "end of support is open" in threat_words.upkeep(made)[0]


def test_what_is_open_without_a_decision_stays_in_the_residual_risk() -> None:
    assert "0 threats accepted by decision" in threat_words.residual_sentence(threat_model(camera()))
