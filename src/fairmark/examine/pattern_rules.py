"""Component rules: read from ``rules/components/`` or from a file of a user, and checked.

A rule that cannot be meant as it is written stops the program with the file, the rule, the field
and the way to put it right: a rule that is silently left out would be a component not found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, NoReturn

from fairmark.errors import WrongUsageError
from fairmark.examine.expressions import UNROLLED, Expression, UnboundedError, effort
from fairmark.model.data import MalformedDataError, data_files, load_made, load_yaml

RULES, PACKS = "fairmark.examine.rules", "fairmark.examine.rules.components"

_TEXT, _TEXTS, _FLAG, _EXPRESSION, _SAMPLES = "a text", "a list of texts", "true or false", "an expression", "samples"
_FIELDS = {
    "id": _TEXT,
    "name": _TEXT,
    "anchors": _TEXTS,
    "version": _EXPRESSION,
    "all": _TEXTS,
    "files": _EXPRESSION,
    "bare": _FLAG,
    "whole": _FLAG,
    "file_version": _EXPRESSION,
    "cpe": _TEXT,
    "purl": _TEXT,
    "licence": _TEXT,
    "positive": _SAMPLES,
    "negative": _SAMPLES,
}
_TYPES: Mapping[str, type] = {_TEXT: str, _TEXTS: list, _FLAG: bool, _EXPRESSION: str, _SAMPLES: list}
_ID = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes that a rule must read: ``version`` is what it finds in a file called ``name``, '' for nothing."""

    data: bytes
    version: str = ""
    name: bytes = b"program"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule: how the version of one upstream component is written in its files."""

    id: str
    name: str
    version: Expression | None
    anchors: tuple[bytes, ...] = ()
    all_of: tuple[bytes, ...] = ()
    files: Expression | None = None
    bare: bool = False
    whole: bool = False
    file_version: Expression | None = None
    cpe: str = ""
    purl: str = ""
    licence: str = ""
    samples: tuple[Sample, ...] = field(default=())
    pack: str = ""


_KEPT = tuple(one.name for one in fields(Pattern) if one.name != "samples")
_EXPRESSIONS = ("version", "files", "file_version")


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the rules of Fairmark without their samples, read once and kept for later runs.

    Their expressions are taken as they are: the tests have checked them.

    Raises:
        WrongUsageError: a rule file is malformed.
    """
    form = f"component rules 1: {' '.join(_KEPT)}"
    rows = load_made(PACKS, ".yaml", form, lambda: [_to_row(one) for one in sampled_patterns()])
    return tuple(map(_from_row, rows))


def sampled_patterns() -> tuple[Pattern, ...]:
    """Return the rules of Fairmark with their samples, the expressions taken as they are.

    Raises:
        WrongUsageError: a rule file is malformed.
    """
    return _read_packs(checked=False)


def checked_patterns() -> tuple[Pattern, ...]:
    """Return the rules of Fairmark, every expression checked too; for those who write rules.

    Raises:
        WrongUsageError: a rule file is malformed.
    """
    return _read_packs(checked=True)


def _to_row(one: Pattern) -> tuple[Any, ...]:
    values = (getattr(one, name) for name in _KEPT)
    return tuple(value.text if isinstance(value, Expression) else value for value in values)


def _from_row(row: tuple[Any, ...]) -> Pattern:
    values = dict(zip(_KEPT, row, strict=True))
    return Pattern(**values | {name: Expression(values[name]) for name in _EXPRESSIONS if values[name] is not None})


def _read_packs(*, checked: bool) -> tuple[Pattern, ...]:
    rules: list[Pattern] = []
    for pack in data_files(PACKS, ".yaml"):
        try:
            document = load_yaml(PACKS, pack)
        except MalformedDataError as error:
            _refuse(pack, "", "", f"this is not YAML: {error}", "Put the file right at that place.")
        rules += parse_rules(pack, document, checked=checked)
    refuse_repeated_ids(rules)
    return tuple(rules)


def refuse_repeated_ids(rules: Sequence[Pattern]) -> None:
    """Check that each rule of several files has an id of its own.

    Raises:
        WrongUsageError: naming the second file.
    """
    known: dict[str, Pattern] = {}
    for one in rules:
        if one.id in known:
            fault = f"{known[one.id].pack} has a rule of this id too"
            _refuse(one.pack, one.id, "id", fault, "Give one of the two another id.")
        known[one.id] = one


