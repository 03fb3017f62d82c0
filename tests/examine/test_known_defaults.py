"""The list of known factory passwords."""

from fairmark.examine.known_defaults import known_defaults


def test_every_entry_has_an_id_of_its_own() -> None:
    ids = [one.id for one in known_defaults()]

    assert len(ids) == len(set(ids)) >= 60
