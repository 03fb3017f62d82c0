import pytest

from fairmark.errors import WrongUsageError
from fairmark.workflows.mapping import read_mapping


def test_fields_are_read_and_an_empty_file_has_none() -> None:
    assert read_mapping(b"a: 1\nb: [x]\n", "f.yaml", hint="h") == {"a": 1, "b": ["x"]}
    assert read_mapping(b"", "f.yaml", hint="h") == {}


def test_a_fault_names_file_line_and_column_and_keeps_the_hint() -> None:
    with pytest.raises(WrongUsageError) as caught:
        read_mapping(b"a: 1\nb: [x\n", "f.yaml", hint="do this")

    assert "f.yaml" in caught.value.message
    assert "line 3" in caught.value.message
    assert caught.value.hint == "do this"


@pytest.mark.parametrize(
    "text",
    [b"? [a]\n: b\n", b"? {a: b}\n: b\n", b"a: !!bool x\n", b"a: !!timestamp x\n", b"a: !!int ''\n", b'a: "\\ud800"\n'],
)
def test_yaml_that_its_library_falls_over_is_wrong_usage(text: bytes) -> None:
    with pytest.raises(WrongUsageError, match="is not readable as YAML"):
        read_mapping(text, "device.yaml", hint="")