@cache
def patterns_by_id() -> Mapping[str, Pattern]:
    """Return the rules by id."""
    return {one.id: one for one in patterns()}


@cache
def component_name(package: str) -> str:
    """Return the name that the rules give to what a distribution calls ``package``.

    >>> component_name("libcurl4"), component_name("wpa"), component_name("libpcre2-8-0"), component_name("nano")
    ('curl', 'wpa_supplicant', 'pcre2', 'nano')
    """
    aliases: Mapping[str, str] = load_yaml(RULES, "component_aliases.yaml")["aliases"]
    known = _names()
    name = package
    while name:
        for candidate in (name, name.removeprefix("lib")):
            if candidate in aliases:
                return aliases[candidate]
            if candidate in known:
                return candidate
        shorter = re.sub(r"[-.]?\d+$", "", name)
        name = shorter if shorter != name else ""
    return package


@cache
def cpe_products() -> Mapping[str, str]:
    """Return "part:vendor:product" by component name, for the components that have one."""
    return {one.name: one.cpe for one in reversed(patterns()) if one.cpe}


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name for one in patterns())


def parse_rules(file: str, document: object, *, checked: bool = True) -> tuple[Pattern, ...]:
    """Return the rules of one parsed rule file; ``file`` is its name in messages.

    ``checked`` is False for files whose expressions are known to be right and quick; they are
    then compiled when they are first needed, which saves a tenth of a second in every run.

    Raises:
        WrongUsageError: naming file, rule, field and what to do.
    """
    if not isinstance(document, dict) or set(document) != {"rules"} or not isinstance(document["rules"], list):
        _refuse(file, "", "", 'this is no list of rules under "rules"', 'Begin the file with the line "rules:".')
    rules: dict[str, Pattern] = {}
    for number, row in enumerate(document["rules"], 1):
        one = _Row(file, number, row, checked=checked).pattern()
        if one.id in rules:
            _refuse(file, one.id, "id", "two rules have this id", "Give one of the two another id.")
        rules[one.id] = one
    return tuple(rules.values())


def _refuse(file: str, rule: str, key: str, fault: str, hint: str) -> NoReturn:
    where = ", ".join([file, *([f"rule {_plain(rule)}"] if rule else []), *([f"field {_plain(key)}"] if key else [])])
    raise WrongUsageError(f"{where}: {fault}", hint=hint)


def _plain(text: str) -> str:
    """Show what a stranger wrote: one short line of printable characters."""
    return "".join(character if character.isprintable() else "?" for character in text[:80])


