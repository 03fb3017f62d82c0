"""An audit finds whatever was changed behind the log's back."""

import pytest

from fairmark.ledger.audit import audit
from fairmark.ledger.publish import publish
from fairmark.ledger.store import Store
from tests.ledger.test_checkpoint import KEY
from tests.ledger.test_merkle import by_definition, entries
from tests.ledger.test_publish import change, filled, signer


def published(store: Store) -> Store:
    own = signer()
    for count in (0, 1, 255, 256, 700):
        publish(filled(store, count), own)
    return store


def test_an_honest_log_has_no_faults(store: Store) -> None:
    told: list[tuple[int, int]] = []

    found = audit(published(store), KEY, progress=lambda done, whole: told.append((done, whole)))

    assert found.faults == ()
    assert (found.size, found.checkpoints, found.root) == (700, 5, by_definition(entries(700)))
    assert told[-1] == (700, 700)


def test_an_empty_log_has_none_either(store: Store) -> None:
    assert audit(store, KEY).faults == ()


@pytest.mark.parametrize(
    ("sql", "values", "said"),
    [
        ("update entries set entry = ? where place = 5", [b"rewritten"], "tile/0/000 is not what the entries give"),
        ("update tiles set content = ? where level = 0 and number = 1", [b"x" * 8192], "tile/0/001 is not"),
        ("update tiles set content = ? where level = 1", [b"x" * 64], "tile/1/000.p/2 is not"),
        ("delete from tiles where level = 1", [], "no tile/1/000.p/2"),
        ("update head set root = ?", [b"x" * 32], "the head says another root"),
        ("delete from entries where place = 5", [], "699 are there, 700 should be"),
        (
            "update checkpoints set note = ? where size = 256",
            [b"rubbish"],
            "the checkpoint of 256 entries: no signed note",
        ),
        ("update checkpoints set size = 300 where size = 256", [], "the checkpoint of 300 entries has another root"),
        ("update checkpoints set size = 900 where size = 256", [], "a checkpoint of 900 entries was signed"),
    ],
)
def test_every_change_is_told(store: Store, sql: str, values: list[bytes], said: str) -> None:
    change(published(store), sql, *values)

    assert any(said in fault for fault in audit(store, KEY).faults)
