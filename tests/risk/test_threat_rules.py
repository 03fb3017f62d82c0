"""The rules of threats: nothing hangs loose."""

import pytest

from fairmark.model.threat import Stride
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.threat_rules import ThreatRules, faults, rules_digest, threat_rules


def changed(**update: object) -> ThreatRules:
    return threat_rules().model_copy(update=update)


def test_every_name_leads_somewhere_and_every_weakness_has_a_threat() -> None:
    assert list(faults(threat_rules(), vocabulary())) == []


def test_every_kind_of_threat_is_asked_of_what_waits_at_a_network() -> None:
    for kind in ("clear-login", "web", "service"):
        asked = {rule.stride for rule in threat_rules().rules if kind in rule.at}

        assert asked >= {Stride.SPOOFING, Stride.TAMPERING, Stride.DISCLOSURE, Stride.DENIAL, Stride.ELEVATION}, kind


def test_every_rule_says_where_it_comes_from() -> None:
    rules = threat_rules()

    assert rules.source
    assert rules.assumed
    assert rules.date.year >= 2026
    assert len(rules_digest()) == 64


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"weaknesses": ("no-such",)}, "no-such is no weakness"),
        ({"at": ("no-such",)}, "no-such is no kind"),
        ({"needs": ("no.such",)}, "no.such is no fact"),
        ({"scenarios": ("no-such",)}, "no-such is no scenario"),
        ({"capabilities": ("no-such",)}, "no-such is no capability"),
        ({"weaknesses": (), "scenarios": ()}, "leads to no scenario"),
    ],
)
def test_a_name_that_leads_nowhere_is_found(update: dict[str, object], expected: str) -> None:
    first, *rest = threat_rules().rules

    found = faults(changed(rules=(first.model_copy(update=update), *rest)), vocabulary())

    assert any(expected in one for one in found)


def test_a_rule_that_stands_twice_is_found() -> None:
    rules = threat_rules().rules

    found = faults(changed(rules=(*rules, rules[0])), vocabulary())

    assert f"{rules[0].id}: stands twice among the rules" in set(found)


def test_a_weakness_that_no_rule_needs_is_found() -> None:
    left = tuple(rule for rule in threat_rules().rules if "no-mfa" not in rule.weaknesses)

    assert "no-mfa: no threat needs this weakness" in set(faults(changed(rules=left), vocabulary()))
