"""Files that a small device starts with: a busybox with chosen applets, init scripts, programs."""

from collections.abc import Mapping

from fairmark.examine.subject import Subject
from fairmark.model.device import Device
from tests.doubles.elves import elf
from tests.doubles.subjects import Crack, opens_nothing, subject

RCS = b'#!/bin/sh\nfor script in /etc/init.d/S??*; do\n  [ -x "$script" ] && "$script" start\ndone\n'
INITTAB = b"::sysinit:/etc/init.d/rcS\n"
PROGRAM = elf(imports=("listen", "bind", "accept", "socket"))


def busybox(*applets: str) -> bytes:
    """Make a busybox whose table of applets holds the given names among some that every busybox has."""
    names = sorted({"[", "ash", "cat", "ls", "sh", "zcat", *applets})
    return elf(payload=b"\0" + b"\0".join(name.encode() for name in names) + b"\0")


def started(
    script: str | bytes,
    files: Mapping[str, bytes | tuple[bytes, int]] | None = None,
    *,
    applets: tuple[str, ...] = ("telnetd",),
    links: Mapping[str, str] | None = None,
    device: Device | None = None,
    crack: Crack = opens_nothing,
) -> Subject:
    """Make a device that runs ``script`` as /etc/init.d/S50x when it starts."""
    body = script.encode() if isinstance(script, str) else script
    base: dict[str, bytes | tuple[bytes, int]] = {
        "/etc/inittab": INITTAB,
        "/etc/init.d/rcS": RCS,
        "/etc/init.d/S50x": b"#!/bin/sh\n" + body,
        "/bin/busybox": busybox(*applets),
    }
    all_links = {f"/usr/sbin/{name}": "../../bin/busybox" for name in applets} if links is None else links
    return subject({**base, **(files or {})}, links=all_links, device=device, crack=crack)
