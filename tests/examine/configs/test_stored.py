"""Stored passwords against the known defaults."""

import base64
import hashlib

import pytest

from fairmark.examine.adapters.crypt import crack
from fairmark.examine.configs.stored import Guesses, entry_id, is_hashed, is_pair
from tests.doubles.subjects import subject

ADMIN, SALTED = hashlib.md5(b"admin").hexdigest(), hashlib.sha1(b"admin" + b"salt").digest() + b"salt"


def guesses() -> Guesses:
    return Guesses(subject({}, crack=crack))


@pytest.mark.parametrize(
    ("stored", "realm"),
    [
        ("admin", ""),
        (ADMIN, ""),
        (ADMIN.upper(), ""),
        (hashlib.sha256(b"admin").hexdigest(), ""),
        (hashlib.md5(b"admin:Router:admin").hexdigest(), "Router"),
        ("{SHA}" + base64.b64encode(hashlib.sha1(b"admin").digest()).decode(), ""),
        ("{SSHA}" + base64.b64encode(SALTED).decode(), ""),
        ("$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0", ""),
        ("$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/", ""),
        (base64.b64encode(b"admin").decode(), ""),
        (
            "$6$"
            + base64.b64encode(b"salt5678").decode()
            + "$"
            + base64.b64encode(hashlib.sha512(b"adminsalt5678").digest()).decode(),
            "",
        ),
    ],
)
def test_a_default_is_known_in_every_form(stored: str, realm: str) -> None:
    assert guesses().known_default(stored, "admin", realm) == entry_id("admin", "admin")


@pytest.mark.parametrize(
    "stored",
    ["rT7-unguessable", "d41d8cd98f00b204e9800998ecf8427e", "$apr1$x$short", "{SHA}x", "$7$0$AAAAAAAA$" + "A" * 88],
)
def test_anything_else_is_none(stored: str) -> None:
    assert guesses().known_default(stored, "admin") is None


def test_costly_hashes_are_tried_a_bounded_number_of_times() -> None:
    bounded = Guesses(subject({}, crack=crack), slow=1)

    first = bounded.known_default("$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0", "admin")
    second = bounded.known_default("$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0", "admin")

    assert (first is not None, second, bounded.known_default("admin", "admin") is not None) == (True, None, True)


def test_an_entry_is_that_of_the_user_or_of_everybody() -> None:
    number = entry_id("root", "root")

    assert number is not None
    assert is_pair("root", number)
    assert not is_pair("admin", number)
    assert entry_id("x", "no-such-word") is None


def test_a_hash_is_not_taken_for_the_password_itself() -> None:
    assert is_hashed(ADMIN)
    assert is_hashed("$6$a$b")
    assert not is_hashed("admin")
