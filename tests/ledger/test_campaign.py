"""Processes of a log die at any moment; what was acknowledged stays, once, and no history forks."""

from collections.abc import Callable
from pathlib import Path

from fairmark.ledger.store import Store
from tests.ledger.campaign import run


def test_nothing_acknowledged_is_lost_whoever_dies_when(opener: Callable[[], Store], tmp_path: Path) -> None:
    opener()

    outcome = run(opener, tmp_path / "campaign", kills=60)

    assert outcome.acknowledged > 100
    assert outcome.checkpoints > 1
    assert (outcome.lost, outcome.doubled, outcome.forks) == (0, 0, 0)
