"""Data of strangers: versions and ranges, feeds, archives of feeds, bundles, and a maker's own documents."""

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.model.image import Component
from fairmark.model.value import sha256_hex
from fairmark.vulnerabilities.adapters.folder import documents, refuse_bundles
from fairmark.vulnerabilities.bundle import MANIFEST, SIGNATURE, Contents, read_rows, verified
from fairmark.vulnerabilities.description import ends_in_text
from fairmark.vulnerabilities.feeds import nvd
from fairmark.vulnerabilities.feeds.cve import text_ranges
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped
from fairmark.vulnerabilities.feeds.reading import READERS, read_feed
from fairmark.vulnerabilities.identity import identity_of
from fairmark.vulnerabilities.merge import merged
from fairmark.vulnerabilities.ranges import covers, told
from fairmark.vulnerabilities.record import Range, Record, Scheme
from fairmark.vulnerabilities.versions import compare, contains
from fairmark.workflows.gate import read_assessment, read_waivers
from fairmark.workflows.oscal import read_catalogue, read_results
from fairmark.workflows.oscal_read import read_catalog
from fairmark.workflows.sarif_read import read_sarif
from fairmark.workflows.sbom import read_sbom
from fairmark.workflows.vex import read_vex
from fairmark.workflows.watch_state import read_state
from tests.fuzz import corpus
from tests.fuzz.mutation import Form
from tests.fuzz.targets.target import Target

_LONGEST = 2_000  # characters of a text that a record may hold
_MOST_ENTRIES = 30_000
_MOST_VERSIONS = 5
FEEDS = tuple(sorted(READERS))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PRIVATE = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


# Versions


def _versions(data: bytes) -> None:
    """Every scheme is a total order: reflexive, antisymmetric, transitive; and a range is what its ends say."""
    texts = data.decode("utf-8", "replace").split("\n")[:_MOST_VERSIONS]
    for scheme in Scheme:
        order = {(one, other): compare(scheme, one, other) for one in texts for other in texts}
        assert set(order.values()) <= {-1, 0, 1}
        for one in texts:
            assert order[one, one] == 0, (scheme, one)
            for other in texts:
                assert order[one, other] == -order[other, one], (scheme, one, other)
                for third in texts:
                    chain = {order[one, other], order[other, third]}
                    expected = {0: chain == {0}, 1: 1 in chain and -1 not in chain, -1: -1 in chain and 1 not in chain}
                    for sign, holds in expected.items():
                        assert not holds or order[one, third] == sign, (scheme, one, other, third)


def _ranges(data: bytes) -> None:
    """The first line is the version, the next two are the ends of a range, the rest is a description."""
    version, start, end, *rest = [*data.decode("utf-8", "replace").split("\n"), "", ""][:200]
    for scheme in Scheme:
        for mask in range(4):
            one = Range(scheme, start, end, start_included=bool(mask & 1), end_included=bool(mask & 2))
            below = bool(start) and compare(scheme, version, start) < (0 if mask & 1 else 1)
            above = bool(end) and compare(scheme, version, end) > (0 if mask & 2 else -1)
            assert contains(one, version) == (bool(version) and not below and not above), (scheme, version, one)
        ends = ends_in_text(" ".join(rest)[:_LONGEST], scheme)
        assert len(ends) <= 60
        assert all(len(one.end) < 100 for one in ends)
        _ends_hold(ends, version)
    text_ranges(" ".join(rest)[:_LONGEST])


def _ends_hold(ends: Sequence[Range], version: str) -> None:
    for one in ends:
        contains(one, version)


# Feeds


def _feed(feed: str, data: bytes) -> None:
    """Read a document of a feed; every record is bounded, can be kept as JSON, merged, and held against a version."""
    for work in (partial(read_feed, data, "x", feed), partial(read_feed, data, "x")):
        try:
            page = work()
            entries = list(islice(page.entries, _MOST_ENTRIES + 1))
        except UnreadableInputError:
            continue
        assert page.updated is None or isinstance(page.updated, date)
        assert len(entries) <= _MOST_ENTRIES
        records = [entry.record for entry in entries if isinstance(entry, Entry)]
        assert all(isinstance(entry, Entry | Skipped) for entry in entries)
        for record in records[:500]:
            _check_texts(record)
            json.dumps(_plain(record)).encode()
        for record in records[:10]:  # an advisory on many flaws gives the same products to each
            _ask(record)
        merged(records[:500])
        assert sum(len(record.affected) for record in records) <= 2_000 + 3 * len(data)
    if feed == nvd.FEED:
        _position(data)


def _position(data: bytes) -> None:
    try:
        found = nvd.position(data, "x")
    except UnreadableInputError:
        return
    assert found.start >= 0
    assert found.start + found.count <= found.total


