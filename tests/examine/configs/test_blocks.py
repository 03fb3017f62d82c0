"""Settings in nested blocks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.configs.blocks import angles, assignments, braces
from tests.doubles.settings import text_file


def test_nginx_blocks_hold_their_statements_with_lines() -> None:
    root = braces(text_file('http {\n  # remark {\n  server {\n    listen 80;\n    add_header X "a;b";\n  }\n}\n'))

    (http,) = root.all("http")
    (server,) = http.all("server")
    assert [(node.words, node.line) for node in server.inside] == [
        (("listen", "80"), 4),
        (("add_header", "X", "a;b"), 5),
    ]


def test_apache_blocks_end_where_they_are_closed() -> None:
    root = angles(text_file("<Directory /srv>\n Options +Indexes\n</Directory>\nListen 80\n"))

    assert [node.name for node in root.inside] == ["directory", "listen"]
    assert [node.words for node in root.inside[0].inside] == [("options", "+Indexes")]


def test_lighttpd_arrays_may_take_several_lines_and_conditions_are_kept() -> None:
    text = 'a.b = ( "x" => (\n  "y" => 1 ) )\n$SERVER["socket"] == ":443" { ssl.engine = "enable" }\nc = "#no remark" # one\n'

    found = assignments(text_file(text))

    assert [(one.name, one.line, one.section) for one in found] == [
        ("a.b", 1, ""),
        ("ssl.engine", 3, 'SERVER["socket"] == ":443"'),
        ("c", 4, ""),
    ]
    assert found[2].value == "#no remark"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab {};()\"'#<>/\n=$[]", max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    file = text_file(text)

    assert list(braces(file).walk()) is not None
    assert list(angles(file).walk()) is not None
    assert assignments(file) is not None


def test_a_million_brackets_end_in_few_levels() -> None:
    file = text_file("a {" * 80_000)

    assert sum(1 for _ in braces(file).walk()) > 0
