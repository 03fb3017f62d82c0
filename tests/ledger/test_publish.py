"""Before anything is signed it is read back, and what does not follow is not signed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.adapters.files import StateFile
from fairmark.ledger.adapters.postgres import PostgresStore
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.audit import audit
from fairmark.ledger.checkpoint import (
    Checkpoint,
    Cosigned,
    cosignatures,
    cosigned_by,
    opened,
    parse_checkpoint,
    witness_key,
)
from fairmark.ledger.notes import Signature
from fairmark.ledger.publish import cosign, publish
from fairmark.ledger.signer import Signed, StatefulSigner
from fairmark.ledger.signing import KeyInMemory
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Tile
from fairmark.ledger.witness import NOTHING, Request, Seen, answer
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, WITNESSES
from tests.ledger.test_merkle import by_definition, entries

Opener = Callable[[], Store]


class InMemory:
    """The signer's memory, without a disk."""

    def __init__(self, state: Signed | None = None) -> None:
        self.state = state

    def last(self) -> Signed | None:
        return self.state

    def replace(self, old: Signed | None, new: Signed) -> None:
        assert old == self.state
        self.state = new


def signer(state: Signed | None = None) -> StatefulSigner:
    return StatefulSigner(KEY.name, LOG, InMemory(state))


def filled(store: Store, count: int) -> Store:
    store.submit(entries(count))
    while store.sequence(10_000):
        pass
    return store


def change(store: Store, sql: str, *values: Any) -> None:
    """Change a database behind the log's back."""
    assert isinstance(store, SqliteStore | PostgresStore)
    marked = sql if isinstance(store, SqliteStore) else sql.replace("?", "%s")
    store._base.execute(marked, values)  # type: ignore[call-overload]


def test_a_published_checkpoint_is_signed_and_kept(store: Store) -> None:
    new = publish(filled(store, 300), signer())

    assert new == Checkpoint(KEY.name, 300, by_definition(entries(300)))
    assert opened(store.checkpoint(), KEY)[0] == new


def test_an_empty_log_is_published_too(store: Store) -> None:
    assert publish(store, signer()).size == 0


def test_publishing_again_gives_the_same_bytes(store: Store) -> None:
    own = signer()
    publish(filled(store, 3), own)
    first = store.checkpoint()

    publish(store, own)

    assert store.checkpoint() == first


def test_honest_growth_goes_on(store: Store) -> None:
    own = signer()
    wanted = [1, 2, 255, 256, 257, 700]

    assert [publish(filled(store, count), own).size for count in wanted] == wanted


def test_a_restored_backup_is_a_roll_back(opener: Opener) -> None:
    store = filled(opener(), 5)

    with pytest.raises(CheckFailedError, match="roll-back: the log has 5 entries, but 9 were signed"):
        publish(store, signer(Signed(KEY.name, 9, by_definition(entries(9)))))

    assert store.checkpoint() == b""


@pytest.mark.parametrize("size", [5, 8])
def test_another_history_is_a_fork(store: Store, size: int) -> None:
    other = by_definition([b"another", *entries(5)[1:]])

    with pytest.raises(CheckFailedError, match=f"fork: the log with {size} entries"):
        publish(filled(store, size), signer(Signed(KEY.name, 5, other)))


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("update entries set entry = ? where place = 650", [b"rewritten"]),
        ("update tiles set content = ? where level = 0 and number = 2", [b"x" * 32 * 188]),
        ("update tiles set content = ? where level = 0 and number = 1", [b"x" * 32 * 256]),
        ("update tiles set content = ? where level = 1 and number = 0", [b"x" * 32 * 2]),
        ("update head set root = ?", [b"x" * 32]),
        ("delete from entries where place = 3", []),
    ],
)
def test_what_rotted_is_refused_before_it_is_signed(store: Store, sql: str, values: list[bytes]) -> None:
    change(filled(store, 700), sql, *values)
    own = signer()

    with pytest.raises(UnreadableInputError):
        publish(store, own)

    assert own.last() is None
    assert store.checkpoint() == b""


def test_a_rotten_edge_stops_the_sequencer(store: Store) -> None:
    change(filled(store, 3), "update tiles set content = ? where level = 0", b"x" * 96)
    store.submit([b"one more"])

    with pytest.raises(UnreadableInputError, match="do not have the root"):
        store.sequence(1)

    assert store.waiting() == 1


