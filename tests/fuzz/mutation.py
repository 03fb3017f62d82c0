"""Change an input so that it stays near to what a reader expects: bits, lengths, magics, pieces of two seeds.

Everything is drawn from the given source of chance: same seed, same input.
"""
# ruff: noqa: RUF001 - foreign digits are what is tested

import json
import re
import struct
from collections.abc import Callable, Sequence
from enum import Enum
from random import Random
from typing import Any

LONGEST = 256 << 10
_WORDS = (0, 1, -1, 2, 0x7F, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0)
_LAYOUTS = ("<H", ">H", "<I", ">I", "<I", ">I", "<Q", ">Q")
_MAGICS = (
    *(b"\x7fELF", b"hsqs", b"HDR0", b"\x27\x05\x19\x56", b"070701", b"070702", b"UBI#", b"\x31\x18\x10\x06", b"ustar"),
    *(
        b"\x1f\x8b\x08\x00",
        b"\xfd7zXZ\0",
        b"BZh9",
        b"\x28\xb5\x2f\xfd",
        b"\x5d\0\0\x80\0",
        b"PK\x03\x04",
        b"PK\x05\x06",
    ),
    *(b"\xd0\x0d\xfe\xed", b"-rom1fs-", b"\x45\x3d\xcd\x28", b"\x3a\xff\x26\xed", b"\x89LZO", b"\x04\x22\x4d\x18"),
    *(b"\x02\x21\x4c\x18", b"\x85\x19\x01\xe0", b"\x19\x85\xe0\x02", b"\x53\xef", b"\xe2\xe1\xf5\xe0", b"sqsh"),
)
# What a reader of texts may stumble over: foreign digits, halves of characters, what ends a line only for some.
_TEXTS = (
    *(
        "²",
        "٣",
        "௧",
        "ß",
        "İ",
        "ſ",
        "\u2028",
        "\x0b",
        "\x85",
        "\0",
        "\ufeff",
        "\u202e",
        "\udc80",
        "\x1b[2J",
        "%s%n",
        "{0}",
    ),
    *("-1", "0", "00", "1e999", "-0", "9" * 400, "0x" + "f" * 40, "1" + "0" * 5000, "NaN", "Infinity", "1_000"),
    *('"', "'", "`", "\\", "\\\n", "$(", "${", "}", ")", "((", "[[", "<<EOF\n", "<!--", "-->", "<?", "?>", "/*", "*/"),
    *("#", "//", "--[[", "]]", "=", ":", ";", "|", "&", "\t", "\n\n", " " * 300, "a" * 3000, "A=" * 900, "../" * 300),
    *(
        "$((",
        "(" * 400,
        "[" * 400,
        "{" * 400,
        "<a>" * 200,
        "if " * 300,
        "*" * 200,
        "a|" * 400,
        "(a+)+" * 3,
        "%20" * 100,
    ),
)
_DIGITS = ("²", "٣", "௧", "①")
_LONE = ("*", "-", ".", "~", "^", "+", "_", "<", ">", "<=", ">= ", ".*", "-rc", "_p", ":", "/", "@", "#", "?")
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1 << 70, -(1 << 70), 1e308, -1e308, float("nan"), float("inf"), "", " ", "\0"),
    *([], {}, [[]], [{}], {"": ""}, [None] * 50, ["a"] * 2000, {str(n): n for n in range(300)}, "a" * 20_000),
    *("²", "\ud800", "6.².*", "CVE-2024-0001", "CVE-2024-" + "9" * 12, "CVE-٢٠٢٤-0001", "2024-01-01", "9999-99-99"),
    *("٢٠٢٤-٠١-٠١", "0000-00-00", "pkg:" + "a/" * 500, "cpe:2.3:a" + ":" * 60, "cpe:2.3:a:\\:\\*:\\", "0" * 300),
)


class Form(Enum):
    """What kind of input a target reads, and so how it is changed."""

    BINARY = "binary"
    TEXT = "text"
    JSON = "json"


