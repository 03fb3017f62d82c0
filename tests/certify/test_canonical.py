import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.certify.canonical import read_canonical
from fairmark.errors import UnreadableInputError
from fairmark.model.value import canonical_json

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=12,
)
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def by_the_rfc(thing: object) -> str:
    """RFC 8785 written out a second time, for values without fractions."""
    if isinstance(thing, bool) or thing is None:
        return {True: "true", False: "false", None: "null"}[thing]
    if isinstance(thing, int):
        return str(thing)
    if isinstance(thing, str):
        return '"' + "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in thing) + '"'
    if isinstance(thing, list):
        return "[" + ",".join(map(by_the_rfc, thing)) + "]"
    assert isinstance(thing, dict)
    order = sorted(thing, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{by_the_rfc(name)}:{by_the_rfc(thing[name])}" for name in order) + "}"


@given(THINGS)
@settings(max_examples=150, deadline=None)
def test_what_we_write_is_what_rfc_8785_asks_for(thing: object) -> None:
    assert canonical_json(thing) == by_the_rfc(thing).encode()


def test_the_text_of_rfc_8785_section_3_2_2_is_written_as_it_says() -> None:
    assert canonical_json('\u20ac$\x0f\nA\'B"\\\\"/').decode() == '"€$\\u000f\nA\'B\\"\\\\\\\\\\"/"'.replace(
        "\n", "\\n"
    )


def test_names_beyond_the_basic_plane_are_where_the_two_orders_differ() -> None:
    row = {"\U0001f600": 1, "\ufb33": 2}

    assert canonical_json(row) != by_the_rfc(row).encode()


def test_what_was_written_is_read_back() -> None:
    assert read_canonical(b'{"a":[1,null,"x"],"b":true}', "it", limit=100) == {"a": [1, None, "x"], "b": True}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":01}',
        b'{"a":-0}',
        b'"\\u0041"',
        b'"\\ud800"',
        b'"\xff"',
        b"[" * 100_000,
        b"1" * 5_000,
        json.dumps({"a": "x" * 200}).encode(),
    ],
    ids=range(19),
)
def test_a_second_spelling_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="it is "):
        read_canonical(content, "it", limit=200_000 if content[:1] in b"[1" else 100)
