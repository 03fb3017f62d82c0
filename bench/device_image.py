"""Root file systems as devices carry them, from real Debian packages, and an image around one: what is measured on."""

import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT
from peer_environments import CouldNotRunError

from fairmark.demo.camera import join
from fairmark.demo.camera_files import BUILT, flawed_files
from fairmark.demo.camera_programs import own_programs

sys.path.insert(0, str(ROOT / "examples"))

sys.path.insert(0, str(ROOT / "examples" / "real-camera"))

import build as real_camera
import debian

CACHE = ROOT / ".cache"
LIGHT = """
    busybox ca-certificates curl dropbear-bin ethtool hostapd ieee-data iptables iw libblkid1 libbrotli1 libc6 libcap2
    libcrypt1 libcurl4 libdbus-1-3 libevent-2.1-7 libexpat1 libgcrypt20 libgpg-error0 libjs-bootstrap4 libjs-jquery
    libjs-jquery-ui liblua5.3-0 liblz4-1 liblzma5 libmagic-mgc libmagic1 libmicrohttpd12 libminiupnpc17 libmosquitto1
    libncursesw6 libnl-3-200 libnl-genl-3-200 libpcap0.8 libpcre2-8-0 libreadline8 libsnmp-base libsqlite3-0 libssl3
    libtinfo6 libusb-1.0-0 libuv1 libyaml-0-2 libzstd1 lighttpd lua5.3 miniupnpd mosquitto mtd-utils openssl ppp socat
    tzdata usbutils zlib1g
""".split()  # noqa: SIM905
# What a gateway has on top: it routes, offers names and files, and is reached from afar.
HEAVY = """
    avahi-daemon chrony dnsmasq-base iproute2 libavahi-common3 libavahi-core7 libdaemon0 libglib2.0-0 libgmp10
    libgnutls30 libhogweed6 libnettle8 libsnmp40 libssh2-1 libsystemd0 libwebsockets17 libxml2 openvpn snmpd tcpdump
    vsftpd wget wpasupplicant xl2tpd
""".split()  # noqa: SIM905
# Data in plenty makes an image of 14 MB out of 50 MB; a scanner of programs hardly looks at it.
DATA_ONLY = {"ieee-data", "libmagic-mgc", "libmagic1"}
LEFT_OUT = tuple(f"usr/share/{name}" for name in ("doc", "info", "lintian", "locale", "man", "nodejs", "sass"))
PROGRAMS, LIGHTER = "programs", "lighter"


def root_file_system(kind: str) -> Path:
    """Return a root file system of some 50 MB, laid out from Debian 12 for armhf and kept below ``.cache``.

    ``PROGRAMS`` is a gateway with many programs; ``LIGHTER`` has fewer, and data that packs well.
    """
    wanted = sorted({*LIGHT, *HEAVY} - DATA_ONLY if kind == PROGRAMS else {*LIGHT})
    tree = CACHE / "bench" / f"root-{kind}"
    marker = tree.with_suffix(".packages")
    try:
        archives = debian.fetch(CACHE / "debian-armhf", wanted)
    except debian.BuildError as error:
        raise CouldNotRunError(f"there are no Debian packages to measure on: {error}") from error
    listing = "".join(f"{archives[name].name}\n" for name in wanted)
    if not marker.is_file() or marker.read_text() != listing:
        shutil.rmtree(tree, ignore_errors=True)
        for name in wanted:
            debian.unpack(archives[name], tree)
        for name in LEFT_OUT:
            shutil.rmtree(tree / name, ignore_errors=True)
        if kind == LIGHTER:
            shutil.rmtree(tree / "usr/lib/arm-linux-gnueabihf/gconv", ignore_errors=True)
            for node in (*flawed_files(), *own_programs(flawed=True)):  # scripts, settings, keys and pages with flaws
                real_camera.plant(tree, node)
        marker.write_text(listing)
    return tree


def image(place: Path) -> tuple[Path, Path]:
    """Write the lighter root file system as squashfs with xz, and a TRX image with a kernel around it."""
    if not shutil.which("mksquashfs"):
        raise CouldNotRunError("squashfs-tools is not installed")
    packed, whole = place / "root.squashfs", place / "device.trx"
    form = ["-comp", "xz", "-b", "131072", "-all-root", "-no-xattrs", "-mkfs-time", str(BUILT), "-noappend"]
    command = ["mksquashfs", str(root_file_system(LIGHTER)), str(packed), *form, "-no-progress", "-quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole.write_bytes(join(packed.read_bytes()))
    return packed, whole


def size_of(tree: Path) -> int:
    """Return the bytes of all regular files below a folder, each counted once."""
    found = {(status.st_dev, status.st_ino): status.st_size for status in map(Path.lstat, files_of(tree))}
    return sum(found.values())


def files_of(tree: Path) -> list[Path]:
    """Return the regular files below a folder."""
    return [path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink()]
