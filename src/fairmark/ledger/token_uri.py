"""Addresses of keys in tokens (RFC 7512), as in ``pkcs11:token=Office;object=issuer?module-path=/usr/lib/module.so``.

Only what names a token, a key, a module and a file with the PIN is understood; the rest is refused, and so is a PIN in
the address itself: command lines and settings are read by too many.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from fairmark.errors import WrongUsageError

SCHEME = "pkcs11:"
_LONGEST = 2000
_HINT = "As in pkcs11:token=Office;object=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so"
_PATH = frozenset({"token", "object", "id", "serial", "manufacturer", "model", "type"})
_QUERY = frozenset({"module-path", "pin-source"})
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:\[\]@!$'()*+,=&/?|%]*")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class TokenUri:
    """What an address names; None is whatever there is, as long as that is one."""

    token: str | None = None
    object: str | None = None
    id: bytes | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    module_path: str | None = None
    pin_source: str | None = None
    """A file that holds the PIN."""

    @property
    def told(self) -> str:
        """How messages call the token."""
        return f"the token {self.token!r}" if self.token is not None else "the token"


def read_uri(text: str) -> TokenUri:
    """Return what a ``pkcs11:`` address names; raises WrongUsageError, and never repeats a PIN."""
    if not text.startswith(SCHEME) or len(text) > _LONGEST:
        raise WrongUsageError("this is no pkcs11: address, or a very long one", hint=_HINT)
    path, _, query = text.removeprefix(SCHEME).partition("?")
    found = _attributes(path, ";", _PATH) | _attributes(query, "&", _QUERY)
    if found.pop("type", b"private") != b"private":
        raise WrongUsageError("only a private key signs", hint="Leave out type, or write type=private.")
    number = found.pop("id", None)
    texts = {name.replace("-", "_"): _text(name, value) for name, value in found.items()}
    source = texts.get("pin_source")
    if source is not None:
        source = source.removeprefix("file:").removeprefix("//")
        if not source.startswith("/"):
            raise WrongUsageError("pin-source names no file by its whole path", hint="As in pin-source=file:/etc/pin.")
    return TokenUri(id=number, **(texts | {"pin_source": source}))


def _attributes(text: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name == "pin-value":
            raise WrongUsageError(
                "a PIN does not belong into an address, where others can read it",
                hint="Leave it out and be asked, or use pin-source=file:... or the variable FAIRMARK_TOKEN_PIN.",
            )
        if name not in known or not equals or name in found:
            raise WrongUsageError(f"pkcs11: {name[:40]!r} is not understood, or stands there twice", hint=_HINT)
        if not _PLAIN.fullmatch(value) or _BROKEN.search(value):
            raise WrongUsageError(f"pkcs11: {name} holds a character that must be written as %XX", hint=_HINT)
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise WrongUsageError(f"pkcs11: {name} is no text", hint=_HINT)
    return text
