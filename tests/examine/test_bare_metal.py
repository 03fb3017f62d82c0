"""Firmware images among loose payloads and among the files of a system."""

from fairmark.examine.bare_metal import images_of, running_paths
from fairmark.examine.blob import Blob
from fairmark.examine.extract import extract
from fairmark.examine.limits import Limits
from fairmark.examine.scan import scan
from fairmark.examine.stated import stated
from fairmark.examine.subject import Subject
from fairmark.model.device import Device
from tests.doubles.firmware_images import CODE, cortex_m_program, esp_image, intel_hex, with_softdevice
from tests.doubles.subjects import TOOL, opens_nothing, still_clock, subject


def of_image(image: bytes) -> Subject:
    """Open and scan an image."""
    found = extract(Blob(image), limits=Limits(), clock=still_clock)
    files, _ = scan(found.trees, loose=found.loose, limits=Limits(), clock=still_clock)
    return Subject(found.trees, files, Device(), TOOL, opens_nothing, loose=found.loose, containers=found.containers)


def test_a_loose_image_is_the_device_and_its_marks_are_named() -> None:
    (image,) = images_of(of_image(esp_image(code=CODE + b"\0IDLE\0Tmr Svc\0")))

    assert image.is_the_device
    assert (image.firmware.chip, [name for name, _ in image.marks]) == ("ESP32", ["freertos"])


def test_a_mark_is_silent_where_the_version_is_known() -> None:
    code = CODE + b"\0*** Booting Zephyr OS build v3.6.0 ***\0"

    (image,) = images_of(of_image(esp_image(code=code)))

    assert image.marks == ()


def test_an_image_for_another_chip_inside_a_system_is_found_by_its_place() -> None:
    device = subject({"/lib/firmware/radio": esp_image(), "/opt/lamp.bin": esp_image(), "/opt/other": esp_image()})

    found = list(images_of(device))

    assert [(one.item.path, one.is_the_device) for one in found] == [
        ("/lib/firmware/radio", False),
        ("/opt/lamp.bin", False),
    ]


def test_components_come_from_headers_and_marks() -> None:
    program = with_softdevice(cortex_m_program() + CODE + b"\0tcpip_thread\0", 132, 6_001_001)

    components = [one for one, _ in stated(of_image(intel_hex({0: program})))]

    assert [(one.name, one.version, one.source) for one in components] == [
        ("nrf-softdevice-s132", "6.1.1", "firmware header"),
        ("lwip", "", "mark in firmware"),
    ]


def test_what_is_linked_into_the_image_of_the_device_runs() -> None:
    assert running_paths(of_image(esp_image())) == {"/0/esp_image"}
    assert running_paths(subject({"/lib/firmware/radio": esp_image()})) == frozenset()
