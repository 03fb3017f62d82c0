"""The user's own catalogue files: read within bounds, refused with a word."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.workflows.own_catalogues import MAX_BYTES, parsed


def test_yaml_and_json_are_read() -> None:
    assert parsed(b'id: "5.10"\n', "a.yaml").data == {"id": "5.10"}
    assert parsed(b'{"id": "5.10"}', "a.json").data == {"id": "5.10"}
    assert len(parsed(b"id: a\n", "a.yml").digest) == 64


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"x" * (MAX_BYTES + 1), "a.yaml"),
        (b"[" * 5000, "a.yaml"),
        (b"{a: " * 5000, "a.yaml"),
        (b"- " * 5000 + b"a", "a.yaml"),
        (b"[1, 2]", "a.yaml"),
        (b"[1, 2]", "a.json"),
        (b"[" * 100_000, "a.json"),
        (b'{"id": 1, "id": 2}', "a.json"),
        (b"id: a\nid: b\n", "a.yaml"),
        (b"a: &x [1]\nb: *x\n", "a.yaml"),
        (b"a: !!python/object:os.system x\n", "a.yaml"),
        (b"\xff\xfe\x00", "a.yaml"),
        (b"a: '\x00'", "a.yaml"),
    ],
)
def test_what_is_hostile_or_broken_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(UnreadableInputError) as error:
        parsed(content, name)

    assert error.value.message.startswith(name)
    assert error.value.hint
