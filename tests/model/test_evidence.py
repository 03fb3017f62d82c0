import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.model.evidence import printable_path


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        (b"/etc/passwd", "/etc/passwd"),
        ("/grün".encode(), "/grün"),
        (b"/a\nb", r"/a\x0ab"),
        (b"/\xff\xfe", r"/\xff\xfe"),
        (rb"/a\b", r"/a\x5cb"),
        ("/a\u202egpj".encode(), r"/a\xe2\x80\xaegpj"),
    ],
)
def test_a_path_is_written_so_that_it_cannot_mislead(raw: bytes, written: str) -> None:
    assert printable_path(raw) == written


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_different_paths_are_written_differently(one: bytes, other: bytes) -> None:
    assert (printable_path(one) == printable_path(other)) == (one == other)


@given(st.binary(max_size=60))
def test_a_written_path_is_printable(raw: bytes) -> None:
    assert printable_path(raw).isprintable()
