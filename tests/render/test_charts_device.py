"""The charts of one device: drawn from the assessment, with their words for those who do not see them."""

import re
from xml.etree import ElementTree as ET

from fairmark.model.risk import Plan
from fairmark.render.charts_device import charts
from fairmark.render.wording import amount
from tests.doubles import assessments as given
from tests.doubles.device_money import assessment

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"after", "waterfall", "frontier", "tornado_private", "tornado_external"}


def test_every_chart_has_a_title_a_description_and_an_id_of_its_own() -> None:
    drawn = charts(assessment())

    assert set(drawn) == NAMES
    roots = [ET.fromstring(one) for one in drawn.values()]
    assert all(root.get("role") == "img" for root in roots)
    assert all((root.find(f"{SVG}title").text or "") and (root.find(f"{SVG}desc").text or "") for root in roots)
    assert len({root.get("aria-labelledby") for root in roots}) == len(roots)


def test_before_and_after_are_both_in_the_description() -> None:
    said = charts(assessment())["after"]

    assert "everybody, as it is: one year in two costs about" in said
    assert "everybody, at the social optimum: one year in two costs about" in said


def test_the_waterfall_ends_at_what_the_social_optimum_leaves() -> None:
    left = assessment().plan.enough.social.social.mean

    assert f" to {amount(left)} USD a year, control by control" in charts(assessment())["waterfall"]


def test_the_tornado_names_inputs_as_explain_knows_them_widest_first() -> None:
    said = ET.fromstring(charts(assessment())["tornado_external"]).find(f"{SVG}desc").text

    assert said.startswith("loss-ddos-per-bot-year")


def test_an_older_assessment_without_these_figures_has_no_charts() -> None:
    old = given.assessment().model_copy(update={"plan": Plan()})

    assert charts(old) == dict.fromkeys(NAMES, "")


def test_charts_carry_no_colour_no_style_and_no_script() -> None:
    drawn = "".join(charts(assessment()).values())

    assert not re.search(r"#[0-9a-f]{3,6}\b|style=|<script|\son\w+=", drawn)
