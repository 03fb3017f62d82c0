"""One file per topic, and the one tuple that says which of them run, in which order.

A detector is pure: a subject goes in, a detection comes out. Whoever adds one writes a file
here, documents its rules as data, and adds it to the tuple.
"""

from fairmark.examine.detectors import accounts, components, connectivity, hardening, keys, services, updates
from fairmark.examine.rule import Detector

DETECTORS: tuple[Detector, ...] = (
    accounts.DETECTOR,
    services.DETECTOR,
    keys.DETECTOR,
    updates.DETECTOR,
    connectivity.DETECTOR,
    hardening.DETECTOR,
    components.DETECTOR,
)
