"""Decoders for the small compressed blocks that flash file systems store: each of a known plain size."""

import lzma
import threading
import zlib
from collections.abc import Callable

import lz4.block
import zstandard
from lzallright import LZOCompressor, LZOError

from fairmark.examine.containers.handler import DamagedError

# (packed bytes, how many plain bytes there are)
Codec = Callable[[memoryview, int], bytes]

_LARGEST = 1 << 20  # plain bytes of one block, as a rule
_WINDOW = 64 << 20
_ERRORS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, lz4.block.LZ4BlockError, LZOError, ValueError, EOFError)


class _OfThread(threading.local):
    """One decompressor for each thread: to make one takes ten times as long as to decode a block."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdDecompressor(max_window_size=_WINDOW)


_OF_THREAD = _OfThread()


def stored(packed: memoryview, size: int) -> bytes:
    """Return bytes that are not compressed."""
    return packed[:size].tobytes()


def with_zlib(packed: memoryview, size: int) -> bytes:
    """Decode a stream of zlib, with its header."""
    return zlib.decompressobj().decompress(packed, size)


def with_deflate(packed: memoryview, size: int) -> bytes:
    """Decode a deflate stream without header."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)


def with_lzo(packed: memoryview, size: int) -> bytes:
    """Decode LZO1X."""
    plain: bytes = LZOCompressor.decompress(packed.tobytes(), output_size_hint=size)
    return plain


def with_lz4(packed: memoryview, size: int) -> bytes:
    """Decode one LZ4 block."""
    plain: bytes = lz4.block.decompress(packed, uncompressed_size=size)
    return plain


def with_zstd(packed: memoryview, size: int) -> bytes:
    """Decode a zstd frame; bytes behind it are ignored."""
    if zstandard.frame_content_size(packed) > size:
        raise ValueError("the frame claims more than a block")
    return _OF_THREAD.zstd.decompress(packed, max_output_size=size)


def raw_lzma(packed: bytes, size: int, *, properties: int, dictionary: int) -> bytes:
    """Decode LZMA1 without header; ``properties`` is (pb * 5 + lp) * 9 + lc as the header would state it."""
    if properties >= 225:
        raise ValueError("LZMA properties that cannot be")
    lc, lp, pb = properties % 9, properties // 9 % 5, properties // 45
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain).decompress(packed, size)


def with_rtime(packed: memoryview, size: int) -> bytes:
    """Decode rtime, JFFS2's own: each byte is followed by how many to repeat from behind its last occurrence."""
    last = [0] * 256  # for each byte value, the position after its last occurrence
    plain = bytearray()
    for value, repeat in zip(packed[::2], packed[1::2], strict=False):
        if len(plain) >= size:
            break
        plain.append(value)
        start, last[value] = last[value], len(plain)
        distance = len(plain) - start
        whole, rest = divmod(repeat, distance)
        plain += plain[start:] * whole + plain[start : start + rest]
    return bytes(plain[:size])


def decode(codec: Codec, packed: memoryview, size: int, *, largest: int = _LARGEST) -> bytes:
    """Return the ``size`` plain bytes of a block. Raises ``DamagedError`` when it does not give exactly these."""
    if not 0 <= size <= largest:
        raise DamagedError("a block is larger than a block can be")
    try:
        plain = codec(packed, size)
    except _ERRORS as error:
        raise DamagedError("a block cannot be decompressed") from error
    if len(plain) != size:
        raise DamagedError("a block is shorter than it should be")
    return plain
