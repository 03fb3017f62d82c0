"""Templates are compiled once; what is kept draws the same page."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateNotFound

from fairmark.model import data
from fairmark.render.templates import KeptTemplates


@pytest.fixture(autouse=True)
def _pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("<p>{{ name }}</p>{% include 'foot.html.j2' %}\n")
    (tmp_path / "foot.html.j2").write_text("<i>{{ name|upper }}</i>")
    monkeypatch.setattr(data, "files", lambda _package: tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def _environment() -> Environment:
    return Environment(loader=KeptTemplates("fairmark.pages", ("page.html.j2", "foot.html.j2")), autoescape=True)


def test_a_page_is_the_same_when_it_was_compiled_in_an_earlier_run(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _environment().get_template("page.html.j2").render(name="<b>")
    monkeypatch.setattr(Environment, "compile", None)

    second = _environment().get_template("page.html.j2").render(name="<b>")

    assert first == second == "<p>&lt;b&gt;</p><i>&lt;B&gt;</i>"


def test_a_changed_page_is_compiled_anew(tmp_path: Path) -> None:
    _environment().get_template("page.html.j2")
    (tmp_path / "page.html.j2").write_text("<p>{{ name }}!</p>")

    assert _environment().get_template("page.html.j2").render(name="x") == "<p>x!</p>"


def test_no_other_file_of_the_package_is_a_page() -> None:
    with pytest.raises(TemplateNotFound):
        _environment().get_template("secret.html.j2")
