"""Which protocol a greeting belongs to."""

import pytest

from fairmark.examine.probe import greetings


@pytest.mark.parametrize(
    ("data", "protocol"),
    [
        (b"SSH-2.0-dropbear\r\n", "ssh"),
        (b"220 (vsFTPd 3.0.3)\r\n", "ftp"),
        (b"220-many\r\n220 lines\r\n", "ftp"),
        (b"220 mail ESMTP\r\n", "smtp"),
        (b"+OK ready\r\n", "pop3"),
        (b"* OK IMAP4rev1\r\n", "imap"),
        (b"RFB 003.008\n", "vnc"),
        (b"\xff\xfd\x18\xff\xfb\x01", "telnet"),
        (b"login: ", "telnet"),
        (b"J\0\0\0\x0a5.5.62-MariaDB\0", "mysql"),
        (b"HTTP/1.1 400 Bad\r\n", ""),
        (b"250 odd\r\n", ""),
        (b"", ""),
        (b"\0" * 50, ""),
    ],
)
def test_a_greeting_names_its_protocol(data: bytes, protocol: str) -> None:
    assert greetings.recognise(data) == protocol


def test_codes_versions_and_kinds_are_read() -> None:
    assert greetings.line_code(b"230-a\r\n230 b\r\n") == 230
    assert greetings.line_code(b"230-a\r\n") == 0
    assert greetings.line_code(b"say 230 b\r\n") == 0
    assert greetings.mysql_version(b"J\0\0\0\x0a5.5.62-MariaDB\0") == "5.5.62-MariaDB"
    assert greetings.vnc_types(b"\2\1\2") == (1, 2)
    assert greetings.vnc_types(b"\xff\1") == ()
