"""What is left over: is it padding, a kernel, encrypted, or simply unknown?"""

from importlib import import_module
from typing import Any

from fairmark.examine.blob import Blob
from fairmark.model.gap import GapReason

SMALLEST = 4096  # a remainder up to this size is no gap: headers, checksums, boot parameters
_RANDOM = 7.9  # bits per byte: encrypted, or compressed by something unknown
_KERNEL_MARKS = (  # what the boot code of a Linux kernel carries, and how far from its start
    (b"\x18\x28\x6f\x01", 0x24),  # ARM zImage
    (b"ARM\x64", 0x38),  # ARM64 Image
    (b"HdrS", 0x202),  # x86 bzImage
)


def is_padding(blob: Blob) -> bool:
    """Say whether a blob is nothing but 00 and FF bytes (erased or unused flash)."""
    return trimmed(blob).size == 0


def padding_length(blob: Blob) -> int:
    """Return how many bytes of padding (00 and FF) stand at the start."""
    page = blob.read(0, 4096)
    if trimmed_page := page.lstrip(b"\0\xff"):  # the usual case, without copying a mebibyte
        return len(page) - len(trimmed_page)
    length = 0
    for piece in blob.chunks():
        left = len(piece.tobytes().lstrip(b"\0\xff"))
        length += len(piece) - left
        if left:
            break
    return length


def trimmed(blob: Blob) -> Blob:
    """Return a blob without the padding at both of its ends."""
    start = padding_length(blob)
    end = blob.size
    while end > start:
        piece = blob.read(max(start, end - (1 << 20)), min(1 << 20, end - start))
        left = len(piece.rstrip(b"\0\xff"))
        end -= len(piece) - left
        if left:
            break
    return blob.view(start, end - start)


def entropy(blob: Blob) -> float:
    """Return the entropy in bits per byte, 0 to 8, over the whole blob."""
    if not blob.size:
        return 0.0
    np: Any = import_module("numpy")  # slow to load, and most images leave nothing over
    counts = np.zeros(256, dtype=np.int64)
    for piece in blob.chunks():
        counts += np.bincount(np.frombuffer(piece, dtype=np.uint8), minlength=256)
    shares = counts[counts > 0] / blob.size
    return max(0.0, float(-(shares * np.log2(shares)).sum()))


def has_boot_code(blob: Blob) -> bool:
    """Say whether a blob starts with the boot code of a Linux kernel."""
    return any(blob.read(at, len(mark)) == mark for mark, at in _KERNEL_MARKS)


def is_kernel(blob: Blob) -> bool:
    """Say whether a blob is a Linux kernel: its boot code's mark, or its version line."""
    return has_boot_code(blob) or blob.find(b"Linux version ") >= 0


def describe(blob: Blob) -> tuple[GapReason, str]:
    """Return why a remainder stays closed, with its entropy in words."""
    bits = entropy(trimmed(blob))
    if bits >= _RANDOM:
        return GapReason.ENCRYPTED_OR_RANDOM, f"encrypted, or compressed in an unknown way ({bits:.2f} bits per byte)"
    return GapReason.UNKNOWN_FORMAT, f"no known format ({bits:.2f} bits per byte)"
