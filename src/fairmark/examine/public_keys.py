"""Keys that texts hold in forms of their own: public keys of SSH, private keys of WireGuard, secrets of OpenVPN.

All of them are told by a digest. That of a private key is of its public part; a static key of OpenVPN is
2048 random bits, so the digest of its body gives nothing away. Passphrases have too few bits for that
and are never digested.
"""

import base64
import binascii
import re
import warnings
from collections.abc import Iterator
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from fairmark.examine.certificates import FAULTS, key_size
from fairmark.examine.key_files import FoundKey

_MOST = 200
_LONGEST_LINE = 20_000
_SSH = re.compile(r"(?:^|\s)(?:sk-)?((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}) [A-Za-z0-9+/]{40,16000}={0,3})")
_SSH_FILES = re.compile(r"/authorized_keys\d?$|\.pub$")
_WIREGUARD = re.compile(
    r"[ \t]*(?:PrivateKey[ \t]*=[ \t]*|option[ \t]+private_key[ \t]+['\"]?)"
    r"(?P<key>[A-Za-z0-9+/]{42}[A-Za-z0-9+/=]=)['\"]?[ \t]*"
)
_OPENVPN = re.compile(
    r"-----BEGIN OpenVPN Static key V1-----\s+(?P<body>(?:[0-9a-f]{32}\s+){16})-----END OpenVPN Static key V1-----"
)


def public_keys(path: str, text: str) -> tuple[FoundKey, ...]:
    """Return the public keys of SSH in a list of authorised keys or a ``.pub`` file."""
    if not _SSH_FILES.search(path):
        return ()
    found: list[FoundKey] = []
    for number, line in enumerate(text.splitlines()[:_MOST], start=1):
        match = None if line.lstrip().startswith("#") or len(line) > _LONGEST_LINE else _SSH.search(line)
        try:
            key = load_ssh_public_key(match[1].encode()) if match else None
        except FAULTS:
            continue
        kind, bits = key_size(key)
        if key is not None and bits:
            digest = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
            found.append(FoundKey(kind, bits, digest, number))
    return tuple(found)


def tunnel_keys(text: str) -> tuple[FoundKey, ...]:
    """Return the secret keys of tunnels: of WireGuard by their public part, of OpenVPN by their body."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (*_wireguard(text), *_openvpn(text))[:_MOST]


def _wireguard(text: str) -> Iterator[FoundKey]:
    if "PrivateKey" not in text and "private_key" not in text:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        match = _WIREGUARD.fullmatch(line) if len(line) < 200 else None
        try:
            raw = base64.b64decode(match["key"], validate=True) if match else b""
        except binascii.Error:
            continue
        if len(raw) == 32 and len(set(raw)) > 8:  # not a placeholder of equal letters
            public = x25519.X25519PrivateKey.from_private_bytes(raw).public_key()
            digest = sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
            yield FoundKey("WireGuard", 256, digest, number)


def _openvpn(text: str) -> Iterator[FoundKey]:
    for match in _OPENVPN.finditer(text):
        body = bytes.fromhex("".join(match["body"].split()))
        if len(set(body)) > 32:
            yield FoundKey("OpenVPN static key", 2048, sha256(body).hexdigest(), text.count("\n", 0, match.start()) + 1)
