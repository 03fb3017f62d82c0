"""The cells of the tutorial run, one after the other, and show themselves."""

import ast
import re
from typing import Any

from tests.journeys.conftest import ROOT

PAGE = ROOT / "docs" / "tutorial" / "price-and-decide.md"


def test_every_cell_of_the_tutorial_runs_and_shows_what_it_ends_with() -> None:
    cells = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    shown = []

    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(PAGE), "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names))

    assert len(cells) == 11
    assert len(shown) == 11
    for thing in shown:
        assert getattr(thing, "_repr_html_", thing.__repr__)()
