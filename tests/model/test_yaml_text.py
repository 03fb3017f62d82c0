"""Our YAML means what the library says; a stranger's is read without tricks."""

import pytest
import yaml

from fairmark.model.yaml_text import parse_foreign_yaml, parse_yaml


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1, 2]\nb: *x",
        "a: 1\na: 2",
        "a: !!python/object/apply:os.getcwd []",
        "a: [",
        "? [1, 2]\n: 3",
        "{? {a: 1} : 3}",
        "\x00",
    ],
)
def test_foreign_yaml_with_tricks_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_foreign_yaml(text)


def test_foreign_yaml_of_plain_values_is_read() -> None:
    assert parse_foreign_yaml("a: [1, x]\nb: {c: true}") == {"a": [1, "x"], "b": {"c": True}}


@pytest.mark.parametrize(
    "text",
    [
        "a: {<<: {b: 1}, c: 2}",
        "x: &a [1, 0x1f, 1e3, .inf]\ny: *a",
        "1: 2\nyes: no\n~: 3\n'': ''\n'1': \"2\"",
        "",
        "- 2020-01-01\n- !!set {a, b}\n- |\n  two\n  lines",
    ],
    ids=["merge", "alias and numbers", "keys", "nothing", "rare kinds"],
)
def test_our_yaml_means_what_the_safe_loader_says(text: str) -> None:
    assert repr(parse_yaml(text)) == repr(yaml.safe_load(text))
