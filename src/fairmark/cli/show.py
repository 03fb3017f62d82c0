"""Put results on the screen: text for people, canonical JSON for programs."""

import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import Any

import click

from fairmark.model.assessment import Assessment
from fairmark.model.value import canonical_json
from fairmark.render.terminal import render
from fairmark.standards.library import catalogues

WIDEST = 100


def show_json(thing: Any) -> None:
    """Print a value as one line of canonical JSON."""
    click.echo(canonical_json(thing).decode())


def show_text(assessment: Assessment, *, all_hints: bool = False) -> None:
    """Print the summary of an assessment; colour only on a terminal."""
    click.echo(render(assessment, screen_width(), colour=sys.stdout.isatty(), catalogues=catalogues()))
    if not all_hints and assessment.coverage.hints:
        click.echo(f"{assessment.coverage.hints} hints (grade C) are left out: --all shows them.")


def screen_width() -> int:
    """Columns to write in: the terminal's, at most 100."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def show_rows(rows: Iterable[tuple[str, str]]) -> None:
    """Print rows of label and text, wrapped and indented."""
    width = screen_width()
    for label, text in rows:
        click.echo(textwrap.fill(f"{label}: {text}", width, initial_indent="  ", subsequent_indent="      "))
