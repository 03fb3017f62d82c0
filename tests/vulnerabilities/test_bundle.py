"""Signed bundles: nothing of one is read before its signature is right."""

import io
import zipfile
from datetime import date

import pytest

from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.vulnerabilities import bundle
from fairmark.vulnerabilities.bundle import MANIFEST, SIGNATURE, Row, new_key, read_rows, verified, write_bundle

PRIVATE, PUBLIC = new_key()
ROWS: list[Row] = [{"feed": "cve", "record": {"cve": f"CVE-2024-{number:04}"}} for number in range(1, 8)]


def made(rows: list[Row] = ROWS) -> bytes:
    buffer = io.BytesIO()
    write_bundle(buffer, rows, {"cve": date(2026, 1, 2), "debian": None}, PRIVATE)
    return buffer.getvalue()


def changed(content: bytes, name: str, new: bytes | None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as copy:
        for member in old.namelist():
            data = new if member == name else old.read(member)
            if data is not None:
                copy.writestr(member, data)
    return buffer.getvalue()


def rows_of(content: bytes, public: bytes = PUBLIC) -> list[Row]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [row for rows in read_rows(archive, verified(archive, public)) for row in rows]


def test_what_is_written_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "ROWS_PER_MEMBER", 3)

    assert rows_of(made()) == ROWS


def test_the_same_content_and_key_give_the_same_bytes() -> None:
    assert made() == made()


def test_feeds_keep_their_day() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert verified(archive, PUBLIC).feeds == {"cve": date(2026, 1, 2), "debian": None}


def test_another_key_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="not signed by this key"):
        rows_of(made(), new_key()[1])


@pytest.mark.parametrize(
    ("name", "new"),
    [(SIGNATURE, None), (SIGNATURE, b""), (SIGNATURE, b"0" * 64), (SIGNATURE, b"0" * 5_000), (MANIFEST, b"{}")],
)
def test_a_missing_or_wrong_signature_is_refused(name: str, new: bytes | None) -> None:
    with pytest.raises(CheckFailedError):
        rows_of(changed(made(), name, new))


@pytest.mark.parametrize("new", [None, b"", b'{"feed":"cve"}\n'])
def test_a_changed_member_is_refused_before_any_row_is_given(
    new: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "ROWS_PER_MEMBER", 3)
    content = changed(made(), "data/0002.jsonl", new)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = read_rows(archive, verified(archive, PUBLIC))
        with pytest.raises(CheckFailedError, match="0002"):
            next(rows)


def test_an_archive_without_a_manifest_is_no_bundle() -> None:
    with pytest.raises(UnreadableInputError):
        rows_of(changed(made(), MANIFEST, None))


def test_keys_of_another_kind_are_refused() -> None:
    with pytest.raises(WrongUsageError):
        rows_of(made(), PRIVATE)
    with pytest.raises(WrongUsageError):
        write_bundle(io.BytesIO(), [], {}, b"not a key")
