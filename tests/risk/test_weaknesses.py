"""Every weakness has its place in the model, or the table says that it has none."""

import pytest

from fairmark.model.finding import Reach
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.fleet import SCENARIOS
from fairmark.risk.inputs import Inputs
from fairmark.risk.price import yearly_means
from fairmark.risk.weaknesses import EFFECTS, Counts, read
from tests.doubles.cameras import camera, finding


def social(*findings) -> float:
    settled = settle(camera(), findings, load())
    found = yearly_means(Inputs(load(), 128, linear_at_mean=True), settled.now, read(findings)).values()
    return sum(float(side.private.mean() + side.external.mean()) for side in found)


def test_the_table_covers_the_vocabulary_and_every_factor_of_it() -> None:
    words = vocabulary()

    assert set(EFFECTS) == set(words.weaknesses)
    for name, effect in EFFECTS.items():
        assert set(words.weaknesses[name].factors) <= {*effect.inputs, *effect.unused}
        assert {*effect.inputs, *effect.unused} <= set(load().entries)
        assert set(effect.scenarios) <= set(SCENARIOS)
        assert bool(effect.unused) == bool(effect.why_unused)


@pytest.mark.parametrize("weakness", [name for name, effect in EFFECTS.items() if effect.moves])
def test_a_weakness_that_moves_the_price_raises_it(weakness: str) -> None:
    assert social(finding(weakness)) > social()


@pytest.mark.parametrize("weakness", [name for name, effect in EFFECTS.items() if not effect.moves])
def test_a_weakness_that_confirms_the_generic_price_leaves_it(weakness: str) -> None:
    assert social(finding(weakness)) == social()


@pytest.mark.parametrize("weakness", [n for n, e in EFFECTS.items() if e.counts is Counts.SERVICE and e.moves])
def test_a_service_counts_less_the_farther_it_lies_from_an_attacker(weakness: str) -> None:
    exposed, started, linked = (
        social(finding(weakness, reach)) for reach in (Reach.EXPOSED, Reach.STARTED, Reach.LINKED)
    )

    # A way to take many units at once that is rarer than the generic one changes nothing.
    assert exposed > started >= social()
    assert exposed > linked >= social()


def test_the_same_flaw_in_two_places_counts_once() -> None:
    once = finding("default-password")
    twice = (once, finding("default-password", title="in another file"))

    assert social(*twice) == social(once)


def test_each_undeclared_service_counts_until_the_limit() -> None:
    services = [finding("undeclared-service", title=f"tcp/{port}") for port in range(40)]

    assert social(*services[:2]) > social(services[0])
    assert social(*services) < 5 * social()


def test_flaws_without_a_score_count_with_the_share_of_all_that_are_ever_exploited() -> None:
    silent, loud = finding("cve-exposed"), finding("cve-exposed", epss=0.5)
    harmless = finding("cve-exposed", epss=0.0)

    assert social() == social(harmless)
    assert social() < social(silent) < social(loud)


def test_a_weakness_of_another_vocabulary_is_left_out() -> None:
    assert social(finding("bad-luck")) == social()
