"""One installed package, and the version that its upstream project would give it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

_TYPES = {"dpkg": "deb", "buildroot": "generic", "yocto": "generic", "openwrt": "opkg"}
_NAMESPACES = {"dpkg": "debian", "apk": "alpine"}
_MANIFESTS = {"buildroot": "Buildroot", "yocto": "Yocto", "openwrt": "OpenWrt"}
# Distributions that mend their packages without taking upstream's next version. Others are the maker's own builds.
_KEEPERS = frozenset(
    {"debian", "ubuntu", "raspbian", "alpine", "openwrt"}
    | {"fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", "photon", "mariner", "azurelinux"}
    | {"opensuse-leap", "opensuse-tumbleweed", "sles", "sle-micro", "openeuler"}
)


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package. ``paths`` are the regular files it owns, links resolved; ``database`` names the entry.

    ``kind`` is the database: opkg, dpkg, apk, rpm; or the build manifest: buildroot, yocto, openwrt.
    """

    kind: str
    name: str
    version: str
    architecture: str
    source: str
    licence: str
    root: str
    database: str
    line: int | None
    paths: tuple[str, ...] = ()
    distribution: str = ""
    release: str = ""
    built_for: str = ""
    """The distribution that most of the database's versions name, for those that name none."""
    source_version: str = ""
    """Of the source package, where the package's own version is another one."""

    @property
    def upstream(self) -> str:
        """The version as upstream names it: '' when the package names none (a date, a commit)."""
        return upstream_version(self.version)

    @property
    def origin(self) -> str:
        """Where the package is listed, in words: 'package database rpm', 'build manifest yocto'."""
        return f"{'build manifest' if self.kind in _MANIFESTS else 'package database'} {self.kind}"

    @property
    def lister(self) -> str:
        """Who lists the package, as the subject of a sentence."""
        return f"The {_MANIFESTS[self.kind]} manifest" if self.kind in _MANIFESTS else f"The {self.kind} database"

    @property
    def builder(self) -> str:
        """The distribution that builds and mends the package: 'debian 11', 'alpine 3.19'; '' where it is the maker.

        What a package's own version says ("+deb11u1") goes before os-release: makers rename their system.
        """
        if marked := re.search(r"[+~]deb(\d{1,2})u\d", self.version):
            return f"debian {marked[1]}"
        known = self.distribution in _KEEPERS and self.release
        return f"{self.distribution} {self.release}" if known else self.built_for

    @property
    def purl(self) -> str:
        """The package URL, with architecture and distribution where they are known."""
        kind = _TYPES.get(self.kind, self.kind)
        known = self.kind in {"dpkg", "apk", "rpm"}
        namespace = (self.distribution or _NAMESPACES.get(self.kind, "")) if known else ""
        path = "/".join(part for part in (kind, _quoted(namespace), _quoted(self.name.lower())) if part)
        epoch, version = self._epoch()
        distro = f"{self.distribution}-{self.release}" if self.distribution and self.release else ""
        pairs = [("arch", self.architecture), ("distro", distro), ("epoch", epoch)]
        qualifiers = "&".join(f"{key}={_quoted(value)}" for key, value in pairs if value)
        written = f"@{_quoted(version)}" if version else ""
        return f"pkg:{path}{written}" + (f"?{qualifiers}" if qualifiers else "")

    def _epoch(self) -> tuple[str, str]:
        """Split the version: package URLs of rpm carry the epoch as a qualifier."""
        if self.kind != "rpm" or not re.match(r"\d{1,10}:", self.version):
            return "", self.version
        epoch, _, version = self.version.partition(":")
        return epoch, version


def _quoted(text: str) -> str:
    return quote(text, safe="-._~:")


def upstream_version(version: str) -> str:
    """Strip what a distribution adds: epoch, revision, repacking and patch marks.

    ``+really`` says that a package went back to an older release than its number tells.

    >>> upstream_version("1:1.2.13.dfsg-1"), upstream_version("9.2p1-2+deb12u3"), upstream_version("2021-04-01-abc")
    ('1.2.13', '9.2p1', '')
    >>> upstream_version("5.6.1+really5.4.5-1")
    '5.4.5'
    """
    text = re.sub(r"^\d{1,10}:", "", version)
    text = text.rpartition("really")[2] if re.search(r"really\d", text) else text
    match = re.match(r"\d{1,8}(?:\.\d{1,8})+(?:p\d{1,3}|[a-z]{1,2}(?![a-z\d]))?", text)
    if match is None or re.match(r"(?:19|20)\d\d[.-]\d\d[.-]\d\d", text):
        return ""
    return match.group()
