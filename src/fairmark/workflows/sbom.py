"""Read the maker's own list of components: CycloneDX as JSON, SPDX as JSON or tags, or Yocto's archive of SPDX."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import zstandard

from fairmark.errors import UnreadableInputError
from fairmark.model.image import MakerList
from fairmark.model.value import sha256_hex
from fairmark.workflows.foreign_json import read_json, text
from fairmark.workflows.sbom_cyclonedx import cyclonedx
from fairmark.workflows.sbom_entries import SOURCE, Collected, Sbom
from fairmark.workflows.sbom_spdx import spdx2, spdx3, tags, yocto

__all__ = ["MAX_SBOM_BYTES", "MOST_COMPONENTS", "SOURCE", "list_of", "read_sbom"]

MAX_SBOM_BYTES = 64 << 20
MOST_COMPONENTS = 100_000
_MAX_UNPACKED = 1 << 30
_MAX_MEMBER = 32 << 20
_MOST_MEMBERS = 50_000
_HINT = "Give CycloneDX JSON (bomFormat), SPDX JSON or tags (SPDXVersion), or Yocto's IMAGE.spdx.tar.zst."
_XML = "XML is not read. Convert it first, such as: cyclonedx convert --input-file bom.xml --output-file bom.json"
_ZSTD, _GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"


def read_sbom(content: bytes, name: str) -> Sbom:
    """Return the components that the document lists: the maker's word, not a proof.

    Raises:
        UnreadableInputError: when it is none of the formats, is damaged, or lists more than can be read.
    """
    kind, found = _collected(content, name)
    if len(found.entries) > MOST_COMPONENTS:
        raise UnreadableInputError(f"{name} lists more than {MOST_COMPONENTS:,} components", hint=_HINT)
    left_out = {reason: count for reason, count in sorted(found.left_out.items()) if count}
    return Sbom(name.rpartition("/")[2], kind, tuple(found.entries), sha256_hex(content), left_out)


def list_of(sbom: Sbom | None) -> MakerList | None:
    """Return what the coverage says of the list."""
    if sbom is None:
        return None
    return MakerList(format=sbom.format, components=len(sbom.components), left_out=dict(sbom.left_out))


def _collected(content: bytes, name: str) -> tuple[str, Collected]:
    if len(content) > MAX_SBOM_BYTES:
        raise UnreadableInputError(f"{name} is larger than {MAX_SBOM_BYTES:,} bytes", hint=_HINT)
    if content[257:262] == b"ustar" or content.startswith((_ZSTD, _GZIP)):
        return "SPDX 2.2 archive", yocto(_members(content, name), MOST_COMPONENTS)
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        raise UnreadableInputError(f"{name} is XML", hint=_XML)
    if start.startswith((b"SPDXVersion:", b"##", b"#")):
        if b"SPDXVersion: SPDX-2" not in content[: 64 << 10]:
            raise UnreadableInputError(f"{name} is neither CycloneDX nor SPDX 2", hint=_HINT)
        return "SPDX 2 tags", spdx2(tags(content.decode("utf-8", "replace"), MOST_COMPONENTS), MOST_COMPONENTS)
    data = read_json(content, name, limit=MAX_SBOM_BYTES, hint=_HINT)
    return _of_json(data if isinstance(data, dict) else {}, name)


def _of_json(data: Mapping[str, Any], name: str) -> tuple[str, Collected]:
    if data.get("bomFormat") == "CycloneDX":
        return f"CycloneDX {text(data.get('specVersion'), 10)}".strip(), cyclonedx(data, MOST_COMPONENTS)
    version = text(data.get("spdxVersion"), 12)
    if version.startswith("SPDX-2."):
        _refuse_top_of_archive(data, name)
        return version.replace("-", " "), spdx2(data, MOST_COMPONENTS)
    if "spdx.org/rdf/3" in text(data.get("@context"), 200):
        return "SPDX 3.0", spdx3(data, MOST_COMPONENTS)
    raise UnreadableInputError(f"{name} is neither CycloneDX nor SPDX", hint=_HINT)


def _refuse_top_of_archive(data: Mapping[str, Any], name: str) -> None:
    """Refuse the top of a set of documents: it names no component, and an empty list would look like a whole one."""
    outside, packages = data.get("externalDocumentRefs"), data.get("packages")
    if isinstance(outside, list) and len(outside) > 1 and isinstance(packages, list) and len(packages) <= 1:
        raise UnreadableInputError(
            f"{name} refers to {len(outside):,} other documents for its components",
            hint="Give the archive that holds them all, such as Yocto's IMAGE.spdx.tar.zst.",
        )


def _members(content: bytes, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the SPDX documents of a tar archive, plain or packed; sizes and numbers are bounded."""
    damaged = UnreadableInputError(f"{name} is a damaged archive", hint=_HINT)
    try:
        with tarfile.open(fileobj=_opened(content), mode="r|") as archive:
            for number, member in enumerate(archive):
                if number >= _MOST_MEMBERS:
                    raise UnreadableInputError(f"{name} holds more than {_MOST_MEMBERS:,} files", hint=_HINT)
                if not member.isreg() or not member.name.endswith(".spdx.json") or member.size > _MAX_MEMBER:
                    continue
                file = archive.extractfile(member)
                data = read_json(file.read() if file else b"", member.name, limit=_MAX_MEMBER, hint=_HINT)
                if isinstance(data, dict):
                    yield text(member.name), data
    except (tarfile.TarError, zstandard.ZstdError, OSError, EOFError, ValueError, OverflowError):
        raise damaged from None


def _opened(content: bytes) -> IO[bytes]:
    if content.startswith(_ZSTD):
        # a window of 128 MiB is what zstd itself asks for at most without being told to go higher
        opened: Any = zstandard.ZstdDecompressor(max_window_size=128 << 20).stream_reader(io.BytesIO(content))
    elif content.startswith(_GZIP):
        import gzip  # noqa: PLC0415 - rare

        opened = gzip.GzipFile(fileobj=io.BytesIO(content))
    else:
        opened = io.BytesIO(content)
    return _Bounded(opened)  # type: ignore[return-value]


class _Bounded:
    """Reads no more than a bounded number of bytes: a small file can unpack to terabytes."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._left = _MAX_UNPACKED

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes."""
        if self._left <= 0:
            raise ValueError("too much")
        data: bytes = self._source.read(min(size, self._left))
        self._left -= len(data)
        return data
