"""Makers' lists of components in every shape that is read, as small as the shape allows."""

import io
import json
import tarfile
from typing import Any

import zstandard

BUSYBOX_CPE = "cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*"
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {
        "component": {"type": "firmware", "name": "Cam", "components": [{"type": "library", "name": "vendor-lib"}]}
    },
    "components": [
        {
            "type": "library",
            "bom-ref": "busybox",
            "name": "busybox",
            "version": "1.36.1",
            "cpe": BUSYBOX_CPE,
            "licenses": [{"license": {"id": "GPL-2.0-only"}}],
            "properties": [{"name": "BR_TYPE", "value": "target"}],
            "components": [{"type": "library", "name": "lzma", "version": "4.65"}],
        },
        {
            "type": "library",
            "name": "busybox",
            "version": "1.36.1",
            "properties": [{"name": "BR_TYPE", "value": "host"}],
        },
        {"type": "file", "name": "/bin/busybox"},
        {"type": "library", "name": "gtest", "version": "1.14", "scope": "excluded"},
    ],
}
SPDX2: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "packages": [
        {"SPDXID": "SPDXRef-image", "name": "cam-image", "versionInfo": "1.4"},
        {
            "SPDXID": "SPDXRef-b",
            "name": "busybox",
            "versionInfo": "1.36.1",
            "licenseDeclared": "NOASSERTION",
            "externalRefs": [
                {
                    "referenceCategory": "SECURITY",
                    "referenceType": "http://spdx.org/rdf/references/cpe23Type",
                    "referenceLocator": BUSYBOX_CPE,
                },
                {
                    "referenceCategory": "PACKAGE_MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:generic/busybox@1.36.1",
                },
            ],
        },
        {"SPDXID": "SPDXRef-f", "name": "rootfs.tar", "primaryPackagePurpose": "ARCHIVE"},
    ],
    "relationships": [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relationshipType": "DESCRIBES",
            "relatedSpdxElement": "SPDXRef-image",
        }
    ],
}
SPDX3: dict[str, Any] = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "SpdxDocument", "spdxId": "d"},
        {
            "type": "software_Package",
            "spdxId": "p",
            "name": "busybox",
            "software_packageVersion": "1.36.1",
            "software_primaryPurpose": "install",
            "externalIdentifier": [
                {"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": BUSYBOX_CPE}
            ],
        },
        {
            "type": "software_Package",
            "spdxId": "s",
            "name": "busybox-1.36.1.tar.bz2",
            "software_primaryPurpose": "source",
        },
    ],
}
TAGS = f"""SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: modules
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app-sources

##### Package: app-sources

PackageName: app-sources
SPDXID: SPDXRef-app-sources
PrimaryPackagePurpose: SOURCE

##### Package: busybox-sources

PackageName: busybox-sources
SPDXID: SPDXRef-busybox-sources
PackageVersion: ec78104f15691cccd94682cf4b22e0a013f28dd8-dirty
PrimaryPackagePurpose: SOURCE
PackageCopyrightText: <text>someone
PackageName: not a package, a line of a text
</text>
ExternalRef: SECURITY cpe23Type {BUSYBOX_CPE}

FileName: ./main.c
PackageVersion: 9.9
"""


def as_bytes(document: Any) -> bytes:
    """The document as JSON."""
    return json.dumps(document).encode()


def yocto_archive() -> bytes:
    """An archive as create-spdx of Yocto makes it: a document for each package and each recipe."""
    refs = [{"referenceType": "http://spdx.org/rdf/references/cpe23Type", "referenceLocator": BUSYBOX_CPE}]
    documents = {
        "recipe-busybox": {
            "packages": [{"SPDXID": "SPDXRef-Recipe", "name": "busybox", "versionInfo": "1.36.1", "externalRefs": refs}]
        },
        "recipe-gcc-cross": {"packages": [{"SPDXID": "SPDXRef-Recipe", "name": "gcc-cross", "versionInfo": "13.2"}]},
        "busybox": {
            "packages": [{"SPDXID": "SPDXRef-Package-busybox", "name": "busybox", "versionInfo": "1.36.1"}],
            "relationships": [
                {
                    "spdxElementId": "SPDXRef-Package-busybox",
                    "relationshipType": "GENERATED_FROM",
                    "relatedSpdxElement": "DocumentRef-recipe-busybox:SPDXRef-Recipe",
                }
            ],
        },
    }
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, document in {**documents, "index": {}}.items():
            content = as_bytes({"spdxVersion": "SPDX-2.2", "name": name} | document)
            member = tarfile.TarInfo("index.json" if name == "index" else f"{name}.spdx.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return zstandard.compress(file.getvalue())
