"""The kept inputs: plain text as it is, bytes packed with zlib in base64, one folder a target.

``seed-*`` are honest inputs that the mutator starts from (`python -m tests.fuzz --make-seeds` writes
them again with our own writers). All other files are inputs that once broke a reader, named by what they show.
"""

import base64
import zlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
_TEXT, _PACKED = ".txt", ".b64"


def write(target: str, name: str, data: bytes) -> Path:
    """Keep an input; text that survives git unchanged is written as it is."""
    folder = FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    if _is_plain(data):
        path = folder / f"{name}{_TEXT}"
        path.write_bytes(data)
    else:
        path = folder / f"{name}{_PACKED}"
        path.write_bytes(base64.encodebytes(zlib.compress(data, 9)))
    return path


def read(path: Path) -> bytes:
    """Return a kept input."""
    content = path.read_bytes()
    return content if path.suffix == _TEXT else zlib.decompress(base64.decodebytes(content))


def kept(target: str) -> list[Path]:
    """Return the kept inputs of a target, sorted."""
    return sorted(path for path in (FOLDER / target).glob("*") if path.suffix in {_TEXT, _PACKED})


@cache
def seeds(*targets: str) -> tuple[bytes, ...]:
    """Return all kept inputs of the targets: what once broke a reader is a good start for the next search."""
    return tuple(read(path) for target in targets for path in kept(target))


def _is_plain(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    if "PRIVATE KEY" in text:  # no key of anybody, but who searches for keys would stop here
        return False
    return "\r" not in text and all(character.isprintable() or character in "\n\t" for character in text)
