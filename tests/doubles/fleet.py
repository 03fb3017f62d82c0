"""A folder of tiny images: a password file, a program's version and, in some, the same private key."""

import stat
from pathlib import Path

from fairmark.demo.formats import Node, squashfs
from fairmark.demo.keys import private_pem, rsa_key

FILE = stat.S_IFREG | 0o644


def tiny_image(number: int, *, key: bytes = b"") -> bytes:
    """One small root file system; no two are alike."""
    nodes = [
        Node(b"etc/passwd", FILE, b"root:x:0:0:root:/root:/bin/sh\n"),
        Node(b"etc/serial", FILE, b"unit %d\n" % number),
        Node(
            b"usr/lib/opkg/status",
            FILE,
            b"Package: dropbear\nVersion: 2019.78-%d\nStatus: install ok installed\n" % (number % 2),
        ),
    ]
    if key:
        nodes.append(Node(b"etc/ssl/server.key", FILE, key))
    return squashfs(sorted(nodes, key=lambda node: node.path), compression="gzip")


def shared_key() -> bytes:
    """A private key of the tests."""
    return private_pem(rsa_key("fleet", 1024))


def write_images(folder: Path, count: int) -> Path:
    """Write ``count`` images; the first two hold the same private key."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        key = shared_key() if number < 2 else b""
        (folder / f"unit-{number:03}.bin").write_bytes(tiny_image(number, key=key))
    return folder


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
