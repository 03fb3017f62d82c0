"""Which of two versions is the newer one, in the ordering that the data is written in.

Sources: Debian Policy 5.6.12 (dpkg, opkg), the version format of apk-tools (apk), rpmvercmp of RPM with
``~`` and ``^`` (rpm), Semantic Versioning 2.0.0 clause 11 (semver), OpenSSL's release strategy (letters are
patch releases), Dropbear's change log (0.53.1 came before 2011.54), OpenSSH's release notes (9.7p1 is the
portable edition of 9.7; records name either). A version is hostile text: no more than 128 characters of
it are compared, and digits never become numbers longer than that.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from fairmark.vulnerabilities.record import Range, Scheme

LONGEST = 128
_PARTS = re.compile(r"[0-9]+|[a-z]+")
_OPENSSH_EDITION = re.compile(r"p\d{1,9}$", re.IGNORECASE)
_BEFORE = ("dev", "alpha", "a", "beta", "b", "pre", "preview", "rc", "git", "snapshot")
_APK = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}

Key = tuple[object, ...]


def compare(scheme: Scheme, one: str, other: str) -> int:
    """Return -1, 0 or 1: ``one`` is older than, the same as, or newer than ``other``.

    >>> compare(Scheme.OPENSSL, "1.0.2za", "1.0.2z"), compare(Scheme.DPKG, "1.0~rc1", "1.0")
    (1, -1)
    """
    if scheme in {Scheme.DPKG, Scheme.OPKG}:
        return _compare_dpkg(one[:LONGEST], other[:LONGEST])
    if scheme is Scheme.RPM:
        return _compare_rpm(one[:LONGEST], other[:LONGEST])
    key = _KEYS[scheme]
    first, second = key(one[:LONGEST]), key(other[:LONGEST])
    return (first > second) - (first < second)


def contains(versions: Range, version: str) -> bool:
    """Whether a version lies in the range. An empty version lies in none."""
    if not version:
        return False
    if versions.start:
        order = compare(versions.scheme, _of_edition(versions, version, versions.start), versions.start)
        if order < 0 or (order == 0 and not versions.start_included):
            return False
    if versions.end:
        order = compare(versions.scheme, _of_edition(versions, version, versions.end), versions.end)
        if order > 0 or (order == 0 and not versions.end_included):
            return False
    return True


def _of_edition(versions: Range, version: str, bound: str) -> str:
    """Read "through 9.7" as all editions of 9.7: a bound without "p" is not one of the portable edition alone."""
    if versions.scheme is not Scheme.OPENSSH or _OPENSSH_EDITION.search(bound):
        return version
    return _OPENSSH_EDITION.sub("", version)


def _generic(text: str) -> Key:
    """Numbers by value, words by the alphabet; a word of the time before a release sorts before its absence."""
    words = _PARTS.findall(text.lower())
    parts: list[tuple[int, int, str]] = []
    for part, following in zip(words, [*words[1:], ""], strict=False):
        if part.isdecimal():
            parts.append((2, int(part), ""))
            continue
        _drop_zeros(parts)
        # 1.0a is a patch of 1.0, 1.0a1 its first alpha.
        early = part in _BEFORE and (len(part) > 1 or following.isdecimal())
        parts.append((-1, _BEFORE.index(part), "") if early else (1, 0, part))
    _drop_zeros(parts)
    return (*parts, (0, 0, ""))


def _drop_zeros(parts: list[tuple[int, int, str]]) -> None:
    """1.2 and 1.2.0 are the same release."""
    while parts and parts[-1] == (2, 0, ""):
        parts.pop()


def _semver(text: str) -> Key:
    core, _, early = text.lower().partition("+")[0].partition("-")
    numbers = _numbers(core)
    if not early:
        return (numbers, 1, ())
    return (numbers, 0, tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in early.split(".")))


def _numbers(text: str) -> tuple[int, ...]:
    found = [int(one) for one in re.findall(r"\d+", text)]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def _kernel(text: str) -> Key:
    match = re.match(r"v?(\d+(?:\.\d+)*)(?:-rc(\d+))?", text.lower())
    if match is None:
        return ((), 0)
    return (_numbers(match[1]), int(match[2]) if match[2] else 1 << 62)


def _openssl(text: str) -> Key:
    """Before 3.0 a letter follows the numbers: none < a < z < za < zz."""
    match = re.match(r"(\d+(?:\.\d+)*)([a-z]{0,2})(.*)", text.lower().removeprefix("openssl-"))
    if match is None:
        return ((), 0, "", 0, ())
    numbers, letters, rest = match.groups()
    early = _generic(rest) if re.match(r"-?(?:alpha|beta|dev|pre)", rest) else ()
    return (_numbers(numbers), len(letters), letters, 0 if early else 1, early)


def _dropbear(text: str) -> Key:
    """Years follow 0.53.1, which plain numbers give already."""
    return (_numbers(text.lower().removeprefix("dropbear_")),)


def _openssh(text: str) -> Key:
    match = re.match(r"(?:openssh[_-])?(\d+(?:\.\d+)*)(?:p(\d+))?", text.lower())
    return (_numbers(match[1]), int(match[2] or 0)) if match else ((), 0)


def _apk(text: str) -> Key:
    match = re.match(r"(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:-r(\d+))?", text.lower())
    if match is None:
        return ((), "", (), 0)
    numbers, letter, suffixes, revision = match.groups()
    found = [(_APK.get(word, 0), int(number or 0)) for word, number in re.findall(r"_([a-z]+)(\d*)", suffixes)]
    return (tuple(int(one) for one in numbers.split(".")), letter, (*found, (0, 0)), int(revision or 0))


_KEYS: dict[Scheme, Callable[[str], Key]] = {
    Scheme.GENERIC: lru_cache(4096)(_generic),
    Scheme.SEMVER: lru_cache(4096)(_semver),
    Scheme.KERNEL: lru_cache(4096)(_kernel),
    Scheme.OPENSSL: lru_cache(4096)(_openssl),
    Scheme.DROPBEAR: lru_cache(4096)(_dropbear),
    Scheme.OPENSSH: lru_cache(4096)(_openssh),
    Scheme.APK: lru_cache(4096)(_apk),
}


def _compare_dpkg(one: str, other: str) -> int:
    first, second = _dpkg_parts(one), _dpkg_parts(other)
    if first[0] != second[0]:
        return 1 if first[0] > second[0] else -1
    return _verrevcmp(first[1], second[1]) or _verrevcmp(first[2], second[2])


def _dpkg_parts(text: str) -> tuple[int, str, str]:
    epoch, colon, rest = text.partition(":")
    if not (colon and epoch.isascii() and epoch.isdecimal()):
        epoch, rest = "0", text
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch), upstream, revision


def _weight(character: str) -> int:
    """Order of a character that is no digit: ``~`` before the end, letters before everything else."""
    if character == "~":
        return -1
    return ord(character) if character.isascii() and character.isalpha() else ord(character) + 256


def _verrevcmp(one: str, other: str) -> int:
    """Compare alternately what is no digit, character by character, and numbers (Debian Policy 5.6.12)."""
    a = b = 0
    while a < len(one) or b < len(other):
        while (a < len(one) and not _is_digit(one[a])) or (b < len(other) and not _is_digit(other[b])):
            first = _weight(one[a]) if a < len(one) and not _is_digit(one[a]) else 0
            second = _weight(other[b]) if b < len(other) and not _is_digit(other[b]) else 0
            if first != second:
                return 1 if first > second else -1
            a, b = a + 1, b + 1
        left, a = _digits(one, a)
        right, b = _digits(other, b)
        if left != right:
            return 1 if left > right else -1
    return 0


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _digits(text: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and _is_digit(text[end]):
        end += 1
    return int(text[at:end] or 0), end


def _compare_rpm(one: str, other: str) -> int:
    """Compare epoch, version and release."""
    for first, second in zip(_rpm_parts(one), _rpm_parts(other), strict=True):
        order = _rpmvercmp(first, second)
        if order:
            return order
    return 0


def _rpm_parts(text: str) -> tuple[str, str, str]:
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    version, _, release = rest.partition("-")
    return epoch, version, release


def _rpmvercmp(one: str, other: str) -> int:
    """Compare segment by segment; ``~`` sorts before the end of a version and ``^`` after it."""
    first, second = (re.findall(r"\d+|[A-Za-z]+|~|\^", text) for text in (one, other))
    for index in range(max(len(first), len(second))):
        a = first[index] if index < len(first) else ""
        b = second[index] if index < len(second) else ""
        left, right = _segment(a), _segment(b)
        if left != right:
            return 1 if left > right else -1
    return 0


def _segment(text: str) -> tuple[int, int, str]:
    if text == "~":
        return (-1, 0, "")
    if text == "":
        return (0, 0, "")
    if text == "^":
        return (1, 0, "")
    return (3, int(text), "") if text.isdecimal() else (2, 0, text)