def mutated(form: Form, seeds: Sequence[bytes], chance: Random) -> bytes:
    """Return a changed seed of at most a quarter of a mebibyte."""
    data = chance.choice(seeds)
    if form is Form.JSON and (changed := _changed_json(data, chance)) is not None:
        data = changed
        if chance.random() < 0.75:
            return data[:LONGEST]
    for _ in range(_few(chance)):
        change = chance.choice(_OF_TEXT if form is not Form.BINARY and chance.random() < 0.8 else _OF_BYTES)
        data = change(data, seeds, chance)[:LONGEST]
    return data


def _few(chance: Random) -> int:
    """One change often, twenty now and then."""
    return 1 + int(chance.paretovariate(1.0)) % 20


Change = Callable[[bytes, Sequence[bytes], Random], bytes]


def _place(data: bytes, chance: Random) -> int:
    """Return a place: the beginning is likelier, and so is what is not filled up."""
    if not data:
        return 0
    for _ in range(4):
        at = chance.randrange(min(len(data), 512)) if chance.random() < 0.35 else chance.randrange(len(data))
        if data[at] not in {0, 0xFF}:
            break
    return at


def _flip(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    if not data:
        return b"\0"
    changed = bytearray(data)
    changed[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _byte(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    if not data:
        return b"\xff"
    changed = bytearray(data)
    changed[_place(data, chance)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return bytes(changed)


def _number(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    """Put an extreme, or something near the length or a place of the input, into an aligned field."""
    layout = chance.choice(_LAYOUTS)
    size = struct.calcsize(layout)
    if len(data) < size:
        return data + b"\xff"
    align = chance.choice((1, 2, 4, 4, size))
    at = min(_place(data, chance) // align * align, len(data) - size)
    near = chance.choice((*_WORDS, len(data), len(data) - at, at, chance.randrange(len(data) + 1)))
    (old,) = struct.unpack_from(layout, data, at)
    value = (
        old + chance.choice((-1, 1, -8, 8, 0x100)) if chance.random() < 0.25 else near + chance.choice((0, 0, 0, 1, -1))
    )
    changed = bytearray(data)
    struct.pack_into(layout, changed, at, value & ((1 << 8 * size) - 1))
    return bytes(changed)


def _cut(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _taken_out(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at, size = _region(data, chance)
    return data[:at] + data[at + size :]


def _twice(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at, size = _region(data, chance)
    times = chance.choice((1, 1, 1, 2, 40))
    return data[: at + size] + data[at : at + size] * times + data[at + size :]


def _moved(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at, size = _region(data, chance)
    to = _place(data, chance)
    changed = bytearray(data)
    piece = data[at : at + size]
    changed[to : to + len(piece)] = piece
    return bytes(changed)


def _spliced(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(seeds)
    if chance.random() < 0.3:
        return data + other
    return data[: _place(data, chance)] + other[_place(other, chance) :]


def _magic(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at = 0 if chance.random() < 0.5 else _place(data, chance)
    magic = chance.choice(_MAGICS)
    return data[:at] + magic + data[at + len(magic) :]


def _region(data: bytes, chance: Random) -> tuple[int, int]:
    size = min(len(data), chance.choice((1, 4, 16, 64, 512, 4096, chance.randrange(len(data) + 1))))
    return chance.randrange(len(data) - size + 1), size


_OF_BYTES: tuple[Change, ...] = (
    _flip,
    _flip,
    _byte,
    _number,
    _number,
    _number,
    _cut,
    _taken_out,
    _twice,
    _moved,
    _spliced,
    _magic,
)


def _text_in(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at = _between_words(data, chance)
    word = chance.choice(_LONE) if chance.random() < 0.4 else chance.choice(_TEXTS)
    return data[:at] + word.encode("utf-8", "surrogatepass") + data[at:]


def _text_for(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    """Replace a word."""
    words = list(re.finditer(rb"[\w.+-]+", data[:20_000]))
    if not words:
        return data
    word = chance.choice(words)
    other = chance.choice((chance.choice(words)[0], chance.choice(_TEXTS).encode("utf-8", "surrogatepass"), b""))
    return data[: word.start()] + other + data[word.end() :]


def _digit(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    return _with_foreign_digit(text, chance).encode("utf-8", "surrogateescape") if len(text) < 20_000 else data


def _lines(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """Leave lines out, repeat them, exchange them, or take them from another seed."""
    lines = data.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(5)
    if kind == 0:
        del lines[at : at + chance.choice((1, 1, 3))]
    elif kind == 1:
        lines[at:at] = [lines[other]] * chance.choice((1, 1, 2, 200))
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at : at + 1] = [lines[at] + lines[other]]
    else:
        lines[at:at] = chance.choice(seeds).split(b"\n")[:40]
    return b"\n".join(lines)


def _between_words(data: bytes, chance: Random) -> int:
    edges = [match.start() for match in re.finditer(rb"\b|\n", data[:20_000])]
    return chance.choice(edges) if edges and chance.random() < 0.8 else chance.randrange(len(data) + 1)


_OF_TEXT: tuple[Change, ...] = (_text_in, _text_in, _text_for, _text_for, _lines, _lines, _digit, _cut, _twice, _flip)


def _changed_json(data: bytes, chance: Random) -> bytes | None:
    """Change values of a JSON document; None where it is none."""
    try:
        root = [json.loads(data)]
    except (ValueError, RecursionError):
        return None
    for _ in range(_few(chance)):
        _change_value(root, chance)
    try:
        text = json.dumps(root[0], ensure_ascii=chance.random() < 0.5)
    except (ValueError, RecursionError):
        return None
    if chance.random() < 0.05:
        text = text.replace("{", '{"a":' * 3000 + "{", 1)
    return text.encode("utf-8", "surrogatepass")


def _change_value(root: list[Any], chance: Random) -> None:
    holder, key = _way(root, chance)
    kind = chance.randrange(8)
    value = holder[key]
    if kind < 3 or (kind < 5 and not isinstance(value, str)):
        holder[key] = _fresh(chance)
    elif kind < 5 and chance.random() < 0.3:
        holder[key] = _with_foreign_digit(value, chance)
    elif kind < 5:
        at = chance.randrange(len(value) + 1)
        word = chance.choice(_TEXTS) if chance.random() < 0.5 else chance.choice(_LONE)
        holder[key] = value[:at] + word + value[at + chance.randrange(3) :]
    elif kind == 5 and isinstance(holder, dict):
        del holder[key]
    elif kind == 6:
        if isinstance(holder, list):
            holder[key:key] = [value] * chance.choice((1, 2, 300))
        else:
            holder[chance.choice((*holder, "", "x" * 300))] = value
    else:
        other_holder, other = _way(root, chance)
        holder[key] = json.loads(json.dumps(other_holder[other]))


def _with_foreign_digit(text: str, chance: Random) -> str:
    """Replace a digit by one of another script, or by one that is a digit for some questions and no number."""
    places = [at for at, character in enumerate(text) if character.isdigit()]
    if not places:
        return text + chance.choice(_DIGITS)
    at = chance.choice(places)
    return text[:at] + chance.choice(_DIGITS) + text[at + 1 :]


def _way(root: list[Any], chance: Random) -> tuple[Any, Any]:
    """Return a container and a key in it, reached by a walk of chance from the root."""
    holder: Any = root
    key: Any = 0
    while True:
        value = holder[key]
        inner = (
            list(value)
            if isinstance(value, dict)
            else list(range(min(len(value), 50)))
            if isinstance(value, list)
            else []
        )
        if not inner or chance.random() < 0.06:
            return holder, key
        holder, key = value, chance.choice(inner)


def _fresh(chance: Random) -> Any:
    return json.loads(json.dumps(chance.choice(_VALUES)))
