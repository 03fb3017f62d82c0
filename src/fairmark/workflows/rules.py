"""Help those who write component rules: try rules on their samples, list them, begin a new one."""

import re
from collections.abc import Iterator, Mapping, Sequence

from fairmark.errors import WrongUsageError
from fairmark.examine.pattern_rules import checked_patterns, parse_rules, refuse_repeated_ids, sampled_patterns
from fairmark.examine.patterns import Pattern, PatternSet, Sample, patterns
from fairmark.model.value import Value
from fairmark.workflows.mapping import read_mapping

MAX_BYTES = 4 << 20  # of one rule file

_VERSION = re.compile(r"\d+(?:\.\d+)+(?:-?(?:rc|beta|p)\d{1,2}|[a-z](?![a-z])\d{0,2})?")
_NUMBER = re.compile(r"\d+")
_PART = re.compile(r"(?P<number>\d+)|(?P<word>[a-z]+)|(?P<mark>[^a-z\d]+)")
_NOT_EARLIER, _NOT_LONGER = r"(?<![\d.])", r"(?![\d.])"
_LONGEST_NUMBER = 4
_LEAST_ANCHOR = 4
_HINT = "See docs/howto/add-a-rule.md, or write one with: fairmark rules new."


class RuleTrial(Value):
    """What a rule did with the samples: it passed when ``faults`` is empty."""

    id: str
    name: str
    pack: str
    samples: int
    faults: tuple[str, ...] = ()


class RuleTrials(Value):
    """All rules that were tried, in the order of their files."""

    rules: tuple[RuleTrial, ...]
    passed: int
    failed: int


class RuleLine(Value):
    """One rule of Fairmark as the list shows it."""

    id: str
    name: str
    pack: str
    anchors: tuple[str, ...]
    cpe: str
    purl: str
    licence: str


def list_rules() -> tuple[RuleLine, ...]:
    """Return the rules of Fairmark, sorted by id."""
    rows = (
        RuleLine(
            id=one.id,
            name=one.name,
            pack=one.pack,
            anchors=tuple(anchor.decode("latin-1") for anchor in one.anchors),
            cpe=one.cpe,
            purl=one.purl,
            licence=one.licence,
        )
        for one in patterns()
    )
    return tuple(sorted(rows, key=lambda one: one.id))


def try_rules(files: Mapping[str, bytes]) -> RuleTrials:
    """Run the rules of ``files`` (name -> content), or those of Fairmark when there are none, on all samples.

    The rules of Fairmark take part either way, so that a new rule is held against every component
    that is known; a rule of the files stands for the one of Fairmark with the same id.

    Raises:
        WrongUsageError: a file is malformed, by file, rule and field.
    """
    given = _read(files) if files else checked_patterns()
    replaced = {one.id for one in given}
    known = (*(one for one in sampled_patterns() if one.id not in replaced), *given) if files else given
    faults: dict[str, list[str]] = {one.id: [] for one in given}
    for rule, fault in _faults(known):
        if rule in faults:
            faults[rule].append(fault)
    trials = tuple(
        RuleTrial(id=one.id, name=one.name, pack=one.pack, samples=len(one.samples), faults=tuple(faults[one.id]))
        for one in given
    )
    failed = sum(1 for one in trials if one.faults)
    return RuleTrials(rules=trials, passed=len(trials) - failed, failed=failed)


def _read(files: Mapping[str, bytes]) -> tuple[Pattern, ...]:
    rules = [rule for name, text in files.items() for rule in parse_rules(name, read_mapping(text, name, hint=_HINT))]
    if not rules:
        raise WrongUsageError(f"{', '.join(files)}: there is no rule in it", hint=_HINT)
    refuse_repeated_ids(rules)
    return tuple(rules)


def _faults(rules: Sequence[Pattern]) -> Iterator[tuple[str, str]]:
    """Return rule and fault, for whatever a rule does with samples that it should not."""
    known = PatternSet.of(rules)
    names = {one.id: one.name for one in rules}
    for one in rules:
        for place, sample in _numbered(one.samples):
            hits = known.find(b"\0" + sample.data, sample.name)
            read = [hit.version for hit in hits if hit.rule == one.id]
            if read != ([sample.version] if sample.version else []):
                yield one.id, f"{place}: expected {sample.version or 'nothing'}, read {', '.join(read) or 'nothing'}"
            if not sample.version:
                continue
            for hit in hits:
                if names[hit.rule] != one.name:
                    yield one.id, f"{place}: rule {hit.rule} takes it for {names[hit.rule]} {hit.version}"
                    yield hit.rule, f"takes {place} of rule {one.id} for {names[hit.rule]} {hit.version}"


