"""What a device starts with: device trees and FIT images, environments of U-Boot, kernels with a configuration, modules."""

import gzip
import struct
import zlib
from collections.abc import Mapping

from tests.doubles.elves import elf

Node = dict[str, "bytes | Node"]


def device_tree(root: Node) -> bytes:
    """A flattened device tree of version 17."""
    strings = bytearray()

    def written(name: str, node: Node) -> bytes:
        body = struct.pack(">I", 1) + name.encode() + b"\0"
        body += bytes(-len(body) % 4)
        for key, value in node.items():
            if isinstance(value, bytes):
                body += struct.pack(">III", 3, len(value), len(strings)) + value + bytes(-len(value) % 4)
                strings.extend(key.encode() + b"\0")
        for key, value in node.items():
            if not isinstance(value, bytes):
                body += written(key, value)
        return body + struct.pack(">I", 2)

    body = written("", root) + struct.pack(">I", 9)
    start = 40 + 16
    size = start + len(body) + len(strings)
    head = struct.pack(">10I", 0xD00DFEED, size, start, start + len(body), 40, 17, 16, 0, len(strings), len(body))
    return head + bytes(16) + body + strings


def cell(value: int) -> bytes:
    return struct.pack(">I", value)


def fit(*, signed: bool) -> bytes:
    """A FIT with a kernel; when signed, its configuration carries a signature."""
    signature: Node = {"algo": b"sha256,rsa2048\0", "key-name-hint": b"prod\0", "value": b"s" * 256}
    configuration: Node = {"kernel": b"kernel-1\0", **({"signature-1": signature} if signed else {})}
    return device_tree(
        {
            "images": {"kernel-1": {"data": b"kernel data" * 9, "compression": b"none\0"}},
            "configurations": {"default": b"conf-1\0", "conf-1": configuration},
        }
    )


def arguments_tree(arguments: str) -> bytes:
    """A device tree that hands arguments to the kernel."""
    return device_tree({"model": b"Board 7\0", "chosen": {"bootargs": arguments.encode() + b"\0"}})


def environment(values: Mapping[str, str], *, size: int = 4096, copies: int = 1) -> bytes:
    """An environment of U-Boot behind its checksum; with two copies a flag follows the checksum."""
    pairs = b"".join(f"{name}={value}".encode() + b"\0" for name, value in values.items()) + b"\0"
    flag = b"\1" if copies > 1 else b""
    body = pairs.ljust(size - 4 - len(flag), b"\0")
    return struct.pack("<I", zlib.crc32(body)) + flag + body


def configuration(text: str, *, version: str = "5.10.209", architecture: str = "arm") -> bytes:
    """The text of a kernel's configuration with the head that Kconfig writes."""
    head = (
        f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{architecture} {version} Kernel Configuration\n#\n"
    )
    return (head + text).encode()


def kernel(config: bytes, *, packed: bool = False) -> bytes:
    """A kernel that carries its configuration; ``packed`` as a zImage does, behind a head of its own."""
    code = bytes(range(256)) * 5000
    inside = code + b"IKCFG_ST" + gzip.compress(config, mtime=0) + b"IKCFG_ED" + code
    if not packed:
        return b"\0\1" + inside
    return (bytes(0x24) + b"\x18\x28\x6f\x01").ljust(4096, b"\2") + gzip.compress(inside, mtime=0) + b"\3" * 999


def module(*, signed: bool) -> bytes:
    """A kernel module, with or without a signature at its end."""
    return elf(kind=1) + (b"signature" + b"~Module signature appended~\n" if signed else b"")
