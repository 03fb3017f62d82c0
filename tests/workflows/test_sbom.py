import json

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.workflows.sbom import MOST_COMPONENTS, read_sbom


def test_cyclonedx_components_are_read_sorted() -> None:
    document = {
        "bomFormat": "CycloneDX",
        "components": [{"name": "zlib", "version": "1.3"}, {"name": "curl", "purl": "pkg:generic/curl"}],
    }

    assert [c.name for c in read_sbom(json.dumps(document).encode(), "s.json")] == ["curl", "zlib"]


def test_spdx_packages_are_read_with_their_purl() -> None:
    reference = {"referenceType": "purl", "referenceLocator": "pkg:deb/debian/zlib1g@1.3"}
    document = {
        "spdxVersion": "SPDX-2.3",
        "packages": [{"name": "zlib1g", "versionInfo": "1.3", "externalRefs": [reference]}],
    }

    (component,) = read_sbom(json.dumps(document).encode(), "s.json")

    assert (component.version, component.purl) == ("1.3", "pkg:deb/debian/zlib1g@1.3")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"bomFormat": "other"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"bomFormat": "CycloneDX", "components": [{"name": {"a": 1}}]}',
    ],
)
def test_what_is_no_list_of_components_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read_sbom(content, "s.json")

    assert caught.value.hint
    assert caught.value.exit_code == 3


def test_rows_that_are_no_components_are_left_out() -> None:
    assert read_sbom(b'{"bomFormat": "CycloneDX", "components": [1, null, {"name": ""}]}', "s.json") == ()


def test_a_list_without_end_is_refused() -> None:
    rows = b",".join([b'{"name":"a"}'] * (MOST_COMPONENTS + 1))

    with pytest.raises(UnreadableInputError, match="100,001 components"):
        read_sbom(b'{"bomFormat": "CycloneDX", "components": [' + rows + b"]}", "s.json")
