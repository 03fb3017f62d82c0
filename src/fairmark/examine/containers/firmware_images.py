"""Images of small devices: known by their headers, kept whole, for there is nothing in them to unpack.

What the headers say is read by :mod:`fairmark.examine.firmware_kinds`; here they only get their place in
the tree of containers, so that an image of a known kind is no gap "unknown format".
"""

from collections.abc import Callable
from functools import partial

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.firmware_kinds import cortex_m, esp, mcuboot
from fairmark.examine.firmware_kinds.firmware import Firmware
from fairmark.model.gap import Gap, GapReason

_HEADERS = ((esp.DESCRIPTION_MAGIC, esp.DESCRIPTION_AT), (mcuboot.MAGIC, 0))
_STEP = 256  # headers inside a program stand at such multiples


def _open(read: Callable[[Blob], Firmware | None], blob: Blob, offset: int, context: Context) -> Opened:
    found = read(blob.view(offset))
    if found is None:
        raise DamagedError("the header leads nowhere")
    gaps = tuple(Gap(where=context.where, reason=GapReason.DAMAGED, detail=fault) for fault in found.faults)
    return Opened(found.size, found.summary, gaps=gaps, is_whole=True)


def _open_cortex_m(blob: Blob, offset: int, context: Context) -> Opened:
    """A program without a header ends nowhere; it is cut where another image begins."""
    return _open(cortex_m.read_cortex_m_image, blob.view(0, offset + _extent(blob.view(offset))), offset, context)


def _extent(blob: Blob) -> int:
    ends = [blob.size]
    for magic, distance in _HEADERS:
        at = blob.find(magic, _STEP)
        while at >= 0 and (at - distance) % _STEP:
            at = blob.find(magic, at + 1)
        ends += [at - distance] if at >= 0 else []
    return min(ends)


def _begins(test: Callable[[Blob], bool], blob: Blob, offset: int) -> bool:
    return test(blob.view(offset))


ESP_IMAGE = Handler(
    name="esp_image",
    documentation=(
        "Application or boot loader of Espressif's chips: chip, project, version and signature are read, the "
        "checksum and digests are checked. Limitation: the signature itself is not verified, code is not analysed."
    ),
    magics=((esp.DESCRIPTION_MAGIC, esp.DESCRIPTION_AT),),
    recognise=partial(_begins, esp.is_esp_image),
    open=partial(_open, esp.read_esp_image),
)
MCUBOOT_IMAGE = Handler(
    name="mcuboot_image",
    documentation=(
        "Image for the MCUboot boot loader: version, signature and name of the key are read, the digest is checked. "
        "Limitation: the signature itself is not verified, encrypted images stay closed, code is not analysed."
    ),
    magics=((mcuboot.MAGIC, 0),),
    recognise=partial(_begins, mcuboot.is_mcuboot_image),
    open=partial(_open, mcuboot.read_mcuboot_image),
)
CORTEX_M_IMAGE = Handler(
    name="cortex_m_image",
    documentation=(
        "Program for Arm Cortex-M, known by its table of vectors. Limitation: it says nothing about itself but "
        "what texts in it tell; code is not analysed."
    ),
    magics=(),
    recognise=partial(_begins, cortex_m.is_cortex_m_image),
    open=_open_cortex_m,
)
