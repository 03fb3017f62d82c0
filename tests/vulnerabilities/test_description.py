import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.vulnerabilities.description import ends_in_text
from fairmark.vulnerabilities.record import Scheme


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("stack overflow in ash.c in busybox before 1.35. In the environment", [("1.35", False)]),
        ("dnsmasq through 2.77 allows", [("2.77", True)]),
        ("up to and including 1.5.5", [("1.5.5", True)]),
        ("Dropbear 2018.76 and earlier", [("2018.76", True)]),
        ("OpenSSL prior to version 1.0.1g", [("1.0.1g", False)]),
        ("before 1.2.9 and 1.3.x before 1.3.4", [("1.2.9", False), ("1.3.4", False)]),
        ("before the client sends 10 bytes", []),
        ("", []),
    ],
)
def test_the_end_of_the_affected_versions_is_read_where_a_text_says_it(text: str, ends: list[tuple[str, bool]]) -> None:
    assert [(one.end, one.end_included) for one in ends_in_text(text, Scheme.GENERIC)] == ends


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=2_000))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert len(ends_in_text(text, Scheme.GENERIC)) <= 60
