"""The rules of ``rules/components/``: read, checked and compiled once.

A rule that cannot be meant as it is written stops the program with the file, the rule, the field
and the way to put it right: a rule that is silently left out would be a component not found.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

import yaml

from fairmark.errors import WrongUsageError
from fairmark.model.data import data_files, load_yaml

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
_LONG = 16  # a part that may be repeated more often than this counts as repeated without end
_TOKEN = re.compile(
    rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<repeat>[*+?]|\{(?P<low>\d*)(?P<comma>,?)(?P<high>\d*)(?<!\{)\})", re.DOTALL
)


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
    version: re.Pattern[bytes] | None
    anchors: tuple[bytes, ...] = ()
    all_of: tuple[bytes, ...] = ()
    files: re.Pattern[bytes] | None = None
    bare: bool = False
    whole: bool = False
    file_version: re.Pattern[bytes] | None = None
    cpe: str = ""
    purl: str = ""
    licence: str = ""
    samples: tuple[Sample, ...] = field(default=())


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the rules, read and compiled once.

    Raises:
        WrongUsageError: a rule file is malformed.
    """
    rules: dict[str, Pattern] = {}
    for pack in data_files(PACKS, ".yaml"):
        try:
            document = load_yaml(PACKS, pack)
        except yaml.YAMLError as error:
            _refuse(pack, "", "", f"this is not YAML: {error}", "Put the file right at that place.")
        for one in parse_rules(pack, document):
            if one.id in rules:
                _refuse(pack, one.id, "id", "another file has a rule of this id", "Give one of the two another id.")
            rules[one.id] = one
    return tuple(rules.values())


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


def parse_rules(file: str, document: object) -> tuple[Pattern, ...]:
    """Return the rules of one parsed rule file; ``file`` is its name in messages.

    Raises:
        WrongUsageError: naming file, rule, field and what to do.
    """
    if not isinstance(document, dict) or set(document) != {"rules"} or not isinstance(document["rules"], list):
        _refuse(file, "", "", 'this is no list of rules under "rules"', 'Begin the file with the line "rules:".')
    rules: dict[str, Pattern] = {}
    for number, row in enumerate(document["rules"], 1):
        one = _Row(file, number, row).pattern()
        if one.id in rules:
            _refuse(file, one.id, "id", "two rules have this id", "Give one of the two another id.")
        rules[one.id] = one
    return tuple(rules.values())


def _refuse(file: str, rule: str, key: str, fault: str, hint: str) -> NoReturn:
    where = ", ".join([file, *([f"rule {rule}"] if rule else []), *([f"field {key}"] if key else [])])
    raise WrongUsageError(f"{where}: {fault}", hint=hint)


class _Row:
    """One rule as it is written, read field by field."""

    def __init__(self, file: str, number: int, row: object) -> None:
        self.file, self.rule = file, f"no. {number}"
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
            version=self.compiled("version", 1),
            anchors=self.literals("anchors"),
            all_of=self.literals("all"),
            files=self.compiled("files", 0),
            bare=row.get("bare", False),
            whole=row.get("whole", False),
            file_version=self.compiled("file_version", 1),
            cpe=row.get("cpe", ""),
            purl=row.get("purl", f"pkg:generic/{name}"),
            licence=row.get("licence", ""),
            samples=(*self.samples("positive"), *self.samples("negative")),
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
            self.refuse(key, f"{text!r} is no text", "Quote it.")
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

    def compiled(self, key: str, groups: int) -> re.Pattern[bytes] | None:
        """Compile an expression, if there is one."""
        if key not in self.row:
            return None
        text = self.raw(key, self.row[key])
        try:
            found = re.compile(text, re.DOTALL)
        except (re.error, OverflowError, RecursionError) as error:
            self.refuse(key, f"this is no regular expression: {error}", "Put it right at that place.")
        if found.groups != groups:
            self.refuse(
                key,
                f"it has {found.groups} groups, not {groups}",
                "Write every group but that of a version as (?:...).",
            )
        if key != "version" and (found.flags & ~re.DOTALL or re.search(rb"\\[1-9]|\(\?P|\(\?\(", text)):
            hint = "It is joined with those of other rules: write flags as (?i:...) and the group without a name."
            self.refuse(key, "it has a flag for the whole, a named group or a reference to a group", hint)
        if repeats_itself(text):
            hint = f"Repeat the group at most {_LONG} times ({{1,4}}), with nothing in it that is repeated more often."
            self.refuse(key, "it may take endless time: a repeated group holds repeats or choices", hint)
        return found

    def samples(self, key: str) -> Iterator[Sample]:
        """Read the samples of one kind: those of ``positive`` name a version, those of ``negative`` none."""
        allowed = {"data", "version", "file"} if key == "positive" else {"data", "file"}
        for one in self.row[key]:
            if not isinstance(one, dict) or not {"data", "version"} & allowed <= set(one) <= allowed:
                self.refuse(key, "a sample has other fields", f"A sample here has: {', '.join(sorted(allowed))}.")
            if not isinstance(one.get("version", ""), str):
                self.refuse(key, f"the version {one['version']!r} is no text", "Quote it.")
            yield Sample(self.raw(key, one["data"]), one.get("version", ""), self.raw(key, one.get("file", "program")))


def repeats_itself(text: bytes) -> bool:
    r"""Whether a valid expression may take time that explodes with the length of what it reads.

    So it is refused when a group that is repeated holds a long repeat, or when a group with a long
    repeat holds anything that can match in two ways. Judged by the form alone, so some expressions
    that are quick are refused too.

    >>> repeats_itself(rb"(a+)+"), repeats_itself(rb"(?:a|aa){2,}"), repeats_itself(rb"(?:[.]\d{1,3}){1,3}")
    (True, True, False)
    """
    holds = [0]  # for each open group, what is in it: 0 nothing that varies, 1 a choice or short repeat, 2 a long one
    closed = 0  # the same of the group that has just been closed
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        before, closed = closed, 0
        if token and token["repeat"]:
            most, varies = _bounds(token)
            long = most > _LONG
            if (long and before) or (most > 1 and before == 2):
                return True
            holds[-1] = max(holds[-1], 2 if long else int(varies))
        elif text[at : at + 1] == b")":
            closed = holds.pop()
            holds[-1] = max(holds[-1], closed)
        elif text[at : at + 1] == b"|":
            holds[-1] = max(holds[-1], 1)
        elif text[at : at + 1] == b"(":
            holds.append(0)
            at += text[at + 1 : at + 2] == b"?"
        at = token.end() if token else at + 1
    return False


def _bounds(repeat: re.Match[bytes]) -> tuple[int, bool]:
    """Return how often a part may be repeated, and whether that number may vary."""
    if repeat["repeat"] == b"?":
        return 1, True
    low, high = repeat["low"] or b"0", repeat["high"] if repeat["comma"] else repeat["low"]
    if not high:
        return _LONG + 1, True
    return int(high), int(low) != int(high)
