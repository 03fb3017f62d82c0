"""Every component rule on its own samples, and the search around them."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.literals import ENGINES, Search
from fairmark.examine.pattern_rules import sampled_patterns
from fairmark.examine.patterns import Pattern, PatternSet, Sample, _surroundings, find_versions, patterns


def _every_literal(literals: Sequence[bytes]) -> Search:
    """Say of every literal that it is there: then a rule is always looked at."""
    return lambda _data: frozenset(literals)


_SAMPLES = [(rule, sample) for rule in sampled_patterns() for sample in rule.samples]
_ALONE = {rule.id: PatternSet.of([rule], engine=_every_literal) for rule in patterns()}


def _read(rule: Pattern, sample: Sample, padding: bytes = b"") -> list[str]:
    hits = find_versions(padding + b"\0" + sample.data, sample.name)
    return [hit.version for hit in hits if hit.rule == rule.id]


@pytest.mark.parametrize(("rule", "sample"), _SAMPLES, ids=[f"{r.id}-{n}" for n, (r, _) in enumerate(_SAMPLES)])
def test_a_rule_reads_its_samples(rule: Pattern, sample: Sample) -> None:
    found = _read(rule, sample, padding=bytes(range(256)) * 40)

    assert found == ([sample.version] if sample.version else [])


def test_at_least_six_hundred_components_are_known_and_each_rule_has_both_kinds_of_sample() -> None:
    rules = sampled_patterns()

    assert len({rule.name for rule in rules}) >= 600
    for rule in rules:
        assert {bool(sample.version) for sample in rule.samples} == {True, False}, rule.id


def test_ids_are_unique_and_every_rule_can_be_searched_for() -> None:
    rules = patterns()

    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.version or rule.file_version, rule.id
        assert bool(rule.anchors) != (rule.bare or rule.version is None), rule.id
        assert not rule.bare or (rule.files and rule.all_of), rule.id
        assert rule.version is None or rule.version.compiled.groups == 1, rule.id
        assert re.fullmatch(r"|[ao]:[^:]+:[^:]+", rule.cpe), rule.id


def test_no_sample_of_one_rule_is_taken_for_another_component() -> None:
    for rule, sample in ((rule, sample) for rule, sample in _SAMPLES if sample.version):
        for hit in find_versions(b"\0" + sample.data, sample.name):
            other = next(one for one in patterns() if one.id == hit.rule)
            assert other.name == rule.name, (rule.id, hit)


def test_the_offset_points_at_the_version() -> None:
    data = bytes(10_000) + b"1.2 " * 500 + b"\0BusyBox v1.31.1 (2020)\0" + bytes(5000)

    (hit,) = find_versions(data, b"busybox", base=1000)

    assert data[hit.offset - 1000 :].startswith(b"1.31.1")


def test_a_table_of_versions_is_no_component() -> None:
    data = b"".join(b"\0BusyBox v1.%d.0 (x)\0" % minor for minor in range(5))

    assert find_versions(data, b"notes") == ()


def _around_dots(data: bytes) -> list[tuple[int, int]]:
    """Find the surroundings of every digit-dot-digit place by place."""
    ranges: list[tuple[int, int]] = []
    last = -1000
    for at in range(1, len(data) - 1):
        if data[at : at + 1] == b"." and data[at - 1 : at].isdigit() and data[at + 1 : at + 2].isdigit():
            start = ranges.pop()[0] if at - last <= 256 else max(0, at - 160)
            ranges.append((start, min(len(data), at + 96)))
            last = at
    return ranges


@given(
    pieces=st.lists(
        st.one_of(st.sampled_from([b"1.2", b"1.", b".", b"1.2.3", b"x"]), st.integers(0, 300).map(bytes)), max_size=30
    )
)
@settings(max_examples=200, deadline=None)
def test_the_bytes_around_versions_are_those_that_a_look_at_every_place_finds(pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    assert list(_surroundings(data)) == _around_dots(data)


@pytest.mark.parametrize("gap", [255, 256, 257])
def test_neighbouring_versions_become_one_piece_up_to_256_bytes_apart(gap: int) -> None:
    data = b"1.2" + b"." * (gap - 3) + b"3.4" + bytes(500)

    assert list(_surroundings(data)) == _around_dots(data)
    assert len(_around_dots(data)) == 1 + (gap > 256)


def test_a_file_full_of_dots_is_one_piece() -> None:
    data = b"1." * 2_000_000

    assert list(_surroundings(data)) == [(0, len(data))]


@pytest.mark.parametrize("data", [b"", b".", b"1.", b"1.2", b".2", b"1.2.", b"\0" * 3])
def test_tiny_files_hold_nothing(data: bytes) -> None:
    assert find_versions(data, b"x") == ()


@pytest.mark.parametrize("name", [b"program", b"libz.so.1", b"busybox", b"libcap.so.2.66"])
def test_both_engines_give_the_same_hits_in_the_same_order(name: bytes) -> None:
    sets = [PatternSet.of(patterns(), engine=engine) for engine in ENGINES.values()]
    data = b"\0".join(sample.data for _, sample in _SAMPLES)

    first, second = (one.find(data, name, base=7) for one in sets)

    assert first == second == find_versions(data, name, base=7)
    assert first


@given(picks=st.lists(st.one_of(st.sampled_from(_SAMPLES), st.binary(max_size=300)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_the_search_for_all_rules_at_once_finds_what_each_rule_alone_finds(picks: list[object]) -> None:
    data = b"\0".join(one if isinstance(one, bytes) else one[1].data for one in picks)
    alone = [_ALONE[one.id] for one in patterns() if any(literal in data for literal in one.anchors)]

    found = find_versions(data, b"program")

    assert list(found) == [hit for one in alone for hit in one.find(data, b"program")]


def test_a_literal_is_looked_at_in_its_first_256_places_only() -> None:
    filler, busybox = b"BusyBox v1.x \0", b"\0BusyBox v1.31.1 (2020)\0"
    gap = b"1.1 " * 100

    assert find_versions((filler + gap) * 255 + busybox, b"program")
    assert find_versions((filler + gap) * 257 + busybox, b"program") == ()


def test_rules_with_no_literal_and_no_name_are_no_fault() -> None:
    assert PatternSet.of(()).find(b"1.2.3", b"program") == ()


def test_rules_that_ask_for_a_name_are_found_by_its_first_bytes() -> None:
    asking = [(one.files or one.file_version, one) for one in patterns() if one.bare or one.file_version]
    names = {sample.name for _, sample in _SAMPLES}
    known = PatternSet.of(patterns())

    for name in names:
        wanted = {one.id for asked, one in asking if asked and asked.compiled.match(name)}
        assert wanted == {one.id for one in known._worth_a_look(b"", name, frozenset())}, name
