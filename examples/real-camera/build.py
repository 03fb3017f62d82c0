"""Build the two example cameras around real programs: those of Debian 12 for armhf.

Run by ``make demo-real``. The packages are fetched through apt with a state, a cache and a list
of sources of its own below ``.cache/debian-armhf``: nothing on the machine is changed, no
privileges are needed. The mirror is the one that this machine uses. On top come the same
settings, scripts and own programs, flawed or mended, as in the demonstration cameras.
"""

# ruff: noqa: INP001, T201 - a script that talks to a person

import argparse
import fcntl
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # debian.py lies beside the examples

from debian import BuildError, Release, fetch, fields, run, say, unpack

from fairmark.demo.camera import join
from fairmark.demo.camera_files import BUILT, fixed_files, flawed_files, service, text
from fairmark.demo.camera_programs import own_programs
from fairmark.demo.formats import Node, squashfs

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "debian-armhf"

# What the started programs need is complete, except for libcurl's many protocols.
COMMON = (
    "busybox",
    "curl",
    "dnsmasq-base",
    "hostapd",
    "libc6",
    "libbrotli1",
    "libcap2",
    "libcurl4",
    "libdbus-1-3",
    "libgcrypt20",
    "libgpg-error0",
    "libiniparser1",
    "liblz4-1",
    "liblzma5",
    "libmosquitto1",
    "libnl-3-200",
    "libnl-genl-3-200",
    "libnl-route-3-200",
    "libpcsclite1",
    "libpng16-16",
    "libssl3",
    "libsystemd0",
    "libubootenv-tool",
    "libubootenv0.1",
    "libyaml-0-2",
    "libzstd1",
    "mosquitto-clients",
    "mtd-utils",
    "openssl",
    "wpasupplicant",
    "zlib1g",
)
FLAWED_ONLY = (
    "dropbear-bin",
    "inetutils-inetd",
    "inetutils-telnetd",
    "libcom-err2",
    "libcrypt1",
    "libgmp10",
    "libgssapi-krb5-2",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "libnsl2",
    "libtinfo6",
    "libtirpc3",
    "libtomcrypt1",
    "libtommath1",
    "libwrap0",
)
FIXED_ONLY = ("cron", "libaudit1", "libcap-ng0", "libcrypt1", "libpam0g", "libpcre2-8-0", "libselinux1")

# It writes the time into the picture. Debian 11 still offers a version with a flaw that is being exploited.
FONTS = "libfreetype6"
OLD_RELEASE = Release("bullseye", "armhf")

# Kept out of a device's flash by every builder of firmware.
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/lintian", "usr/share/locale", "usr/share/info")
APPLETS = {
    "bin": ("cat", "chgrp", "chmod", "cp", "login", "mkdir", "mktemp", "mount", "rm", "sh", "umount"),
    "sbin": ("getty", "ifconfig", "init", "reboot", "start-stop-daemon", "sysctl", "syslogd", "udhcpc"),
    "usr/bin": ("sha256sum", "tail", "wget"),
}


def main(arguments: Sequence[str]) -> int:
    """Build both images; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "examples", help="folder that holds ip-camera*/")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages are kept")
    options = parser.parse_args(arguments)
    os.umask(0o022)  # the modes in the image must not depend on who builds it
    cache = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    try:
        with (cache / "build.lock").open("w") as lock:  # two builds would take the trees from under each other
            fcntl.flock(lock, fcntl.LOCK_EX)
            build(cache, options.out)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    return 0


def build(cache: Path, out: Path) -> None:
    """Fetch, lay and pack both cameras; write the images below ``out``."""
    archives = fetch(cache, sorted({*COMMON, *FLAWED_ONLY, *FIXED_ONLY, FONTS}))
    old = fetch(cache.with_name(f"{cache.name}-{OLD_RELEASE.suite}"), [FONTS], OLD_RELEASE)
    for name, flawed in (("ip-camera", True), ("ip-camera-fixed", False)):
        wanted = sorted({*COMMON, *(FLAWED_ONLY if flawed else FIXED_ONLY)})
        tree = cache / "trees" / name
        fonts = old[FONTS] if flawed else archives[FONTS]
        lay(tree, [*(archives[package] for package in wanted), fonts], flawed=flawed)
        image = join(packed(tree))
        target = out / name / "camera-real.bin"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(image)
        say(f"wrote {target}: {len(image):,} bytes, SHA-256 {hashlib.sha256(image).hexdigest()}")


# --- the root file system ---------------------------------------------------------------------


def lay(tree: Path, archives: Sequence[Path], *, flawed: bool) -> None:
    """Unpack the packages, write their database, and put the camera's own files on top."""
    say(f"laying {tree.name} from {len(archives)} packages")
    if tree.exists():
        shutil.rmtree(tree)
    tree.mkdir(parents=True)
    for path in archives:
        unpack(path, tree)
    database(tree, archives)
    for name in LEFT_OUT:
        shutil.rmtree(tree / name, ignore_errors=True)
    for place, names in APPLETS.items():
        for name in names:
            plant(tree, Node(f"{place}/{name}".encode(), stat.S_IFLNK | 0o777, target=way_to_busybox(place)))
    for node in (*(flawed_files() if flawed else fixed_files()), *own_programs(flawed=flawed), *last(flawed=flawed)):
        plant(tree, node)


