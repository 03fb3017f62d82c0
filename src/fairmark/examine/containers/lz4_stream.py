"""LZ4: frames as the lz4 program writes them, and the legacy form that Linux kernels are packed in."""

from collections.abc import Iterator
from functools import partial

import lz4.block
import lz4.frame

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Handler
from fairmark.examine.containers.packed_stream import Meter, open_stream

_FRAME, _LEGACY = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"
_LEGACY_BLOCK = 8 << 20  # plain bytes of each block but the last
_LONGEST_BLOCK = _LEGACY_BLOCK + _LEGACY_BLOCK // 255 + 16
_INPUT, _OUTPUT = 1 << 16, 1 << 16
_TRIAL = 4096


def _recognise_frame(blob: Blob, offset: int) -> bool:
    """Look at the header: its own checksum must hold."""
    head = blob.read(offset, _TRIAL)
    if head[:4] != _FRAME or len(head) < 11:
        return False
    try:
        lz4.frame.get_frame_info(head)
    except RuntimeError:
        return False
    return True


def _recognise_legacy(blob: Blob, offset: int) -> bool:
    """Look at the length of the first block, and at its first token: it starts with at least one literal."""
    head = blob.read(offset, 9)
    if head[:4] != _LEGACY or len(head) < 9:
        return False
    length = int.from_bytes(head[4:8], "little")
    return 0 < length <= min(_LONGEST_BLOCK, blob.size - offset) and head[8] >> 4 > 0


def _frames(blob: Blob, meter: Meter) -> Iterator[bytes]:
    """Give the pieces of one or more frames."""
    while _recognise_frame(blob, meter.at):
        stream = lz4.frame.LZ4FrameDecompressor()
        while not stream.eof:
            data = blob.read(meter.at, _INPUT)
            if not data:
                raise EOFError
            meter.at += len(data)
            yield from _steps(stream, data, meter)
        meter.at -= len(stream.unused_data or b"")


def _steps(stream: lz4.frame.LZ4FrameDecompressor, data: bytes, meter: Meter) -> Iterator[bytes]:
    """Decode one piece of input in bounded steps."""
    piece: bytes = stream.decompress(data, max_length=_OUTPUT)
    while True:
        meter.spend(len(piece))
        yield piece
        if stream.eof or stream.needs_input:
            return
        piece = stream.decompress(b"", max_length=_OUTPUT)


def _legacy(blob: Blob, meter: Meter) -> Iterator[bytes]:
    """Give the blocks of one legacy frame; a block that is not full is the last."""
    meter.at += 4
    while True:
        length = int.from_bytes(blob.read(meter.at, 4), "little")
        if not 0 < length <= _LONGEST_BLOCK:
            return  # a full block was the last: what follows belongs to something else
        packed = blob.read(meter.at + 4, length)
        if len(packed) < length:
            raise EOFError
        piece: bytes = lz4.block.decompress(packed, uncompressed_size=_LEGACY_BLOCK)
        meter.at += 4 + length
        meter.spend(len(piece))
        yield piece
        if len(piece) < _LEGACY_BLOCK:
            return


LZ4 = Handler(
    "lz4",
    "One or more frames, with their checksums. Limitation: frames that need a separate dictionary are damaged.",
    ((_FRAME, 0),),
    _recognise_frame,
    partial(open_stream, "lz4", _frames),
)
LZ4_LEGACY = Handler(
    "lz4_legacy",
    "The legacy form without checksums: blocks of 8 MiB, the first that is shorter being the last.",
    ((_LEGACY, 0),),
    _recognise_legacy,
    partial(open_stream, "lz4_legacy", _legacy),
)
