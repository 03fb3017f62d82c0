"""One request: bounded, whole or refused, and never somewhere else."""

import gzip
from pathlib import Path

import pytest

from fairmark.errors import WrongUsageError
from fairmark.vulnerabilities.adapters import http
from fairmark.vulnerabilities.adapters.http import check_address, download, fetch
from fairmark.vulnerabilities.sync import UnreachableError
from tests.doubles.local_server import Answer, serving


def test_an_answer_comes_with_status_and_headers() -> None:
    with serving(lambda _path, _headers: Answer(200, b"{}", {"ETag": '"a"'})) as address:
        found = fetch(address, {})

    assert (found.status, found.headers["etag"], found.body) == (200, '"a"', b"{}")


@pytest.mark.parametrize("status", [304, 404, 429, 503])
def test_other_statuses_are_answers_too(status: int) -> None:
    with serving(lambda _path, _headers: Answer(status, b"", {"Retry-After": "3"})) as address:
        found = fetch(address, {})

    assert (found.status, found.headers["retry-after"]) == (status, "3")


def test_the_packing_of_the_transfer_is_undone() -> None:
    packed = Answer(200, gzip.compress(b"text", mtime=0), {"Content-Encoding": "gzip"})

    with serving(lambda _path, _headers: packed) as address:
        assert fetch(address, {}).body == b"text"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"x" * 100, cut=40),
        Answer(200, gzip.compress(b"x" * 100, mtime=0)[:-8], {"Content-Encoding": "gzip"}),
        Answer(200, b"junk", {"Content-Encoding": "gzip"}),
        Answer(200, b"x" * 5_000),
        Answer(200, gzip.compress(b"0" * 100_000, mtime=0), {"Content-Encoding": "gzip"}),
    ],
)
def test_half_an_answer_and_too_much_of_one_are_none(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 4_000)

    with serving(lambda _path, _headers: answer) as address, pytest.raises(UnreachableError):
        fetch(address, {})


@pytest.mark.parametrize("place", ["file:///etc/hostname", "ftp://example.org/x", "gopher://x"])
def test_a_redirect_leads_to_no_other_scheme(place: str) -> None:
    with serving(lambda _path, _headers: Answer(302, b"", {"Location": place})) as address:
        try:
            found = fetch(address, {})
        except UnreachableError:
            return

    assert (found.status, found.body) == (302, b"")  # an answer that ``request`` takes for a refusal


def test_a_redirect_in_a_circle_ends() -> None:
    with serving(lambda path, _headers: Answer(302, b"", {"Location": f"{path}x"})) as address:
        assert fetch(address, {}).status == 302


def test_nobody_there_is_unreachable() -> None:
    with serving(lambda _path, _headers: Answer()) as address:
        pass

    with pytest.raises(UnreachableError):
        fetch(address, {})


def test_a_download_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    content, asked = b"0123456789" * 10, []

    def answer(_path: str, headers: dict[str, str]) -> Answer:
        asked.append(headers.get("range", ""))
        if "range" not in headers:
            return Answer(200, content, {"ETag": '"a"'}, cut=40)
        return Answer(206, content[int(headers["range"][6:-1]) :], {"ETag": '"a"'})

    with serving(answer) as address:
        with pytest.raises(UnreachableError):
            download(address, {}, tmp_path / "x.zip")
        download(address, {}, tmp_path / "x.zip")

    assert (tmp_path / "x.zip").read_bytes() == content
    assert asked == ["", "bytes=60-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.zip"]


def test_a_download_of_something_else_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"old")
    (tmp_path / "x.tag").write_text('"old"')

    with serving(lambda _path, _headers: Answer(200, b"new", {"ETag": '"new"'})) as address:
        download(address, {}, tmp_path / "x.zip")

    assert (tmp_path / "x.zip").read_bytes() == b"new"


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://x/y", "https://", "x", "https://a b", "http://[", "https://x\n"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(WrongUsageError):
        check_address(url, named=True)


def test_http_only_where_the_user_named_it() -> None:
    assert check_address("http://127.0.0.1:1/x", named=True)
    with pytest.raises(WrongUsageError):
        check_address("http://127.0.0.1:1/x", named=False)


def test_a_key_reaches_the_server_that_was_named_and_no_other() -> None:
    seen: list[tuple[str, str]] = []

    def elsewhere(path: str, headers: dict[str, str]) -> Answer:
        seen.append(("elsewhere", headers.get("apikey", "")))
        return Answer(200, b"{}")

    with serving(elsewhere) as other:

        def named(path: str, headers: dict[str, str]) -> Answer:
            seen.append(("named", headers.get("apikey", "")))
            return Answer(302, b"", {"Location": f"{other}/x"})

        with serving(named) as address:
            found = fetch(address, {"apiKey": "k"})

    assert found.status == 200
    assert seen == [("named", "k"), ("elsewhere", "")]
