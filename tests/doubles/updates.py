"""Small images as makers update them: packages of programs, scripts and settings, and what a new build changes."""

import random
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from fairmark.demo.camera_files import fixed_files, flawed_files
from fairmark.demo.camera_programs import programs
from fairmark.demo.elf import elf
from fairmark.demo.formats import Node
from fairmark.examine.extract import Extraction
from fairmark.model.device import Device, DeviceClass, Network
from fairmark.model.image import ImageRecord
from fairmark.workflows.assess import Material
from tests.doubles.subjects import tree

Files = dict[str, tuple[bytes, int]]
CREATED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
CAMERA = Device(maker="Example", model="EC-100", device_class=DeviceClass.CAMERA, network=Network.BEHIND_NAT)
# Names that a rule or a published flaw knows, with two versions each; the rest is the maker's own.
KNOWN = {
    "busybox": ("1.36.1", "1.31.1"),
    "dropbear": ("2022.83", "2019.78"),
    "openssl": ("3.0.13", "1.0.2k"),
    "dnsmasq": ("2.90", "2.75"),
    "zlib": ("1.3.1", "1.2.11"),
    "curl": ("8.7.1", "7.58.0"),
    "lighttpd": ("1.4.76", "1.4.45"),
    "mosquitto": ("2.0.18", "1.4.8"),
}


@dataclass(frozen=True)
class Image:
    """The files and links of one build, and the packages that its database lists."""

    files: Files
    links: Mapping[str, str]
    packages: Mapping[str, str]
    """Name -> version."""
    owned: Mapping[str, tuple[str, ...]]
    mtime: int = 1_700_000_000

    def complete(self) -> Files:
        """Return the files with the database of packages."""
        stanzas = [
            f"Package: {name}\nVersion: {version}-1\nStatus: install user installed\nArchitecture: arm\n\n"
            for name, version in sorted(self.packages.items())
        ]
        lists = {
            f"/usr/lib/opkg/info/{name}.list": ("".join(f"{path}\n" for path in paths).encode(), 0o644)
            for name, paths in self.owned.items()
            if name in self.packages
        }
        return self.files | lists | {"/usr/lib/opkg/status": ("".join(stanzas).encode(), 0o644)}


def material(image: Image, device: Device = CAMERA) -> Material:
    """Return what the main journey wants, without packing an image and opening it again."""
    trees = (tree(image.complete(), image.links, mtime=image.mtime),)
    return Material(extraction=Extraction(trees=trees), image=ImageRecord(), device=device, created=CREATED)


def camera() -> Image:
    """Return the flawed example camera with a database of packages of its own."""
    nodes = (*flawed_files(), *programs(flawed=True))
    links = {f"/{one.path.decode()}": one.target.decode() for one in nodes if stat.S_ISLNK(one.mode)}
    return Image(_regular(nodes) | _GOOD, links, {}, {})


def _regular(nodes: Iterable[Node]) -> Files:
    """Return the regular files, without the database of packages, which an ``Image`` writes itself."""
    files = {f"/{one.path.decode()}": (one.data, stat.S_IMODE(one.mode)) for one in nodes if stat.S_ISREG(one.mode)}
    return {path: held for path, held in files.items() if path != "/usr/lib/opkg/status"}


@cache
def mended() -> Files:
    """Return the files of the camera's mended twin: most have the same names."""
    return _regular((*fixed_files(), *programs(flawed=False)))


