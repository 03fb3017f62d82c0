"""What a script does to the device itself: rights for everybody, shells without login, accounts, foreign scripts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.lines import hits


class Change(StrEnum):
    """What is done."""

    OPENS_RIGHTS = "opens rights"
    SHELL = "shell without login"
    ACCOUNT = "hidden account"
    REMOVABLE = "runs a script from removable storage"
    TEMPORARY = "predictable temporary file"


@dataclass(frozen=True, slots=True)
class Done:
    """A line that does it; ``what`` is the path, program or account concerned."""

    change: Change
    line: int
    what: str


_LASTING = (
    r"(?:/(?:etc|usr|bin|sbin|lib|opt|root|www|home|web|var/www|srv|data|config|userfs|app|customer)"
    r"(?:/[^\s;|&\"'`$]*)?(?=[\s;|&\"'`$)]|$))"
)
_CHMOD = re.compile(
    r"(?m:^|[\s;|&(\"'])chmod[ \t]+(?:-[Rfv]{1,3}[ \t]+){0,3}"
    r"(?:0?[0-7][0-7][2367]|[augo]{0,3}[ao][ugoa]{0,3}\+[rxst]{0,3}w[rwxst]{0,3}|\+[rx]{0,2}w[rwx]{0,2})"
    rf"[ \t]+(?:-[Rfv]{{1,3}}[ \t]+)?[\"']?(?P<path>{_LASTING})"
)
_SHELL = r"(?:/bin/)?(?:ba|da|a)?sh\b|/bin/busybox\s+sh"
_BIND = (
    re.compile(rf"(?m:^|[\s;|&(\"'/])(?P<what>telnetd|utelnetd)\b[^|;&\n]{{0,120}}?\s-l\s*[\"']?(?:{_SHELL})(?!/)"),
    re.compile(
        rf"(?m:^|[\s;|&(\"'/])(?P<what>nc|netcat|ncat)\b[^|;&\n]{{0,120}}?[ \t]-[a-z]{{0,6}}e[ \t]*[\"']?(?:{_SHELL})"
    ),
    re.compile(rf"(?P<what>socat)\b[^;\n]{{0,200}}?\b(?:EXEC|SYSTEM):[\"']?(?:{_SHELL})", re.IGNORECASE),
    re.compile(r"(?P<what>(?:ba)?sh)\s+-i\s*(?:>&|>|<)\s*&?\s*/dev/(?:tcp|udp)/"),
    re.compile(rf"\bmkfifo\b[^\n]{{0,120}}?\|\s*(?:{_SHELL})[^\n]{{0,60}}?\|\s*(?P<what>nc)\b"),
    re.compile(rf"(?m:^|[\s;|&(\"'/])(?P<what>tcpsvd)\b[^|;&\n]{{0,120}}?\s\d{{1,5}}\s+[\"']?(?:{_SHELL})"),
)
_ACCOUNT = (
    re.compile(
        r"\b(?:echo|printf)\b[^|;&\n]{0,40}?[\"'](?P<what>(?!root:)[A-Za-z_][\w-]{0,31}):x?:0:[0-9]+:[^\"'\n]{0,120}"
        r"[\"'][ \t]*(?:\\n)?[\"']?[ \t]*>>[ \t]*/etc/passwd\b"
    ),
    re.compile(
        r"\b(?:useradd|adduser)\b[^|;&\n]{0,120}?[ \t]"
        r"(?:-o[ \t]+-u[ \t]*0|-u[ \t]*0[ \t]+-o|-ou[ \t]*0|--uid[ =]0)[ \t]"
        r"[^|;&\n]{0,80}?(?P<what>[A-Za-z_][\w-]{0,31})[ \t]*(?m:$)"
    ),
)
_REMOVABLE = (
    r"(?:/(?:mnt|media|tmp/mnt|tmp/sd\w*|tmp/usb\w*|var/usb\w*|run/media)(?:/[\w.*-]+){0,4}/[\w.-]+|"
    r"/(?:sdcard|usbdisk|udisk|sd)/[\w./-]+)"
)
_RUNS_REMOVABLE = re.compile(
    r"(?m:^|[;&|][ \t]*|\bthen[ \t]+|\bdo[ \t]+)[ \t]*"
    r"(?:exec|nohup|source|\.|(?:/bin/)?(?:ba|a)?sh)[ \t]+(?:-\w+[ \t]+)?"
    rf"[\"']?(?P<what>{_REMOVABLE})[\"']?(?=[\s;&|)]|$)"
    rf"|(?m:^|[;&|][ \t]*|\bthen[ \t]+)[ \t]*[\"']?(?P<direct>{_REMOVABLE}\.sh)[\"']?(?=[\s;&|)]|$)"
)
_ON_STORAGE = re.compile(
    r"(?i)/(?:sd\w*|usb\w*|mmc\w*|udisk\w*|card\w*|disk\w*|udev|external|removable|flash_?disk|tf\w*)(?:/|$)|"
    r"/media/|/run/media/|^/(?:sdcard|usbdisk|udisk|sd)/"
)
_VERIFIES = re.compile(
    r"\b(?:openssl\s+(?:dgst|pkeyutl|cms|smime)|gpgv?|usign|signify|minisign|ssh-keygen\s+-Y)\b|verify_sig"
)
_TEMPORARY = re.compile(r">\s*[\"']?(?P<what>/tmp/[\w.-]*\$\$[\w.-]*|/tmp/[\w.-]*\$\{?RANDOM\}?[\w.-]*)")
_MARKS = {
    Change.OPENS_RIGHTS: ("chmod ",),
    Change.SHELL: ("telnetd", "nc -", "ncat", "netcat", "socat", "/dev/tcp", "/dev/udp", "mkfifo", "tcpsvd"),
    Change.ACCOUNT: ("/etc/passwd", "useradd", "adduser"),
    Change.REMOVABLE: ("/mnt", "/media", "/sdcard", "usb", "/sd", "udisk"),
    Change.TEMPORARY: ("/tmp/",),  # noqa: S108 - a name to look for
}


def changes(text: str, language: Language) -> Iterator[Done]:
    """Yield what a script does to the device."""
    wanted = {change for change, marks in _MARKS.items() if any(mark in text for mark in marks)}
    if language is Language.SHELL and re.search(r"\bnc ", text):
        wanted.add(Change.SHELL)
    if language is not Language.SHELL:
        wanted -= {Change.TEMPORARY, Change.REMOVABLE}
    if Change.REMOVABLE in wanted and _VERIFIES.search(text):
        wanted.discard(Change.REMOVABLE)
    for change in sorted(wanted):
        for pattern in _PATTERNS[change]:
            for hit in hits(text, language, pattern):
                found = hit.match.groupdict()
                what = next((found[name] for name in ("what", "direct", "path") if found.get(name)), "")
                if what and _is_meant(change, what, hit.line):
                    yield Done(change, hit.number, what)


def _is_meant(change: Change, what: str, line: str) -> bool:
    if change is Change.REMOVABLE:
        return _ON_STORAGE.search(what) is not None
    return change is not Change.TEMPORARY or "mktemp" not in line


_PATTERNS = {
    Change.OPENS_RIGHTS: (_CHMOD,),
    Change.SHELL: _BIND,
    Change.ACCOUNT: _ACCOUNT,
    Change.REMOVABLE: (_RUNS_REMOVABLE,),
    Change.TEMPORARY: (_TEMPORARY,),
}
