"""CPE 2.3 names and the ranges beside them, as NVD and newer CVE records write them.

Source: NISTIR 7695 (CPE naming 2.3), NVD CVE API 2.0 schema (``configurations``, ``cpeMatch``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairmark.vulnerabilities.feeds.plain import rows, text
from fairmark.vulnerabilities.record import Affected, Range, Scheme

_MOST_NODES = 500
_MOST_MATCHES = 2_000
_MOST_RANGES = 500
_ANY = "*"
_NONE = "-"
_SCHEMES = {"openssl": Scheme.OPENSSL, "linux_kernel": Scheme.KERNEL, "dropbear": Scheme.DROPBEAR}
_SCHEMES |= {"dropbear_ssh": Scheme.DROPBEAR, "openssh": Scheme.OPENSSH}


@dataclass(frozen=True, slots=True)
class Cpe:
    """The parts of a CPE that matching uses; ``version`` is '*' for any and '-' for none."""

    part: str
    vendor: str
    product: str
    version: str


def read_cpe(name: str) -> Cpe | None:
    r"""Return the parts of a CPE 2.3 name, ``None`` for anything else.

    >>> read_cpe(r"cpe:2.3:a:net-snmp:net-snmp:5.9:rc1:*:*:*:*:*:*").version
    '5.9rc1'
    """
    if not name.startswith("cpe:2.3:"):
        return None
    fields = [re.sub(r"\\(.)", r"\1", field).lower() for field in re.split(r"(?<!\\):", name)[2:]]
    if len(fields) < 4 or fields[2] in {"", _ANY, _NONE}:
        return None
    part, vendor, product, version = fields[:4]
    update = fields[4] if len(fields) > 4 else _ANY
    if version not in {_ANY, _NONE} and update not in {"", _ANY, _NONE}:
        version += update
    return Cpe(part, "" if vendor in {_ANY, _NONE} else vendor, product, version)


def scheme_of(product: str) -> Scheme:
    """Return the ordering of an upstream product's versions."""
    return _SCHEMES.get(product, Scheme.GENERIC)


def affected_of(configurations: object, feed: str) -> tuple[Affected, ...]:
    """Return the products that ``configurations`` (NVD) or ``cpeApplicability`` (CVE 5.1) name.

    Products of one name become one ``Affected``. What must be there beside it (the platform of an AND) is in
    ``platforms``, as 'vendor product'.
    """
    found: dict[tuple[str, str], Affected] = {}
    for configuration in rows(configurations, _MOST_NODES):
        beside = tuple(sorted(_platforms(configuration))) if configuration.get("operator") == "AND" else ()
        for match in _matches(configuration):
            cpe = read_cpe(text(match.get("criteria"), 500))
            if cpe is None or match.get("vulnerable") is not True:
                continue
            key = (cpe.product, cpe.vendor)
            one = found.get(key) or Affected(feed=feed, product=cpe.product, vendor=cpe.vendor, platforms=beside)
            found[key] = _with(one, match, cpe)
    return tuple(found[key] for key in sorted(found))


def _matches(configuration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    left = _MOST_MATCHES
    for node in rows(configuration.get("nodes"), _MOST_NODES):
        if node.get("negate") is True:
            continue
        for match in rows(node.get("cpeMatch"), left):
            left -= 1
            yield match


def _platforms(configuration: Mapping[str, Any]) -> set[str]:
    names = set()
    for match in _matches(configuration):
        cpe = read_cpe(text(match.get("criteria"), 500))
        if cpe is not None and match.get("vulnerable") is False:
            names.add(f"{cpe.vendor} {cpe.product}".strip())
    return names


def _with(one: Affected, match: Mapping[str, Any], cpe: Cpe) -> Affected:
    """Add what one match says: a version, a range, or any version."""
    if cpe.version == _NONE:
        return one
    if cpe.version != _ANY:
        versions = dict.fromkeys((*one.versions, cpe.version))
        return replace(one, versions=tuple(versions)[:_MOST_MATCHES])
    limits = {
        name: text(match.get(f"version{name}"), 100)
        for name in ("StartIncluding", "StartExcluding", "EndIncluding", "EndExcluding")
    }
    added = Range(
        scheme_of(cpe.product),
        start=limits["StartIncluding"] or limits["StartExcluding"],
        end=limits["EndExcluding"] or limits["EndIncluding"],
        start_included=not limits["StartExcluding"],
        end_included=bool(limits["EndIncluding"]) and not limits["EndExcluding"],
    )
    if added in one.ranges or len(one.ranges) >= _MOST_RANGES:
        return one
    return replace(one, ranges=(*one.ranges, added), fixed_in=limits["EndExcluding"] or one.fixed_in)