# Files of which one build has a good form and the next a bad one, or the other way round.
_GOOD: Files = {
    "/etc/ssh/sshd_config": (b"PermitRootLogin no\nPasswordAuthentication no\n", 0o600),
    "/etc/sysctl.conf": (b"net.ipv4.ip_forward=0\nkernel.kptr_restrict=1\n", 0o644),
    "/etc/inittab": (b"::sysinit:/etc/init.d/rcS\nttyS0::askfirst:/bin/login\n", 0o644),
    "/etc/mosquitto/mosquitto.conf": (
        b"listener 8883\nallow_anonymous false\npassword_file /etc/mosquitto/pw\n",
        0o644,
    ),
    "/etc/init.d/S70mosquitto": (b"#!/bin/sh\n/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf &\n", 0o755),
    "/usr/sbin/mosquitto": (elf(imports=("listen", "__stack_chk_fail"), strings=("mosquitto version 2.0.18",)), 0o755),
    "/www/cgi-bin/ping.cgi": (b"#!/bin/sh\necho Content-type: text/plain\necho\nping -c 1 127.0.0.1\n", 0o755),
    "/etc/lighttpd/lighttpd.conf": (b'server.port = 80\nserver.document-root = "/www"\n', 0o644),
    "/etc/defaults.cfg": (b"telnet_enable=0\nremote_admin=0\n", 0o644),
    "/usr/bin/helper": (elf(imports=("setuid",)), 0o755),
    "/etc/firewall.sh": (b"#!/bin/sh\niptables -P INPUT DROP\n", 0o755),
    "/boot/config-5.10.209": (b"CONFIG_STACKPROTECTOR=y\nCONFIG_STRICT_DEVMEM=y\n# CONFIG_DEVMEM is not set\n", 0o644),
    "/usr/bin/upload": (b"#!/bin/sh\ncurl --cacert /etc/ca.pem https://cloud.example.com/\n", 0o755),
    "/etc/hostapd.conf": (b"ssid=camera\nwpa=2\nrsn_pairwise=CCMP\n", 0o600),
    "/etc/machine": (b"nothing\n", 0o644),
}
_BAD: Files = {
    "/etc/ssh/sshd_config": (b"PermitRootLogin yes\nPermitEmptyPasswords yes\n", 0o600),
    "/etc/sysctl.conf": (b"net.ipv4.ip_forward=1\nkernel.kptr_restrict=0\nkernel.randomize_va_space=0\n", 0o644),
    "/etc/inittab": (b"::sysinit:/etc/init.d/rcS\nttyS0::respawn:/bin/sh\n", 0o644),
    "/etc/mosquitto/mosquitto.conf": (b"listener 1883\nallow_anonymous true\n", 0o644),
    "/etc/init.d/S70mosquitto": (b"#!/bin/sh\n/usr/sbin/mosquitto -p 1883 &\n", 0o755),
    "/usr/sbin/mosquitto": (elf(imports=("listen",), pie=False, nx=False, relro="none"), 0o755),
    "/www/cgi-bin/ping.cgi": (b'#!/bin/sh\necho\neval "ping -c 1 $QUERY_STRING"\n', 0o755),
    "/etc/lighttpd/lighttpd.conf": (b'server.port = 8080\ndir-listing.activate = "enable"\n', 0o644),
    "/etc/defaults.cfg": (b"telnet_enable=1\nremote_admin=1\nhttp_passwd=admin\n", 0o644),
    "/usr/bin/helper": (elf(imports=("setuid",)), 0o4755),
    "/etc/firewall.sh": (b"#!/bin/sh\niptables -P INPUT ACCEPT\n", 0o755),
    "/boot/config-5.10.209": (b"# CONFIG_STACKPROTECTOR is not set\nCONFIG_DEVMEM=y\nCONFIG_DEVKMEM=y\n", 0o644),
    "/usr/bin/upload": (b"#!/bin/sh\ncurl -k https://cloud.example.com/ | sh\n", 0o755),
    "/etc/hostapd.conf": (b"ssid=camera\nwep_key0=1234567890\n", 0o600),
    "/etc/machine": (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", 0o644),
}


def with_packages(image: Image, count: int, *, seed: int = 7) -> Image:
    """Add packages: first those that rules know, then the maker's own, with what packages hold."""
    chance = random.Random(seed)
    names = [*KNOWN, *(f"vendor-part-{number:03}" for number in range(count))][:count]
    for name in names:
        version = KNOWN.get(name, (f"1.{chance.randrange(9)}",))[0]
        image = with_package(image, name, version, chance)
    return image


def with_package(image: Image, name: str, version: str, chance: random.Random) -> Image:
    """Add a package, or replace it by another version of itself under the same file names."""
    program, library = f"/usr/sbin/{name}d", f"/usr/lib/lib{name}.so"
    mark = f"{name} v{version} build {chance.randrange(10**6)}"
    imports = tuple(chance.sample(("listen", "accept", "system", "strcpy", "__stack_chk_fail", "setuid", "connect"), 3))
    made: Files = {
        program: (elf(needed=("libc.so.6",), imports=imports, strings=(mark,)), 0o755),
        library: (elf(needed=("libc.so.6",), imports=("memcpy",), soname=f"lib{name}.so", strings=(mark,)), 0o644),
        f"/etc/{name}.conf": (f"# settings of {name}\nlevel = {chance.randrange(4)}\n".encode(), 0o644),
    }
    if chance.random() < 0.3:
        made[f"/etc/init.d/S60{name}"] = (f"#!/bin/sh\n{program} -c /etc/{name}.conf &\n".encode(), 0o755)
    owned = tuple(sorted(made))
    return replace(
        image,
        files=image.files | made,
        packages={**image.packages, name: version},
        owned={**image.owned, name: owned},
    )


# What an update does ----------------------------------------------------------------------------------------------

Step = Callable[[Image, random.Random], Image]


def _any_package(image: Image, chance: random.Random) -> str:
    return chance.choice(sorted(image.packages))


def replace_package(image: Image, chance: random.Random) -> Image:
    """The same package, built anew."""
    name = _any_package(image, chance)
    return with_package(image, name, image.packages[name], chance)


def other_version(image: Image, chance: random.Random) -> Image:
    """A package at another version; of those that rules know one that is known to be flawed, or back."""
    name = _any_package(image, chance)
    versions = [one for one in KNOWN.get(name, ("1.1", "2.0", "")) if one != image.packages[name]]
    return with_package(image, name, chance.choice(versions), chance)


def add_package(image: Image, chance: random.Random) -> Image:
    """A package more."""
    name = chance.choice([*sorted(set(KNOWN) - set(image.packages)), f"part-{chance.randrange(10**6)}"])
    return with_package(image, name, KNOWN.get(name, ("1.0",))[-1], chance)


def remove_package(image: Image, chance: random.Random) -> Image:
    """A package less, with its files."""
    name = _any_package(image, chance)
    if len(image.packages) < 2:
        return image
    files = {path: held for path, held in image.files.items() if path not in image.owned[name]}
    packages = {one: version for one, version in image.packages.items() if one != name}
    return replace(image, files=files, packages=packages)


def remove_file(image: Image, chance: random.Random) -> Image:
    """Any file less."""
    gone = chance.choice(sorted(image.files))
    return replace(image, files={path: held for path, held in image.files.items() if path != gone})


def rename_file(image: Image, chance: random.Random) -> Image:
    """Any file under another name."""
    path = chance.choice(sorted(image.files))
    name = path.rpartition("/")[2]
    new = chance.choice([one for one in (f"{path}.old", f"/opt/{name}", f"/etc/{name}") if one != path])
    return replace(image, files={new if one == path else one: held for one, held in image.files.items()})


def other_rights(image: Image, chance: random.Random) -> Image:
    """Other permission bits on a file."""
    path = chance.choice(sorted(image.files))
    mode = chance.choice((0o600, 0o644, 0o666, 0o755, 0o777, 0o4755, 0o000))
    return replace(image, files=image.files | {path: (image.files[path][0], mode)})


def other_settings(image: Image, chance: random.Random) -> Image:
    """A line more in some settings or script."""
    texts = [path for path, (data, _) in sorted(image.files.items()) if b"\0" not in data[:512] and len(data) < 20_000]
    path = chance.choice(texts)
    line = chance.choice(_LINES)
    data, mode = image.files[path]
    return replace(image, files=image.files | {path: (data + line, mode)})


_LINES = (
    b"\n",
    b"# a remark\n",
    b"PermitRootLogin yes\n",
    b"PasswordAuthentication yes\n",
    b"root::0:0:root:/root:/bin/sh\n",
    b"guest:x:1001:1001::/var/guest:/bin/sh\n",
    b"admin_password=admin1234\n",
    b"telnetd -l /bin/sh &\n",
    b"wget http://updates.example.com/fw.bin -O - | sh\n",
    b"allow_anonymous true\n",
    b"net.ipv4.ip_forward=1\n",
    b"server.port = 8080\n",
    b"iptables -P INPUT ACCEPT\n",
    b"curl -k https://cloud.example.com/api\n",
)


def start_something(image: Image, chance: random.Random) -> Image:
    """A start script more."""
    what = chance.choice(("telnetd -l /bin/sh", "httpd -h /www", "/usr/sbin/dropbeard -p 22", "tftpd /srv", "syslogd"))
    path = f"/etc/init.d/S{chance.randrange(10, 99)}extra"
    return replace(image, files=image.files | {path: (f"#!/bin/sh\n{what} &\n".encode(), 0o755)})


def another_link(image: Image, chance: random.Random) -> Image:
    """A link that leads elsewhere, or one more."""
    path = chance.choice([*sorted(image.links), "/usr/sbin/telnetd", "/etc/extra"])
    target = chance.choice(("/bin/busybox", "/etc/passwd", "../nowhere", "/usr/sbin/camhttpd"))
    if path in image.files:
        return image
    return replace(image, links={**image.links, path: target})


def mend_or_break(image: Image, chance: random.Random) -> Image:
    """One file in its other form: good or bad, same name, same package."""
    path = chance.choice(sorted(_GOOD))
    other = _BAD[path] if image.files.get(path) == _GOOD[path] else _GOOD[path]
    return replace(image, files=image.files | {path: other})


def swap_with_twin(image: Image, chance: random.Random) -> Image:
    """One file as the mended twin of the camera has it."""
    twin = mended()
    paths = [path for path in sorted(image.files) if path in twin and twin[path] != image.files[path]]
    path = chance.choice(paths or sorted(twin))
    return replace(image, files=image.files | {path: twin[path]})


def built_at_another_time(image: Image, chance: random.Random) -> Image:
    """Everything as it was, with other times of the files."""
    return replace(image, mtime=chance.choice((1_300_000_000, 1_600_000_000, 1_750_000_000)))


def nothing(image: Image, chance: random.Random) -> Image:
    """Build the same again."""
    return image


STEPS: tuple[Step, ...] = (
    replace_package,
    other_version,
    add_package,
    remove_package,
    remove_file,
    rename_file,
    other_rights,
    other_settings,
    mend_or_break,
    mend_or_break,
    mend_or_break,
    mend_or_break,
    swap_with_twin,
    swap_with_twin,
    built_at_another_time,
    start_something,
    another_link,
    nothing,
)


def update(image: Image, chance: random.Random) -> Image:
    """Return the next build: one to three steps further."""
    for step in chance.choices(STEPS, k=chance.choice((1, 1, 1, 1, 2, 3))):
        image = step(image, chance)
    return image
