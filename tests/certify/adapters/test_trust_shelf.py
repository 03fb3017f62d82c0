"""A repository's folder: what was published is what is served, and damage is named."""

from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_shelf import SETTINGS, TrustShelf, status_files
from fairmark.certify.cose import public_key
from fairmark.certify.trust_roles import target
from fairmark.errors import UnreadableInputError, WrongUsageError
from tests.doubles import trust_repositories as kept


def test_the_newest_version_is_the_greatest_number(tmp_path: Path) -> None:
    shelf = TrustShelf(tmp_path)
    assert shelf.newest("root") is None

    for number in (1, 2, 10):
        shelf.put_metadata(f"{number}.root.json", b"%d" % number)
    shelf.put_metadata("11.targets.json", b"other")

    assert shelf.newest("root") == b"10"
    assert shelf.newest("snapshot") is None


def test_a_published_file_that_was_changed_is_not_given_out(tmp_path: Path) -> None:
    shelf = TrustShelf(tmp_path)
    named = target("status/1", b"content")
    shelf.put_target(named, b"content")
    assert shelf.target(named) == b"content"

    next(one for one in (tmp_path / "public").rglob("*.1")).write_bytes(b"c0ntent")

    with pytest.raises(UnreadableInputError, match="not what was published"):
        shelf.target(named)


def test_others_may_read_what_is_public_and_not_what_is_staged(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    shelf.stage("trust.json", b"{}")

    modes = {one.stat().st_mode & 0o777 for one in shelf.public.rglob("*") if one.is_file()}
    assert modes == {0o644}
    assert (tmp_path / "staged" / "trust.json").stat().st_mode & 0o777 == 0o600
    shelf.stage("trust.json", None)
    assert shelf.staged("trust.json") is None


def test_online_keys_are_found_by_their_public_side(tmp_path: Path) -> None:
    shelf = TrustShelf(tmp_path)
    online, lists = public_key(kept.ONLINE), public_key(kept.LISTS)
    with pytest.raises(UnreadableInputError, match="is not there"):
        shelf.name_of(online)

    shelf.keep_name(online, "online.p12")

    assert shelf.name_of(online) == "online.p12"
    with pytest.raises(UnreadableInputError, match="how to open"):
        shelf.name_of(lists)
    for damaged in (b"", b"{}", b"[" * 5000, b'{"schema": "other", "keys": {}}', b'{"schema": 1, "keys": []}'):
        (tmp_path / SETTINGS).write_bytes(damaged)
        with pytest.raises(UnreadableInputError, match="is damaged"):
            shelf.name_of(online)


def test_only_status_lists_are_taken_from_a_folder(tmp_path: Path) -> None:
    for name in ("1", "1.reasons", "2", "notes.txt", "1.bak"):
        (tmp_path / name).write_text(name)

    assert sorted(status_files(tmp_path)) == ["1", "1.reasons", "2"]
    with pytest.raises(WrongUsageError):
        status_files(tmp_path / "elsewhere")
