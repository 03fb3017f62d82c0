"""Words that may be stored."""

import pytest

from fairmark.examine.probe.text import first_line, once_each, shown, version_in


def test_what_is_stored_is_one_short_line_without_secrets() -> None:
    assert shown(b"a\0b\r\nc\x1b[31m") == "a b c [31m"
    assert "hunter2" not in shown("password: hunter2")
    assert len(shown(b"word " * 900)) <= 200
    assert first_line(b"\r\n\r\n  hello\r\nmore") == "hello"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("lighttpd/1.4.69", "lighttpd/1.4.69"),
        ("(vsFTPd 3.0.3)", "vsFTPd 3.0.3"),
        ("ready, 2.6.31-rc1 here", "2.6.31-rc1"),
        ("HTTP/1.1", ""),
        ("host 192.168.1.10 ready", ""),
        ("UPnP/1.0", ""),
        ("nginx", ""),
    ],
)
def test_versions_are_told_from_addresses_and_protocols(text: str, version: str) -> None:
    assert version_in(text) == version


def test_texts_stand_once_each_in_order() -> None:
    assert once_each(["b", "a", "", "b"]) == ("a", "b")
    assert len(once_each(map(str, range(900)))) == 64
