"""Which started program reads a settings file that nobody has described: a vendor's own formats and names.

Four proofs, the strongest first: the arguments name the file; its name is the usual one of the program; the
program holds the file's path; a script that starts holds it. A likeness of names alone is a strong hint.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.configs.inspection import Inspection
from fairmark.examine.configs.running import Running
from fairmark.examine.daemons import daemons
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.finding import Confidence

_MOST_BYTES = 8 << 20
_MOST_PROGRAMS = 24
_MOST_SEARCHES = 200
_STEM_TAIL = re.compile(r"(?:[-_]?(?:server|srvd|srv|daemon|service|main|app)|d)$")
_NO_SETTINGS = re.compile(
    r"/(?:doc|docs|man|info|examples?|samples?|tests?|licenses?|locale|zoneinfo|terminfo|schemas?|init\.d|pam\.d|cgi-bin|"
    r"bash-completion|logrotate\.d|systemd|apt|selinux|udev|python[\d.]*|node_modules|luci|ucode)/|/lib/(?:opkg|dpkg|apk)/|"
    r"/share/(?!.*\.(?:conf|ini|cfg|json|ya?ml|xml)$)|"
    r"\.(?:html?|css|m?js|ts|map|po|pot|lmo|md|rst|svg|c|h|hpp|cpp|py|lua|php|pl|rb|sh|list|control|conffiles|md5sums|"
    r"postinst|prerm|templates|schema|xsd|dtd|crt|pem|pub|key|rules|service|target|socket|example|sample)$",
    re.IGNORECASE,
)
_PAGE = re.compile(r"/cgi-bin/|/(?:www|htdocs|webroot|luci|web)/.*\.(?:lua|php|cgi|sh|py|pl|asp|uc)$")
_FORMS = ("conf", "json", "ini", "xml", "cfg", "yml", "yaml", "config")


@dataclass(frozen=True, slots=True)
class Owner:
    """A started program that reads a file, and how sure that is."""

    run: Running
    confidence: Confidence


def settings_files(subject: Subject, *needles: str) -> Iterator[FileFacts]:
    """Yield the text files that may be settings of a vendor's program and hold one of the words (in lower case)."""
    for file in subject.files:
        if not file.text or _NO_SETTINGS.search(file.path) or file.text.startswith("#!"):
            continue
        lowered = file.text.lower()
        if any(needle in lowered for needle in needles):
            yield file


class Owners:
    """Answers who reads a file; costly looks into programs are made once, and only when asked for."""

    def __init__(self, look: Inspection) -> None:
        self.look = look
        self.subject: Subject = look.subject
        self._contents: dict[tuple[str, str], bytes] = {}
        self._searches = _MOST_SEARCHES
        self._owners: dict[tuple[str, str], Owner | None] = {}

    def of(self, file: FileFacts) -> Owner | None:
        """Return the started program that reads a file, ``None`` when none is known to."""
        key = (file.root, file.path)
        if key not in self._owners:
            self._owners[key] = self._find(file)
        return self._owners[key]

    def _find(self, file: FileFacts) -> Owner | None:
        here = [run for run in self.look.all() if run.root == file.root]
        for run in here:
            if _named(run, file.path) or file.path in _usual(run):
                return Owner(run, Confidence.A)
        for run in here[:_MOST_PROGRAMS]:
            if self._holds(run, file.path):
                return Owner(run, Confidence.A)
        for run in here:
            if _is_alike(run, file.path):
                return Owner(run, Confidence.B)
        return None

    def is_used_by_script(self, file: FileFacts) -> bool:
        """Whether a script that starts for certain, or a page of a web server that does, names a file."""
        names = [file.path]
        if file.path.startswith("/etc/config/"):
            name = re.escape(file.path.removeprefix("/etc/config/"))
            names = [file.path, f"uci get {name}.", f"uci -q get {name}.", f'"{name}", "', f"config_load {name}"]
        texts = [text for root, text in (*self._script_texts, *self._page_texts) if root == file.root]
        return any(name in text for name in names for text in texts)

    def only_maker(self, root: str, ports: frozenset[str]) -> Running | None:
        """Return the one started program of the maker's that waits at one of the ports, if there is just one."""
        known = daemons()
        found = {
            run.service.program: run
            for run in self.look.all()
            if run.root == root and ports & set(run.service.ports) and run.program not in known
        }
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _page_texts(self) -> tuple[tuple[str, str], ...]:
        """The pages and CGI scripts of the root file systems in which a web server is started."""
        kinds = {name for name, one in daemons().items() if one.kind == "web"}
        served = {run.root for run in self.look.all() if run.service.ports and run.program in kinds | {"busybox"}}
        return tuple(
            (file.root, file.text)
            for file in self.subject.files
            if file.root in served and file.text and _PAGE.search(file.path)
        )

    @cached_property
    def _script_texts(self) -> tuple[tuple[str, str], ...]:
        texts = []
        for script in self.look.scripts:
            found = self.subject.file(script.path, script.root)
            if script.certain and found and found.text:
                kept = (line for line in found.text.splitlines() if not line.lstrip().startswith("#"))
                texts.append((script.root, "\n".join(kept)))
        return tuple(texts)

    def _holds(self, run: Running, path: str) -> bool:
        """Whether the program of a service holds the path as a text."""
        if run.program.startswith("busybox") or len(path) < 8 or self._searches <= 0:
            return False
        self._searches -= 1
        key = (run.root, run.service.program)
        if key not in self._contents:
            self._contents[key] = self._content(*key)
        return path.encode() + b"\0" in self._contents[key]

    def _content(self, root: str, program: str) -> bytes:
        tree = next((tree for tree in self.subject.trees if tree.name == root), None)
        entry = tree.get(program) if tree else None
        if tree is None or entry is None:
            return b""
        try:
            return tree.read(entry, _MOST_BYTES)
        except UnreadableEntryError:  # the scan has recorded the gap
            return b""


def _named(run: Running, path: str) -> bool:
    return any(word == path or word.endswith(f"={path}") for word in run.words)


def _usual(run: Running) -> frozenset[str]:
    name = run.program
    if name.startswith("busybox"):
        return frozenset()
    paths = {f"/etc/{name}.{form}" for form in _FORMS} | {f"/etc/{name}/{name}.{form}" for form in _FORMS}
    return frozenset(paths | {f"/etc/config/{name}", f"/etc/{name}/config.json", f"/etc/{name}/config"})


def _is_alike(run: Running, path: str) -> bool:
    """Whether file or folder is called like the program: ``rtspd`` and ``/etc/rtsp.ini``."""
    if run.program.startswith("busybox"):
        return False
    stem = _stem(run.program)
    folder, _, name = path.rpartition("/")
    file_stem = _stem(name.partition(".")[0])
    return len(stem) > 2 and stem in {file_stem, _stem(folder.rpartition("/")[2])}


def _stem(name: str) -> str:
    short = name.lower()
    cut = _STEM_TAIL.sub("", short)
    return (cut if len(cut) > 2 else short).replace("-", "").replace("_", "")
