"""Two firmware images of an internet camera: one with flaws as they were sold, one with each mended.

An image is a TRX container with a kernel (a uImage, gzip inside, an early root file system in
the kernel) and a root file system (squashfs, xz). Same bytes every time; about half a second.
"""

import gzip
import os
import stat

from fairmark.demo.camera_files import BUILT, fixed_files, flawed_files, folder, link, program, service, text
from fairmark.demo.camera_programs import programs
from fairmark.demo.elf import elf, instructions
from fairmark.demo.formats import Node, cpio_newc, squashfs, trx, uimage

_BANNER = (
    b"Linux version 5.10.209 (build@camera) (arm-linux-gnueabihf-gcc 12.3.0) "
    b"#1 SMP PREEMPT Fri Mar 1 00:00:00 UTC 2024\n"
)
_COMMAND_LINE = b"console=ttyS0,115200 root=/dev/mtdblock3 rootfstype=squashfs ro"
_KERNEL_CODE = 300_000

_EARLY_INIT = """\
#!/bin/sh
# First program of the kernel: find the root file system and hand over to it.
mount -t devtmpfs devtmpfs /dev
mount -t squashfs -o ro /dev/mtdblock3 /newroot
exec switch_root /newroot /sbin/init
"""


def flawed_image() -> bytes:
    """Return the image of the camera with the flaws that ``examples/ip-camera/README.md`` lists."""
    telnet = service("etc/init.d/S50telnetd", "/usr/sbin/telnetd -p 23 -l /bin/login")
    return pack((*flawed_files(), *programs(flawed=True), telnet))


def fixed_image() -> bytes:
    """Return the image of the same camera with every one of those flaws mended."""
    nightly = (
        text("etc/crontabs/root", "17 3 * * * /usr/sbin/fwupdate\n", 0o600),
        service("etc/init.d/S80crond", "/usr/sbin/crond -c /etc/crontabs"),
    )
    return pack((*fixed_files(), *programs(flawed=False), *nightly))


def pack(nodes: tuple[Node, ...]) -> bytes:
    """Put a root file system and the kernel into one image."""
    return join(squashfs(sorted(nodes, key=lambda node: node.path), compression="xz"))


def join(root_file_system: bytes) -> bytes:
    """Put the kernel before a root file system that is packed already."""
    return trx((kernel(), root_file_system))


def kernel() -> bytes:
    """Return the kernel: code that does nothing, the banner of its version, an early root file system."""
    code = instructions(_BANNER, _KERNEL_CODE)
    aligned = b"".join(part + bytes(-len(part) % 16) for part in (code, _BANNER, _COMMAND_LINE, _early_root()))
    packed = gzip.compress(aligned, 9, mtime=BUILT)
    return uimage(packed, name="Linux-5.10.209", compression=1, time=BUILT)


def _early_root() -> bytes:
    shell = elf(
        needed=("libc.so.6",),
        imports=("__stack_chk_fail", "execve", "mount"),
        strings=("BusyBox v1.36.1 (2024-03-01 00:00:00 UTC)", "mount", "sh", "switch_root"),
    )
    console = Node(b"dev/console", stat.S_IFCHR | 0o600, mtime=BUILT, rdev=os.makedev(5, 1))
    return cpio_newc(
        (
            folder("bin"),
            program("bin/busybox", shell),
            link("bin/mount", "busybox"),
            link("bin/sh", "busybox"),
            link("bin/switch_root", "busybox"),
            folder("dev"),
            console,
            program("init", _EARLY_INIT),
            folder("newroot"),
        )
    )
