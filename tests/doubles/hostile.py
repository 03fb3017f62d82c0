"""What every reader has to bear: an image that is cut off anywhere, and one in which bytes are changed."""

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError, Handler
from fairmark.examine.limits import LimitReached
from fairmark.examine.tree import UnreadableEntryError
from tests.doubles.opening import open_with


def survive(handler: Handler, image: bytes) -> int:
    """Open an image if it is recognised and read all of it; return how many gaps that gave."""
    if not handler.recognise(Blob(image), 0):
        return 1
    try:
        result = open_with(handler, image)
    except (DamagedError, LimitReached):
        return 1
    assert 0 <= result.size <= len(image)
    gaps = len(result.gaps)
    for part in result.parts:
        part.blob.sha256()
    for entry in result.tree.files() if result.tree else ():
        try:
            assert len(result.tree.read(entry)) == entry.size if result.tree else False
            assert result.tree.blob(entry).size == entry.size
        except UnreadableEntryError:
            gaps += 1
    return gaps


def cut(image: bytes) -> list[bytes]:
    """The image cut off at each twentieth of its length."""
    return [image[: len(image) * part // 20] for part in range(20)]


def flipped(image: bytes, flips: list[tuple[int, int]]) -> bytes:
    """The image with other bytes at some places; each place is taken modulo its length."""
    changed = bytearray(image)
    for at, value in flips:
        changed[at % len(changed)] = value
    return bytes(changed)
