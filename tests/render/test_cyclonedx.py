import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from fairmark.model.image import Coverage, ImageRecord
from fairmark.render import cyclonedx
from tests.doubles import assessments as given


def valid(document: bytes) -> dict[str, Any]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document.decode())
    assert error is None, error
    made: dict[str, Any] = json.loads(document)
    return made


@pytest.mark.parametrize("made", [given.assessment(), given.repaired(), given.hostile("<\u202e%\\xff ä>" * 300)])
def test_the_document_keeps_to_the_schema(made: Any) -> None:
    assert valid(cyclonedx.render(made))["specVersion"] == "1.6"


def test_the_device_carries_the_digest_of_its_image() -> None:
    device = valid(cyclonedx.render(given.assessment()))["metadata"]["component"]

    assert (device["type"], device["name"], device["version"]) == ("device", "Pico Cam 2", "1.4.2")
    assert device["hashes"] == [{"alg": "SHA-256", "content": given.digest("flawed")}]


def test_components_say_where_they_were_seen_and_under_which_licence() -> None:
    components = {one["name"]: one for one in valid(cyclonedx.render(given.assessment()))["components"]}

    assert components["openssl"]["evidence"]["occurrences"][0] == {"location": "/usr/lib/libcrypto.so.1.0.0"}
    assert components["busybox"]["licenses"] == [{"license": {"id": "GPL-2.0"}}]
    assert components["vendor-httpd"]["licenses"] == [{"license": {"name": "a licence of its own"}}]
    assert components["linux"]["type"] == "operating-system"


def test_time_and_serial_number_rest_on_the_assessment() -> None:
    first, again = cyclonedx.render(given.assessment()), cyclonedx.render(given.assessment())
    other = valid(cyclonedx.render(given.repaired()))

    assert first == again
    assert valid(first)["metadata"]["timestamp"] == "2026-11-20T08:30:00Z"
    assert valid(first)["serialNumber"] != other["serialNumber"]
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", other["serialNumber"]
    )


def test_a_list_is_never_called_complete() -> None:
    with_gaps = valid(cyclonedx.render(given.assessment()))
    without = valid(cyclonedx.render(given.assessment(coverage=Coverage())))

    assert with_gaps["compositions"][0]["aggregate"] == "incomplete"
    assert without["compositions"][0]["aggregate"] == "unknown"


def test_the_same_component_seen_twice_is_listed_once() -> None:
    twice = (*given.COMPONENTS, given.COMPONENTS[0])

    components = valid(cyclonedx.render(given.assessment(components=twice)))["components"]

    assert [one["name"] for one in components] == ["busybox", "linux", "openssl", "vendor-httpd"]


def test_without_an_image_there_is_still_a_document() -> None:
    made = valid(cyclonedx.render(given.assessment(image=ImageRecord(), components=())))

    assert made["components"] == []
    assert "hashes" not in made["metadata"]["component"]
