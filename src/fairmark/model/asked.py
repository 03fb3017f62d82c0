"""Which catalogues a device is asked to meet: not every standard that it is judged against is one that binds it."""

from fairmark.model.device import Device
from fairmark.model.standard import Catalogue

BASELINE = ("en303645", "psti")
"""The baseline that most schemes build on, and the law that points to it."""


def is_asked(catalogue: Catalogue, device: Device) -> bool:
    """Whether a mandatory provision of the catalogue that fails holds a build up.

    It is the baseline, law in one of the device's markets (every law, while these are not stated), or one that the
    maker has made claims about. Others are judged and shown, and asked for by name.
    """
    if catalogue.id in BASELINE or catalogue.id in device.claims:
        return True
    sold = {str(market) for market in device.markets}
    return catalogue.kind == "law" and (not sold or not catalogue.markets or bool(sold & set(catalogue.markets)))