def _numbered(samples: Sequence[Sample]) -> Iterator[tuple[str, Sample]]:
    positive = sum(1 for sample in samples if sample.version)
    for number, sample in enumerate(samples, 1):
        yield f"positive sample {number}" if number <= positive else f"negative sample {number - positive}", sample


def begin_rule(rule: str, text: str, *, name: str = "", anchor: str = "") -> str:
    """Return a rule file with one rule that reads the version out of ``text``, and comments on what to add.

    ``text`` is a piece of the program as it stands there, with its version: "acmed/1.4.2 starting".

    Raises:
        WrongUsageError: there is no version in the text, nothing beside it, or the anchor is not in it.
    """
    raw = text.encode().decode("latin-1")  # a rule is written byte by byte
    found = _VERSION.search(raw) or _NUMBER.search(raw)
    if found is None:
        raise WrongUsageError(f"there is no version in {text!r}", hint="Give the text with its version: acmed/1.4.2.")
    before, after = raw[: found.start()], raw[found.end() :]
    literal = anchor.encode().decode("latin-1") or (before if len(before.strip()) >= _LEAST_ANCHOR else after)
    if len(literal.strip()) < _LEAST_ANCHOR:
        hint = f"Give an anchor of at least {_LEAST_ANCHOR} characters: a version alone names no component."
        raise WrongUsageError(f"there is too little beside the version {found[0]}", hint=hint)
    version = found[0]
    if literal in before:
        expression = f"{_escaped(before[before.rindex(literal) :])}({_general(version)}){_NOT_LONGER}"
    elif literal in after:
        end = after.index(literal) + len(literal)
        expression = f"{_NOT_EARLIER}({_general(version)}){_escaped(after[:end])}"
    else:
        raise WrongUsageError(f"the anchor {anchor!r} is not in the text beside {version}", hint="Copy it from there.")
    content = _SKELETON.format(
        id=rule,
        name=f"    name: {_quoted(name)}\n" if name and name != rule else "",
        anchor=_quoted(literal),
        expression=expression.replace("'", "''"),
        whole="" if "." in version else "    whole: true  # the version has no digit, dot and digit\n",
        positive=_quoted(f"\0{raw}\0"),
        version=_quoted(version),
        negative=_quoted(f"\0{before}%s{after}\0{version}\0"),
    )
    parse_rules("the new rule", read_mapping(content.encode(), "the new rule", hint=_HINT))
    return content


def _general(version: str) -> str:
    """Return an expression for versions of this form."""
    parts = []
    for part in _PART.finditer(version):
        if part["number"]:
            parts.append(rf"\d{{1,{max(_LONGEST_NUMBER, len(part[0]))}}}")
        else:
            parts.append("[a-z]" if part["word"] and len(part[0]) == 1 else _escaped(part[0]))
    return "".join(parts)


def _escaped(text: str) -> str:
    """Write a literal piece of an expression, in characters that can be seen."""
    return "".join(
        (f"\\{one}" if one in r"\.^$*+?{}[]|()" else one) if " " <= one <= "~" else f"\\x{ord(one):02x}" for one in text
    )


def _quoted(text: str) -> str:
    """Write a text in YAML's double quotes, in characters that can be seen."""
    shown = {"\n": r"\n", "\\": r"\\", '"': r"\""}
    written = []
    for character, following in zip(text, f"{text[1:]} ", strict=True):
        if character == "\0":
            written.append(r"\x00" if following.isdigit() else r"\0")  # "\01" would look like another byte
        else:
            plain = character if " " <= character <= "~" else f"\\x{ord(character):02x}"
            written.append(shown.get(character, plain))
    return f'"{"".join(written)}"'


_SKELETON = """\
# A component rule. Try it: fairmark rules test THIS-FILE
rules:
  - id: {id}
{name}    # A literal beside the version, found nowhere else: the longer the better.
    anchors: [{anchor}]
    # The version is the only group in round brackets. Narrow \\d{{1,4}} to the numbers that upstream uses.
    version: '{expression}'
{whole}    # all: ["text that only this component holds"]    tells the library from a program that uses it
    # files: '^libname\\.so'                              counts only in files of this name
    # cpe: a:vendor:product
    # licence: MIT
    positive: [{{data: {positive}, version: {version}}}]
    # What looks like it and is not: the name without a version, or the text of a program that talks to it.
    negative: [{{data: {negative}}}]
"""
