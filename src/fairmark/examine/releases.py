"""What the image says about its own making: the release of the build system, and the version of the firmware.

Such a statement is about the whole, never about a package in it. So the release of a build system becomes
one component and nothing is concluded from it; a bare version of the maker becomes evidence only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairmark.examine.package_databases.reading import lines_of, text_of
from fairmark.examine.subject import Subject
from fairmark.examine.tree import Tree

_MOST_LINES = 60
_VERSION = r"v?(\d{1,8}(?:[.-]\w{1,16}){0,5})"
# Who builds images from source. Distributions of binary packages are named with each of their packages.
BUILDERS = {
    "buildroot": "buildroot",
    "openwrt": "openwrt",
    "lede": "lede",
    "poky": "poky",
    "nodistro": "openembedded",
    "petalinux": "petalinux",
    "ptxdist": "ptxdist",
}
_NAMED = re.compile(rf"\b(OpenWrt|LEDE|Buildroot|Poky)\b[^\n\d]{{0,40}}{_VERSION}", re.IGNORECASE)
_PAIR = re.compile(r"""\s*([A-Za-z_][\w ]{0,40}?)\s*=\s*["']?([^"'\n]{0,100}?)["']?\s*""")
_BARE = re.compile(rf"(?:[\w -]{{0,30}}[:= ]\s*)?{_VERSION}")
_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
# file -> the keys under which it names the builder and the release
_PAIRS = {
    "/etc/os-release": ("ID", "VERSION_ID"),
    "/usr/lib/os-release": ("ID", "VERSION_ID"),
    "/etc/openwrt_release": ("DISTRIB_ID", "DISTRIB_RELEASE"),
    "/etc/lsb-release": ("DISTRIB_ID", "DISTRIB_RELEASE"),
    "/etc/build": ("DISTRO", "DISTRO_VERSION"),
    "/etc/buildinfo": ("DISTRO", "DISTRO_VERSION"),
}
_GREETINGS = ("/etc/banner", "/etc/issue", "/etc/issue.net", "/etc/motd")
# file of one line -> the builder whose release it is; '' where the maker numbers the firmware
_NUMBERED = {
    "/etc/openwrt_version": "openwrt",
    "/etc/br-version": "buildroot",
    **dict.fromkeys(("/etc/version", "/etc/fw_version", "/etc/firmware_version", "/version"), ""),
    **dict.fromkeys(("/etc/sw-version", "/etc/sw_version", "/etc/fw-version", "/etc/product_version"), ""),
}


@dataclass(frozen=True, slots=True)
class Release:
    """One statement. ``builder`` is the name of a build system, or '' where the maker numbers the firmware."""

    builder: str
    version: str
    root: str
    path: str
    line: int

    @property
    def statement(self) -> str:
        """What the line shows, in one sentence."""
        if self.builder:
            return f"The image says that it was built with {self.builder} {self.version}."
        return f"The image names itself version {self.version}."


def read_releases(subject: Subject) -> tuple[Release, ...]:
    """Return the statements, sorted; of one builder only the most exact release of each root file system."""
    found = [one for tree in subject.trees for one in _of_tree(tree)]
    return tuple(sorted(_most_exact(found), key=lambda one: (one.root, one.builder, one.version, one.path)))


def os_release(tree: Tree) -> tuple[str, str]:
    """Return the distribution's id and release, '' where the image does not say."""
    entry = next((entry for path in _OS_RELEASE if (entry := tree.get(path))), None)
    values = dict(re.findall(r"""^(ID|VERSION_ID)=["']?([\w.-]{1,40})["']?\s*$""", text_of(tree, entry), re.MULTILINE))
    return values.get("ID", ""), values.get("VERSION_ID", "")


def _of_tree(tree: Tree) -> Iterator[Release]:
    for path, keys in _PAIRS.items():
        yield from _paired(tree, path, keys)
    for path, builder in _NUMBERED.items():
        for number, line in _lines(tree, path)[:1]:
            if match := _BARE.fullmatch(line.strip()):
                yield Release(builder, match[1], tree.name, path, number)
    for path in _GREETINGS:
        for number, line in _lines(tree, path):
            if match := _NAMED.search(line):
                yield Release(BUILDERS[match[1].lower()], match[2], tree.name, path, number)


def _paired(tree: Tree, path: str, keys: tuple[str, str]) -> Iterator[Release]:
    """Read a file of ``KEY=value`` lines."""
    values: dict[str, tuple[str, int]] = {}
    for number, line in _lines(tree, path):
        if match := _PAIR.fullmatch(line):
            values.setdefault(match[1], (match[2], number))
    (name, _), (version, line_number) = (values.get(key, ("", 0)) for key in keys)
    builder = BUILDERS.get(name.strip().lower().partition(" ")[0], "")
    if builder and re.fullmatch(_VERSION, version.strip()):
        yield Release(builder, version.strip().removeprefix("v"), tree.name, path, line_number)


def _lines(tree: Tree, path: str) -> list[tuple[int, str]]:
    """Return the first lines that hold something, with their numbers."""
    found = []
    for number, line in enumerate(lines_of(text_of(tree, tree.get(path))), start=1):
        if number > _MOST_LINES:
            break
        if line.strip():
            found.append((number, line[:300]))
    return found


def _most_exact(found: Sequence[Release]) -> Iterator[Release]:
    """Drop what another statement of the same builder says more exactly ('12' beside '12.5'), or says as well."""
    kept: dict[tuple[str, str, str], Release] = {}
    for one in found:
        kept.setdefault((one.root, one.builder, one.version), one)
    for one in kept.values():
        longer = any(
            other.version.startswith((f"{one.version}.", f"{one.version}-"))
            for other in kept.values()
            if (other.root, other.builder) == (one.root, one.builder)
        )
        if not longer:
            yield one
