"""The partition table of Espressif's chips."""

from fairmark.examine.blob import Blob
from fairmark.examine.containers.esp_partitions import ESP_PARTITIONS
from fairmark.model.gap import GapReason
from tests.doubles.firmware_images import esp_partition_table
from tests.doubles.hostile import cut, survive
from tests.doubles.opening import open_with

_TABLE = esp_partition_table(
    [
        (1, 0x02, 0x9000, 0x6000, "nvs", 0),
        (1, 0x00, 0xF000, 0x2000, "otadata", 0),
        (0, 0x10, 0x2_0000, 0x18_0000, "app0", 0),
        (0, 0x11, 0x1A_0000, 0x18_0000, "app1", 1),
    ]
)


def test_partitions_are_listed_in_words() -> None:
    opened = open_with(ESP_PARTITIONS, _TABLE + b"\xff" * 100)

    assert opened.note.split("; ") == [
        "nvs (data nvs at 0x9000, 24,576 bytes)",
        "otadata (data ota at 0xf000, 8,192 bytes)",
        "app0 (app ota_0 at 0x20000, 1,572,864 bytes)",
        "app1 (app ota_1 at 0x1a0000, 1,572,864 bytes, encrypted)",
    ]
    assert (opened.size, opened.gaps) == (len(_TABLE), ())


def test_a_wrong_checksum_is_damage() -> None:
    raw = _TABLE[:-1] + bytes([_TABLE[-1] ^ 1])

    assert [gap.reason for gap in open_with(ESP_PARTITIONS, raw).gaps] == [GapReason.DAMAGED]


def test_two_bytes_alone_are_no_table() -> None:
    for data in (
        b"\xaa\x50",
        b"\xaa\x50\x01\x02" + b"\xff" * 99,
        esp_partition_table([(1, 2, 0x9000, 0x6000, "nvs", 0)]),
    ):
        assert not ESP_PARTITIONS.recognise(Blob(data), 0)


def test_a_table_that_breaks_off_is_survived() -> None:
    for one in cut(_TABLE):
        survive(ESP_PARTITIONS, one)