def _ask(record: Record) -> None:
    """Hold a record against versions."""
    for entry in record.affected[:5]:
        for version in (
            "1.2.3",
            "0",
            "2023.81",
            "1.0.2zb",
            *entry.versions[:3],
            *(one.end for one in entry.ranges[:3]),
        ):
            covers(entry, version)
        component = Component(name=entry.product or "x", version="1.2.3", source="test", distribution=entry.ecosystem)
        told(component, identity_of(component), record)


def _check_texts(value: object) -> None:
    """Texts are cut and hold neither control characters nor halves of characters."""
    if isinstance(value, str):
        assert len(value) <= _LONGEST
        assert value.isprintable(), value[:100]
    elif isinstance(value, tuple):
        assert len(value) <= 10_000
        for one in value:
            _check_texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            _check_texts(getattr(value, field.name))


def _plain(value: object) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


@contextmanager
def _as_path(data: bytes) -> Iterator[Path]:
    """Give the bytes as an ordinary file that exists nowhere."""
    handle = os.memfd_create("fuzz")
    try:
        os.write(handle, data)
        yield Path(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def _archive(data: bytes) -> None:
    """Read a file of a feed as the user hands it over: plain, packed, or an archive of such."""
    with _as_path(data) as path:
        with suppress(UnreadableInputError):
            for name, content in islice(documents(path), 1_000):
                assert len(name) < 200_000
                assert len(content) < 600 << 20
        with suppress(CheckFailedError):
            refuse_bundles([path])


# Bundles


def bundle(rows: Sequence[bytes], manifest: Callable[[list[dict[str, Any]]], bytes]) -> bytes:
    """Write a signed archive with one member and whatever manifest is made for it."""
    content = b"".join(row + b"\n" for row in rows)
    member = {"name": "data/0000.jsonl", "size": len(content), "sha256": sha256_hex(content)}
    text = manifest([member])
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in ((member["name"], content), (MANIFEST, text), (SIGNATURE, KEY.sign(text))):
            archive.writestr(zipfile.ZipInfo(str(name)), body)
    return sink.getvalue()


def _opened(data: bytes) -> tuple[Contents, list[list[dict[str, Any]]]] | None:
    """Open a bundle as `db import` does; None where it is refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None  # what the importer catches
    with archive:
        try:
            contents = verified(archive, PUBLIC)
            return contents, list(read_rows(archive, contents))
        except (CheckFailedError, UnreadableInputError):
            return None


@cache
def _signed() -> list[tuple[Contents, list[list[dict[str, Any]]]]]:
    return [
        found
        for path in corpus.kept("bundle")
        if path.name.startswith("seed") and (found := _opened(corpus.read(path)))
    ]


def _bundle(data: bytes) -> None:
    """Whatever was changed: nothing is read but what was signed."""
    found = _opened(data)
    assert found is None or found in _signed()


def _manifest(data: bytes) -> None:
    """A signed bundle whose maker is hostile or broken: the first line is the manifest, the others are rows."""
    head, *rows = data.split(b"\n")

    def written(members: list[dict[str, Any]]) -> bytes:
        try:
            document = json.loads(head)
        except (ValueError, RecursionError):
            return head
        if isinstance(document, dict) and document.get("members") == "right":
            document["members"] = members
        return json.dumps(document).encode()

    found = _opened(bundle(rows, written))
    if found:
        _check_bundle(*found)


def _check_bundle(contents: Contents, rows: list[list[dict[str, Any]]]) -> None:
    assert all(isinstance(row, dict) for group in rows for row in group)
    assert len(contents.members) == len(rows)


# Documents of the maker


def _document(read: Callable[[bytes, str], object], data: bytes) -> None:
    try:
        found = read(data, "x.json")
    except FairmarkError as error:
        assert len(error.message) < 50_000  # noqa: PT017 - what a person has to read
        return
    if isinstance(found, tuple):
        assert len(found) <= 100_000
        assert len(found) <= 2_000 + 20 * len(data)


TARGETS = (
    Target("versions", _versions, Form.TEXT, 300),
    Target("ranges", _ranges, Form.TEXT, 200),
    *(Target(f"feed_{feed}", partial(_feed, feed), Form.TEXT if feed == "epss" else Form.JSON, 100) for feed in FEEDS),
    Target("archive", _archive, Form.BINARY, 120),
    Target("bundle", _bundle, Form.BINARY, 150),
    Target("manifest", _manifest, Form.TEXT, 100),
    Target("vex", partial(_document, read_vex), Form.JSON, 150),
    Target("sbom", partial(_document, read_sbom), Form.JSON, 120),
    Target("sarif", partial(_document, read_sarif), Form.JSON, 100),
    Target("oscal_catalog", partial(_document, read_catalog), Form.JSON, 80),
    Target("oscal_own", partial(_document, read_catalogue), Form.JSON, 60),
    Target("oscal_results", partial(_document, read_results), Form.JSON, 60),
    Target("watch_state", partial(_document, read_state), Form.JSON, 60),
    Target("assessment", partial(_document, read_assessment), Form.JSON, 60),
    Target("waivers", partial(_document, read_waivers), Form.TEXT, 60),
)
