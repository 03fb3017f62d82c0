r"""Find upstream components by the version texts that they carry, in one pass over the bytes.

Nearly every version holds a digit, a dot and a digit. So the bytes are first thinned out to the
surroundings of such places (two gigabytes a second; under one hundredth of a program is left),
and one search for the literals of all rules says which rules are worth a closer look
there. The few rules whose versions have another form (``whole``) share a second search over all
the bytes. So the work grows with the bytes and with what is found, hardly with the number of
rules.

A rule names a literal that stands near its version: a version alone never names a component.
Rules whose version stands by itself between two zero bytes (``bare``) are bound to file names and
count only if the file holds exactly one.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairmark.examine.expressions import Expression
from fairmark.examine.literals import Search, searcher
from fairmark.examine.pattern_rules import (
    Pattern,
    Sample,
    component_name,
    cpe_products,
    patterns,
    patterns_by_id,
)
from fairmark.examine.self_named import self_named, technique_of
from fairmark.examine.subject import PatternHit

__all__ = [
    "Pattern",
    "PatternSet",
    "Sample",
    "component_name",
    "component_of",
    "cpe_products",
    "find_versions",
    "literals_anywhere",
    "patterns",
    "patterns_by_id",
    "without_tables",
]

_BEFORE, _AFTER = 160, 96  # bytes kept around a digit-dot-digit
_SEPARATOR = b"\xff\xfe\xff"
_START = 5  # bytes of a name by which the rules that ask for one are sorted
_MAX_PLACES = 256  # occurrences of one literal that are looked at in one file
_MAX_VERSIONS = 2  # a file that names more versions of one component is a table, not the component
# A dot between two digits, and all that follow at most _BEFORE + _AFTER bytes after another. Each step goes as far as
# it may and none is taken back, so that a file full of dots takes no longer than another.
_DOTS = re.compile(rb"\.(?<=[0-9]\.)[0-9](?>(?s:.{0,%d})\.(?<=[0-9]\.)[0-9])*+" % (_BEFORE + _AFTER - 2))
# Translations (gettext's catalogues) name the version of the program that they translate, which may not be there.
_CATALOGUES = (b"\xde\x12\x04\x95", b"\x95\x04\x12\xde")


def find_versions(
    data: bytes, name: bytes, *, base: int = 0, standing: frozenset[bytes] | None = None
) -> tuple[PatternHit, ...]:
    """Return what the bytes of a file (or of a window that starts at ``base``) say about components.

    ``name`` is the last part of its path. ``standing`` are those of ``literals_anywhere`` that stand
    in the bytes, and perhaps others, if they have been searched for. Hits are in the order of the
    rules, then of the bytes.
    """
    if data.startswith(_CATALOGUES):
        return ()
    near = _Thinned.of(data)
    hits = _known().find(data, name, base=base, near=near, standing=standing)
    said = {patterns_by_id()[hit.rule].name for hit in hits}
    own = (hit for hit in self_named(near.text, near.offset, data, name) if component_of(hit.rule) not in said)
    return (*hits, *(replace(hit, offset=base + hit.offset) for hit in own))


def component_of(rule: str) -> str:
    """Return the component that a hit names: by a rule of ours, or by a technique of ``self_named``."""
    technique = technique_of(rule)
    return technique[1] if technique else patterns_by_id()[rule].name


def without_tables(hits: Sequence[PatternHit]) -> tuple[PatternHit, ...]:
    """Drop what the windows of one large file say too often together: many versions of one component are a table."""
    versions: dict[str, set[str]] = {}
    for hit in hits:
        versions.setdefault(hit.rule, set()).add(hit.version)
    known = patterns_by_id()
    most = {rule: 1 if rule in known and known[rule].bare else _MAX_VERSIONS for rule in versions}
    return tuple(hit for hit in hits if len(versions[hit.rule]) <= most[hit.rule])


def literals_anywhere() -> tuple[bytes, ...]:
    """Return the literals that count wherever they stand, not only near a version."""
    return tuple(dict.fromkeys(literal for one in patterns() if one.whole for literal in one.anchors))


@cache
def _known() -> "PatternSet":
    return PatternSet.of(patterns())


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Rules, and what says in one step which of them a file may concern."""

    rules: tuple[Pattern, ...]
    by_literal: Mapping[bytes, tuple[int, ...]]
    by_start: Mapping[bytes, tuple[tuple[Expression, int], ...]]
    by_name: tuple[tuple[Expression, int], ...]
    names: re.Pattern[bytes]
    near: Search
    whole: Search
    anywhere: frozenset[bytes]

    @classmethod
    def of(cls, rules: Sequence[Pattern], *, engine: Callable[[Sequence[bytes]], Search] = searcher) -> "PatternSet":
        """Compile the rules; ``engine`` is one of :mod:`fairmark.examine.literals`."""
        by_literal: dict[bytes, tuple[int, ...]] = {}
        for number, one in enumerate(rules):
            for literal in one.anchors:
                by_literal[literal] = (*by_literal.get(literal, ()), number)
        by_start: dict[bytes, tuple[tuple[Expression, int], ...]] = {}
        by_name: list[tuple[Expression, int]] = []
        for number, one in enumerate(rules):
            if (one.bare or one.file_version) and (asked := one.files or one.file_version):
                if start := _start(asked.text):
                    by_start[start] = (*by_start.get(start, ()), (asked, number))
                else:
                    by_name.append((asked, number))
        anywhere = [literal for one in rules if one.whole for literal in one.anchors]
        return cls(
            rules=tuple(rules),
            by_literal=by_literal,
            by_start=by_start,
            by_name=tuple(by_name),
            names=re.compile(b"|".join(b"(?:%s)" % asked.text for asked, _ in by_name) or b"(?!)", re.DOTALL),
            near=engine([literal for one in rules if not one.whole for literal in one.anchors]),
            whole=_when_asked(engine, anywhere),
            anywhere=frozenset(anywhere),
        )

    def find(
        self,
        data: bytes,
        name: bytes,
        *,
        base: int = 0,
        near: "_Thinned | None" = None,
        standing: frozenset[bytes] | None = None,
    ) -> tuple[PatternHit, ...]:
        """Do the work of :func:`find_versions` for these rules."""
        near = near or _Thinned.of(data)
        stands = cache(data.__contains__)  # rules share literals, and each look may read the whole file
        hits: list[PatternHit] = []
        for one in self._worth_a_look(near.text, name, self.whole(data) if standing is None else standing):
            if one.files and not one.files.compiled.match(name):
                continue
            if one.file_version and (match := one.file_version.compiled.match(name)):
                hits.append(PatternHit(one.id, match.group(1).decode("latin-1"), base))
            if one.version is None:
                continue
            found = _found(one, near, data)
            if found and all(map(stands, one.all_of)):
                hits += [PatternHit(one.id, version, base + at) for version, at in found.items()]
        return tuple(hits)

    def _worth_a_look(self, near: bytes, name: bytes, standing: frozenset[bytes]) -> Iterator[Pattern]:
        """Return the rules that have a literal in the bytes or may know the name, in their order."""
        near_names = self.by_start.get(name[:_START], ())
        numbers = {number for asked, number in near_names if asked.compiled.match(name)}
        if self.names.match(name):
            numbers.update(number for asked, number in self.by_name if asked.compiled.match(name))
        for literal in standing & self.anywhere:
            numbers.update(self.by_literal[literal])
        if near:
            for literal in self.near(near):
                numbers.update(self.by_literal[literal])
        return (self.rules[number] for number in sorted(numbers))


