"""How updates get in: proven only where every way in is a script that was followed, and nothing else could be one.

That updates install themselves needs less: one script that is run without anybody asking, and that asks for nothing.

The device is held to what is there to see. A started program that is not known may install updates by itself, pages of
a web server may, and so may a script that fetches anything: each leaves the view incomplete. So a device whose own
program does it all stays open here, and a trial by hand settles it.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fairmark.examine.certificates import FAULTS, is_short, key_size
from fairmark.examine.daemons import daemons
from fairmark.examine.detectors.updates import Updater, updater_of
from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector
from fairmark.examine.services import Script, trace
from fairmark.examine.startup import SEARCH_PATH
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.examine.update_gate import Check, Gate, gate
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Detection, Observation

GATE, CRYPTOGRAPHY, BY_ITSELF = "update-gate", "update-cryptography", "updates-itself"
"""Rules of the observations, as the crosswalk names them."""
_SHELL = re.compile(r"#!\s*/(?:usr/)?bin/(?:env\s+)?(?:ba|da|a)?sh\b")
_FETCHES = re.compile(r"\b(?:wget|curl|uclient-fetch|tftp|ftpget|aria2c|axel|scp|rsync|nc)\b")
_PACKAGES = re.compile(
    r"\b(?:opkg|ipkg|apt-get|apt|dpkg|rpm|apk|dnf|yum|pip3?)\s+(?:-\S{1,40}\s+){0,8}(?:install|upgrade|full-upgrade|add|-i|-U)\b"
)
_FROM_MEDIUM = re.compile(r"\b(?:tar|cp|unzip|cpio|sh|rsync|dd)\b[^\n]{0,300}/(?:mnt|media|sdcard|usb|sd)/")
_MAY_UPDATE = re.compile(
    r"(?:.*[-_])?(?:(?:sw|fw)?up(?:date|grade)\w*|ota\w*|mender\w*|rauc\w*|ostree|swupd\w*)(?:[-_.].*)?"
)
_SCRIPTS = {
    "fetches what may be installed": _FETCHES,
    "installs packages": _PACKAGES,
    "takes from a medium what may be installed": _FROM_MEDIUM,
}
_ASKS = re.compile(r"(?:^|[\s;!&|(])(?:\[\[?\s(?![\"']?\$\?)|test\s|(?:uci|nvram\w*|fw_printenv|grep|cmp|case|read)\s)")
_UNCHECKED = re.compile(r"\s(?:-\w*k\w*|--insecure|--no-check-certificate)(?=\s|$)")
_KEPT = re.compile(r"/(?:etc|usr|lib|opt|rom)/[\w./-]+")
_LOCAL = frozenset(
    {"syslogd", "klogd", "crond", "cron", "getty", "udhcpc", "udhcpc6", "ntpd", "watchdog", "acpid", "ifplugd", "zcip"}
    | {
        "udevd",
        "systemd-udevd",
        "dbus-daemon",
        "wpa_supplicant",
        "hostapd",
        "chronyd",
        "logd",
        "init",
        "haveged",
        "rngd",
    }
    | {"usign", "signify", "minisign", "mdev", "dhcpcd", "agetty", "rsyslogd", "irqbalance", "bluetoothd"}
)
"""Programs that do one thing, and it is no update."""
_MOST_NAMED = 3


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


@dataclass(frozen=True, slots=True)
class _Way:
    """One script that installs what it fetches, followed to its end."""

    updater: Updater
    gate: Gate

    @property
    def is_proven(self) -> bool:
        is_shell = _SHELL.match(self.updater.file.text or "") is not None
        return is_shell and bool(self.updater.fetches) and self.gate.proves(x.number for x in self.updater.installs)


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}
        self.ways = [_Way(one, gate(one.file.text or "")) for file in subject.files if (one := updater_of(file))]

    def detect(self) -> Detection:
        """Look at every way in that is proven, and at what could be another one."""
        proven = [way for way in self.ways if way.is_proven]
        running = {way.updater.file.path: one for way in proven if (one := self._runner(way.updater.file))}
        if not proven:
            return Detection()
        ids = tuple(dict.fromkeys(name for way in proven for name in self._shown(way)))
        names = ", ".join(way.updater.file.path for way in proven[:_MOST_NAMED])
        lacks = [
            *self._others(proven),
            *self._needed(proven),
            *([] if running else [f"nothing was seen that runs {names}"]),
        ]
        strong = [*lacks, *self._weak(proven)]
        told = f"What {names} writes to the flash was checked against a signature, on every way through the script"
        made = [
            self._observation(GATE, "update-exists", told, lacks, ids),
            self._observation(CRYPTOGRAPHY, "crypto-practice", f"{told}, by a strong algorithm over TLS", strong, ids),
        ]
        if running:
            chain = tuple(piece.id for script in running.values() for piece in script.chain)
            self.evidence |= {piece.id: piece for script in running.values() for piece in script.chain}
            said = f"{', '.join(sorted(running))} runs without anybody asking, fetches the update and installs it"
            asked = [*self._needed(proven), *_questions(way for way in proven if way.updater.file.path in running)]
            made.append(self._observation(BY_ITSELF, "update-auto", said, asked, tuple(dict.fromkeys((*chain, *ids)))))
        return Detection(observations=tuple(made), evidence=tuple(self.evidence[key] for key in sorted(self.evidence)))

    @staticmethod
    def _observation(rule: str, capability: str, told: str, lacks: Sequence[str], ids: tuple[str, ...]) -> Observation:
        more = f"; and {len(lacks) - _MOST_NAMED} more" if len(lacks) > _MOST_NAMED else ""
        statement = f"{told}; but {'; '.join(lacks[:_MOST_NAMED])}{more}" if lacks else told
        return Observation(rule=rule, capability=capability, statement=statement, complete=not lacks, evidence=ids)

    def _shown(self, way: _Way) -> Iterator[str]:
        lines = (way.updater.file.text or "").splitlines()
        for check in way.gate.checks[:_MOST_NAMED]:
            quote = redacted(lines[check.line - 1]) if check.line <= len(lines) else ""
            statement = "it checks the signature before anything is written"
            yield self._see(self.subject.evidence(way.updater.file, statement, line=check.line, quote=quote))
            if key := self._key(check, way.updater.file.root):
                yield self._see(self.subject.evidence(key, "the public key that updates are checked with"))

    def _see(self, item: Evidence) -> str:
        self.evidence[item.id] = item
        return item.id

    def _runner(self, file: FileFacts) -> Script | None:
        """Return how a script is started for certain: by init, or by a cron daemon that runs."""
        every = trace(self.subject).scripts
        return next((one for one in every if one.certain and (one.root, one.path) == (file.root, file.path)), None)

    # What could be another way ---------------------------------------------------------------------

    def _others(self, proven: Sequence[_Way]) -> Iterator[str]:
        traced = trace(self.subject)
        main = self.subject.trees[0].name if self.subject.trees else ""
        known = {(way.updater.file.root, way.updater.file.path) for way in proven}
        yield from (f"{way.updater.file.path} writes to the flash too" for way in self.ways if way not in proven)
        if main not in traced.recognised:
            yield "how the device starts was not found"
        yield from (f"what {name} starts was not followed" for name in traced.unfollowed)
        yield from (f"what {name} does inside was not seen" for name in self._strangers)
        for file in self.subject.files:
            if (file.root, file.path) in known:
                continue
            if file.text and file.text.startswith("#!"):
                yield from (f"{file.path} {what}" for what, one in _SCRIPTS.items() if one.search(file.text))
            elif not file.elf and file.text is None and file.size and file.mode & 0o111:
                yield f"{file.path} can be run and was not read"
            elif file.elf and _MAY_UPDATE.fullmatch(file.path.rpartition("/")[2]):
                yield f"{file.path} may install updates by itself"

    @cached_property
    def _strangers(self) -> tuple[str, ...]:
        """Programs that are started and of which nobody can say from here that they install nothing."""
        traced = trace(self.subject)
        return tuple(sorted({one.name for one in (*traced.services, *traced.conditional) if not _is_known(one)}))

    # Keys and algorithms ---------------------------------------------------------------------------

    def _key(self, check: Check, root: str) -> FileFacts | None:
        """Return the key file, where it lies in the image at a place that only an update changes."""
        found = self.subject.file(check.key, root) if _KEPT.fullmatch(check.key) else None
        return found if found and found.text and not found.mode & 0o022 else None

    def _needed(self, proven: Sequence[_Way]) -> Iterator[str]:
        """Yield what a script needs and the image does not hold: without it no update is ever installed."""
        yield from self._keys(proven)
        for way in proven:
            root = way.updater.file.root
            for name in way.gate.programs:
                if not any(self.subject.file(f"{folder}/{name}", root) for folder in SEARCH_PATH):
                    yield f"{name}, which {way.updater.file.path} runs, is not in the image"

    def _keys(self, proven: Sequence[_Way]) -> Iterator[str]:
        for way in proven:
            for check in way.gate.checks:
                key = self._key(check, way.updater.file.root)
                if key is None:
                    yield f"the key {check.key[:100]} is not in the image, or others may change it"
                elif not _bits(key.text or "")[1]:
                    yield f"{key.path} holds no public key that was understood"

    def _weak(self, proven: Sequence[_Way]) -> Iterator[str]:
        for way in proven:
            if way.updater.plain:
                yield f"{way.updater.file.path} fetches over a connection without protection"
            if any(_UNCHECKED.search(line.text) for line in way.updater.fetches):
                yield f"{way.updater.file.path} does not check whom it fetches from"
            for check in way.gate.checks:
                if not check.algorithm:
                    yield f"{way.updater.file.path} names no strong digest"
                key = self._key(check, way.updater.file.root)
                if key is not None and is_short(*_bits(key.text or "")):
                    yield f"{key.path} is too short"


def _questions(ways: Iterable[_Way]) -> Iterator[str]:
    """Yield what a script asks before it installs: a setting may keep it from ever doing so."""
    for way in ways:
        first = way.updater.installs[0].number
        lines = enumerate((way.updater.file.text or "").splitlines(), start=1)
        for number, line in lines:
            if number <= first and not line.lstrip().startswith("#") and _ASKS.search(line):
                yield f"{way.updater.file.path} asks something before it installs (line {number})"
                break


def _is_known(service: Service) -> bool:
    """Whether a started program does one thing that is no update; the pages of a web server may do anything."""
    program = service.program.rpartition("/")[2]
    known = daemons()
    if program.startswith("busybox"):
        kinds = {one.service: one.kind for one in known.values()}
        return service.name in _LOCAL or kinds.get(service.name, "web") != "web"
    return program in _LOCAL or (program in known and known[program].kind != "web")


def _bits(text: str) -> tuple[str, int]:
    """Return kind and size of a public key in PEM, or in the form of signify, usign and minisign; else ``("", 0)``."""
    lines = text.strip().splitlines()
    if len(lines) == 2 and lines[0].startswith("untrusted comment:"):
        try:
            raw = base64.b64decode(lines[1].strip(), validate=True)
        except binascii.Error:
            return "", 0
        return ("Ed25519", 256) if len(raw) == 42 and raw[:2] == b"Ed" else ("", 0)
    try:
        return key_size(load_pem_public_key(text.encode()))
    except FAULTS:
        return "", 0


DETECTOR = Detector(id="update_mechanism", title="How updates get in", rules=(), detect=_detect)