def test_a_witness_sees_and_its_line_is_kept(store: Store) -> None:
    own = signer()
    seen = [NOTHING]

    def ask(request: Request) -> bytes:
        said = answer(bytes(request), {KEY.name: KEY}, seen[-1], "lab.example", LAB, now=NOW)
        assert said.status == 200, said.body
        assert said.seen
        seen.append(said.seen)
        return said.body

    for count in (3, 300):
        publish(filled(store, count), own)
        assert cosign(store, seen[-1].size, count, WITNESSES[0], ask)

    _, note = opened(store.checkpoint(), KEY)
    assert [one.witness for one in cosignatures(note, WITNESSES)] == ["lab.example"]
    assert seen[-1] == Seen(300, by_definition(entries(300)))
    publish(store, own)
    assert cosignatures(opened(store.checkpoint(), KEY)[1], WITNESSES)


def test_a_witness_that_signs_something_else_is_not_believed(store: Store) -> None:
    publish(filled(store, 3), signer())

    def ask(_: Request) -> bytes:
        wrong = Checkpoint(KEY.name, 3, b"y" * 32)
        return f"{cosigned_by(wrong, 'lab.example', LAB, at=NOW)}\n".encode()

    with pytest.raises(CheckFailedError, match="no good cosignature"):
        cosign(store, 0, 3, WITNESSES[0], ask)


def test_a_signer_signs_for_one_log_only() -> None:
    with pytest.raises(CheckFailedError, match="is for"):
        signer().sign(Checkpoint("other.example", 1, b"r" * 32), ())


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"origin": "a", "size": -1, "root": ""},
        {"origin": "a", "size": True, "root": "AA=="},
        {"origin": 1, "size": 1, "root": "A" * 43 + "="},
    ],
)
def test_a_damaged_memory_is_never_taken_for_a_new_one(data: Any) -> None:
    with pytest.raises(UnreadableInputError, match="damaged"):
        Signed.read(data)


def test_the_memory_reads_back_what_it_wrote() -> None:
    state = Signed("a.example", 7, b"r" * 32)

    assert Signed.read(state.written()) == state


