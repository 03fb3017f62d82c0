"""What the feeds say, in one shape: records, whom they affect, and how near exploitation is.

Feeds differ in what they know. A record is the union of what all of them say of one CVE; each
``Affected`` keeps the feed it came from, so that a match can name it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from fairmark.model.vulnerability import FeedState


class Scheme(StrEnum):
    """Which ordering of versions a range is written in (``versions.py`` compares them)."""

    GENERIC = "generic"  # numbers and letters, part by part
    SEMVER = "semver"
    KERNEL = "kernel"
    OPENSSL = "openssl"  # letters are patch releases: 1.0.2 < 1.0.2a < 1.0.2zb
    DROPBEAR = "dropbear"  # 0.53.1 < 2011.54
    OPENSSH = "openssh"  # 9.7p1 is the portable edition of 9.7
    DPKG = "dpkg"
    OPKG = "opkg"
    APK = "apk"
    RPM = "rpm"


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from ``start`` to ``end``; '' is open. By default the start belongs to it and the end does not."""

    scheme: Scheme
    start: str = ""
    end: str = ""
    start_included: bool = True
    end_included: bool = False


@dataclass(frozen=True, slots=True)
class Affected:
    """One product that a feed names in a record.

    ``ecosystem`` is '' for the upstream project, else whose package it is ('debian 12',
    'alpine 3.19', 'openwrt'). ``product`` and ``vendor`` are lower case. A version is affected when it
    lies in ``ranges`` or ``versions`` and not in ``unaffected``. ``program_files`` are source files, from
    the CVE record's programFiles. ``fixed_in`` is the first version without the flaw, '' if unknown.
    """

    feed: str
    product: str
    vendor: str = ""
    ecosystem: str = ""
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    unaffected: tuple[Range, ...] = ()
    fixed_in: str = ""
    program_files: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kev:
    """The entry in CISA's catalogue of known exploited vulnerabilities."""

    added: date
    due: date | None = None
    ransomware: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that the feeds say of one CVE.

    ``state`` is 'published', 'disputed' or 'rejected'. ``exploitation`` is SSVC's: '', 'none', 'poc' or
    'active'. ``description`` is the text of a stranger: at most 2,000 characters, control characters
    taken out, never interpreted.
    """

    cve: str
    state: str = "published"
    title: str = ""
    description: str = ""
    published: date | None = None
    modified: date | None = None
    cwes: tuple[str, ...] = ()
    severity: str = ""
    score: float | None = None
    vector: str = ""
    affected: tuple[Affected, ...] = ()
    kev: Kev | None = None
    epss: float | None = None
    exploitation: str = ""
    automatable: bool | None = None
    feeds: tuple[str, ...] = ()


class Records(Protocol):
    """Where records come from: the database file, or the starter set inside the program."""

    def of_products(self, products: Collection[str]) -> Iterable[Record]:
        """Return every record that names one of the products (lower case), sorted by CVE; whole records."""
        ...

    def of_cves(self, cves: Collection[str]) -> Iterable[Record]:
        """Return the records with these ids, sorted; those that are unknown are missing."""
        ...

    def feeds(self) -> tuple[FeedState, ...]:
        """Return the state of each feed, sorted by name."""
        ...

    def digest(self) -> str:
        """Return the SHA-256 that names this state of the data."""
        ...
