import json
import re
from typing import Any

import pytest

from fairmark.render import spdx
from tests.doubles import assessments as given


def made(assessment: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(spdx.render(assessment))
    return document


@pytest.mark.parametrize("assessment", [given.assessment(), given.repaired(), given.hostile("<\u202e ä>" * 300)])
def test_the_fields_that_spdx_demands_are_there(assessment: Any) -> None:
    document = made(assessment)

    assert document["spdxVersion"] == "SPDX-2.3"
    assert document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT"
    assert re.fullmatch(r"https://[^#\s]+", document["documentNamespace"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
    assert document["creationInfo"]["creators"] == ["Tool: fairmark-0.1.0"]
    for package in document["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
        assert package["name"]
        assert package["downloadLocation"] == "NOASSERTION"


def test_every_relationship_names_things_that_exist_and_every_package_is_reached() -> None:
    document = made(given.assessment())
    ids = {document["SPDXID"], *(one["SPDXID"] for one in document["packages"])}

    related = document["relationships"]

    assert {one["spdxElementId"] for one in related} <= ids
    assert {one["relatedSpdxElement"] for one in related} == ids - {"SPDXRef-DOCUMENT"}
    assert related[0]["relationshipType"] == "DESCRIBES"


def test_the_firmware_carries_the_digest_of_the_image() -> None:
    firmware = made(given.assessment())["packages"][0]

    assert firmware["primaryPackagePurpose"] == "FIRMWARE"
    assert firmware["supplier"] == "Organization: Example Maker"
    assert firmware["checksums"] == [{"algorithm": "SHA256", "checksumValue": given.digest("flawed")}]


def test_a_licence_that_is_no_expression_becomes_a_comment() -> None:
    packages = {one["name"]: one for one in made(given.assessment())["packages"]}

    assert packages["busybox"]["licenseDeclared"] == "GPL-2.0"
    assert packages["vendor-httpd"]["licenseDeclared"] == "NOASSERTION"
    assert packages["vendor-httpd"]["licenseComments"] == "The package states: a licence of its own"


def test_names_of_other_lists_are_kept() -> None:
    packages = {one["name"]: one for one in made(given.assessment())["packages"]}

    assert packages["busybox"]["externalRefs"] == [
        {
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": "pkg:opkg/busybox@1.31.1",
        },
        {
            "referenceCategory": "SECURITY",
            "referenceType": "cpe23Type",
            "referenceLocator": "cpe:2.3:a:busybox:busybox:1.31.1:*:*:*:*:*:*:*",
        },
    ]


def test_the_same_assessment_gives_the_same_bytes_and_another_another_name() -> None:
    assert spdx.render(given.assessment()) == spdx.render(given.assessment())
    assert made(given.assessment())["documentNamespace"] != made(given.repaired())["documentNamespace"]
