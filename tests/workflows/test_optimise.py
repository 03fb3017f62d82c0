"""Which controls: law first, then money, and both sides shown."""

from pathlib import Path

import pytest

from fairmark.errors import WrongUsageError
from fairmark.workflows.optimise import optimise, what_if
from fairmark.workflows.scenarios import ScenarioFile, read_scenarios

EXAMPLE = Path(__file__).parents[2] / "examples" / "scenarios" / "controls.yaml"
PASSWORD, UPDATES, CLOUD = (
    "a password of its own for every unit",
    "signed automatic updates",
    "second factor for the cloud",
)


@pytest.fixture(scope="module")
def example() -> ScenarioFile:
    return read_scenarios(EXAMPLE.read_bytes(), EXAMPLE.name)


def test_the_private_optimum_stops_early_and_the_social_one_does_not(example: ScenarioFile) -> None:
    found = optimise(example)

    assert UPDATES not in found.private.controls
    assert UPDATES in found.social.controls
    assert found.social.external < 0.5 * found.private.external
    assert found.between > 0
    assert found.private.cost + found.private.private <= found.social.cost + found.social.private


def test_what_the_law_demands_is_in_every_set_though_nobody_gains(example: ScenarioFile) -> None:
    password = example.controls[0]
    dear = password.model_copy(update={"per_year": password.per_year.model_copy(update={"points": (1e9,)})})
    given = example.model_copy(update={"controls": (dear, *example.controls[1:])})

    found = optimise(given)

    for chosen in (found.private, found.social, *(point.chosen for point in found.frontier)):
        assert PASSWORD in chosen.controls
    assert found.compulsory[0][0] == PASSWORD
    with pytest.raises(WrongUsageError, match="does not pay for what is compulsory"):
        optimise(given, budget=1e6)


def test_a_budget_is_kept_and_no_worse_than_the_frontier_below_it(example: ScenarioFile) -> None:
    found = optimise(example, budget=1e5)

    assert found.under_budget is not None
    assert found.under_budget.cost <= 1e5
    left = found.under_budget.private + found.under_budget.external
    for point in found.frontier:
        if point.budget <= 1e5:
            assert left <= (point.chosen.private + point.chosen.external) * (1 + 1e-6)


def test_steps_add_up_to_what_the_social_optimum_takes_away(example: ScenarioFile) -> None:
    found = optimise(example)

    saved = sum(step.saved for step in found.steps)
    left = found.social.private + found.social.external
    assert saved == pytest.approx(found.now.private + found.now.external - left)
    assert sum(step.cost for step in found.steps) == pytest.approx(found.social.cost)


def test_means_agree_with_the_law_of_the_year(example: ScenarioFile) -> None:
    found = optimise(example)

    for chosen in (found.now, found.private, found.social):
        assert chosen.total is not None
        assert chosen.total.mean.value == pytest.approx(chosen.private + chosen.external, rel=1e-6)


def test_what_if_says_what_the_law_misses(example: ScenarioFile) -> None:
    found = what_if(example, [CLOUD])

    assert found.missing == (PASSWORD,)
    assert found.after.private < found.before.private
    assert found.after.external == pytest.approx(found.before.external)


@pytest.mark.parametrize(
    ("names", "words"),
    [(["magic"], "no control 'magic'"), (["patches within thirty days"], "requires signed automatic updates")],
)
def test_a_set_that_cannot_be_is_refused(example: ScenarioFile, names: list[str], words: str) -> None:
    with pytest.raises(WrongUsageError, match=words):
        what_if(example, names)


def test_without_controls_there_is_nothing_to_choose(example: ScenarioFile) -> None:
    with pytest.raises(WrongUsageError, match="no controls"):
        optimise(example.model_copy(update={"controls": ()}))


@pytest.mark.parametrize("budget", [-1.0, float("nan")])
def test_a_budget_that_is_none_is_refused(example: ScenarioFile, budget: float) -> None:
    with pytest.raises(WrongUsageError, match="budget"):
        optimise(example, budget=budget)