def test_any_flipped_bit_of_a_tile_or_an_entry_is_refused_before_signing(tmp_path: Path) -> None:
    store, own = filled(SqliteStore(tmp_path / "log.db"), 5), signer()
    tile, entry = store.fetch(Tile(0, 0, 5)), store.entries(4, 5)[0]
    for sql, content in (
        ("tiles set content = ? where level = 0", tile),
        ("entries set entry = ? where place = 4", entry),
    ):
        for place in range(len(content) * 8):
            bent = bytearray(content)
            bent[place // 8] ^= 1 << place % 8
            change(store, f"update {sql}", bytes(bent))
            with pytest.raises(UnreadableInputError, match="do not have the root"):
                publish(store, own)
        change(store, f"update {sql}", content)

    assert own.last() is None
    assert publish(store, own).root == by_definition(entries(5))


def test_rot_in_what_was_signed_before_cannot_change_what_is_signed_next(store: Store) -> None:
    """It is found by the audit; the new root comes from the edge, which is read back each time."""
    own = signer()
    publish(filled(store, 300), own)
    change(store, "update entries set entry = ? where place = 3", b"rewritten")
    change(store, "update tiles set content = ? where level = 0 and number = 0", b"x" * 8192)

    assert publish(filled(store, 310), own).root == by_definition(entries(310))
    assert len(audit(store, KEY).faults) > 0


def asked_of(signers: dict[str, KeyInMemory], extra: Callable[[Checkpoint], list[str]]) -> Callable[[Request], bytes]:
    """A witness, or several behind one address, that add lines of their own choice."""

    def ask(request: Request) -> bytes:
        state, _ = parse_checkpoint(request.checkpoint)
        lines = [str(cosigned_by(state, name, key, at=NOW)) for name, key in signers.items()]
        return "".join(f"{line}\n" for line in [*lines, *extra(state)]).encode()

    return ask


def test_of_what_a_witness_sends_only_its_own_good_line_is_kept(store: Store) -> None:
    """A bad line with the log's own key id would make everybody refuse the checkpoint; fifteen more would, too."""
    own = signer()
    publish(filled(store, 3), own)
    spoiling = Signature(KEY.name, KEY.id, bytes(64))
    strangers = [str(Signature(f"stranger-{number}.example", b"abcd", b"x" * 72)) for number in range(13)]
    forged = Signature("lab.example", WITNESSES[0].id, bytes(72))

    cosign(
        store, 0, 3, WITNESSES[0], asked_of({"lab.example": LAB}, lambda _: [str(spoiling), str(forged), *strangers])
    )

    _, note = opened(store.checkpoint(), KEY)
    assert [one.name for one in note.signatures] == [KEY.name, "lab.example"]
    assert cosignatures(note, WITNESSES) == (Cosigned("lab.example", NOW),)


def test_a_sixteenth_witness_finds_no_room_and_the_checkpoint_stays_readable(store: Store) -> None:
    publish(filled(store, 3), own := signer())

    for number in range(16):
        name = f"witness-{number}.example"
        key = witness_key(name, LAB.public)
        if number < 15:
            cosign(store, 0, 3, key, asked_of({name: LAB}, lambda _: []))
            continue
        with pytest.raises(CheckFailedError, match="16 signatures already"):
            cosign(store, 0, 3, key, asked_of({name: LAB}, lambda _: []))

    assert len(opened(store.checkpoint(), KEY)[1].signatures) == 16
    assert publish(store, own).size == 3
    cosign(
        store, 0, 3, witness_key("witness-3.example", LAB.public), asked_of({"witness-3.example": LAB}, lambda _: [])
    )


def test_a_witness_with_the_name_of_the_log_does_not_displace_its_signature(store: Store) -> None:
    namesake = witness_key(KEY.name, LAB.public)
    publish(filled(store, 3), own := signer())

    cosign(store, 0, 3, namesake, asked_of({KEY.name: LAB}, lambda _: []))
    publish(store, own)

    _, note = opened(store.checkpoint(), KEY)
    assert [one.witness for one in cosignatures(note, [namesake])] == [KEY.name]
    cosign(store, 0, 3, WITNESSES[0], asked_of({"lab.example": LAB}, lambda _: []))
    assert len(opened(store.checkpoint(), KEY)[1].signatures) == 3


@pytest.mark.parametrize(("ahead", "counts"), [(0, True), (30, True), (31, False), (315_360_000, False)])
def test_a_cosignature_ahead_of_the_clock_is_not_kept(store: Store, ahead: int, *, counts: bool) -> None:
    publish(filled(store, 3), signer())
    ask = asked_of({"lab.example": LAB}, lambda _: [])

    if counts:
        cosign(store, 0, 3, WITNESSES[0], ask, now=NOW - ahead)
    else:
        with pytest.raises(CheckFailedError, match="no good cosignature") as refused:
            cosign(store, 0, 3, WITNESSES[0], ask, now=NOW - ahead)
        assert "both clocks" in refused.value.hint

    assert bool(cosignatures(opened(store.checkpoint(), KEY)[1], WITNESSES)) is counts


def test_a_kept_checkpoint_that_rotted_is_signed_anew(store: Store) -> None:
    publish(filled(store, 3), own := signer())
    good = store.checkpoint()

    for rotten in (b"", b"rubbish", good.replace(b"\n3\n", b"\n4\n"), good[:-3]):
        change(store, "update checkpoints set note = ?", rotten)
        publish(store, own)
        assert store.checkpoint() == good


def test_of_two_publishers_at_once_both_give_the_same_checkpoint(opener: Opener, tmp_path: Path) -> None:
    filled(opener(), 300)

    def work(_: int) -> str:
        own = StatefulSigner(KEY.name, LOG, StateFile(tmp_path / "signed.json"))
        try:
            return publish(opener(), own).root.hex()
        except CheckFailedError as error:
            return error.message

    with ThreadPoolExecutor(6) as pool:
        said = set(pool.map(work, range(12)))

    assert by_definition(entries(300)).hex() in said
    assert all("another signer was faster" in one for one in said - {by_definition(entries(300)).hex()})
    assert opened(opener().checkpoint(), KEY)[0].root == by_definition(entries(300))
