"""Rules are tried on their samples and held against each other; a new one passes as it is written."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairmark.errors import WrongUsageError
from fairmark.examine.pattern_rules import parse_rules
from fairmark.workflows.mapping import read_mapping
from fairmark.workflows.rules import begin_rule, list_rules, try_rules

ACMED: dict[str, Any] = {
    "id": "acmed",
    "anchors": ["acmed/"],
    "version": r"acmed/(\d\.\d{1,2})(?!\d)",
    "positive": [{"data": "\0acmed/1.4\0", "version": "1.4"}],
    "negative": [{"data": "\0acmed/%s\0"}],
}


def _file(*rules: dict[str, Any]) -> bytes:
    return json.dumps({"rules": rules}).encode()


def _faults(*rules: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {one.id: one.faults for one in try_rules({"mine.yaml": _file(*rules)}).rules}


def test_a_rule_that_reads_its_samples_passes() -> None:
    trials = try_rules({"mine.yaml": _file(ACMED)})

    assert (trials.passed, trials.failed) == (1, 0)
    assert trials.rules[0].samples == 2
    assert trials.rules[0].pack == "mine.yaml"


def test_a_sample_that_is_read_wrongly_is_named_with_what_was_read() -> None:
    faults = _faults(
        {**ACMED, "positive": [{"data": "acmed/1.4", "version": "1.5"}], "negative": [{"data": "acmed/1.4"}]}
    )

    assert faults["acmed"] == (
        "positive sample 1: expected 1.5, read 1.4",
        "negative sample 1: expected nothing, read 1.4",
    )


def test_a_sample_that_is_not_read_at_all_is_named() -> None:
    assert _faults({**ACMED, "positive": [{"data": "acmed 1.4", "version": "1.4"}]}) == {
        "acmed": ("positive sample 1: expected 1.4, read nothing",)
    }


def test_both_rules_are_told_when_one_takes_the_sample_of_the_other() -> None:
    other = {**ACMED, "id": "other", "version": r"a?cmed/(\d\.\d)", "anchors": ["cmed/"]}
    other["positive"] = [{"data": "cmed/2.0", "version": "2.0"}]

    faults = _faults(ACMED, other)

    assert faults["acmed"] == ("positive sample 1: rule other takes it for other 1.4",)
    assert faults["other"] == ("takes positive sample 1 of rule acmed for other 1.4",)


def test_two_rules_for_one_component_may_read_the_same() -> None:
    assert not any(_faults(ACMED, {**ACMED, "id": "acmed-2", "name": "acmed"}).values())


def test_a_rule_is_held_against_those_of_fairmark_too() -> None:
    greedy = {**ACMED, "anchors": ["BusyBox v"], "version": r"BusyBox v(\d\.\d{1,2}\.\d)"}
    greedy["positive"] = [{"data": "BusyBox v1.31.1 (2020)", "version": "1.31.1"}]

    (faults,) = _faults(greedy).values()

    assert "positive sample 1: rule busybox takes it for busybox 1.31.1" in faults
    assert any(fault.startswith("takes positive sample 1 of rule busybox for acmed") for fault in faults)


def test_a_rule_stands_for_the_one_of_fairmark_with_the_same_id() -> None:
    busybox = {**ACMED, "id": "busybox", "anchors": ["BusyBox v"], "version": r"BusyBox v(\d\.\d{1,2}\.\d)"}
    busybox["positive"] = [{"data": "BusyBox v1.31.1 (2020)", "version": "1.31.1"}]

    assert _faults(busybox) == {"busybox": ()}


def test_all_rules_of_fairmark_pass() -> None:
    trials = try_rules({})

    assert trials.failed == 0
    assert trials.passed == len(list_rules()) > 600


def test_an_id_in_two_files_is_refused() -> None:
    with pytest.raises(WrongUsageError, match=r"b\.yaml, rule acmed, field id: a\.yaml has"):
        try_rules({"a.yaml": _file(ACMED), "b.yaml": _file(ACMED)})


@pytest.mark.parametrize(
    "text", [b"", b"rules: [", b"rules: []", b"- 1", b"rules: {a: &x [*x]}", b"\xff\xfe", b"[" * 5000]
)
def test_a_file_that_holds_no_rules_is_refused(text: bytes) -> None:
    with pytest.raises(WrongUsageError, match=r"mine\.yaml") as caught:
        try_rules({"mine.yaml": text})

    assert caught.value.hint


def test_the_list_is_sorted_and_names_the_file_of_each_rule() -> None:
    rules = list_rules()

    assert [one.id for one in rules] == sorted(one.id for one in rules)
    (busybox,) = (one for one in rules if one.id == "busybox")
    assert busybox.pack.endswith(".yaml")
    assert busybox.cpe == "a:busybox:busybox"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("acmed/1.4.2 starting", "1.4.2"),
        ("acmed 2.5rc1", "2.5rc1"),
        ("acmed 2.5-p12", "2.5-p12"),
        ("1.0.2k of acmed", "1.0.2k"),
        ("acmed release 7 (final)", "7"),
        ('It\'s "Gr\u00f6\u00dfe\\" 1.2', "1.2"),
        ("acmed.*+?(1.2)", "1.2"),
        ("acmed\t2024.01", "2024.01"),
    ],
)
def test_a_new_rule_reads_the_version_in_the_text_and_passes(text: str, version: str) -> None:
    content = begin_rule("acmed", text, name="Acme: daemon # 1")

    assert {one.id: one.faults for one in try_rules({"new.yaml": content.encode()}).rules} == {"acmed": ()}
    (rule,) = parse_rules("new.yaml", read_mapping(content.encode(), "new.yaml", hint=""))
    assert rule.name == "Acme: daemon # 1"
    assert [sample.version for sample in rule.samples] == [version, ""]
    assert content.isascii()


def test_a_new_rule_takes_the_anchor_that_it_is_given() -> None:
    before = begin_rule("acmed", "the acmed daemon 1.4.2 of today", anchor="acmed daemon")
    after = begin_rule("acmed", "the acmed daemon 1.4.2 of today", anchor="of today")

    assert 'anchors: ["acmed daemon"]' in before
    assert r"'acmed daemon (\d{1,4}\.\d{1,4}\.\d{1,4})(?![\d.])'" in before
    assert r"'(?<![\d.])(\d{1,4}\.\d{1,4}\.\d{1,4}) of today'" in after


@pytest.mark.parametrize(
    ("rule", "text", "anchor", "why"),
    [
        ("acmed", "acmed starting", "", "no version"),
        ("acmed", "1.4.2", "", "too little"),
        ("acmed", "v 1.4.2", "", "too little"),
        ("acmed", "acmed/1.4.2", "v", "too little"),
        ("acmed", "acmed/1.4.2", "other", "not in the text"),
        ("Acme D", "acmed/1.4.2", "", "field id"),
        ("acmed: {", "acmed/1.4.2", "", "not readable"),
    ],
)
def test_what_no_rule_can_be_made_of_is_refused(rule: str, text: str, anchor: str, why: str) -> None:
    with pytest.raises(WrongUsageError, match=why):
        begin_rule(rule, text, anchor=anchor)


@given(before=st.text(min_size=4, max_size=12).filter(str.strip), after=st.text(max_size=6), name=st.text(max_size=8))
@example(before="\0\0\0\0x", after="0", name="\x85")
@settings(max_examples=60, deadline=None)
def test_a_new_rule_of_any_text_passes_or_is_refused(before: str, after: str, name: str) -> None:
    try:
        content = begin_rule("acmed", f"{before}1.2{after}", name=name)
    except (WrongUsageError, UnicodeEncodeError):
        return

    (rule,) = parse_rules("new.yaml", read_mapping(content.encode(), "new.yaml", hint=""))

    assert rule.samples[0].data == f"\0{before}1.2{after}\0".encode()
