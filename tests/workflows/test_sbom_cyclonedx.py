from typing import Any

from fairmark.workflows.sbom_cyclonedx import cyclonedx
from tests.doubles.sboms import CYCLONEDX


def test_components_inside_components_and_inside_the_device_are_listed_with_their_places() -> None:
    found = cyclonedx(CYCLONEDX, 100)

    assert [(one.component.name, one.place) for one in found.entries] == [
        ("busybox", "components/0"),
        ("lzma", "components/0/components/0"),
        ("vendor-lib", "metadata/component/components/0"),
    ]
    assert found.entries[0].component.licence == "GPL-2.0-only"


def test_tools_of_the_build_files_and_what_is_not_shipped_are_left_out_and_counted() -> None:
    assert cyclonedx(CYCLONEDX, 100).left_out == {
        "tools of the build": 1,
        "files": 1,
        "entries that are not shipped": 1,
    }


def test_depth_and_breadth_are_bounded() -> None:
    deep: dict[str, Any] = {"name": "a"}
    for _ in range(5_000):
        deep = {"name": "a", "components": [deep]}

    assert len(cyclonedx({"components": [deep]}, 100).entries) == 101
    assert len(cyclonedx({"components": [{"name": "a"}] * 9_000}, 100).entries) == 101
