"""The containers that firmware is made of, one file per format, all named in one tuple.

Each file holds a frozen ``Handler``: how the format is known, how it is opened, and a page of
documentation that says what is not covered. To add a format, write its file and name it here.
"""

from fairmark.examine.containers.compressed import BZIP2, GZIP, LZMA, XZ, ZSTD
from fairmark.examine.containers.cpio import CPIO
from fairmark.examine.containers.handler import Handler
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.containers.tar import TAR
from fairmark.examine.containers.trx import TRX
from fairmark.examine.containers.uimage import UIMAGE
from fairmark.examine.containers.unsupported import RECOGNISED_ONLY

# Known by their first bytes, reported as a gap, not opened.
UNSUPPORTED: tuple[Handler, ...] = RECOGNISED_ONLY

# In the order in which they are tried: the strictest first.
HANDLERS: tuple[Handler, ...] = (TRX, UIMAGE, SQUASHFS, CPIO, XZ, ZSTD, BZIP2, GZIP, TAR, LZMA, *UNSUPPORTED)
