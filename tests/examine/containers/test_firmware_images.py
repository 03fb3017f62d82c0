"""Images of small devices in the tree of containers: known, whole, and searched for inside others."""

from fairmark.examine.blob import Blob
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.limits import Limits
from tests.doubles.firmware_images import (
    CODE,
    cortex_m_program,
    esp_image,
    esp_partition_table,
    intel_hex,
    mcuboot_image,
    uf2,
)

_TABLE = esp_partition_table([(1, 2, 0x9000, 0x6000, "nvs", 0), (0, 0, 0x1_0000, 0x10_0000, "factory", 0)])


def _opened(image: bytes) -> Extraction:
    return extract(Blob(image), limits=Limits(), clock=lambda: 0.0)


def test_an_application_is_no_unknown_format_and_stays_whole() -> None:
    image = esp_image()

    found = _opened(image)

    assert [(one.kind, one.opened) for one in found.containers] == [("esp_image", True)]
    assert [(one.name, one.blob.size) for one in found.loose] == [("/esp_image", len(image))]
    assert found.gaps == ()


def test_a_flash_dump_gives_boot_loader_table_and_application() -> None:
    boot = esp_image(described=False)
    image = boot + b"\xff" * (0x7000 - len(boot)) + _TABLE + b"\xff" * (0xF000 - 0x7000 - len(_TABLE)) + esp_image()

    found = _opened(image)

    assert [one.kind for one in found.containers] == ["esp_image", "esp_partitions", "esp_image"]
    assert found.gaps == ()


def test_a_boot_loader_ends_where_the_signed_image_begins() -> None:
    boot, application = cortex_m_program(), mcuboot_image(cortex_m_program(base=0xC000))

    found = _opened(boot.ljust(0xC000, b"\xff") + application)

    assert [(one.kind, one.offset) for one in found.containers] == [("cortex_m_image", 0), ("mcuboot_image", 0xC000)]


def test_text_and_block_formats_lead_to_the_program() -> None:
    for image in (intel_hex({0: cortex_m_program()}), uf2(0x1000_0000, cortex_m_program(base=0x1000_0000))):
        assert [one.kind for one in _opened(image).containers][1:] == ["cortex_m_image"]


def test_a_changed_image_is_a_gap_and_stays_open() -> None:
    image = bytearray(mcuboot_image(CODE))
    image[0x300] ^= 1

    (gap,) = _opened(bytes(image)).gaps

    assert gap.detail == "the digest is not that of the image: it was changed after signing"
