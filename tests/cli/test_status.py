from fairmark.certify.office import REASONS, STATES
from fairmark.cli import status


def test_the_command_offers_every_state_and_reason_that_there_is() -> None:
    assert set(status._STATES) == set(STATES)
    assert set(status._REASONS) == set(REASONS)
