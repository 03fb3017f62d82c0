import pytest

from fairmark.render.licences import expression


@pytest.mark.parametrize("licence", ["MIT", "GPL-2.0", "MIT AND BSD-3-Clause", "GPL-2.0-only OR MIT"])
def test_known_names_and_their_joins_are_expressions(licence: str) -> None:
    assert expression(licence) == licence


@pytest.mark.parametrize("licence", ["", "GPL", "MIT, BSD", "MIT AND mine", "custom:foo"])
def test_what_is_in_doubt_is_no_expression(licence: str) -> None:
    assert expression(licence) == ""
