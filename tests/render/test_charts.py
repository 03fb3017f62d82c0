import re
from xml.etree import ElementTree as ET

from fairmark.model.standard import Outcome
from fairmark.render.charts import loss_exceedance, outcome_bar
from tests.doubles import assessments as given

SVG = "{http://www.w3.org/2000/svg}"


def test_the_chart_has_a_title_and_a_description_that_name_it() -> None:
    root = ET.fromstring(loss_exceedance(given.risk(620_000, 4_200_000), "lec"))

    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "lec-title lec-desc"
    assert title is not None
    assert title.get("id") == "lec-title"
    assert description is not None
    assert "private: one year in two costs more than USD 620 k" in (description.text or "")


def test_every_line_has_a_mark_of_its_own_shape() -> None:
    drawn = loss_exceedance(given.risk(620_000, 4_200_000), "lec")

    assert drawn.count('<circle class="mark private"') == 5
    assert drawn.count('<rect class="mark external"') == 5
    assert drawn.count('<path class="mark social"') == 5


def test_charts_carry_no_colour_no_style_and_no_script() -> None:
    drawn = loss_exceedance(given.risk(1e6, 1e7), "a") + outcome_bar({Outcome.FAIL: 1}, "b", "x")

    assert not re.search(r"#[0-9a-f]{3,6}\b|style=|<script|\son\w+=", drawn)


def test_the_same_values_give_the_same_bytes() -> None:
    assert loss_exceedance(given.risk(1e6, 1e7), "a") == loss_exceedance(given.risk(1e6, 1e7), "a")


def test_every_point_lies_inside_the_sheet() -> None:
    drawn = loss_exceedance(given.risk(3, 9e11), "lec")

    places = re.findall(r"[ML]?(-?\d+\.\d) (-?\d+\.\d)", drawn)

    assert places
    assert all(0 <= float(x) <= 600 and 0 <= float(y) <= 350 for x, y in places)


def test_no_loss_gives_no_chart() -> None:
    nothing = given.risk(1, 1).model_copy(update={name: given.loss(0) for name in ("private", "external", "social")})

    assert loss_exceedance(nothing, "lec") == ""


def test_a_currency_cannot_bring_markup() -> None:
    hostile = given.risk(1e6, 1e7).model_copy(update={"currency": "<b>"})

    assert "<b>" not in loss_exceedance(hostile, "lec")


def test_a_bar_gives_each_outcome_its_share_and_says_the_counts() -> None:
    drawn = outcome_bar({Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3}, "bar", "a <catalogue>")
    root = ET.fromstring(drawn)

    widths = [float(box.get("width", "")) for box in root.findall(f"{SVG}rect") if box.get("class")]

    assert widths == [98.5, 298.5]
    assert "fail 1, inconclusive 3, pass 0, not applicable 0" in drawn
    assert "a &lt;catalogue&gt;" in drawn


def test_a_bar_of_nothing_is_empty() -> None:
    assert 'class="field' not in outcome_bar({}, "bar", "nothing")
