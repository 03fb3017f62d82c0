"""Keys in tokens by PKCS#11, through python-pkcs11: the private key never leaves them.

A token that goes away between opening and signing ends in an error before anything is written, because a signature is
only returned after it was checked. A PIN is tried once: tokens lock after a few wrong ones.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fairmark.errors import CheckFailedError, MissingPartError, UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Algorithm, verify
from fairmark.ledger.token_uri import TokenUri

_CURVES: dict[Algorithm, bytes] = {  # DER of the names of the curves (RFC 5480 section 2.1.1.1, RFC 8410 section 3)
    "ES256": bytes.fromhex("06082a8648ce3d030107"),
    "EdDSA": bytes.fromhex("06032b6570"),
}
_OTHER_NAMES: dict[bytes, Algorithm] = {b"\x13\x0cedwards25519": "EdDSA"}  # PrintableString, as some tokens say
_POINTS: dict[Algorithm, int] = {"ES256": 65, "EdDSA": 32}
_OCTETS = 0x04  # tag of the DER that a point is wrapped into


@dataclass(frozen=True, slots=True)
class InToken:
    """A key that a token holds, as far as anybody may see."""

    label: str
    id: bytes
    algorithm: Algorithm | None
    """None: of a kind that signs nothing here."""
    public: bytes


class KeyInToken:
    """A private key in a token; see ``signing.Signer``."""

    def __init__(self, key: Any, uri: TokenUri, algorithm: Algorithm, public: bytes) -> None:
        self._key, self._uri, self._algorithm, self._public = key, uri, algorithm, public

    @property
    def algorithm(self) -> Algorithm:
        """Which kind of key it is."""
        return self._algorithm

    @property
    def public(self) -> bytes:
        """The public key in the form of ``Signer.public``."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the signature.

        Raises:
            UnreadableInputError: the token is gone, or does not sign.
            CheckFailedError: what it gave is no signature by this key.
        """
        names = _library().Mechanism
        with _told(self._uri):
            if self._algorithm == "EdDSA":
                found = bytes(self._key.sign(message, mechanism=names.EDDSA))
            else:
                found = bytes(self._key.sign(sha256(message).digest(), mechanism=names.ECDSA))
        if not verify(self._algorithm, self._public, message, found):
            raise CheckFailedError(
                f"{self._uri.told} gave a signature that does not hold", hint="Nothing was written. Check the token."
            )
        return found


def open_key(uri: TokenUri, pin: Callable[[], str]) -> KeyInToken:
    """Return the one private key that an address names.

    Args:
        uri: the address.
        pin: gives the PIN; called at most once, and only if the token wants it.

    Raises:
        MissingPartError: python-pkcs11 or the module is not there.
        UnreadableInputError: no such token, no such key, or not this PIN.
        WrongUsageError: several tokens or keys fit, or it is of another kind.
    """
    library = _library()
    with _told(uri):
        session = _session(uri, pin)
        found = list(session.get_objects(_wanted(uri, private=True)))
        if not found:
            raise UnreadableInputError(f"{uri.told} has no such key", hint="See: fairmark keys list pkcs11:...")
        if len(found) > 1:
            raise WrongUsageError(f"{len(found)} keys in {uri.told} fit", hint="Name one by object= or id=.")
        key = found[0]
        algorithm = _algorithm(key[library.Attribute.EC_PARAMS]) if _is_curve(key) else None
        if algorithm is None:
            raise WrongUsageError("this key is neither Ed25519 nor P-256", hint="Make one with: fairmark keys new")
        return KeyInToken(key, uri, algorithm, _public_of(session, key, uri, algorithm))


def new_key(uri: TokenUri, algorithm: Algorithm, pin: Callable[[], str]) -> KeyInToken:
    """Make a key in a token, which does not let it out; raises as ``open_key``, and when there is one of that name."""
    if not uri.object:
        raise WrongUsageError("the new key has no name", hint="Add object=NAME to the address.")
    library = _library()
    names = library.Attribute
    edwards = algorithm == "EdDSA"
    with _told(uri):
        session = _session(uri, pin, rw=True)
        if list(session.get_objects(_wanted(uri, private=True))):
            raise WrongUsageError(f"{uri.object!r} exists in {uri.told}", hint="A key is never overwritten.")
        number = uri.id or sha256(uri.object.encode()).digest()[:4]
        kind = library.KeyType.EC_EDWARDS if edwards else library.KeyType.EC
        way = library.Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else library.Mechanism.EC_KEY_PAIR_GEN
        curve = session.create_domain_parameters(kind, {names.EC_PARAMS: _CURVES[algorithm]}, local=True)
        private = {names.SENSITIVE: True, names.EXTRACTABLE: False}
        point, key = curve.generate_keypair(
            mechanism=way, store=True, label=uri.object, id=number, private_template=private
        )
        return KeyInToken(key, uri, algorithm, _point(bytes(point[names.EC_POINT]), algorithm))


def keys_in(uri: TokenUri, pin: Callable[[], str]) -> list[InToken]:
    """Return the private keys in a token, by name; raises as ``open_key``."""
    library = _library()
    with _told(uri):
        session = _session(uri, pin)
        found = []
        for key in list(session.get_objects(_wanted(uri, private=True))):  # one search at a time
            algorithm = _algorithm(key[library.Attribute.EC_PARAMS]) if _is_curve(key) else None
            public = _public_of(session, key, uri, algorithm) if algorithm else b""
            found.append(InToken(str(key.label), bytes(key.id), algorithm, public))
        return sorted(found, key=lambda one: (one.label, one.id))


def _session(uri: TokenUri, pin: Callable[[], str], *, rw: bool = False) -> Any:
    """Open a session; a token where this process gave the PIN already is not asked again."""
    library = _library()
    token = _token(uri)
    session = token.open(rw=rw)
    if list(session.get_objects(_wanted(TokenUri(), private=True))):
        return session
    given = pin()
    if not given:
        raise UnreadableInputError(f"{uri.told} needs its PIN", hint="Give it when asked, or in a pin-source file.")
    try:
        opened = token.open(rw=rw, user_pin=given)
    except library.exceptions.UserAlreadyLoggedIn:
        return session
    session.close()
    return opened


def _token(uri: TokenUri) -> Any:
    library = _library()
    if not uri.module_path or not uri.module_path.startswith("/"):
        raise WrongUsageError(
            "no module of a token is named by its whole path", hint="Add ?module-path=/usr/lib/softhsm/libsofthsm2.so"
        )
    try:
        module = library.lib(uri.module_path)
    except (library.exceptions.PKCS11Error, OSError, RuntimeError) as error:
        raise MissingPartError(
            f"{uri.module_path} cannot be used: {_name(error)}", hint="Is the token's driver installed?"
        ) from None
    wanted = {"label": uri.token, "manufacturer_id": uri.manufacturer, "model": uri.model}
    found = [
        one
        for one in module.get_tokens()
        if all(value is None or getattr(one, name) == value for name, value in wanted.items())
        and (uri.serial is None or one.serial.decode("utf-8", "replace").strip() == uri.serial)
        and (library.TokenFlag.TOKEN_INITIALIZED in one.flags)
    ]
    if not found:
        raise UnreadableInputError(f"{uri.told} is not there", hint="Is it plugged in, and its name right?")
    if len(found) > 1:
        raise WrongUsageError(f"{len(found)} tokens fit", hint="Name one by token= or serial=.")
    return found[0]


def _wanted(uri: TokenUri, *, private: bool) -> dict[Any, Any]:
    library = _library()
    kind = library.ObjectClass.PRIVATE_KEY if private else library.ObjectClass.PUBLIC_KEY
    wanted: dict[Any, Any] = {library.Attribute.CLASS: kind}
    if uri.object is not None:
        wanted[library.Attribute.LABEL] = uri.object
    if uri.id is not None:
        wanted[library.Attribute.ID] = uri.id
    return wanted


def _is_curve(key: Any) -> bool:
    kinds = _library().KeyType
    return key.key_type in {kinds.EC, kinds.EC_EDWARDS}


def _algorithm(curve: bytes) -> Algorithm | None:
    known = {der: name for name, der in _CURVES.items()} | _OTHER_NAMES
    return known.get(bytes(curve))


def _public_of(session: Any, key: Any, uri: TokenUri, algorithm: Algorithm) -> bytes:
    """Return the public key with the id of a private one; with its name, where it has no id."""
    library = _library()
    own = TokenUri(id=bytes(key.id)) if key.id else TokenUri(object=str(key.label))
    points = {
        _point(bytes(one[library.Attribute.EC_POINT]), algorithm)
        for one in list(session.get_objects(_wanted(own, private=False)))
        if _is_curve(one) and _algorithm(one[library.Attribute.EC_PARAMS]) == algorithm
    }
    if len(points) != 1:
        raise UnreadableInputError(
            f"{uri.told} holds {len(points)} public keys for this one", hint="Give each pair an id of its own."
        )
    return points.pop()


def _point(found: bytes, algorithm: Algorithm) -> bytes:
    """Return a point as it is or out of its DER wrapping: tokens differ in that."""
    size = _POINTS[algorithm]
    if len(found) == size + 2 and found[:2] == bytes([_OCTETS, size]):
        found = found[2:]
    if len(found) != size:
        raise UnreadableInputError("the token gives a public key of another form", hint="Use another token.")
    return found


@contextmanager
def _told(uri: TokenUri) -> Iterator[None]:
    """Turn what a token says into a sentence; nothing that was handed to it is repeated."""
    errors = _library().exceptions
    wrong = (errors.PinIncorrect, errors.PinInvalid, errors.PinLenRange)
    try:
        yield
    except wrong:
        raise UnreadableInputError(
            f"{uri.told} does not take this PIN",
            hint="It was tried once. A token locks after a few wrong ones: look it up before you try again.",
        ) from None
    except errors.PinLocked:
        raise UnreadableInputError(f"{uri.told} is locked", hint="Its security officer can unlock it.") from None
    except errors.PKCS11Error as error:
        raise UnreadableInputError(
            f"{uri.told} does not answer as it should: {_name(error)}",
            hint="Nothing was signed. Is it still plugged in? Plug it in and run this again.",
        ) from None


def _name(error: Exception) -> str:
    return type(error).__name__


def _library() -> Any:
    if find_spec("pkcs11") is None:
        raise MissingPartError("keys in tokens need python-pkcs11", hint="pip install 'fairmark[hsm]'")
    return import_module("pkcs11")
