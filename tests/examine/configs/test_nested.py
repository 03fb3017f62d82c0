"""JSON, XML, YAML and UCI, flattened."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.configs.nested import flat
from tests.doubles.settings import text_file


def seen(text: str, path: str = "/etc/x.conf") -> list[tuple[str, str, str, int]]:
    return [(one.section, one.name, one.value, one.line) for one in flat(text_file(text, path))]


def test_json_keeps_the_path_and_the_line_of_each_value() -> None:
    text = (
        '{\n "a": {"b": 1, "c": ["x", "y"]},\n // remark\n "users": [{"name": "u"}, {"name": "v"}],\n "d": "q\\"q"\n}'
    )

    assert seen(text) == [
        ("a", "b", "1", 2),
        ("a.c", "c", "x", 2),
        ("a.c", "c", "y", 2),
        ("users.0", "name", "u", 4),
        ("users.1", "name", "v", 4),
        ("", "d", 'q"q', 5),
    ]


def test_xml_gives_text_attributes_and_named_values() -> None:
    text = '<?xml version="1.0"?>\n<c:conf xmlns:c="u"><a x="1">\n<b>t</b></a>\n<param name="pw" value="v"/></c:conf>'

    assert seen(text) == [("conf.a", "x", "1", 2), ("conf.a", "b", "t", 3), ("conf.param", "pw", "v", 4)]


def test_yaml_follows_the_indentation() -> None:
    assert seen("net:\n  port: 1  # one\n  tls:\n    ca: 'x'\nlog: y\n", "/etc/x.yml") == [
        ("net", "port", "1", 2),
        ("net.tls", "ca", "x", 4),
        ("", "log", "y", 5),
    ]


def test_uci_is_known_by_its_folder() -> None:
    assert seen("config acs 'a'\n\toption url 'http://x'\n", "/etc/config/cwmp") == [("acs 1", "url", "http://x", 2)]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='{}[]",:<>/a1 \n\\=', max_size=300), st.sampled_from(["{", "<", "a: ", "["]))
def test_no_text_is_an_error(text: str, start: str) -> None:
    assert flat(text_file(start + text, "/etc/x.yml")) is not None


def test_deep_nesting_ends_early() -> None:
    assert flat(text_file('{"a":' * 50_000)) == ()
    assert flat(text_file("<a>" * 80_000)) == ()
