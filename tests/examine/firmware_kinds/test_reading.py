"""One question to every reader; marks; keys that everybody has."""

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.reading import MOST, marks_of, read_firmware, sample_keys
from tests.doubles.firmware_images import CODE, cortex_m_program, esp_image, mcuboot_image


def test_each_kind_finds_its_reader() -> None:
    images = (esp_image(), mcuboot_image(CODE), cortex_m_program(), CODE)

    found = [read_firmware(Blob(one)) for one in images]

    assert [one and one.kind for one in found] == ["esp_image", "mcuboot_image", "cortex_m_image", None]


def test_what_is_larger_than_any_chip_is_none() -> None:
    assert read_firmware(Blob(cortex_m_program() + bytes(MOST))) is None


def test_a_component_is_named_when_all_its_marks_are_there() -> None:
    assert marks_of(b"..IDLE\0") == ()
    assert marks_of(b"..IDLE\0Tmr Svc\0 tcpip_thread") == (("freertos", 7), ("lwip", 16))


def test_example_keys_are_digests() -> None:
    assert len(sample_keys()) >= 2
    assert all(len(bytes.fromhex(digest)) == 32 and name for digest, name in sample_keys().items())