def last(*, flawed: bool) -> tuple[Node, ...]:
    """Return what differs from the demonstration cameras: telnet through inetd, cron of Debian."""
    if flawed:
        return (
            text("etc/inetd.conf", "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"),
            service("etc/init.d/S50inetd", "/usr/sbin/inetutils-inetd /etc/inetd.conf"),
        )
    return (
        text("etc/crontab", "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n17 3 * * * root /usr/sbin/fwupdate\n", 0o600),
        service("etc/init.d/S80cron", "/usr/sbin/cron"),
    )


def database(tree: Path, archives: Sequence[Path]) -> None:
    """Write dpkg's database from the packages themselves: the status, and one list of files each."""
    info = tree / "var/lib/dpkg/info"
    info.mkdir(parents=True, exist_ok=True)
    status = []
    for path in archives:
        control = run(["dpkg-deb", "-f", str(path)]).rstrip("\n")
        first, _, rest = control.partition("\n")
        status.append(f"{first}\nStatus: install ok installed\n{rest}\n\n")
        name = fields(control)["Package"]
        # As dpkg writes it: one absolute path a line, the root as "/.".
        (info / f"{name}.list").write_text("".join(f"{line}\n" for line in contents(path)))
    (tree / "var/lib/dpkg/status").write_text("".join(status))


def contents(path: Path) -> list[str]:
    """Return the absolute paths in a package, in its own order."""
    printed = run(["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -t', "sh", str(path)])
    return [line[1:].rstrip("/") or "/." for line in printed.splitlines()]


def plant(tree: Path, node: Node) -> None:
    """Write one node into the tree. Owners are not kept: in a packed image everything is root's."""
    path = tree / os.fsdecode(node.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISDIR(node.mode):
        path.mkdir(exist_ok=True)
    else:
        path.unlink(missing_ok=True)
        if stat.S_ISLNK(node.mode):
            path.symlink_to(os.fsdecode(node.target))
            return
        path.write_bytes(node.data)
    path.chmod(stat.S_IMODE(node.mode))


def way_to_busybox(place: str) -> bytes:
    """Return the relative target of an applet's link."""
    return b"busybox" if place == "bin" else b"../" * (place.count("/") + 1) + b"bin/busybox"


# --- the image --------------------------------------------------------------------------------


def packed(tree: Path) -> bytes:
    """Pack the tree as squashfs: with mksquashfs where it is installed, else with our own writer."""
    if shutil.which("mksquashfs") is None:
        say("mksquashfs (package squashfs-tools) is not installed; packing with our own writer")
        return squashfs([node_of(tree, path) for path in sorted(tree.rglob("*"))], compression="xz")
    target = tree.with_suffix(".squashfs")
    target.unlink(missing_ok=True)
    when = str(BUILT)
    form = ["-comp", "xz", "-b", "131072", "-all-root", "-no-xattrs", "-mkfs-time", when, "-all-time", when]
    run(["mksquashfs", str(tree), str(target), *form, "-noappend", "-no-progress", "-quiet"])
    return target.read_bytes()


def node_of(tree: Path, path: Path) -> Node:
    """Read one entry of the tree as a node that belongs to root."""
    seen = path.lstat()
    name = os.fsencode(path.relative_to(tree))
    if stat.S_ISLNK(seen.st_mode):
        return Node(name, seen.st_mode, target=os.fsencode(path.readlink()), mtime=BUILT)
    data = path.read_bytes() if stat.S_ISREG(seen.st_mode) else b""
    return Node(name, seen.st_mode, data=data, mtime=BUILT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
