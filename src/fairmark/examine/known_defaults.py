"""The list of known factory passwords: findings name an entry by its id, never the password."""

from dataclasses import dataclass
from functools import cache

from fairmark.model.data import load_yaml


@dataclass(frozen=True, slots=True)
class Default:
    """One entry of the list. ``user`` is ``*`` for a word that is common as a password of any account."""

    id: int
    user: str
    password: str


@cache
def known_defaults() -> tuple[Default, ...]:
    """Return the list of known defaults, by id."""
    rows = load_yaml("fairmark.examine.rules", "default_passwords.yaml")["entries"]
    return tuple(Default(row["id"], row["user"], row["password"]) for row in rows)
