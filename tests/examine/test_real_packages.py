"""Component rules on real Debian programs: each package is downloaded, read and thrown away."""

import fnmatch
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fairmark.examine.inventory import clearly_differ
from fairmark.examine.packages import upstream_version
from fairmark.examine.patterns import component_of, find_versions

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "tests" / "examine" / "real_packages"
sys.path.insert(0, str(ROOT / "examples"))

import debian  # noqa: E402 - lies beside the examples, which are no package

ROWS = [row for table in sorted(TABLES.glob("*.yaml")) for row in yaml.safe_load(table.read_text())]
SUITES = sorted({row.get("suite", "bookworm") for row in ROWS})


@pytest.fixture(scope="module")
def archives() -> dict[tuple[str, str], Path]:
    found = {}
    for suite in SUITES:
        wanted = sorted({row["package"] for row in ROWS if row.get("suite", "bookworm") == suite})
        release = debian.Release(suite, "amd64")
        cache = ROOT / ".cache" / f"debian-{suite}-amd64"
        fetched = debian.fetch(cache, wanted, release)
        found.update({(suite, name): path for name, path in fetched.items()})
    return found


def _programs(archive: Path, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each ELF file of a package."""
    unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(archive)], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            data = file.read() if file else b""
            if data.startswith(b"\x7fELF") and fnmatch.fnmatch(member.name, pattern):
                yield member.name.rpartition("/")[2], data


def _version(archive: Path) -> str:
    return upstream_version(archive.name.split("_")[1].replace("%3a", ":"))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['package']}-{row['component']}" for row in ROWS])
def test_a_rule_reads_the_version_of_a_real_package(row: dict[str, Any], archives: dict[tuple[str, str], Path]) -> None:
    archive = archives[row.get("suite", "bookworm"), row["package"]]
    wanted = str(row.get("version") or _version(archive))

    seen = {
        hit.version
        for name, data in _programs(archive, row.get("file", "*"))
        for hit in find_versions(data, name.encode())
        if component_of(hit.rule) == row["component"]
    }

    assert seen, f"{row['component']} is not recognised in {archive.name}"
    assert all(not clearly_differ(version, wanted) for version in seen), (seen, wanted)


def test_more_than_150_components_are_verified_on_real_programs() -> None:
    assert len({row["component"] for row in ROWS}) >= 150
