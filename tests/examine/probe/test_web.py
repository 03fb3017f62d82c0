"""Messages of HTTP and their kin."""

import pytest

from fairmark.examine.probe import web
from fairmark.model.network import LoginKind


def message(head: str, body: bytes = b"") -> web.Message:
    read = web.read_message(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    assert read
    return read


def test_status_headers_and_body_are_read() -> None:
    read = message("HTTP/1.1 200 OK\nServer: x\nSERVER: y", b"body")

    assert (read.protocol, read.status, read.body) == ("HTTP", 200, b"body")
    assert read.all("server") == ("x", "y")
    assert web.read_message(b"220 ftp\r\n") is None
    assert web.read_message(b"HTTP/1.1 abc\r\n\r\n") is None


def test_every_way_to_log_in_is_seen() -> None:
    both = message('HTTP/1.1 401 X\nWWW-Authenticate: Digest realm="a", Basic realm="EC-100"')
    form = message("HTTP/1.1 200 OK", b"<INPUT name=a TYPE = 'password' >")

    assert web.logins(both) == (LoginKind.BASIC, LoginKind.DIGEST)
    assert web.names(both) == ("EC-100", "a")
    assert web.logins(form) == (LoginKind.FORM,)
    assert web.logins(message("HTTP/1.1 200 OK", b"<p>password</p>")) == ()


def test_a_redirect_says_where_it_leads() -> None:
    there = web.redirect(message("HTTP/1.1 302 X\nLocation: https://a.example:8443/x?y"))
    here = web.redirect(message("HTTP/1.1 302 X\nLocation: login.asp"))
    page = web.redirect(message("HTTP/1.1 200 OK", b'<meta http-equiv="refresh" content="0; url=/main.html">'))

    assert there == web.Place("https", "a.example", 8443, "/x?y")
    assert here == web.Place("", "", None, "/login.asp")
    assert page == web.Place("", "", None, "/main.html")
    assert web.redirect(message("HTTP/1.1 302 X\nLocation: http://[")) is None
    assert web.redirect(message("HTTP/1.1 302 X\nLocation: http://a:99999999/")) is None


def test_a_path_cannot_smuggle_a_header_into_our_next_question() -> None:
    place = web.redirect(message("HTTP/1.1 302 X\nLocation: /a\tb c"))

    assert place
    assert b"\r\n" not in web.question("h", place.path).split(b"\r\n")[0]
    assert place.path == "/abc"


def test_versions_and_lists_of_files_are_told_and_guards_are_missed() -> None:
    read = message("HTTP/1.1 200 OK\nServer: GoAhead-Webs/2.5.0\nX-Frame-Options: DENY", b"<title>Index of /</title>")

    assert web.tells(read) == ("server header: GoAhead-Webs/2.5.0",)
    assert web.is_listing(read)
    assert web.is_open(read)
    assert "x-frame-options" not in web.missing_guards(read)
    assert "content-security-policy" in web.missing_guards(read)
    assert web.tells(message("HTTP/1.1 200 OK\nServer: nginx")) == ()


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 304 X\r\n\r\n", True),
        (b"RTSP/1.0 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nX: y", False),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9_000, True),
        (b"SSH-2.0-x\r\n", True),
        (b"x" * 600, True),
        (b"HTTP/1", False),
    ],
)
def test_the_end_of_a_message_is_known(data: bytes, *, whole: bool) -> None:
    assert web.is_whole(data) is whole


def test_an_address_of_version_six_stands_in_brackets() -> None:
    assert b"Host: [fe80::1]\r\n" in web.question("fe80::1")
