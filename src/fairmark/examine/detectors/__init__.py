"""One file per topic, and the one tuple that says which of them run, in which order.

A detector is pure: a subject goes in, a detection comes out. Whoever adds one writes a file
here, documents its rules as data, and adds it to the tuple.
"""

from fairmark.examine.detectors import (
    accounts,
    boot_chain,
    certificates,
    client_links,
    components,
    connectivity,
    databases,
    debug,
    embedded_keys,
    file_sharing,
    firewall,
    firmware,
    hardening,
    kernel,
    keys,
    management,
    messaging,
    personal_data,
    remote_access,
    scripts,
    services,
    system_settings,
    updates,
    vendor_settings,
    web_servers,
    wireless,
)
from fairmark.examine.rule import Detector

DETECTORS: tuple[Detector, ...] = (
    accounts.DETECTOR,
    services.DETECTOR,
    keys.DETECTOR,
    embedded_keys.DETECTOR,
    certificates.DETECTOR,
    updates.DETECTOR,
    firmware.DETECTOR,
    connectivity.DETECTOR,
    scripts.DETECTOR,
    remote_access.DETECTOR,
    web_servers.DETECTOR,
    messaging.DETECTOR,
    file_sharing.DETECTOR,
    management.DETECTOR,
    databases.DETECTOR,
    firewall.DETECTOR,
    wireless.DETECTOR,
    client_links.DETECTOR,
    vendor_settings.DETECTOR,
    debug.DETECTOR,
    hardening.DETECTOR,
    kernel.DETECTOR,
    boot_chain.DETECTOR,
    system_settings.DETECTOR,
    personal_data.DETECTOR,
    components.DETECTOR,
)
