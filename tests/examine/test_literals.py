"""Both engines against the plainest search there is, and the choice between them."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine import literals
from fairmark.examine.literals import ENGINES, searcher, with_hyperscan, with_yara_x
from fairmark.examine.pattern_rules import patterns

# Few different bytes, so that literals repeat, overlap and begin alike; some mean something to an engine.
_LITERALS = st.lists(
    st.lists(st.sampled_from(b"\x00\xffab.*{\\ 1"), min_size=2, max_size=9).map(bytes), min_size=1, max_size=12
)
_MANY = [b"number %d" % number for number in range(1, 100)]  # enough for Hyperscan
_ANCHORS = sorted({literal for rule in patterns() for literal in rule.anchors})


@given(literals=_LITERALS, picks=st.data())
@settings(max_examples=60, deadline=None)
def test_both_engines_find_what_a_plain_search_finds(literals: list[bytes], picks: st.DataObject) -> None:
    pieces = st.one_of(
        st.sampled_from(literals), st.binary(max_size=5), st.sampled_from([one[:-1] for one in literals])
    )
    data = b"".join(picks.draw(st.lists(pieces, max_size=20)))

    found = [build(literals)(data) for build in ENGINES.values()]

    assert found == [frozenset(one for one in literals if one in data)] * 2


@pytest.mark.parametrize("build", ENGINES.values(), ids=ENGINES.keys())
def test_every_literal_of_our_rules_is_found_alone_and_missed_without_its_end(build) -> None:
    search = build(_ANCHORS)

    for literal in _ANCHORS:
        assert literal in search(b"\0" + literal + b"\0")
        assert literal not in search(b"\0" + literal[:-1])


@pytest.mark.parametrize("build", ENGINES.values(), ids=ENGINES.keys())
def test_a_million_places_of_a_literal_are_one_answer(build) -> None:
    search = build([b"1.", b"1.1.", b"never"])

    assert search(b"1." * 1_000_000) == {b"1.", b"1.1."}


@pytest.mark.parametrize("build", ENGINES.values(), ids=ENGINES.keys())
def test_nothing_is_found_in_nothing_and_for_nothing(build) -> None:
    assert build([b"one"])(b"") == frozenset()
    assert build([])(b"one") == frozenset()


def test_without_hyperscan_the_other_engine_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)

    found = searcher(_MANY)(b"--number 77--")

    assert found == {b"number 7", b"number 77"}
    with pytest.raises(ImportError):
        with_hyperscan([b"one"])


def test_a_processor_that_hyperscan_does_not_know_is_left_to_the_other_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    class ArchitectureError(Exception):
        pass

    class Database:
        def __init__(self, mode: int) -> None:
            self.mode = mode

        def compile(self, **_options: object) -> None:
            raise ArchitectureError

    refusing = SimpleNamespace(
        __version__="0", Database=Database, HS_MODE_BLOCK=1, HS_FLAG_SINGLEMATCH=8, error=ArchitectureError
    )
    monkeypatch.setitem(sys.modules, "hyperscan", refusing)

    assert searcher(_MANY)(b"number 12") == with_yara_x(_MANY)(b"number 12") == {b"number 1", b"number 12"}


def test_a_search_that_was_compiled_in_an_earlier_run_finds_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    first = with_hyperscan(_MANY)
    monkeypatch.setattr(literals, "_compiled", None)

    second = with_hyperscan(_MANY)

    for data in (b"number 12", b"--number 77 number 8", b"", b"nothing"):
        assert first(data) == second(data) == frozenset(one for one in _MANY if one in data)


def test_a_kept_search_that_this_processor_cannot_run_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "kept_value", lambda *_: b"of another machine")

    assert with_hyperscan(_MANY)(b"number 12") == {b"number 1", b"number 12"}
