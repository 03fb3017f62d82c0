"""Look at this machine for ``fairmark doctor``."""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile

from fairmark import __version__
from fairmark.examine.adapters.crypt import crypt_available
from fairmark.examine.adapters.unblob import INSTALL, find_unblob, unblob_version
from fairmark.vulnerabilities.adapters.store import default_path
from fairmark.workflows.doctor import Check

GIB = 1 << 30


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _library(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _crypt() -> str | None:
    return "the C library's crypt answers" if crypt_available() else None


def _unblob() -> str | None:
    program = find_unblob()
    version = unblob_version(program) if program else ""
    return f"{version}, asked about what no reader of ours opens" if version else None


def _room() -> str | None:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return f"{free / GIB:.1f} GiB free in {tempfile.gettempdir()}" if free > GIB else None


def _cores() -> str:
    return f"{len(os.sched_getaffinity(0))} usable" if sys.platform == "linux" else f"{os.cpu_count()}"


def _flaws() -> str | None:
    place = default_path()
    return f"{place}; its age: fairmark db info" if place.is_file() else None


CHECKS = (
    Check("fairmark", lambda: __version__, ""),
    Check("Python", _python, ""),
    Check("processor cores", _cores, ""),
    Check(
        "password hashes (libcrypt)",
        _crypt,
        "Password hashes cannot be tried against known defaults: accounts stay INCONCLUSIVE. Install libcrypt1.",
    ),
    Check("squashfs xz, gzip", lambda: "built into Python", ""),
    Check("squashfs zstd", lambda: _library("zstandard"), "Images compressed with zstd stay closed."),
    Check("squashfs lz4", lambda: _library("lz4"), "Images compressed with lz4 stay closed."),
    Check("squashfs lzo", lambda: _library("lzallright"), "Images compressed with lzo stay closed."),
    Check(
        "unblob",
        _unblob,
        "Containers that no reader of ours knows (7z, cab, iso, vendors' own) stay closed. "
        f"Install it in an environment of its own: {INSTALL}; it wants the program 7z as well.",
    ),
    Check(
        "room for large streams",
        _room,
        "Less than 1 GiB is free for unpacked streams: large images end in a recorded gap.",
    ),
    Check(
        "vulnerability data",
        _flaws,
        "Only the starter set inside the program is used, which knows few flaws. Run: fairmark db update",
    ),
)
