"""Which product of a feed is which component of the device: names, vendors, and the packages of distributions.

The same program has many names: "Mbed TLS", ``mbed_tls`` and "mbedtls" are one, and a
``http_server`` is Apache's only where Apache stands before it. A product counts when both its name and
its vendor fit; an entry without a vendor counts only where the name is nobody else's. Entries of
re-sellers (the vendor "netapp" before "openssl") do not speak for it; a record that names only such a
namesake is a doubt (``is_namesake``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from fairmark.model.data import load_yaml
from fairmark.model.image import Component
from fairmark.vulnerabilities.record import Affected

_PACKAGE, _FILE = "fairmark.vulnerabilities", "products.yaml"
_NOBODY = frozenset({"", "na", "unspecified", "unknown"})
_LONGEST = 200  # characters of a name that are looked at


@dataclass(frozen=True, slots=True)
class Identity:
    """An upstream project as the feeds may name it. Names and vendors are squeezed: only letters and digits."""

    upstream: str
    names: frozenset[str]
    vendors: frozenset[str]
    is_common: bool
    spellings: frozenset[str]
    """Products to ask a store for, lower case, as feeds write them."""


@lru_cache(maxsize=65_536)
def squeezed(name: str) -> str:
    """Write a name without what people write differently.

    >>> squeezed("Mbed TLS") == squeezed("mbed_tls") == squeezed("mbedtls")
    True
    """
    return re.sub(r"[^a-z0-9+]+", "", name[:_LONGEST].lower())


def identity_of(component: Component) -> Identity:
    """Return as whom the feeds may know the component."""
    name = component.upstream or _known_name(component.name)
    vendor, product = cpe_names(component.cpe)
    return _identity(name.lower()[:_LONGEST], vendor, product)


@lru_cache(maxsize=4_096)
def _identity(name: str, vendor: str, product: str) -> Identity:
    row = _rows().get(name, {})
    plain = {name, *row.get("names", ()), *([product] if product else [])}
    written = plain | {f"{maker} {one}" for maker in row.get("vendors", ()) for one in plain}  # "Eclipse Mosquitto"
    names = frozenset(squeezed(one) for one in written) - {""}
    vendors = {squeezed(one) for one in (*row.get("vendors", ()), vendor)} - {""}
    vendors |= {f"{one}{end}" for one in names for end in ("", "project", "team", "developers")}
    return Identity(
        upstream=name,
        names=names,
        vendors=frozenset(vendors),
        is_common=bool(row.get("common", False)),
        spellings=frozenset(spelt for one in written for spelt in _spellings(one)),
    )


def is_upstream(identity: Identity, affected: Affected) -> bool:
    """Whether a feed's entry speaks of this upstream project."""
    if affected.ecosystem or squeezed(affected.product) not in identity.names:
        return False
    vendor = squeezed(affected.vendor)
    if vendor in _NOBODY:
        return not identity.is_common
    return vendor in identity.vendors


def is_namesake(identity: Identity, affected: Affected) -> bool:
    """Whether an entry names a product of the same name, of a maker that the table does not know.

    Common words do not count: too many products bear them.
    """
    vendor = squeezed(affected.vendor)
    if affected.ecosystem or identity.is_common or vendor in _NOBODY or vendor in identity.vendors:
        return False
    return squeezed(affected.product) in identity.names


def is_package(component: Component, affected: Affected) -> bool:
    """Whether a distribution's entry speaks of this package in the release that the device uses."""
    if not affected.ecosystem or not component.distribution:
        return False
    if not in_release(component.distribution, affected.ecosystem):
        return False
    source = component.source_package or component.name
    return affected.product.lower() == source.lower()


@lru_cache(maxsize=4_096)
def in_release(distribution: str, ecosystem: str) -> bool:
    """Whether a feed's ecosystem is the release that a device uses: 'alpine 3.19' holds for 3.19.1.

    >>> in_release("alpine 3.19.1", "Alpine:v3.19"), in_release("debian 12", "debian 11")
    (True, False)
    """
    device, feed = _release(distribution), _release(ecosystem)
    return bool(feed[1]) and device[0] == feed[0] and device[1][: len(feed[1])] == feed[1]


def family(distribution: str) -> str:
    """Return the distribution without its release: 'debian 12' -> 'debian'."""
    return _release(distribution)[0]


def _release(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, release = text.lower().replace(":", " ").strip().partition(" ")
    return name, tuple(release.strip().removeprefix("v").split(".")) if release.strip() else ()


def cpe_names(cpe: str) -> tuple[str, str]:
    """Return vendor and product of a CPE name, in the form of 2.3 or of 2.2; ('', '') where there are none.

    >>> cpe_names("cpe:2.3:a:w1.fi:hostapd:2.10:*:*:*:*:*:*:*"), cpe_names("cpe:/a:openssl:openssl:1.0.2")
    (('w1.fi', 'hostapd'), ('openssl', 'openssl'))
    """
    parts = ["cpe", "2.2", *cpe[5:].split(":")] if cpe.startswith("cpe:/") else re.split(r"(?<!\\):", cpe)
    if len(parts) < 5:
        return "", ""
    vendor, product = (re.sub(r"\\(.)", r"\1", one).lower() for one in parts[3:5])
    return ("" if vendor in {"*", "-"} else vendor, "" if product in {"*", "-"} else product)


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    rows: Mapping[str, Mapping[str, Any]] = load_yaml(_PACKAGE, _FILE)["products"]
    return rows


@cache
def _by_name() -> Mapping[str, str]:
    """Return squeezed name -> upstream name, for components that nobody gave an upstream name; no common words."""
    known = {
        squeezed(name): upstream
        for upstream, row in sorted(_rows().items())
        if not row.get("common")
        for name in row.get("names", ())
    }
    return known | {squeezed(upstream): upstream for upstream in _rows()}


def _known_name(name: str) -> str:
    """Return the upstream name; packages of libraries end in the number of their interface ("libfreetype6")."""
    return _by_name().get(squeezed(name)) or _by_name().get(squeezed(re.sub(r"[-.]?\d+$", "", name)), name)


def _spellings(name: str) -> set[str]:
    low = name.lower()
    return {low, *(re.sub(r"[ _-]+", between, low) for between in (" ", "_", "-", ""))}


def products_of(component: Component) -> frozenset[str]:
    """Return the names to ask a store for: of the upstream project, and of the distribution's source package."""
    package = (component.source_package or component.name).lower() if component.distribution else ""
    return identity_of(component).spellings | ({package} if package else frozenset())


def is_meant(component: Component, affected: Affected) -> bool:
    """Whether a feed's entry speaks of this component: as its distribution's package, or as the upstream project."""
    return is_package(component, affected) or is_upstream(identity_of(component), affected)
