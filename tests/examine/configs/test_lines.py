"""Settings that stand one on a line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.configs.lines import by_section, directives, first, ini, is_on, last
from tests.doubles.settings import text_file


def test_a_directive_is_read_with_or_without_an_equals_sign() -> None:
    found = directives(text_file('# remark\nPort 22\nlisten=YES\nname = "a b"  # why\nalone\n'))

    assert [(one.line, one.name, one.value) for one in found] == [
        (2, "port", "22"),
        (3, "listen", "YES"),
        (4, "name", "a b"),
        (5, "alone", ""),
    ]


def test_an_ini_setting_knows_its_section() -> None:
    found = ini(text_file("top = 1\n[Global]\n guest ok = yes ; for all\n; off = 1\n[share]\npath: '/mnt'\n"))

    assert [(one.section, one.name, one.value) for one in found] == [
        ("", "top", "1"),
        ("global", "guest ok", "yes"),
        ("share", "path", "/mnt"),
    ]
    assert list(by_section(found)) == ["", "global", "share"]


def test_the_last_or_the_first_of_several_can_be_asked_for() -> None:
    found = directives(text_file("a yes\na no\n"))

    one, other = first(found, "a"), last(found, "a")
    assert one is not None
    assert other is not None
    assert (one.value, other.value, is_on(found, "a"), is_on(found, "b")) == ("yes", "no", False, False)


def test_a_line_of_many_thousand_characters_is_passed_over() -> None:
    assert directives(text_file("a " + "x" * 5000 + "\nb 1\n"))[0].name == "b"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab=:#;[]\"' \n\t", max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    for read in (directives, ini):
        assert all(one.line >= 1 for one in read(text_file(text)))
