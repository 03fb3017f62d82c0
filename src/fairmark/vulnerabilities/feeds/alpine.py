"""Alpine's security database: for each package, which version fixed which CVE.

Source: secdb JSON (distroversion, reponame, packages[].pkg.secfixes). The version 0 says that the package never
had the flaw.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, mapping, parsed, rows, text, texts
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme

FEED = "alpine"
_MOST = 50_000
_MOST_FIXES = 2_000


def read(content: bytes, name: str) -> Page:
    """Read the database of one release and repository.

    Raises:
        UnreadableInputError: when it does not name a release and packages.
    """
    document = mapping(parsed(content, name))
    release, repository = text(document.get("distroversion"), 40).lower(), text(document.get("reponame"), 40).lower()
    if not release or not isinstance(document.get("packages"), list):
        raise UnreadableInputError(
            f"{name} is no security database of Alpine", hint="Give main.json or community.json."
        )
    return Page(FEED, None, _entries(document, release.removeprefix("v"), repository))


def _entries(document: Mapping[str, Any], release: str, repository: str) -> Iterator[Entry | Skipped]:
    for row in rows(document["packages"], _MOST):
        about = mapping(row.get("pkg"))
        package = text(about.get("name"), 200).lower()
        fixes = mapping(about.get("secfixes"))
        for version in list(fixes)[:_MOST_FIXES]:
            for issue in _issues(fixes[version]):
                cve = cve_id(issue)
                if not cve or not package:
                    yield Skipped("no CVE id or no package")
                    continue
                affected = _affected(package, release, text(version, 200))
                part = f"{release}/{repository}/{package}"
                yield Entry(Record(cve=cve, affected=(affected,), feeds=(FEED,)), part)


def _issues(listed: object) -> list[str]:
    """A line may hold several ids and remarks in brackets."""
    return [word for line in texts(listed, _MOST_FIXES) for word in re.findall(r"[A-Z]+-[0-9-]+", line)]


def _affected(package: str, release: str, version: str) -> Affected:
    never = version == "0"
    return Affected(
        feed=FEED,
        product=package,
        ecosystem=f"alpine {release}",
        ranges=() if never else (Range(Scheme.APK, end=version),),
        unaffected=(Range(Scheme.APK),) if never else (),
        fixed_in="" if never else version,
    )
