"""ELF files, keys, package databases, and whole small devices as a text of several files."""

import re
from dataclasses import fields, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from fairmark.examine.boot_environment import boot_environments
from fairmark.examine.detectors import DETECTORS
from fairmark.examine.elf import read_elf
from fairmark.examine.inventory import inventory
from fairmark.examine.kernel_config import kernel_configs
from fairmark.examine.key_files import read_keys
from fairmark.examine.packages import Package, package_gaps, read_packages
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from tests.doubles.start_files import PROGRAM, busybox
from tests.doubles.subjects import subject
from tests.fuzz.mutation import Form
from tests.fuzz.targets.target import Target

_PAIRS = Path(__file__).parents[2] / "pairs"
_FILE = re.compile(rb"^=== (/[^\n]*)\n", re.MULTILINE)
_MOST_FILES = 60


def _elf(data: bytes) -> None:
    found = read_elf(data)
    assert (found is None) == (data[:4] != b"\x7fELF")
    for field in fields(found) if found else ():
        value = getattr(found, field.name)
        words = value if isinstance(value, tuple) else (value,)
        assert len(words) <= 300
        assert all(not isinstance(word, str) or len(word) <= 4 * 512 * 600 for word in words)


def _keys(data: bytes) -> None:
    keys, certificates = read_keys(data)
    assert len(keys) + len(certificates) <= 10_000
    for key in keys:
        hash(key.is_short)


def _files_of(data: bytes) -> Subject:
    """Read ``=== /path`` lines, each followed by the content.

    ``=== /path -> target`` is a link, ``=== /path + sh ls`` a busybox with these applets, ``=== /path +`` some other
    program. What stands before the first such line goes to /etc/config/first.
    """
    parts = _FILE.split(b"=== /etc/config/first\n" + data)[1:]
    files: dict[str, bytes | tuple[bytes, int]] = {}
    links: dict[str, str] = {}
    for head, body in zip(parts[0::2][:_MOST_FILES], parts[1::2], strict=False):
        path, _, target = head.decode("utf-8", "surrogateescape").partition(" -> ")
        path, is_program, applets = path.partition(" +")
        path = "/" + "/".join(part for part in path.split("/") if part not in {"", ".", ".."} and "\0" not in part)
        if len(path) < 2:
            continue
        if target:
            links[_whole(path)] = _whole(target)
        elif is_program:
            files[path] = _program(applets)
        else:
            files[path] = (body, 0o755) if body.startswith(b"#!") else body
    above = {"/".join(path.split("/")[:depth]) for path in (*files, *links) for depth in range(2, path.count("/") + 1)}
    files = {path: body for path, body in files.items() if path not in above and path not in links}
    links = {path: target for path, target in links.items() if path not in above}
    return subject(files, links=links)


def _whole(text: str) -> str:
    """Names of links are texts in the doubles: no halves of characters."""
    return text.encode("utf-8", "replace").decode()


@lru_cache(64)
def _program(applets: str) -> bytes:
    names = [name for name in applets.split() if name.isascii() and name.isprintable()][:50]
    return busybox(*names) if names else PROGRAM


def _packages(data: bytes) -> None:
    found = read_packages(_files_of(data))
    assert len(found) <= 4 * data.count(b"\n") + 4
    for package in found:
        _check_package(package)


def _rpm(file: str, data: bytes) -> None:
    """One form of the rpm database in an image that holds nothing else."""
    made = subject({f"/var/lib/rpm/{file}": data})
    for package in read_packages(made):
        _check_package(package)
    for gap in package_gaps(made):
        assert len(gap.detail) < 8_000


def _boot_environment(data: bytes) -> None:
    found = boot_environments(data)
    assert len(found) <= 4
    for one in found:
        assert 0 <= one.offset < len(data)
        assert sum(map(len, one.values.values())) <= len(data)


def _kernel(data: bytes) -> None:
    """A kernel with its configuration inside."""
    for one in kernel_configs(subject({"/boot/zImage": data})):
        assert len(one.options) <= 100_000
        assert len(one.version) < 1_000


def _check_package(package: Package) -> None:
    assert len(package.purl) < 40_000
    assert len(package.builder) < 1_000
    assert len(package.upstream) < 400
    assert list(package.paths) == sorted(set(package.paths))


def _device(data: bytes) -> None:
    """The whole examination of a small device: what starts, what is installed, what every detector says."""
    made = _files_of(data)
    made = replace(made, services=started_services(made))
    components, _ = inventory(made)
    made = replace(made, components=components)
    for detector in DETECTORS:
        detection = detector.detect(made)
        assert all(len(finding.title) < 5_000 for finding in detection.findings)
        assert all(len(one.where.quote) <= 300 for one in detection.evidence)


@cache
def _pairs() -> tuple[bytes, ...]:
    """Both sides of every pair of flawed and mended devices."""
    bases = yaml.safe_load((_PAIRS / "bases.yaml").read_text())
    seeds = []
    for path in sorted(_PAIRS.glob("*/*.yaml")):
        pair = yaml.safe_load(path.read_text())
        seeds += [_as_text({**bases[pair.get("base", "none")], **pair[side]}) for side in ("flawed", "fixed")]
    return tuple(seeds)


def _as_text(files: dict[str, Any]) -> bytes:
    """Write a device in the form that ``_files_of`` reads."""
    text = b""
    for path, content in files.items():
        if isinstance(content, str):
            text += f"=== {path}\n{content}".encode()
        elif "link" in content:
            text += f"=== {path} -> {content['link']}\n".encode()
        elif "text" in content:
            text += f"=== {path}\n{content['text']}".encode()
        else:
            text += f"=== {path} + {' '.join(content.get('box', ()))}".encode()
        text += b"" if text.endswith(b"\n") else b"\n"
    return text


TARGETS = (
    Target("elf", _elf, Form.BINARY, 300),
    Target("keys", _keys, Form.BINARY, 150),
    *(
        Target(f"rpm_{kind}", partial(_rpm, file), Form.BINARY, 100, steps=1_000_000)
        for kind, file in (("sqlite", "rpmdb.sqlite"), ("ndb", "Packages.db"), ("bdb", "Packages"))
    ),
    Target("boot_environment", _boot_environment, Form.BINARY, 80),
    Target("kernel", _kernel, Form.BINARY, 80),
    Target("packages", _packages, Form.TEXT, 200, steps=1_000_000),
    Target("device", _device, Form.TEXT, 80, steps=2_000_000, more_seeds=_pairs),
)
