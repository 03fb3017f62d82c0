import io
import json
import tarfile

import pytest
import zstandard

from fairmark.errors import UnreadableInputError
from fairmark.workflows import sbom as module
from fairmark.workflows.sbom import MOST_COMPONENTS, list_of, read_sbom
from tests.doubles.sboms import CYCLONEDX, SPDX2, SPDX3, TAGS, as_bytes, yocto_archive


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (as_bytes(CYCLONEDX), "CycloneDX 1.6"),
        (as_bytes(SPDX2), "SPDX 2.3"),
        (as_bytes(SPDX3), "SPDX 3.0"),
        (TAGS.encode(), "SPDX 2 tags"),
        (yocto_archive(), "SPDX 2.2 archive"),
        (b"\xef\xbb\xbf" + as_bytes(CYCLONEDX), "CycloneDX 1.6"),
    ],
)
def test_every_format_names_the_same_components(content: bytes, kind: str) -> None:
    found = read_sbom(content, "some/where/bom")

    assert (found.format, found.name) == (kind, "bom")
    assert {(one.name.removesuffix("-sources"), one.version) for one in found.components} >= {("busybox", "1.36.1")}
    assert all(one.source == "maker's SBOM" for one in found.components)
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"bomFormat": "other"}',
        b'{"spdxVersion": "SPDX-9"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"SPDXVersion: SPDX-1.2\nPackageName: a\n",
        b"# a comment\nand no SBOM\n",
        b"\x28\xb5\x2f\xfd" + b"\x00" * 40,
        b"\x1f\x8b" + b"\x00" * 40,
        b"\x00" * 257 + b"ustar" + b"\xff" * 300,
    ],
)
def test_what_is_no_list_of_components_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read_sbom(content, "s.json")

    assert caught.value.hint
    assert caught.value.exit_code == 3


def test_xml_is_refused_with_the_way_to_convert_it() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "aaaa">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>'

    with pytest.raises(UnreadableInputError, match="XML") as caught:
        read_sbom(bomb, "bom.xml")

    assert "convert" in caught.value.hint


def test_rows_that_are_no_components_are_left_out_and_counted() -> None:
    found = read_sbom(
        b'{"bomFormat": "CycloneDX", "components": [1, null, {"name": ""}, {"name": {"a": 1}}]}', "s.json"
    )

    assert found.components == ()
    assert found.left_out == {"entries without a name": 2}


def test_a_list_without_end_is_refused() -> None:
    rows = b",".join([b'{"name":"a"}'] * (MOST_COMPONENTS + 1))

    with pytest.raises(UnreadableInputError, match="more than 100,000 components"):
        read_sbom(b'{"bomFormat": "CycloneDX", "components": [' + rows + b"]}", "s.json")


def test_the_top_of_a_set_of_documents_is_no_empty_list() -> None:
    outside = [{"externalDocumentId": f"DocumentRef-{n}"} for n in range(9)]
    top = {"spdxVersion": "SPDX-2.2", "packages": [{"name": "image", "SPDXID": "i"}], "externalDocumentRefs": outside}

    with pytest.raises(UnreadableInputError, match="9 other documents") as caught:
        read_sbom(as_bytes(top), "image.spdx.json")

    assert "tar.zst" in caught.value.hint


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_UNPACKED", 1 << 20)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.spdx.json")
        member.size = 4 << 20
        archive.addfile(member, io.BytesIO(b" " * member.size))

    with pytest.raises(UnreadableInputError, match="damaged archive"):
        read_sbom(zstandard.compress(file.getvalue()), "a.tar.zst")


def test_a_cut_archive_is_refused() -> None:
    with pytest.raises(UnreadableInputError):
        read_sbom(yocto_archive()[:-20], "a.tar.zst")


def test_the_coverage_says_what_was_read() -> None:
    said = list_of(read_sbom(as_bytes(CYCLONEDX), "bom.json"))

    assert said is not None
    assert (said.format, said.components) == ("CycloneDX 1.6", 3)
    assert said.left_out["tools of the build"] == 1
    assert list_of(None) is None


def test_any_value_in_any_field_is_read_or_passed_over() -> None:
    for value in (None, 1, "x", [], {}, [None, 1, "x", [], {}], "\ud800", 1e300):
        row = dict.fromkeys(("name", "version", "purl", "cpe", "licenses", "properties", "type", "components"), value)
        package = dict.fromkeys(("name", "versionInfo", "externalRefs", "SPDXID", "primaryPackagePurpose"), value)
        documents = [
            {"bomFormat": "CycloneDX", "specVersion": value, "metadata": value, "components": [row]},
            {"bomFormat": "CycloneDX", "components": value},
            {"spdxVersion": "SPDX-2.3", "packages": [package], "relationships": value, "documentDescribes": value},
            {
                "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
                "@graph": [row | {"type": "software_Package"}],
            },
            {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": value},
        ]
        for document in documents:
            read_sbom(json.dumps(document).encode(), "s.json")
