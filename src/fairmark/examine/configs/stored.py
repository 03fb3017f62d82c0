"""Stored passwords held against the list of known defaults: in clear, encoded, or hashed the way servers hash.

Nothing here returns a password: the answer is the id of an entry of ``rules/default_passwords.yaml``. Hashes of
the C library's crypt go to ``Subject.crack``; the others (plain digests, APR1, Mosquitto's PBKDF2) are cheap
enough, or bounded in their rounds, to be tried here.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache

from fairmark.examine.known_defaults import known_defaults
from fairmark.examine.subject import Subject

_CRYPT = re.compile(r"\$(?:1|5|6|2[abxy]|y|sha1)\$[^\s:]{8,200}")
_DES = re.compile(r"[./0-9A-Za-z]{13}")
_HEX = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256, 128: hashlib.sha512}
_APR1 = re.compile(r"\$apr1\$([./0-9A-Za-z]{0,8})\$([./0-9A-Za-z]{22})")
_PBKDF2 = re.compile(r"\$7\$([0-9]{1,5})\$([A-Za-z0-9+/=]{8,88})\$([A-Za-z0-9+/=]{88})")
_MOSQUITTO = re.compile(r"\$6\$([A-Za-z0-9+/=]{8,64})\$([A-Za-z0-9+/=]{88})")
_MAX_ROUNDS = 2000
_ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_Check = Callable[[str], bool]


@cache
def _candidates() -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.password for entry in known_defaults()))


class Guesses:
    """Holds stored passwords against the list. Hashes that cost much to try are bounded for the whole subject."""

    def __init__(self, subject: Subject, slow: int = 24) -> None:
        self._subject = subject
        self._slow = slow

    def known_default(self, stored: str, user: str = "", realm: str = "", *, may_be_des: bool = False) -> int | None:
        """Return the id of the entry that a stored password is or opens with, ``None`` if there is none.

        ``stored`` may be the password itself, Base64 of it, a hexadecimal digest, a digest of
        ``user:realm:password`` when a realm is given, or a hash of crypt, APR1, LDAP or Mosquitto form.
        """
        index = self._opened(stored.strip(), user, realm, may_be_des=may_be_des)
        return None if index is None else entry_id(user, _candidates()[index])

    def _opened(self, stored: str, user: str, realm: str, *, may_be_des: bool) -> int | None:
        if stored.startswith("$") or (may_be_des and _DES.fullmatch(stored)):
            if self._slow <= 0:
                return None
            self._slow -= 1
        if _CRYPT.fullmatch(stored) and not _MOSQUITTO.fullmatch(stored):
            return self._subject.crack((stored,), _candidates()).get(stored)
        for check in _checks(stored, user, realm):
            index = next((i for i, word in enumerate(_candidates()) if check(word)), None)
            if index is not None:
                return index
        if may_be_des and _DES.fullmatch(stored):
            return self._subject.crack((stored,), _candidates()).get(stored)
        return None


def entry_id(user: str, password: str) -> int | None:
    """Return the id of the entry with a password, that of the user or of any user first; ``None`` if there is none."""
    found = [entry for entry in known_defaults() if entry.password == password]
    ranked = sorted(found, key=lambda entry: (entry.user != user, entry.user != "*", entry.id))
    return ranked[0].id if ranked else None


def is_pair(user: str, number: int) -> bool:
    """Whether an entry was published for this very user, and not only as a common word."""
    return any(entry.id == number and entry.user.lower() == user.lower() for entry in known_defaults())


def is_hashed(stored: str) -> bool:
    """Whether a stored password looks like a hash, so that it is not itself the password."""
    return bool(
        stored.startswith(("$", "{SHA", "{SSHA", "pbkdf2", "scrypt"))
        or (len(stored) in _HEX and re.fullmatch(r"[0-9a-fA-F]+", stored))
    )


def _checks(stored: str, user: str, realm: str) -> Sequence[_Check]:
    """Return what a candidate has to pass, for each form that the stored text may have."""
    plain = stored.removeprefix("{PLAIN}").removeprefix("{CLEAR}").removeprefix("{CLEARTEXT}")
    digest = _HEX.get(len(stored)) if re.fullmatch(r"[0-9a-fA-F]+", stored) else None
    if digest:
        wanted = stored.lower()
        prefix = f"{user}:{realm}:" if realm and len(stored) == 32 else ""
        return [
            lambda word: word != "" and digest((prefix + word).encode(), usedforsecurity=False).hexdigest() == wanted
        ]
    if stored.startswith(("{SHA}", "{SSHA}")):
        return _of_directory(stored)
    apr1, slow, quick = _APR1.fullmatch(stored), _PBKDF2.fullmatch(stored), _MOSQUITTO.fullmatch(stored)
    if apr1:
        return [lambda word: word != "" and _apr1(word, apr1[1]) == apr1[2]]
    if quick:
        salt, hashed = _decoded(quick[1]), _decoded(quick[2])
        return [lambda word: hashlib.sha512(word.encode() + salt).digest() == hashed]
    if slow:
        salt, hashed, rounds = _decoded(slow[2]), _decoded(slow[3]), min(int(slow[1]), _MAX_ROUNDS)
        return [lambda word: rounds > 0 and hashlib.pbkdf2_hmac("sha512", word.encode(), salt, rounds) == hashed]
    checks: list[_Check] = [lambda word: word == plain]
    encoded = _decoded(stored) if len(stored) >= 8 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", stored) else b""
    if encoded:
        checks.append(lambda word: len(word) > 3 and word.encode() == encoded)
    return checks


def _of_directory(stored: str) -> Sequence[_Check]:
    raw = _decoded(stored.partition("}")[2])
    salt, hashed = raw[20:], raw[:20]
    return [lambda word: word != "" and hashlib.sha1(word.encode() + salt, usedforsecurity=False).digest() == hashed]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=False)
    except (binascii.Error, ValueError):
        return b""


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _apr1(password: str, salt: str) -> str:
    """Compute the hash of Apache's htpasswd, after the description of the algorithm in its documentation."""
    word, grain = password.encode(), salt.encode()
    inner = _md5(word + grain + word)
    text = word + b"$apr1$" + grain + (inner * (len(word) // 16 + 1))[: len(word)]
    bits = len(word)
    while bits:
        text += b"\0" if bits & 1 else word[:1]
        bits >>= 1
    final = _md5(text)
    for turn in range(1000):
        text = word if turn & 1 else final
        text += (grain if turn % 3 else b"") + (word if turn % 7 else b"")
        final = _md5(text + (final if turn & 1 else word))
    rows = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
    groups = [(final[a] << 16 | final[b] << 8 | final[c], 4) for a, b, c in rows] + [(final[11], 2)]
    return "".join(_ITOA64[value >> 6 * place & 63] for value, count in groups for place in range(count))
