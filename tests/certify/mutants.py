"""Labels that are nearly right: bits, digits, addresses, and claims and spellings that a trusted key really signed."""

import random
from collections.abc import Iterator

from cbor2 import CBORTag, dumps

from fairmark.certify import cose, label
from fairmark.ledger.signing import Signer
from tests.certify.browser_verifier import Case
from tests.doubles import labels as given

SIGNERS = (given.LAB, given.LAB_P256, given.STOLEN, given.TRIAL, given.STRANGER)
NUMBERS = (-1, 0, 1, 7, 9, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1, 2**53 + 1, 2**63, 2**64 - 1)
TEXTS = ("", " ", "a", "Cam\u200b", "\u202ecam", "\ufeffCam", "Cam ", "<b>", "\U0001f4f7", "x" * 48, "x" * 49, "\u00e9" * 24,
         "\U000e0041", "{host}", "\ud7ff", "\u2028", "\x00")  # fmt: skip
OTHER = (b"", b"x" * 31, b"x" * 32, b"x" * 33, [], [1], [1, 2], [1, 2, 3], {}, {1: 1}, None, True, 1.5, [[1, 2], 2])


def mutants(count: int, seed: int = 6) -> Iterator[Case]:
    """Give texts with clocks, always the same ones."""
    chance = random.Random(seed)
    ways = (_bits, _digits, _truncated, _moved, _claimed, _spelled, _headed, _typed)
    for number in range(count):
        yield ways[number % len(ways)](chance), _clock(chance)


def _clock(chance: random.Random) -> int:
    days = chance.choice((0, 0, 0, 6, 8, 100, 750, 1000, -3650, 3650))
    return given.NOW + days * given.DAY + chance.choice((0, 0, -43_201, -43_200, 43_199, 43_200))


def _honest(chance: random.Random) -> bytes:
    signer = chance.choice(SIGNERS[:4])
    mine = {given.STOLEN: {"issuer": 8}, given.TRIAL: {"issuer": 9, "scheme": 0}}.get(signer, {})
    place = chance.choice((0, 100, 101, 102, 103, 104, 3999, 4000, 1 << 20))
    gtin, level = chance.choice((given.GTIN, given.GTIN, None)), chance.choice((0, 1, 2, 2, 3, 9))
    status = (chance.choice((1, 1, 1, 2)), place)
    return label.make(given.claims(status=status, gtin=gtin, level=level, **mine), signer)


def _bits(chance: random.Random) -> str:
    content = bytearray(_honest(chance))
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return label.to_digits(bytes(content))


def _digits(chance: random.Random) -> str:
    digits = list(label.to_digits(_honest(chance)))
    at = chance.randrange(len(digits))
    put = chance.choice(("", "0", "7", "\u0663", "\uff11", "#", " ", "-", "e", ".", "_", "\n", "\x00"))
    digits[at : at + chance.choice((0, 1, 1, 2))] = [put]
    return (
        chance.choice(("", " ", "0", "00", "+", "\u00a0", "\n")) + "".join(digits) + chance.choice(("", " \r\n", "0"))
    )


def _truncated(chance: random.Random) -> str:
    content = _honest(chance)
    cut = chance.randrange(len(content) + 1)
    content = content[:cut] + bytes(chance.choice((0, 0, 1, 200, 320, 330)))
    return label.to_digits(content)


def _moved(chance: random.Random) -> str:
    """The digits of one label behind the address of another."""
    digits = label.to_digits(_honest(chance))
    host = chance.choice(
        (given.HOST, given.HOST, "reg1stry.example.org", "trial.example.org", "xn--e1awd7f.example", "localhost")
    )
    place = chance.choice((f"01/{given.GTIN:014d}", "01/04006381333948", "01/4006381333931", "c/204501", "c/204502", "c/0204501",
                           "01/0400638133393\u0661", "", "01/04006381333931/"))  # fmt: skip
    scheme = chance.choice(("https",) * 6 + ("http", "HTTPS", "javascript"))
    return f"{scheme}://{host}{chance.choice(('',) * 8 + (':443', '.', '@a.b'))}/{place}#{digits}{chance.choice(('',) * 6 + ('#1', '?', '%31'))}"