def _when_asked(engine: Callable[[Sequence[bytes]], Search], literals: Sequence[bytes]) -> Search:
    """Compile the literals when they are first searched for: a scan searches for them together with others."""
    made = cache(engine)

    def search(data: bytes) -> frozenset[bytes]:
        return made(tuple(literals))(data)

    return search


def _start(asked: bytes) -> bytes:
    r"""Return the first bytes that every name has which the expression matches; b"" where its form does not say.

    >>> _start(rb"^libev\.so"), _start(rb"^libs?ev"), _start(rb"^(?:a|b)"), _start(rb"^nfsd$|^nfs-utils$")
    (b'libev', b'', b'', b'')
    """
    plain = re.match(rb"\^([a-zA-Z0-9_-]{%d})" % _START, asked)
    rest = asked[plain.end() :] if plain else b""
    # What follows must not make the last byte optional, nor open another choice for the whole.
    if (
        plain is None
        or rest[:1] in (b"?", b"*", b"{", b"|")
        or re.search(rb"\|", re.sub(rb"\([^()]*\)|\[[^\]]*\]", b"", rest))
    ):
        return b""
    return plain[1]


def _found(one: Pattern, near: "_Thinned", data: bytes) -> dict[str, int]:
    """Return the versions that one rule reads, with the offset of the first place of each."""
    text = data if one.whole else near.text
    versions: dict[str, int] = {}
    for match in _matches(one, text):
        at = match.start(1)
        versions.setdefault(match.group(1).decode("latin-1"), at if one.whole else near.offset(at))
    return {} if len(versions) > (1 if one.bare else _MAX_VERSIONS) else versions


def _matches(one: Pattern, text: bytes) -> Iterator[re.Match[bytes]]:
    """Run the version expression where it can match: over everything for a bare one, else around the literals."""
    if one.version is None:
        return
    if one.bare:
        yield from one.version.compiled.finditer(text)
        return
    for literal in one.anchors:
        at = text.find(literal)
        for _ in range(_MAX_PLACES):
            if at < 0:
                break
            end = at + len(literal)
            yield from one.version.compiled.finditer(text, max(0, at - _BEFORE), min(len(text), end + _BEFORE))
            at = text.find(literal, end)


@dataclass(frozen=True, slots=True)
class _Thinned:
    """The surroundings of every digit-dot-digit, joined, and where each piece came from."""

    text: bytes
    starts: list[int]
    sources: list[int]

    @classmethod
    def of(cls, data: bytes) -> "_Thinned":
        """Cut the pieces out; those that touch become one."""
        pieces: list[bytes] = []
        starts: list[int] = []
        sources: list[int] = []
        length = 0
        for start, end in _surroundings(data):
            pieces.append(data[start:end])
            starts.append(length)
            sources.append(start)
            length += end - start + len(_SEPARATOR)
        return cls(_SEPARATOR.join(pieces), starts, sources)

    def offset(self, at: int) -> int:
        """Turn a place in the joined text into an offset of the file."""
        index = bisect_right(self.starts, at) - 1
        return self.sources[index] + at - self.starts[index]


def _surroundings(data: bytes) -> Iterator[tuple[int, int]]:
    """Return the ranges of the file that lie around a digit-dot-digit, in order and apart from each other."""
    for dots in _DOTS.finditer(data):
        first, last = dots.start(), dots.end() - 2
        yield max(0, first - _BEFORE), min(len(data), last + _AFTER)
