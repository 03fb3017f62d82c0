"""The configuration that a Linux kernel was built with: as a file, or inside the kernel itself (IKCONFIG).

A kernel built with CONFIG_IKCONFIG carries its configuration between the marks ``IKCFG_ST`` and
``IKCFG_ED``, packed with gzip. Kernels themselves are packed once more; where the extraction has not
opened one (a zImage among the files of a root file system), it is unpacked here, within bounds.
"""

import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from fairmark.examine.subject import LOOSE, FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError

_MOST_CONFIG = 4 << 20
_MOST_KERNEL = 64 << 20  # of a kernel, packed and unpacked
_MOST_KERNELS = 4
_PIECE = 1 << 20
_OPTION = re.compile(r"^(CONFIG_\w{1,80})=(\S{1,200}|\"[^\"\n]{0,400}\")\s*$", re.MULTILINE)
_NOT_SET = re.compile(r"^# (CONFIG_\w{1,80}) is not set", re.MULTILINE)
_TITLE = re.compile(r"^# Linux/(\w{1,20}) (\d+\.\d+(?:\.\d+)?)\S* Kernel Configuration", re.MULTILINE)
_OLD_TITLE = re.compile(r"^# Linux kernel version: (\d+\.\d+(?:\.\d+)?)", re.MULTILINE)
_NAME_VERSION = re.compile(r"config-(\d+\.\d+(?:\.\d+)?)")
_FILES = re.compile(
    r"/boot/config(?:-[^/]+|\.gz)?|/proc/config(?:\.gz)?|/(?:usr/)?lib/modules/(?:[^/]+/)?config(?:-[^/]+)?|"
    r"/(?:usr/)?lib/kernel/config-[^/]+|/config(?:\.gz)?"
)
_KERNELS = re.compile(r"(?:vmlinu[xz]|[zu]?Image|bzImage|kernel)(?:[-._].*)?")
_MODULES = re.compile(r"(?:/usr)?/lib/modules/([^/]+)/")
_START, _END = b"IKCFG_ST", b"IKCFG_ED"
_MOST_STREAMS = 3  # of one kind that are tried, where they begin in the first megabyte


@dataclass(frozen=True, slots=True)
class KernelConfig:
    """One configuration: options that are on, those that are named as off, and of which kernel it speaks.

    ``is_of_the_kernel`` says that it was read off the kernel itself, so it is that of the kernel that runs.
    """

    file: FileFacts
    options: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    architecture: str = ""
    is_of_the_kernel: bool = False

    def is_on(self, name: str) -> bool:
        """Whether an option is built in or a module."""
        return self.options.get(f"CONFIG_{name}", "n") not in {"n", ""}


def kernel_configs(subject: Subject) -> tuple[KernelConfig, ...]:
    """Return every configuration in the image: those of kernels first, then files by path."""
    found = [one for file in subject.files if (one := _of_file(subject, file))]
    if not any(one.is_of_the_kernel for one in found):
        kernels = [file for file in subject.files if _is_kernel(file)]
        found += [one for file in kernels[:_MOST_KERNELS] if (one := _of_kernel(subject, file))]
    return tuple(sorted(found, key=lambda one: (not one.is_of_the_kernel, one.file.root, one.file.path)))


def running_config(subject: Subject) -> KernelConfig | None:
    """Return the configuration of the kernel that runs: its own, else that of the modules, else the only one."""
    found = kernel_configs(subject)
    own = [one for one in found if one.is_of_the_kernel]
    if own or len(found) < 2:
        return next(iter(own or found), None)
    versions = {match[1] for one in subject.files if (match := _MODULES.match(one.path))}
    fits = [one for one in found if any(one.file.path.endswith(f"-{version}") for version in versions)]
    return fits[0] if len(fits) == 1 else None


def read_config(text: str, file: FileFacts, *, of_the_kernel: bool = False) -> KernelConfig | None:
    """Read the text of a configuration; ``None`` when it is none."""
    options = dict.fromkeys(_NOT_SET.findall(text), "n")
    options |= {name: value.strip('"') for name, value in _OPTION.findall(text)}
    if not options:
        return None
    title, old = _TITLE.search(text[:4000]), _OLD_TITLE.search(text[:4000])
    name = _NAME_VERSION.search(file.path)
    version = title[2] if title else old[1] if old else name[1] if name else ""
    architecture = title[1] if title else _architecture(options)
    return KernelConfig(file, {key: options[key] for key in sorted(options)}, version, architecture, of_the_kernel)


def _architecture(options: Mapping[str, str]) -> str:
    names = ("ARM64", "ARM", "MIPS", "X86", "PPC", "RISCV", "SUPERH", "XTENSA")
    return next((name.lower() for name in names if options.get(f"CONFIG_{name}") == "y"), "")


def _of_file(subject: Subject, file: FileFacts) -> KernelConfig | None:
    """Read a file that is a configuration by its name, or what the extraction unpacked out of a kernel."""
    if file.root == LOOSE:
        is_config = file.text is not None and _TITLE.search(file.text[:4000]) is not None
        return read_config(file.text or "", file, of_the_kernel=True) if is_config else None
    if not _FILES.fullmatch(file.path):
        return None
    text = file.text if file.text is not None else _unpacked_text(_content(subject, file, _MOST_CONFIG))
    return read_config(text, file)


def _unpacked_text(data: bytes) -> str:
    try:
        if data[:2] == b"\x1f\x8b":
            data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _MOST_CONFIG)
    except zlib.error:
        return ""
    return data.decode("utf-8", "replace")


def _content(subject: Subject, file: FileFacts, limit: int) -> bytes:
    try:
        return subject.content(file, limit)
    except UnreadableEntryError:  # the scan has recorded the gap
        return b""


def _is_kernel(file: FileFacts) -> bool:
    name = file.path.rpartition("/")[2]
    if file.text is not None or file.path.endswith(".ko"):
        return False
    return _KERNELS.fullmatch(name) is not None or any(hit.rule == "linux-kernel" for hit in file.hits)


def _of_kernel(subject: Subject, file: FileFacts) -> KernelConfig | None:
    """Find the marks in a kernel, or in what it unpacks to."""
    data = _content(subject, file, _MOST_KERNEL)
    text = _marked(data)
    if not text:
        text = next((found for unpacked in _unpacked(data) if (found := _marked(unpacked))), "")
    return read_config(text, file, of_the_kernel=True) if text else None


def _marked(data: bytes) -> str:
    start = data.find(_START)
    end = data.find(_END, start)
    return _unpacked_text(data[start + len(_START) : end]) if 0 <= start < end else ""


class _Decoder(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Unpack a piece, at most so many bytes of it."""
        ...


_STREAMS: tuple[tuple[bytes, Callable[[], _Decoder]], ...] = (
    (b"\x1f\x8b\x08", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)),
    (b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=128 << 20)),
    (b"\x5d\0\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=128 << 20)),
)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Unpack the streams that begin in a kernel, the first few of each kind."""
    for magic, decoder in _STREAMS:
        at = data.find(magic, 0, _PIECE)
        for _ in range(_MOST_STREAMS):
            if at < 0:
                break
            unpacked = _stream(decoder(), data[at:])
            if len(unpacked) > _PIECE:
                yield unpacked
            at = data.find(magic, at + 1, _PIECE)


def _stream(decoder: _Decoder, data: bytes) -> bytes:
    """Unpack one stream; one that is damaged gives what came before."""
    try:
        return decoder.decompress(data, _MOST_KERNEL)
    except (zlib.error, lzma.LZMAError, EOFError):
        return b""
