"""A public key as one word that can be mailed, read out and pasted: ``EdDSA:`` or ``ES256:`` and base64url."""

import base64
import binascii

from fairmark.certify.cose import PublicKey
from fairmark.certify.trust import encoded
from fairmark.errors import WrongUsageError
from fairmark.ledger.signing import Algorithm

_SIZES: dict[str, tuple[Algorithm, int]] = {"EdDSA": ("EdDSA", 32), "ES256": ("ES256", 65)}
_LONGEST = 100


def written(key: PublicKey) -> str:
    """Return a public key as text."""
    return f"{key.algorithm}:{encoded(key.public)}"


def is_written(text: str) -> bool:
    """Whether a text begins as such keys do; file names do not."""
    return text.partition(":")[0] in _SIZES


def read(text: str) -> PublicKey:
    """Return the key that a text spells, in the one way it can be spelled; raises WrongUsageError."""
    name, _, rest = text[: _LONGEST + 1].partition(":")
    algorithm, size = _SIZES.get(name, ("EdDSA", 0))
    try:
        raw = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    key = PublicKey(algorithm, raw)
    if len(raw) != size or not raw or written(key) != text:
        raise WrongUsageError(f"{text[:60]!r} is no public key", hint="Paste the line of: fairmark keys show KEY")
    return key
