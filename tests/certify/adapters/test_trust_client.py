"""A verifier's folder: it takes nothing older, nothing that ended, nothing mixed, changed, endless or signed by too few."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fairmark.certify import trust_repository as repository
from fairmark.certify import trust_roles as roles
from fairmark.certify.adapters.trust_client import refresh
from fairmark.certify.adapters.trust_folder import read_folder, remember
from fairmark.certify.adapters.trust_shelf import TrustShelf
from fairmark.certify.cose import public_key
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError, WrongUsageError
from tests.doubles import labels as given
from tests.doubles import trust_repositories as kept
from tests.doubles.trust_repositories import DAY, HOLDERS, NOW

TEN_YEARS = 3653 * DAY


@pytest.fixture
def shelf(tmp_path: Path) -> TrustShelf:
    return kept.published(tmp_path / "repo")


@pytest.fixture
def client(tmp_path: Path, shelf: TrustShelf) -> Path:
    """A folder that was fetched today."""
    kept.fetched(shelf, tmp_path / "client")
    return tmp_path / "client"


def content(folder: Path) -> dict[str, bytes]:
    """What a verifier reads."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in (folder / "trust.json", folder / "status" / "1")}


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Endless(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 65_536)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Elsewhere(Endless):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()


def test_a_folder_is_filled_and_read(client: Path, shelf: TrustShelf) -> None:
    found = read_folder(client)

    assert found.trust.issuers == given.trust().issuers
    assert found.statuses[1].list.issued == NOW
    assert found.seen == NOW
    assert not (client / "tuf" / "fetched").exists()


def test_it_comes_over_http_too(tmp_path: Path, shelf: TrustShelf) -> None:
    with served(partial(Quiet, directory=str(shelf.public))) as address:
        found = refresh(tmp_path / "client", address, kept.first_root(shelf), now=NOW)
        kept.out(shelf, {"1": kept.listed(NOW + 60)}, now=NOW + 60)
        again = refresh(tmp_path / "client", None, None, now=NOW + 60)

    assert (found.root, found.lists) == (again.root, again.lists) == (1, (1,))
    assert read_folder(tmp_path / "client").statuses[1].list.issued == NOW + 60


@pytest.mark.parametrize("handler", [Endless, Elsewhere])
def test_a_server_that_never_ends_or_sends_one_elsewhere_is_left(
    tmp_path: Path, shelf: TrustShelf, handler: type[Endless]
) -> None:
    with served(handler) as address, pytest.raises(FairmarkError):
        refresh(tmp_path / "client", address, kept.first_root(shelf), now=NOW)

    assert not (tmp_path / "client" / "trust.json").exists()


def test_a_root_that_one_of_three_signed_is_refused(tmp_path: Path, shelf: TrustShelf) -> None:
    root = roles.read(kept.first_root(shelf), "root")
    root.signatures.popitem()

    with pytest.raises(CheckFailedError, match="too few good signatures"):
        refresh(tmp_path / "client", str(shelf.public), root.to_bytes(), now=NOW)


@pytest.mark.parametrize("root", [b"", b"{}", b"[" * 5000, b"\xff"])
def test_what_is_no_root_is_refused(tmp_path: Path, shelf: TrustShelf, root: bytes) -> None:
    with pytest.raises(CheckFailedError):
        refresh(tmp_path / "client", str(shelf.public), root, now=NOW)


def test_another_repositorys_root_does_not_fit(tmp_path: Path, shelf: TrustShelf) -> None:
    stranger = roles.root([public_key(given.STRANGER)], 1, public_key(kept.NEW_ONLINE), version=1, now=NOW)
    roles.add_signature(stranger, given.STRANGER)

    with pytest.raises(CheckFailedError):
        refresh(tmp_path / "client", str(shelf.public), stranger.to_bytes(), now=NOW)


