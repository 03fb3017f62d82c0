"""The containers that firmware is made of, one file per format, all named in one tuple.

Each file holds a frozen ``Handler``: how the format is known, how it is opened, and a page of
documentation that says what is not covered. To add a format, write its file and name it here.
"""

from fairmark.examine.containers.android_sparse import ANDROID_SPARSE
from fairmark.examine.containers.compressed import BZIP2, GZIP, LZMA, XZ, ZSTD
from fairmark.examine.containers.cpio import CPIO
from fairmark.examine.containers.cramfs import CRAMFS
from fairmark.examine.containers.erofs import EROFS
from fairmark.examine.containers.esp_partitions import ESP_PARTITIONS
from fairmark.examine.containers.ext import EXT
from fairmark.examine.containers.firmware_images import CORTEX_M_IMAGE, ESP_IMAGE, MCUBOOT_IMAGE
from fairmark.examine.containers.fit import DEVICE_TREE, FIT
from fairmark.examine.containers.handler import Handler
from fairmark.examine.containers.hex_records import INTEL_HEX, S_RECORDS
from fairmark.examine.containers.jffs2 import JFFS2
from fairmark.examine.containers.lz4_stream import LZ4, LZ4_LEGACY
from fairmark.examine.containers.lzop import LZOP
from fairmark.examine.containers.romfs import ROMFS
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.containers.tar import TAR
from fairmark.examine.containers.trx import TRX
from fairmark.examine.containers.ubi import UBI
from fairmark.examine.containers.ubifs import UBIFS
from fairmark.examine.containers.uf2 import UF2
from fairmark.examine.containers.uimage import UIMAGE
from fairmark.examine.containers.unsupported import RECOGNISED_ONLY
from fairmark.examine.containers.yaffs2 import YAFFS2
from fairmark.examine.containers.zip import ZIP

# Known by their first bytes, reported as a gap, not opened.
UNSUPPORTED: tuple[Handler, ...] = RECOGNISED_ONLY

# In the order in which they are tried: the strictest first.
HANDLERS: tuple[Handler, ...] = (
    *(TRX, UIMAGE, SQUASHFS, UBI, UBIFS, JFFS2, YAFFS2, EROFS, EXT),
    *(FIT, DEVICE_TREE, CRAMFS, ROMFS, ANDROID_SPARSE, ZIP, LZOP, LZ4, LZ4_LEGACY),
    *(CPIO, XZ, ZSTD, BZIP2, GZIP, TAR, UF2, INTEL_HEX, S_RECORDS),
    *(MCUBOOT_IMAGE, ESP_IMAGE, ESP_PARTITIONS, LZMA, CORTEX_M_IMAGE),
    *UNSUPPORTED,
)
