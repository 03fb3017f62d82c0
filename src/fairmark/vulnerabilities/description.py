"""What a record's text says of versions, to be held against its ranges; the text is a stranger's, only searched."""

import re

from fairmark.vulnerabilities.record import Range, Scheme

_MOST = 20  # statements of one text that are read
_VERSION = r"v?(\d{1,6}(?:[.][\w]{1,12}){1,5})"
_BEFORE = re.compile(
    r"\b(?:before|prior to|earlier than|older than|lower than|fixed in|patched in)\s+(?:version\s+)?" + _VERSION,
    re.IGNORECASE,
)
_THROUGH = re.compile(r"\b(?:through|up to(?:,? and including)?|<=)\s+(?:version\s+)?" + _VERSION, re.IGNORECASE)
_AND_EARLIER = re.compile(
    _VERSION + r"\s+(?:and|or)\s+(?:earlier|older|below|before|prior|lower|previous)", re.IGNORECASE
)


def ends_in_text(description: str, scheme: Scheme) -> tuple[Range, ...]:
    """Return where a text says that affected versions end; nothing where it does not say.

    >>> [one.end for one in ends_in_text("in busybox before 1.35, the shell ...", Scheme.GENERIC)]
    ['1.35']
    """
    found = [Range(scheme, end=_trimmed(match[1])) for match in list(_BEFORE.finditer(description))[:_MOST]]
    for pattern in (_THROUGH, _AND_EARLIER):
        matches = list(pattern.finditer(description))[:_MOST]
        found += [Range(scheme, end=_trimmed(match[1]), end_included=True) for match in matches]
    return tuple(found)


def _trimmed(version: str) -> str:
    return version.rstrip("._")
