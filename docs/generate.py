"""Write the generated reference pages, or (``--check``) fail when they are stale.

Documentation is data of the thing: commands, rules, vocabulary, standards and calibration
describe themselves, and these pages only lay that out.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from fairmark.cli.main import COMMANDS, fairmark
from fairmark.examine.containers import HANDLERS
from fairmark.examine.detectors import DETECTORS
from fairmark.examine.probe.rules import RULES as PROBE_RULES
from fairmark.examine.rule import Rule
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load as load_calibration
from fairmark.standards.library import catalogues, crosswalk
from fairmark.vulnerabilities.grade import RULES as VULNERABILITY_RULES
from fairmark.vulnerabilities.grade import VulnerabilityRule
from fairmark.workflows.init import SCHEMA_FILE, device_schema
from fairmark.workflows.sbom_differences import RULES as SBOM_RULES

HERE = Path(__file__).resolve().parent
MADE = "<!-- Written by `make docs`; do not edit. -->"


def commands() -> Iterator[str]:
    """Each command with its help, as the program prints it."""
    yield from ("# Commands", "", "Exit codes: 0 done; 1 the gate or a check failed; 2 wrong usage;")
    yield from ("3 input empty or unreadable; 4 a needed part is missing.", "")
    context = click.Context(fairmark, info_name="fairmark")
    for name, short in COMMANDS.items():
        command = fairmark.get_command(context, name)
        assert command is not None  # noqa: S101 - the list names it
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100)
        yield from (f"## fairmark {name}", "", short, "", "```text", command.get_help(inner), "```", "")
        if isinstance(command, click.Group):
            yield from _parts(command, inner)


def _parts(group: click.Group, context: click.Context) -> Iterator[str]:
    """Each command of a group with its help."""
    for name, command in sorted(group.commands.items()):
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100)
        yield from (f"### {inner.command_path}", "", "```text", command.get_help(inner), "```", "")


def rules() -> Iterator[str]:
    """Formats that open, then each detector with its rules."""
    yield from ("# Formats, detectors and their rules", "", "## Formats that are opened", "")
    yield from ("| format | what is read |", "|---|---|")
    yield from (f"| {handler.name} | {_cell(handler.documentation)} |" for handler in HANDLERS)
    yield ""
    topics: list[tuple[str, Iterable[Rule | VulnerabilityRule]]] = [(one.title, one.rules) for one in DETECTORS]
    topics.append(("The running device (`fairmark probe`)", PROBE_RULES))
    for title, topic in (*topics, ("Published flaws", VULNERABILITY_RULES), ("The maker's SBOM", SBOM_RULES)):
        yield from (f"## {title}", "")
        for rule in topic:
            yield from (f"### `{rule.id}`", "", f"**{rule.title}.** {rule.what}", "")
            yield f"- weakness: `{rule.weakness}`; severity: {rule.severity}{f'; {rule.cwe}' if rule.cwe else ''}"
            yield f"- known false positives: {rule.false_positives}"
            yield f"- what to do: {rule.fix}"
            yield from (f"- see: {reference}" for reference in rule.references)
            yield ""


def words() -> Iterator[str]:
    """The vocabulary as tables."""
    all_words = vocabulary()
    yield from (
        "# Vocabulary",
        "",
        "## Weaknesses",
        "",
        "| weakness | what | capability | controls | factors |",
        "|---|---|---|---|---|",
    )
    for name, weakness in all_words.weaknesses.items():
        controls, factors = (", ".join(f"`{one}`" for one in names) for names in (weakness.controls, weakness.factors))
        yield f"| `{name}` | {weakness.title} | `{weakness.capability}` | {controls} | {factors} |"
    yield from ("", "## Controls", "", "| control | what |", "|---|---|")
    yield from (f"| `{name}` | {control.title} |" for name, control in all_words.controls.items())
    yield from ("", "## Capabilities", "", "| capability | what | who can judge it |", "|---|---|---|")
    yield from (f"| `{name}` | {one.title} | {one.automation} |" for name, one in all_words.capabilities.items())
    yield from ("", "## Facts", "", "| fact | true when |", "|---|---|")
    yield from (f"| `{name}` | {text} |" for name, text in all_words.facts.items())


def standards() -> Iterator[str]:
    """Each catalogue with what a tool's evidence can do to every provision."""
    links: dict[tuple[str, str], list[str]] = {}
    for link in crosswalk():
        links.setdefault((link.catalogue, link.provision), []).append(f"`{link.capability}`: {link.can}")
    yield from ("# Standards", "", "Titles are our own paraphrase; the normative text stays with its publisher.", "")
    for one in catalogues():
        yield from (
            f"## {one.name}",
            "",
            f"`{one.id}`, {one.edition}, {one.publisher}. Confidence: {one.confidence}",
            "",
        )
        yield from ("| provision | title | status | condition | what evidence can do |", "|---|---|---|---|---|")
        for p in one.provisions:
            can = "; ".join(links.get((one.id, p.id), ()))
            yield f"| {p.id} | {p.title} | {p.status} | {f'`{p.condition}`' if p.condition else ''} | {can} |"
        yield ""


def calibration() -> Iterator[str]:
    """Every number with its source."""
    yield from ("# Calibration", "", "`ln90` and `beta` give the 5 % and 95 % points, `pert` minimum and maximum.", "")
    yield from ("| entry | what | range | unit | year | source | assumed |", "|---|---|---|---|---|---|---|")
    for entry in load_calibration().entries.values():
        law = entry.distribution
        span = f"{law.kind} {law.low:g} to {law.high:g}" if law.low != law.high else f"{law.low:g}"
        cells = (
            f"`{entry.id}`",
            entry.what,
            span,
            entry.unit,
            str(entry.year),
            entry.source,
            "yes" if entry.assumed else "no",
        )
        yield f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def pages() -> dict[str, bytes]:
    """File name -> content of every generated page."""
    made = {
        "commands": commands,
        "rules": rules,
        "vocabulary": words,
        "standards": standards,
        "calibration": calibration,
    }
    texts = {f"{name}.md": "\n".join((MADE, "", *lines())).rstrip() + "\n" for name, lines in made.items()}
    return {name: text.encode() for name, text in texts.items()} | {SCHEMA_FILE: device_schema()}


def main() -> None:
    """Write the pages, or say which are stale and fail."""
    stale = [name for name, content in pages().items() if _read(HERE / "reference" / name) != content]
    if "--check" in sys.argv:
        sys.exit(f"stale: docs/reference/{', '.join(stale)}; run make docs" if stale else 0)
    for name in stale:
        (HERE / "reference" / name).write_bytes(pages()[name])


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


if __name__ == "__main__":
    main()
