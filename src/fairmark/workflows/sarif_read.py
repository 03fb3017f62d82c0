"""Read the reports of code scanners: SARIF 2.1.0.

Source: OASIS SARIF 2.1.0, clauses 3.14 (run), 3.27 (result), 3.35 (suppression), 3.49 (reporting descriptor); how
tools name CWEs: as taxa and relationships (3.27.8, 3.49.15), and by habit in tags and properties. What a tool
quotes may be a secret, so snippets are never taken, and what is quoted in a message about secrets is hidden.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fairmark.errors import UnreadableInputError
from fairmark.examine.redaction import HIDDEN, redacted
from fairmark.model.evidence import Tool
from fairmark.model.reported import ReportedLevel
from fairmark.workflows.foreign_json import mapping, read_json, rows, text

MAX_SARIF_BYTES = 64 << 20
MOST_RESULTS = 50_000
_MOST_RUNS = 100
_MOST_RULES = 20_000
_HINT = "Give a SARIF 2.1.0 log, such as the one that the scanner's SARIF output writes."
_CWE = re.compile(r"(?:^|[^a-z])cwe[-_/ ]?0*(\d{1,5})(?!\d)", re.IGNORECASE)
_ABOUT_SECRETS = re.compile(r"secret|passw|credential|token|api.?key|private.?key|hard.?coded", re.IGNORECASE)
_SECRET_CWES = frozenset({"CWE-259", "CWE-321", "CWE-522", "CWE-540", "CWE-798", "CWE-256", "CWE-312", "CWE-615"})
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_NO_PROBLEM = {
    "pass": "passed checks",
    "notApplicable": "checks that do not apply",
    "informational": "information",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One result as the tool gives it. ``prints`` are fingerprints of the whole, ``partial`` of parts of it."""

    rule: str
    level: ReportedLevel
    message: str
    file: str
    line: int | None
    cwes: tuple[str, ...]
    prints: tuple[tuple[str, str], ...] = ()
    partial: tuple[tuple[str, str], ...] = ()
    suppressed: bool = False
    suppression: str = ""


