"""A budget is spent before anything is used, and what does not fit is not spent."""

from collections.abc import Callable

import pytest

from fairmark.examine.limits import Budget, LimitReached, Limits

SPENDERS: list[tuple[str, Limits, Callable[[Budget], None]]] = [
    ("bytes", Limits(total_bytes=10), lambda budget: budget.spend_bytes(4)),
    ("files", Limits(files=2), lambda budget: budget.spend_file()),
    ("paths", Limits(path_bytes=10), lambda budget: budget.spend_file(4)),
    ("containers", Limits(containers=2), lambda budget: budget.spend_container(1)),
    ("work", Limits(work=10), lambda budget: budget.spend_work(4)),
]


@pytest.mark.parametrize(("name", "limits", "spend"), SPENDERS, ids=[name for name, _, _ in SPENDERS])
def test_the_third_time_is_one_too_many(name: str, limits: Limits, spend: Callable[[Budget], None]) -> None:
    budget = Budget(limits, lambda: 0.0)
    spend(budget)
    spend(budget)

    with pytest.raises(LimitReached, match="more than"):
        spend(budget)


def test_what_does_not_fit_leaves_room_for_what_does() -> None:
    budget = Budget(Limits(total_bytes=10), lambda: 0.0)

    with pytest.raises(LimitReached):
        budget.spend_bytes(11)

    budget.spend_bytes(10)


def test_time_is_read_from_the_clock_that_was_given() -> None:
    now = [100.0]
    budget = Budget(Limits(seconds=5), lambda: now[0])
    budget.tick()
    now[0] = 105.5

    with pytest.raises(LimitReached, match="5 seconds"):
        budget.tick()


def test_containers_may_nest_only_so_deep() -> None:
    budget = Budget(Limits(depth=3), lambda: 0.0)
    budget.spend_container(3)

    with pytest.raises(LimitReached, match="3 deep"):
        budget.spend_container(4)


def test_what_may_be_kept_is_bounded_and_no_error() -> None:
    budget = Budget(Limits(kept=10), lambda: 0.0)

    assert [budget.may_keep(6), budget.may_keep(6), budget.may_keep(4)] == [True, False, True]