class _Row:
    """One rule as it is written, read field by field."""

    def __init__(self, file: str, number: int, row: object, *, checked: bool) -> None:
        self.file, self.rule, self.checked = file, f"no. {number}", checked
        if not isinstance(row, dict):
            self.refuse("", "it is no mapping of fields", "Write it as '- id: ...' with its fields below.")
        if isinstance(row.get("id"), str) and row["id"]:
            self.rule = row["id"]
        for key, value in row.items():
            if key not in _FIELDS:
                self.refuse(str(key), "there is no such field", f"The fields are: {', '.join(_FIELDS)}.")
            if type(value) is not _TYPES[_FIELDS[key]]:
                self.refuse(key, f"this must be {_FIELDS[key]}", "Quote a text that YAML takes for something else.")
        for key in ("id", "positive", "negative"):
            if not row.get(key):
                self.refuse(key, "this is missing", "Every rule has an id and samples of both kinds.")
        if not _ID.fullmatch(row["id"]):
            self.refuse("id", "this is no id", "Write small letters, digits, '.', '_', '+' or '-', at most 64.")
        self.row: Mapping[str, Any] = row

    def refuse(self, key: str, fault: str, hint: str) -> NoReturn:
        _refuse(self.file, self.rule, key, fault, hint)

    def pattern(self) -> Pattern:
        """Return the rule."""
        row = self.row
        name = row.get("name", row["id"])
        one = Pattern(
            id=row["id"],
            name=name,
            version=self.expression("version", 1),
            anchors=self.literals("anchors"),
            all_of=self.literals("all"),
            files=self.expression("files", 0),
            bare=row.get("bare", False),
            whole=row.get("whole", False),
            file_version=self.expression("file_version", 1),
            cpe=row.get("cpe", ""),
            purl=row.get("purl", f"pkg:generic/{name}"),
            licence=row.get("licence", ""),
            samples=(*self.samples("positive"), *self.samples("negative")),
            pack=self.file,
        )
        if not (one.version or one.file_version):
            self.refuse("version", "the rule can read no version", "Give it a version or a file_version.")
        if bool(one.anchors) == (one.bare or one.version is None):
            hint = "A rule with a version has anchors or is bare, not both; one without has neither."
            self.refuse("anchors", "they do not fit the other fields", hint)
        if one.bare and not (one.files and one.all_of):
            self.refuse("bare", "the version alone names no component", "Bind the rule with both files and all.")
        return one

    def raw(self, key: str, text: object) -> bytes:
        """Turn a text into the bytes that it stands for."""
        if not isinstance(text, str):
            self.refuse(key, f"{_plain(repr(text))} is no text", "Quote it.")
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            self.refuse(key, "a character here is no single byte", r"Write each byte of it as \xNN.")

    def literals(self, key: str) -> tuple[bytes, ...]:
        """Read a list of literals."""
        found = tuple(self.raw(key, text) for text in self.row.get(key, ()))
        if any(len(one) < 2 for one in found):
            self.refuse(key, "a literal is shorter than two bytes", "Take more of the text around the version.")
        return found

    def expression(self, key: str, groups: int) -> Expression | None:
        """Read an expression, if there is one."""
        if key not in self.row:
            return None
        found = Expression(self.raw(key, self.row[key]))
        if self.checked:
            self.check_form(key, found, groups)
            self.check_effort(key, found)
        return found

    def check_form(self, key: str, found: Expression, groups: int) -> None:
        """Refuse what is no expression or has other groups than its place needs."""
        try:
            compiled = found.compiled
        except (re.error, OverflowError, RecursionError) as error:
            self.refuse(key, f"this is no regular expression: {_plain(str(error))}", "Put it right at that place.")
        if compiled.groups != groups:
            hint = "Write every group but that of a version as (?:...)."
            self.refuse(key, f"it has {compiled.groups} groups, not {groups}", hint)
        if key != "version" and (compiled.flags & ~re.DOTALL or re.search(rb"\\[1-9]|\(\?P|\(\?\(", found.text)):
            hint = "It is joined with those of other rules: write flags as (?i:...) and the group without a name."
            self.refuse(key, "it has a flag for the whole, a named group or a reference to a group", hint)

    def check_effort(self, key: str, found: Expression) -> None:
        """Refuse what may keep the matcher busy on bytes that are made for it."""
        hint = f"Repeat what may overlap at most {UNROLLED} times, such as {{1,8}}, and nest no repeats."
        try:
            needed = effort(found.text)
        except UnboundedError as error:
            self.refuse(key, f"how long it takes cannot be told: {error}", hint)
        if needed.is_too_much if key == "version" else needed.is_too_much_for_a_name:
            self.refuse(key, "it may take endless time on bytes that are made for it", hint)
        if key == "version" and self.row.get("bare") and needed.grows:
            self.refuse(key, "a bare version is searched for in the whole file, and this repeats without end", hint)

    def samples(self, key: str) -> Iterator[Sample]:
        """Read the samples of one kind: those of ``positive`` name a version, those of ``negative`` none."""
        allowed = {"data", "version", "file"} if key == "positive" else {"data", "file"}
        for one in self.row[key]:
            if not isinstance(one, dict) or not {"data", "version"} & allowed <= set(one) <= allowed:
                self.refuse(key, "a sample has other fields", f"A sample here has: {', '.join(sorted(allowed))}.")
            if not isinstance(one.get("version", ""), str):
                self.refuse(key, f"the version {_plain(repr(one['version']))} is no text", "Quote it.")
            yield Sample(self.raw(key, one["data"]), one.get("version", ""), self.raw(key, one.get("file", "program")))
