"""Licence names of packages as SPDX expressions, where they are beyond doubt."""

import re

# Names that package databases of devices use and that the SPDX licence list knows, old ids among them.
_KNOWN = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "Artistic-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-4-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "EPL-1.0",
        "EPL-2.0",
        "GPL-1.0-only",
        "GPL-1.0-or-later",
        "GPL-2.0",
        "GPL-2.0+",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.0",
        "LGPL-2.0-only",
        "LGPL-2.0-or-later",
        "LGPL-2.1",
        "LGPL-2.1+",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MPL-1.1",
        "MPL-2.0",
        "OpenSSL",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "X11",
        "Zlib",
        "bzip2-1.0.6",
        "curl",
        "libpng-2.0",
        "libtiff",
    ]
)
_JOINED = re.compile(r" (?:AND|OR) ")


def expression(licence: str) -> str:
    """Return the licence as an SPDX expression of known ids, or an empty string when it is none.

    >>> expression("GPL-2.0"), expression("MIT AND Zlib"), expression("as you like")
    ('GPL-2.0', 'MIT AND Zlib', '')
    """
    return licence if licence and all(part in _KNOWN for part in _JOINED.split(licence)) else ""
