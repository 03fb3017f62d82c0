import json

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.workflows.foreign_json import MOST_VALUES, mapping, read_json, rows, text


def test_json_is_read_in_every_encoding_it_may_have() -> None:
    document = '{"a": "\u00e9"}'

    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert read_json(document.encode(encoding), "x.json", limit=1_000, hint="h") == {"a": "\u00e9"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe\x00", b"1" * 5_000, b"\x00" * 9, b"[1,]"]
)
def test_what_is_no_json_ends_in_our_words(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="x.json"):
        read_json(content, "x.json", limit=1 << 20, hint="Give JSON.")


def test_too_large_and_too_many_are_refused_before_anything_is_built() -> None:
    with pytest.raises(UnreadableInputError, match="larger"):
        read_json(b"[]" * 9, "x.json", limit=9, hint="h")
    with pytest.raises(UnreadableInputError, match="values"):
        read_json(b"[" + b"0," * MOST_VALUES + b"0]", "x.json", limit=1 << 30, hint="h")


def test_wrong_types_are_as_if_they_were_not_there() -> None:
    assert [text(one) for one in ("a\x00b\ud800c ", 1, None, [])] == ["a b c", "", "", ""]
    assert mapping([]) == {}
    assert rows({"a": 1}) == []
    assert rows([1, {}, None, {"a": 1}], most=3) == [{}]
    assert json.dumps(rows("x")) == "[]"


def test_a_name_that_stands_twice_is_refused_where_it_matters() -> None:
    twice = b'{"a": 1, "b": [{"c": 1, "c": 2}]}'

    assert read_json(twice, "x.json", limit=1_000, hint="h")["b"] == [{"c": 2}]
    with pytest.raises(UnreadableInputError, match="'c' stands twice"):
        read_json(twice, "x.json", limit=1_000, hint="h", unique=True)
