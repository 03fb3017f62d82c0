"""Charts of money are drawings with words: whole, harmless, and silent when there is nothing to draw."""

from xml.etree import ElementTree as ET

import pytest

from fairmark.model.risk import CurvePoint
from fairmark.render.charts_money import Bar, Curve, Spent, exceedance, frontier, tail_share, tornado, waterfall

HOSTILE = '<script>alert("x")</script>'
POINTS = [CurvePoint(loss=10.0**k, exceedance=0.8**k, low=0.7**k, high=min(1.0, 0.85**k)) for k in range(1, 7)]
CHARTS = {
    "tornado": tornado([Bar("rate", 10, 90), Bar(HOSTILE, 45, 55)], 50, "USD", "a"),
    "waterfall": waterfall(1e6, [("updates", 4e5), (HOSTILE, 1e5)], "USD", "b"),
    "frontier": frontier([Spent(0, 10, 90), Spent(5, 9, 40), Spent(20, 8, 10)], "USD", "c"),
    "tail": tail_share([("camera", 0.8), (HOSTILE, 0.2)], 0.95, "d"),
    "exceedance": exceedance([Curve("social", HOSTILE, POINTS)], [(1e3, 0.2), (1e5, 0.01)], "USD", "e"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_named_and_harmless(name: str) -> None:
    root = ET.fromstring(CHARTS[name])

    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.find(f"{space}title") is not None
    assert (root.find(f"{space}desc").text or "").endswith(".")  # type: ignore[union-attr]
    assert root.find(f".//{space}script") is None


@pytest.mark.parametrize(
    "drawn",
    [
        tornado([], 1, "USD", "a"),
        waterfall(0.0, [("x", 0.0)], "USD", "a"),
        waterfall(1.0, [], "USD", "a"),
        frontier([Spent(0, 1, 1)], "USD", "a"),
        tail_share([("a", 0.0)], 0.95, "a"),
        exceedance([Curve("social", "x", [])], [], "USD", "a"),
    ],
)
def test_nothing_to_draw_is_no_chart(drawn: str) -> None:
    assert drawn == ""


def test_the_widest_bar_comes_first_and_small_ones_are_counted() -> None:
    drawn = tornado([Bar(f"input {k}", 0, k) for k in range(1, 21)], 0, "USD", "a")

    assert "What would change the mean" in drawn
    assert drawn.index("input 20: ") < drawn.index("input 19: ")
    assert "6 smaller ones are not drawn" in drawn


def test_a_curve_of_equal_losses_is_still_drawn() -> None:
    flat = [CurvePoint(loss=100.0, exceedance=0.5, low=0.5, high=0.5)]

    assert "<path" in exceedance([Curve("social", "x", flat)], [], "USD", "a")


def test_values_far_from_zero_do_not_begin_at_zero() -> None:
    drawn = tornado([Bar("x", 980, 1020)], 1000, "USD", "a")

    assert ">0<" not in drawn