@pytest.mark.parametrize("kept_back", ["timestamp.json", "metadata", "public"])
def test_an_old_repository_played_again_is_refused(
    tmp_path: Path, shelf: TrustShelf, client: Path, kept_back: str
) -> None:
    shutil.copytree(shelf.public, tmp_path / "old")
    kept.out(shelf, {"1": kept.listed(NOW + 60)}, now=NOW + 60)
    kept.fetched(shelf, client, now=NOW + 60)
    before = content(client)
    shutil.copytree(tmp_path / "old", tmp_path / "again")
    if kept_back == "timestamp.json":  # all new but that
        shutil.copytree(shelf.public, tmp_path / "again", dirs_exist_ok=True)
        shutil.copy(tmp_path / "old" / "metadata" / "timestamp.json", tmp_path / "again" / "metadata")

    with pytest.raises(CheckFailedError, match="goes back behind what was seen"):
        refresh(client, str(tmp_path / "again"), None, now=NOW + 120)

    assert content(client) == before


def test_a_snapshot_or_targets_that_go_back_are_refused(shelf: TrustShelf, client: Path) -> None:
    """The online key was stolen: it can sign, but not undo what the verifier has seen."""
    repository.set_list(shelf, given.trust(given.issuer(given.LAB)), now=NOW)
    kept.signed(shelf, HOLDERS[:2])
    kept.out(shelf)
    kept.fetched(shelf, client)
    old = shelf.metadata("1.targets.json") or b""
    lists = shelf.metadata("2.status.json") or b""
    snapshot = roles.snapshot({"targets": (1, old), "status": (2, lists)}, version=3, now=NOW)
    roles.add_signature(snapshot, kept.ONLINE)
    shelf.put_metadata("3.snapshot.json", snapshot.to_bytes())
    newest = roles.timestamp((3, snapshot.to_bytes()), version=3, now=NOW)
    roles.add_signature(newest, kept.ONLINE)
    shelf.put_metadata("timestamp.json", newest.to_bytes())

    with pytest.raises(CheckFailedError, match="goes back behind what was seen"):
        refresh(client, None, None, now=NOW)


def test_what_is_held_back_ends(shelf: TrustShelf, client: Path) -> None:
    before = content(client)

    with pytest.raises(CheckFailedError, match="only what has ended"):
        refresh(client, None, None, now=NOW + 2 * DAY)

    assert content(client) == before


def test_parts_of_two_days_do_not_mix(tmp_path: Path, shelf: TrustShelf, client: Path) -> None:
    kept.out(shelf, {"1": kept.listed(NOW + 60)}, now=NOW + 60)
    public = shelf.public / "metadata"
    shutil.copy(public / "1.snapshot.json", public / "2.snapshot.json")

    with pytest.raises(CheckFailedError, match="not the one that was signed"):
        refresh(client, None, None, now=NOW + 60)


@pytest.mark.parametrize(
    "damage", [lambda old: old + b" ", lambda old: old[:-1], lambda old: b"x" + old[1:], lambda old: old * 1000]
)
def test_a_file_that_was_changed_is_refused(
    tmp_path: Path, shelf: TrustShelf, client: Path, damage: Callable[[bytes], bytes]
) -> None:
    kept.out(shelf, {"1": kept.listed(NOW + 60)}, now=NOW + 60)
    before = content(client)
    for path in (shelf.public / "targets").rglob("*"):
        if path.is_file():
            path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(CheckFailedError, match="not the one that was signed"):
        refresh(client, None, None, now=NOW + 60)

    assert content(client) == before


def test_five_roots_are_followed_and_a_gap_is_not(tmp_path: Path, shelf: TrustShelf, client: Path) -> None:
    people = [*HOLDERS[:3]]
    for step in range(1, 5):
        gone, new = people.pop(0), given.key(f"new holder {step}")
        repository.rotate(shelf, remove=[public_key(gone)], add=[public_key(new)], now=NOW)
        kept.signed(shelf, people)  # the two who stay
        people.append(new)
        kept.out(shelf)

    assert kept.fetched(shelf, client).root == 5
    assert kept.fetched(shelf, tmp_path / "fresh").root == 5

    (shelf.public / "metadata" / "3.root.json").unlink()
    with pytest.raises(CheckFailedError):  # root 2 does not know who signs now
        kept.fetched(shelf, tmp_path / "late")


