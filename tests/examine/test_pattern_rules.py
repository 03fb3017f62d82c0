"""A malformed rule file is refused by file, rule and field; the names that rules give."""

from dataclasses import replace

import pytest

from fairmark.errors import WrongUsageError
from fairmark.examine import pattern_rules
from fairmark.examine.pattern_rules import (
    checked_patterns,
    component_name,
    cpe_products,
    parse_rules,
    patterns,
    sampled_patterns,
)
from fairmark.model.data import MalformedDataError

_RULE = {
    "id": "boa",
    "anchors": ["Boa/0."],
    "version": r"Boa/(\d\.\d+)",
    "positive": [{"data": "Boa/0.94", "version": "0.94"}],
    "negative": [{"data": "Boa/%s"}],
}


def _refusal(**changes: object) -> WrongUsageError:
    rule = {key: value for key, value in {**_RULE, **changes}.items() if value is not None}
    with pytest.raises(WrongUsageError) as caught:
        parse_rules("web.yaml", {"rules": [rule]})
    return caught.value


def test_a_rule_is_read_with_what_it_does_not_say() -> None:
    (rule,) = parse_rules("web.yaml", {"rules": [_RULE]})

    assert (rule.name, rule.purl, rule.anchors, rule.bare) == ("boa", "pkg:generic/boa", (b"Boa/0.",), False)
    assert [sample.version for sample in rule.samples] == ["0.94", ""]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"anchor": ["x"]}, "anchor"),
        ({"anchors": "Boa/0."}, "anchors"),
        ({"anchors": ["x"]}, "anchors"),
        ({"anchors": [4.5]}, "anchors"),
        ({"anchors": ["snow \u2603"]}, "anchors"),
        ({"anchors": None}, "anchors"),
        ({"anchors": None, "version": None}, "version"),
        ({"version": 4.5}, "version"),
        ({"version": r"Boa/(\d"}, "version"),
        ({"version": r"Boa/\d"}, "version"),
        ({"version": r"Boa/(\d)(\d)"}, "version"),
        ({"version": r"Boa/((?:\d+)+)"}, "version"),
        ({"version": r"Boa/.*.*(\d)"}, "version"),
        ({"version": r"Boa/(\d)\1"}, "version"),
        ({"version": r"Boa/(?:(?:a{64}){64}){64}(\d)"}, "version"),
        ({"version": "[" * 9}, "version"),
        ({"version": r"a{99999999999}(b)"}, "version"),
        ({"files": r"^(boa)$"}, "files"),
        ({"files": r"(?i)^boa$"}, "files"),
        ({"file_version": r"^boa-(?P<v>\d)$"}, "file_version"),
        ({"bare": "yes"}, "bare"),
        ({"bare": True}, "anchors"),
        ({"bare": True, "anchors": None}, "bare"),
        ({"positive": None}, "positive"),
        ({"negative": []}, "negative"),
        ({"positive": [{"data": "Boa/0.94"}]}, "positive"),
        ({"positive": [{"data": "Boa/0.94", "version": 0.94}]}, "positive"),
        ({"negative": [{"data": "Boa/%s", "version": "1"}]}, "negative"),
        ({"negative": ["Boa/%s"]}, "negative"),
        ({"negative": [{"data": None}]}, "negative"),
    ],
)
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
def test_a_fault_is_named_by_file_rule_and_field_with_the_fix(changes: dict[str, object], key: str) -> None:
    refusal = _refusal(**changes)

    assert refusal.message.startswith(f"web.yaml, rule boa, field {key}: ")
    assert refusal.hint


@pytest.mark.parametrize("name", ["Boa", "a b", "-boa", "b" * 65, "boa\n", "\u2603"])
def test_an_id_is_a_plain_word(name: str) -> None:
    assert "field id: this is no id" in _refusal(id=name).message


def test_a_rule_without_an_id_is_named_by_its_number() -> None:
    assert _refusal(id=None).message.startswith("web.yaml, rule no. 1, field id: ")
    assert _refusal(id=7).message.startswith("web.yaml, rule no. 1, field id: ")


@pytest.mark.parametrize("document", [None, [], "rules", {"rules": {}}, {"rules": [], "more": 1}, {"rules": ["boa"]}])
def test_a_file_of_another_shape_is_refused(document: object) -> None:
    with pytest.raises(WrongUsageError, match=r"^web\.yaml"):
        parse_rules("web.yaml", document)


def test_an_id_stands_once_in_a_file_and_once_in_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUsageError, match="rule boa, field id: two rules"):
        parse_rules("web.yaml", {"rules": [_RULE, _RULE]})

    monkeypatch.setattr(pattern_rules, "data_files", lambda *_: ("a.yaml", "b.yaml"))
    monkeypatch.setattr(pattern_rules, "load_yaml", lambda *_: {"rules": [_RULE]})
    with pytest.raises(WrongUsageError, match=r"b\.yaml, rule boa, field id: a\.yaml has"):
        sampled_patterns()


def _not_yaml(*_: str) -> object:
    raise MalformedDataError("line 1, column 9")


def test_a_file_that_is_no_yaml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_rules, "data_files", lambda *_: ("a.yaml",))
    monkeypatch.setattr(pattern_rules, "load_yaml", _not_yaml)

    with pytest.raises(WrongUsageError, match=r"^a\.yaml: this is not YAML"):
        sampled_patterns()


@pytest.mark.parametrize("version", [r"Boa/(\d+\.\d+)", r"(?<=Boa/).*(x)", r"Boa/(?=.*x)(\d)"])
def test_a_bare_version_repeats_within_bounds(version: str) -> None:
    rule = {"bare": True, "anchors": None, "files": "^boa$", "all": ["Boa"], "version": version}

    if version.startswith("Boa/(") and "?=" not in version:
        parse_rules("web.yaml", {"rules": [{key: value for key, value in {**_RULE, **rule}.items() if value}]})
    else:
        assert "repeats without end" in _refusal(**rule).message


def test_every_expression_of_our_own_rules_is_right_and_quick() -> None:
    assert checked_patterns() == sampled_patterns()
    assert patterns() == tuple(replace(one, samples=()) for one in sampled_patterns())


def test_what_a_stranger_wrote_is_shown_in_one_short_line() -> None:
    refusal = _refusal(**{"\x1b[2J\n" + "x" * 500: 1})

    assert refusal.message.isprintable()
    assert len(refusal.message) < 200


def test_names_are_those_of_the_rules() -> None:
    assert component_name("libcurl4") == "curl"
    assert component_name("nothing-that-we-know") == "nothing-that-we-know"
    assert cpe_products()["busybox"] == "a:busybox:busybox"