@dataclass(frozen=True)
class Run:
    """One run of one tool."""

    tool: Tool
    results: tuple[Result, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True


def read_sarif(content: bytes, name: str) -> tuple[Run, ...]:
    """Return the runs of a log in their order.

    Raises:
        UnreadableInputError: when it is no SARIF 2.1.0, holds no run, or more results than can be read.
    """
    log = read_json(content, name, limit=MAX_SARIF_BYTES, hint=_HINT)
    version = text(log.get("version"), 20) if isinstance(log, dict) else ""
    if not isinstance(log, dict) or not isinstance(log.get("runs"), list):
        raise UnreadableInputError(f"{name} is no SARIF log: it has no list of runs", hint=_HINT)
    if version != "2.1.0":
        raise UnreadableInputError(f"{name} is SARIF {version or 'without a version'}", hint=_HINT)
    runs = rows(log["runs"], _MOST_RUNS + 1)
    if not runs or len(runs) > _MOST_RUNS:
        raise UnreadableInputError(f"{name} holds {'no run' if not runs else 'too many runs'} of a tool", hint=_HINT)
    count = sum(len(run["results"]) for run in runs if isinstance(run.get("results"), list))
    if count > MOST_RESULTS:
        hint = f"At most {MOST_RESULTS:,} are read: narrow the scan, or split the log by folder."
        raise UnreadableInputError(f"{name} holds {count:,} results", hint=hint)
    return tuple(_run(run) for run in runs)


def _run(run: Mapping[str, Any]) -> Run:
    driver = mapping(mapping(run.get("tool")).get("driver"))
    version = text(driver.get("semanticVersion"), 60) or text(driver.get("version"), 60)
    book, bases = _Rules(run), _bases(run)
    left_out: Counter[str] = Counter()
    found = []
    for row in rows(run.get("results"), MOST_RESULTS):
        if reason := _no_problem(row):
            left_out[reason] += 1
        else:
            found.append(_result(row, book.of(row), run, bases))
    tool = Tool(name=text(driver.get("name"), 80) or "unnamed tool", version=version)
    return Run(tool, tuple(found), dict(sorted(left_out.items())), _is_complete(run))


def _is_complete(run: Mapping[str, Any]) -> bool:
    """Whether the tool looked for results, ran to its end, and put all of them here (3.14.23: absent is no answer)."""
    failed = any(one.get("executionSuccessful") is False for one in rows(run.get("invocations"), 1_000))
    elsewhere = mapping(run.get("externalPropertyFileReferences")).get("results")
    return isinstance(run.get("results"), list) and not failed and not elsewhere


def _no_problem(row: Mapping[str, Any]) -> str:
    """Say why a result reports nothing that is wrong now; '' where it does."""
    if row.get("baselineState") == "absent":
        return "no longer there"
    kind = row.get("kind")
    return _NO_PROBLEM.get(kind, "") if isinstance(kind, str) else ""


class _Rules:
    """The rules of a run, of the driver and of its extensions."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        tool = mapping(run.get("tool"))
        parts = [mapping(tool.get("driver")), *rows(tool.get("extensions"), 200)]
        self._lists = [rows(part.get("rules"), _MOST_RULES) for part in parts]
        self._by_id: dict[str, Mapping[str, Any]] = {}
        for listed in self._lists:
            for one in listed:
                self._by_id.setdefault(text(one.get("id"), 200), one)

    def of(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rule of a result: by id, else by index; empty where the log does not describe it."""
        pointed = mapping(row.get("rule"))
        name = text(row.get("ruleId"), 200) or text(pointed.get("id"), 200)
        if name in self._by_id and name:
            return self._by_id[name]
        component, index = mapping(pointed.get("toolComponent")).get("index"), row.get("ruleIndex")
        place = component + 1 if isinstance(component, int) and component >= 0 else 0
        index = index if isinstance(index, int) else pointed.get("index")
        listed: Sequence[Mapping[str, Any]] = self._lists[place] if place < len(self._lists) else ()
        if isinstance(index, int) and 0 <= index < len(listed) and not name:
            return listed[index]
        return self._by_id.get(name.partition("/")[0], {}) if name else {}


def _result(row: Mapping[str, Any], rule: Mapping[str, Any], run: Mapping[str, Any], bases: Sequence[str]) -> Result:
    name = text(row.get("ruleId"), 200) or text(mapping(row.get("rule")).get("id"), 200) or text(rule.get("id"), 200)
    cwes = tuple(dict.fromkeys(_cwes(row, rule, name)))
    place = mapping(next(iter(rows(row.get("locations"), 1)), {}).get("physicalLocation"))
    line = mapping(place.get("region")).get("startLine")
    suppressed, why = _suppression(row)
    return Result(
        rule=name or "unnamed rule",
        level=_level(row, rule),
        message=_harmless(_message(row, rule), name, cwes),
        file=_file(mapping(place.get("artifactLocation")), run, bases),
        line=line if isinstance(line, int) and not isinstance(line, bool) and 0 < line < 1 << 31 else None,
        cwes=cwes,
        prints=_prints(row.get("fingerprints")),
        partial=_prints(row.get("partialFingerprints")),
        suppressed=suppressed,
        suppression=redacted(why),
    )


def _level(row: Mapping[str, Any], rule: Mapping[str, Any]) -> ReportedLevel:
    given = text(row.get("level")) or text(mapping(rule.get("defaultConfiguration")).get("level"))
    return next((one for one in ReportedLevel if one.value == given), ReportedLevel.WARNING)


def _message(row: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """Return the message; one that is named by its id is looked up, its arguments put in."""
    message = mapping(row.get("message"))
    if said := text(message.get("text"), 2_000) or text(message.get("markdown"), 2_000):
        return said
    named = mapping(mapping(rule.get("messageStrings")).get(text(message.get("id"))))
    said = text(named.get("text"), 2_000)
    arguments = message.get("arguments")
    for number, one in enumerate(arguments[:20] if isinstance(arguments, list) else ()):
        said = said.replace(f"{{{number}}}", text(one, 200))
    described = mapping(rule.get("shortDescription")).get("text")
    return said or text(described, 2_000) or text(rule.get("name"), 200)


def _harmless(message: str, rule: str, cwes: Sequence[str]) -> str:
    """Hide what may be a secret: everything quoted, where the rule is about secrets."""
    if _SECRET_CWES & set(cwes) or _ABOUT_SECRETS.search(f"{rule} {message}"):
        message = _QUOTED.sub(HIDDEN, message)
    return redacted(message)


def _cwes(row: Mapping[str, Any], rule: Mapping[str, Any], name: str) -> Iterator[str]:
    """Give the CWEs of a result, the most direct word first."""
    for one in rows(row.get("taxa"), 50):
        yield from _taxon(one)
    for relation in rows(rule.get("relationships"), 50):
        if relation.get("kinds") != ["incomparable"]:
            yield from _taxon(mapping(relation.get("target")))
    for properties in (mapping(row.get("properties")), mapping(rule.get("properties"))):
        for key in ("cwe", "CWE", "cwes", "cweId", "tags"):
            held = properties.get(key)
            for word in held[:100] if isinstance(held, list) else [held]:
                said = str(word) if type(word) is int else text(word, 200)
                if key != "tags" and said.isascii() and said.isdigit():
                    said = f"CWE-{said}"
                yield from _found(said)
    yield from _found(name)


def _taxon(one: Mapping[str, Any]) -> Iterator[str]:
    said = text(one.get("id"), 60)
    if text(mapping(one.get("toolComponent")).get("name"), 60).upper() == "CWE" and said.isascii() and said.isdigit():
        said = f"CWE-{said}"
    yield from _found(said)


def _found(said: str) -> Iterator[str]:
    yield from (f"CWE-{int(number)}" for number in _CWE.findall(said))


def _prints(value: object) -> tuple[tuple[str, str], ...]:
    held = mapping(value)
    return tuple(sorted((text(key, 100), text(one, 200)) for key, one in list(held.items())[:20] if text(one, 200)))


def _suppression(row: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the team has set it aside (3.27.23): not while any of its suppressions waits or was refused."""
    listed = rows(row.get("suppressions"), 50)
    states = {text(one.get("status")) or text(one.get("state")) or "accepted" for one in listed}
    return states == {"accepted"}, "; ".join(filter(None, (text(one.get("justification")) for one in listed)))


def _bases(run: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the folders on the scanner's machine that paths start with, the longest first."""
    found = [text(mapping(one).get("uri")) for one in list(mapping(run.get("originalUriBaseIds")).values())[:100]]
    found += [text(mapping(one.get("workingDirectory")).get("uri")) for one in rows(run.get("invocations"), 100)]
    folders = {f"{_path(one).rstrip('/')}/" for one in found if one.startswith("file:")} - {"/"}
    return tuple(sorted(folders, key=lambda one: (-len(one), one)))


def _file(location: Mapping[str, Any], run: Mapping[str, Any], bases: Sequence[str]) -> str:
    """Return the path below the folder that was scanned, so that it is the same on every machine."""
    index, uri = location.get("index"), text(location.get("uri"), 1_000)
    artifacts = run.get("artifacts")
    if not uri and isinstance(index, int) and isinstance(artifacts, list) and 0 <= index < len(artifacts):
        uri = text(mapping(mapping(artifacts[index]).get("location")).get("uri"), 1_000)
    path = _path(uri)
    base = next((one for one in bases if path.startswith(one)), "")
    return path.removeprefix(base).removeprefix("./")


def _path(uri: str) -> str:
    return text(unquote(uri.removeprefix("file://").replace("\\", "/")), 1_000)
