"""Firmware images for the tests: honest ones, and the pieces hostile ones are made of."""

import gzip
import io
import random
import stat
import struct
import tarfile
from collections.abc import Sequence

from fairmark.demo.formats import Node, squashfs, write_squashfs
from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.limits import Limits

FILE = stat.S_IFREG | 0o644
DIRECTORY = stat.S_IFDIR | 0o755
LINK = stat.S_IFLNK | 0o777
CODE_LIKE = b"boot code, not a container. " * 300
NOISE = random.Random(20).randbytes(1 << 17)

ROOT = (
    Node(b"bin/busybox", stat.S_IFREG | 0o755, NOISE[:50_000] + bytes(30_000), mtime=1000),
    Node(b"bin/sh", LINK, target=b"busybox"),
    Node(b"etc/passwd", FILE, b"root:x:0:0:root:/root:/bin/sh\n", uid=3, gid=4),
    Node(b"etc/shadow", stat.S_IFREG | 0o600, b"root:*:0:0:99999:7:::\n"),
    Node(b"lib/libc.so", FILE, b"library" * 3000),
    Node(b"sbin/init", LINK, target=b"/bin/busybox"),
    Node(b"usr/share/empty", FILE),
)


def opened(image: bytes, limits: Limits | None = None) -> Extraction:
    """Extract in memory, with a clock that stands still."""
    return extract(Blob(image), limits=limits or Limits(), clock=lambda: 0.0, spool=spool_in_memory)


def contents(extraction: Extraction, root: int = 0) -> dict[str, bytes]:
    """Every regular file of one tree with its data."""
    if not extraction.trees:
        return {}
    tree = extraction.trees[root]
    return {entry.printable: tree.read(entry) for entry in tree.files()}


def files_of(nodes: Sequence[Node]) -> dict[str, bytes]:
    """What ``contents`` should give for these nodes."""
    return {"/" + node.path.decode(): node.data for node in nodes if stat.S_ISREG(node.mode)}


def plain_squashfs(nodes: Sequence[Node], block_size: int = 4096) -> bytearray:
    """A squashfs in which nothing is compressed, so that a test can patch its inodes and names."""
    return bytearray(write_squashfs(nodes, 1, lambda data, _size: data, block_size))


def patched(image: bytearray, offset: int, form: str, *values: int) -> bytes:
    """The image with other numbers at ``offset``."""
    struct.pack_into(form, image, offset, *values)
    return bytes(image)


def replaced(image: bytes | bytearray, old: bytes, new: bytes) -> bytes:
    """The image with ``old`` replaced; it must be there."""
    assert old in image
    return bytes(image).replace(old, new)


def tar(members: Sequence[tuple[str, bytes]], form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive of plain files."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def tar_of(*infos: tarfile.TarInfo) -> bytes:
    """A tar archive of entries without data."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for info in infos:
            archive.addfile(info)
    return sink.getvalue()


def tar_header(size: bytes, name: bytes = b"file", flag: bytes = b"0") -> bytes:
    """One raw tar header whose size field is exactly ``size`` (twelve bytes)."""
    head = bytearray(name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size + b"00000000000\0")
    head += b" " * 8 + flag + bytes(100) + b"ustar\x0000" + bytes(247)
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def packed(data: bytes) -> bytes:
    """Gzip without a time stamp."""
    return gzip.compress(data, mtime=0)


def rootfs(compression: str = "xz") -> bytes:
    """The honest root file system of the tests."""
    return squashfs(ROOT, compression=compression)