def test_a_root_that_the_old_holders_did_not_sign_is_refused(shelf: TrustShelf, client: Path) -> None:
    thief = [given.key(f"thief {number}") for number in range(3)]
    new = roles.root([public_key(one) for one in thief], 2, public_key(kept.ONLINE), version=2, now=NOW)
    for one in (*thief, HOLDERS[0]):  # and one stolen key
        roles.add_signature(new, one)
    shelf.put_metadata("2.root.json", new.to_bytes())

    with pytest.raises(CheckFailedError, match="too few good signatures"):
        refresh(client, None, None, now=NOW)


def test_an_old_root_that_has_ended_still_leads_to_the_new_one(tmp_path: Path, shelf: TrustShelf) -> None:
    later = NOW + 400 * DAY
    repository.rotate(shelf, now=later)
    kept.signed(shelf, HOLDERS[:2])
    kept.out(shelf, {"1": kept.listed(later)}, now=later)

    assert kept.fetched(shelf, tmp_path / "client", now=later).root == 2
    with pytest.raises(CheckFailedError, match="ended"):
        kept.fetched(shelf, tmp_path / "client", now=later + 400 * DAY)


def test_a_clock_ten_years_back_revives_nothing(shelf: TrustShelf, client: Path) -> None:
    remember(client, NOW + 30 * DAY)  # a time that was seen signed since

    with pytest.raises(CheckFailedError, match="only what has ended"):
        refresh(client, None, None, now=NOW - TEN_YEARS)


def test_a_clock_ten_years_ahead_takes_nothing_and_says_so(shelf: TrustShelf, client: Path) -> None:
    with pytest.raises(CheckFailedError, match="ended") as refused:
        refresh(client, None, None, now=NOW + TEN_YEARS)

    assert "Is the clock here right?" in refused.value.hint


@pytest.mark.parametrize("signer", [given.STRANGER, given.STATUS], ids=["of another key", "of an earlier day"])
def test_stolen_online_keys_put_no_status_list_in_the_place_of_a_newer_one(
    shelf: TrustShelf, client: Path, signer: given.KeyInMemory
) -> None:
    """They name it, snapshot and timestamp too; but the list's own key signed no newer one."""
    false = kept.listed(NOW - 60, signer)
    named = {"status/1": roles.target("status/1", false)}
    shelf.put_target(named["status/1"], false)
    lists = roles.status(named, version=2, now=NOW)
    roles.add_signature(lists, kept.LISTS)
    shelf.put_metadata("2.status.json", lists.to_bytes())
    targets = shelf.newest("targets") or b""
    snapshot = roles.snapshot({"targets": (1, targets), "status": (2, lists.to_bytes())}, version=2, now=NOW)
    roles.add_signature(snapshot, kept.ONLINE)
    shelf.put_metadata("2.snapshot.json", snapshot.to_bytes())
    newest = roles.timestamp((2, snapshot.to_bytes()), version=2, now=NOW)
    roles.add_signature(newest, kept.ONLINE)
    shelf.put_metadata("timestamp.json", newest.to_bytes())
    before = content(client)

    with pytest.raises(CheckFailedError):
        refresh(client, None, None, now=NOW)

    assert content(client) == before


def test_without_a_root_or_a_source_nothing_begins(tmp_path: Path, shelf: TrustShelf) -> None:
    with pytest.raises(WrongUsageError, match="nothing to begin with"):
        refresh(tmp_path / "client", str(shelf.public), None, now=NOW)
    with pytest.raises(WrongUsageError, match="fetched from nowhere"):
        refresh(tmp_path / "client", None, kept.first_root(shelf), now=NOW)


def test_a_source_that_is_gone_is_no_attack(shelf: TrustShelf, client: Path) -> None:
    shutil.rmtree(shelf.public)

    with pytest.raises(UnreadableInputError):
        refresh(client, None, None, now=NOW)


def test_what_should_be_a_file_and_is_none_is_refused(shelf: TrustShelf, client: Path) -> None:
    place = shelf.public / "metadata" / "timestamp.json"
    place.unlink()
    os.mkfifo(place)

    with pytest.raises(UnreadableInputError):
        refresh(client, None, None, now=NOW)