def _items(chance: random.Random) -> tuple[dict[int, object], Signer]:
    message = cose.parse(_honest(chance))
    items = cose.decode(message.payload)
    assert isinstance(items, dict)
    signer = next((one for one in SIGNERS if cose.public_key(one).header == message.header), given.LAB)
    return dict(items), signer


def _signed(payload: bytes, signer: Signer) -> str:
    return label.to_digits(cose.sign(payload, signer))


def _claimed(chance: random.Random) -> str:
    """Claims that no label may make, and a key that signs them all the same."""
    items, signer = _items(chance)
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice((*items, 3, -7, 0))
        if chance.random() < 0.15:
            items.pop(name, None)
        elif name in {-3, -6} and chance.random() < 0.8:
            items[name] = [chance.choice(NUMBERS), chance.choice(NUMBERS)]
        elif name == -1 and chance.random() < 0.8:
            items[name] = chance.choice(TEXTS)
        elif chance.random() < 0.8:
            near = items[name] if isinstance(items.get(name), int) else 1
            items[name] = chance.choice((*NUMBERS, near + 1, near - 1, near + 7, given.TODAY))  # type: ignore[operator]
        else:
            items[name] = chance.choice(OTHER)
    return _signed(dumps(items, canonical=True), signer)


def _spelled(chance: random.Random) -> str:
    """The right claims, spelled in another way than the one."""
    items, signer = _items(chance)
    payload = bytearray(dumps(items, canonical=True))
    way = chance.randrange(6)
    if way == 0:
        payload = bytearray(dumps(dict(reversed(items.items()))))
    elif way == 1:
        payload += chance.choice((b"\x00", b"\xff", b"\xf6", bytes(payload)))
    elif way == 2:
        payload = bytearray(b"\xbf") + payload[1:] + b"\xff"
    elif way == 3:  # a key twice, or a number spelled longer
        payload = bytearray([payload[0] + 1]) + payload[1:3] + payload[1:]
    elif way == 4:
        payload = (
            payload[:1] + chance.choice((b"\x18\x01", b"\x19\x00\x01", b"\x1b" + bytes(7) + b"\x01")) + payload[2:]
        )
    else:
        payload[chance.randrange(len(payload))] = chance.choice(
            (0x5F, 0x7F, 0x9F, 0xF5, 0xFB, 0x1B, 0x3B, 0x5B, 0x9B, 0xBB, 0xFF, 0x00)
        )
    return _signed(bytes(payload), signer)


def _headed(chance: random.Random) -> str:
    """Another tag, another algorithm, another key id, something in the unprotected header."""
    message = cose.parse(_honest(chance))
    kid, other = message.kid, cose.public_key(chance.choice(SIGNERS)).kid
    header = chance.choice((
        message.header, {1: -8, 4: other}, {1: -7, 4: kid}, {1: -8, 4: kid}, {1: -35, 4: kid}, {1: 0, 4: kid}, {1: "none", 4: kid}, {4: kid},
        {1: -8, 4: kid, 5: b""}, {1: -8, 4: kid[:3]}, {1: -8}, {}, {True: -8, 4: kid}, {1: -8, 2: [1], 4: kid},
    ))  # fmt: skip
    protected = header if isinstance(header, bytes) else dumps(header, canonical=True)
    unprotected = chance.choice(({}, {}, {1: -8}, {4: kid}, []))
    tag = chance.choice((18, 18, 18, 17, 98, 61, 18 + 256))
    parts = [protected, unprotected, message.payload, message.signature]
    if chance.random() < 0.1:
        parts = chance.choice((parts[:3], [*parts, b""], parts[::-1], []))
    return label.to_digits(dumps(CBORTag(tag, parts), canonical=True))


def _typed(chance: random.Random) -> str:
    """Whatever else somebody may paste."""
    return chance.choice((
        "", "1", "0", "1" * 1200, "1" * 1201, "9" * 1999, "9" * 5000, "hello", "https://registry.example.org/", "256", "257", "-1",
        given.written(given.claims()), given.written(given.claims(gtin=None)), "\u0661" * 400, "1e400", "0x1", "\U0001f4f7" * 2000,
    ))  # fmt: skip
