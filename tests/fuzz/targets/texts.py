"""Scripts by language, settings files by form, the grammar of the shell, expressions and rule files."""

import re
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import yaml

from fairmark.errors import FairmarkError, WrongUsageError
from fairmark.examine.configs import blocks, lines, nested, sections
from fairmark.examine.expressions import MOST_STEPS, UnboundedError, effort
from fairmark.examine.pattern_rules import parse_rules
from fairmark.examine.scripts.credentials import credentials
from fairmark.examine.scripts.downloads import run_downloads
from fairmark.examine.scripts.language import Language, language_of
from fairmark.examine.scripts.reading import fixed_words, read_script
from fairmark.examine.scripts.system_changes import changes
from fairmark.examine.scripts.tls_checks import unchecked_tls
from fairmark.examine.shell_syntax import ShellSyntaxError, parse
from fairmark.examine.subject import FileFacts
from fairmark.examine.text_secrets import find_secrets
from fairmark.model.yaml_text import parse_foreign_yaml
from fairmark.workflows.mapping import read_mapping
from fairmark.workflows.profile import read_profile
from tests.doubles.settings import text_file
from tests.fuzz.mutation import Form
from tests.fuzz.targets.target import Target

_PAIRS = Path(__file__).parents[2] / "pairs"
_RULES = Path(__file__).parents[3] / "src" / "fairmark" / "examine" / "rules" / "components"
_SUFFIXES = {
    Language.SHELL: ".cgi",
    Language.LUA: ".lua",
    Language.PYTHON: ".py",
    Language.PHP: ".php",
    Language.PERL: ".pl",
    Language.JAVASCRIPT: ".js",
}


def _script(language: Language, data: bytes) -> None:
    """Follow input through a script, whatever its first line says."""
    text = data.decode("utf-8", "replace")
    path = f"/www/cgi-bin/x{_SUFFIXES.get(language, '')}"
    language_of(path, text)
    found = read_script(path, text, language)
    bound = 20_000 + 10 * len(text)
    assert len(found.flows) + len(found.stored) + len(found.compared) <= bound
    list(fixed_words(found.compared, text))
    list(credentials(text, language))
    list(run_downloads(text, language))
    list(changes(text, language))
    list(unchecked_tls(text, language))
    find_secrets(path, text)


@cache
def _scripts(language: Language) -> tuple[bytes, ...]:
    """The scripts of that language among the pairs of flawed and mended devices."""
    seeds = []
    for path in sorted(_PAIRS.glob("scripts/*.yaml")):
        pair = yaml.safe_load(path.read_text())
        for side in ("flawed", "fixed"):
            texts = [(name, text) for name, text in pair[side].items() if isinstance(text, str)]
            texts += [
                (name, made["text"]) for name, made in pair[side].items() if isinstance(made, dict) and "text" in made
            ]
            seeds += [text.encode() for name, text in texts if language_of(name, text) is language]
    return tuple(seeds)


def _shell(data: bytes) -> None:
    try:
        parse(data.decode("utf-8", "replace"))
    except ShellSyntaxError:
        return


_PATHS = ("/etc/x.conf", "/etc/config/x", "/etc/x.yaml", "/etc/x.json", "/etc/x.xml")
_READERS: tuple[Callable[[FileFacts], object], ...] = (
    *(lines.directives, lines.ini, nested.flat, sections.uci, blocks.braces, blocks.angles, blocks.assignments),
)


def _settings(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for reader in _READERS:
        found = reader(text_file(text))
        count = sum(1 for _ in found.walk()) if isinstance(found, blocks.Node) else len(found)  # type: ignore[arg-type]
        assert count <= 25 * lines.MAX_SETTINGS
    for path in _PATHS:
        assert len(nested.flat(text_file(text, path))) <= lines.MAX_SETTINGS


@cache
def _settings_seeds() -> tuple[bytes, ...]:
    seeds = []
    for path in sorted(_PAIRS.glob("configuration/*.yaml")):
        pair = yaml.safe_load(path.read_text())
        for side in ("flawed", "fixed"):
            seeds += [text.encode() for text in pair[side].values() if isinstance(text, str)]
    return tuple(seeds)


def _expression(data: bytes) -> None:
    """The effort of an expression is told, or it is refused; what may run ends soon on texts that tempt it."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of sets in sets, which a later Python may read
            compiled = re.compile(data, re.DOTALL)
            found = effort(data)
    except (re.error, RecursionError, OverflowError, ValueError, UnboundedError):
        return
    assert found.steps > 0
    assert found.starts >= 0
    if not found.is_too_much and found.steps * found.starts <= MOST_STEPS // 20:
        plain = re.sub(rb"[^\w ./-]", b"", data) or b"a"
        for text in (b"a" * 352, (plain * 352)[:352], (b"1." * 176), (data * 352)[:351] + b"!"):
            compiled.search(text)


def _rules(data: bytes) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            parse_rules("x.yaml", read_mapping(data, "x.yaml", hint=""))
    except WrongUsageError:
        return


@cache
def _rule_files() -> tuple[bytes, ...]:
    """The first rules of every pack of ours."""
    return tuple(path.read_bytes()[:3_000].rpartition(b"\n  - id:")[0] for path in sorted(_RULES.glob("*.yaml")))


def _profile(data: bytes) -> None:
    try:
        read_profile(data, "device.yaml")
    except FairmarkError as error:
        assert len(error.message) < 50_000  # noqa: PT017 - what a person has to read


def _yaml(data: bytes) -> None:
    try:
        parse_foreign_yaml(data)
    except (yaml.YAMLError, ValueError, RecursionError):
        return


TARGETS = (
    *(
        Target(
            f"script_{language.value}",
            partial(_script, language),
            Form.TEXT,
            60,
            more_seeds=partial(_scripts, language),
        )
        for language in _SUFFIXES
    ),
    Target("shell", _shell, Form.TEXT, 100, more_seeds=partial(_scripts, Language.SHELL)),
    Target("settings", _settings, Form.TEXT, 120, more_seeds=_settings_seeds),
    Target("expression", _expression, Form.TEXT, 60, steps=8_000_000),
    Target("rules", _rules, Form.TEXT, 50, more_seeds=_rule_files, steps=10_000_000),
    Target("profile", _profile, Form.TEXT, 80),
    Target("yaml", _yaml, Form.TEXT, 60, corpora=("profile",)),
)
