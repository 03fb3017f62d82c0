"""Updates: scripts that fetch an image and write it to the flash, and whether they check who made it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.services import Script, trace
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.text_secrets import is_comment
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, SeenFact, Severity

UNSIGNED = Rule(
    id="update-unsigned",
    title="An update is installed without a check of its signature",
    weakness="update-unsigned",
    severity=Severity.HIGH,
    what="A script fetches an image and writes it to the flash or runs it, and nothing in it checks a signature. "
    "Whoever stands between device and server, or takes the server, owns every unit. A digest fetched beside the image "
    "is no signature.",
    false_positives="The flashing program itself, or the boot loader, checks a signature.",
    fix="Sign images with a key that stays offline and check the signature on the device before anything is written.",
    cwe="CWE-494",
    references=("ETSI EN 303 645 provisions 5.3-2 and 5.3-10",),
)
PLAIN_HTTP = Rule(
    id="update-plain-http",
    title="An update is fetched over a connection without protection",
    weakness="update-plain-http",
    severity=Severity.MEDIUM,
    what="A script that installs updates fetches them over http or ftp, where everybody on the way can change them.",
    false_positives="The image is signed and checked: then the finding is about privacy and blocking only.",
    fix="Fetch over https with the server's certificate checked against your own authority.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.3-7",),
)

_ADDRESS = re.compile(r"\b(https?|ftp|tftp)://[^\s\"'`)]*")
_FETCH = re.compile(r"\b(?:wget|curl|uclient-fetch|tftp|ftpget|aria2c|axel)\b(?!\s*(?:=|\)))")
_FLASH = re.compile(
    r"\b(?:mtd\s[^|;&]*\bwrite\s|mtd_write|flashcp|flash_?erase\b.*&&|nandwrite|sysupgrade|fw_update|"
    r"ubiupdatevol|swupdate|mender|rauc\s+install|fwupdate\s+(?=-)|flashw|dd\b[^|;&]*\bof=/dev/(?:mtd|mmcblk|ubi)\w*)"
    r"|>\s*/dev/(?:mtd|mmcblk)\w+"
)
_RUN_FETCHED = re.compile(r"\b(?:wget|curl|uclient-fetch)\b[^;&]*\|\s*(?:/bin/)?(?:ba|da|a)?sh\b")
_VERIFY = re.compile(
    r"\bopenssl\s+(?:dgst|sha\d+)\b[^;&|]*-verify\b|\bopenssl\s+(?:pkeyutl|rsautl)\b[^;&|]*-verify\w*|"
    r"\bopenssl\s+(?:cms|smime)\b[^;&|]*-verify\b|\bgpgv\b|\bgpg2?\b[^;&|]*(?:--verify|--decrypt|\s-d\b)|\busign\s+(?:-\w+\s+)*-V|\bsignify\s+(?:-\w+\s+)*-V|"
    r"\bminisign\s+(?:-\w+\s+)*-\w*V|\bucert\s+(?:-\w+\s+)*-V|\brauc\s+install|\bswupdate\b[^;&|]*\s(?:-k|--key)\s|\bmender\b|\bfwupd(?:mgr|tool)?\b|"
    r"\bfwtool\b[^;&|]*-s|\bcosign\s+verify|\bssh-keygen\s+-Y\s+verify|\bverify_sig\w*|\bcheck_sig\w*|\bveritysetup\b|\bavbtool\b"
)
_PUBLIC_KEY = re.compile(r"(?:-verify|-inkey|-CAfile|-cert\w*|--keyring|-p|-k|--key|-P|-f)[ =](?P<path>/[\w./-]+)")
_KEY_FOLDERS = (
    "/etc/opkg/keys",
    "/etc/swupdate",
    "/etc/rauc",
    "/etc/mender",
    "/usr/share/keyrings",
    "/etc/apt/trusted.gpg.d",
)
_SCRIPT = re.compile(r"#!.*(?:sh|lua|python\d?|perl)\b")
_OUTSIDE = re.compile(
    r"/(?:doc|docs|man|examples?|samples?|tests?)/|^/usr/(?:share|lib)/(?:bash-completion|apt|dpkg|initramfs-tools)/"
)
_CRONTABS = re.compile(r"/etc/(?:crontabs/\w+|crontab|cron\.d/[\w-]+)|/var/spool/cron/(?:crontabs/)?\w+")
_CRON_DAEMONS = frozenset({"crond", "cron", "busybox-cron"})
_MAX_LINES = 5000
_MAX_LINE = 1000
_MAX_UPDATERS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a script with its number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Updater:
    """A script that writes or runs what it fetches."""

    file: FileFacts
    fetches: tuple[Line, ...]
    installs: tuple[Line, ...]
    verifies: tuple[Line, ...]
    plain: tuple[Line, ...]


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}

    def see(self, file: FileFacts, statement: str, line: Line) -> str:
        """Keep a piece of evidence and return its id."""
        item = self.subject.evidence(file, statement, line=line.number, quote=redacted(line.text))
        self.evidence[item.id] = item
        return item.id

    def detect(self) -> Detection:
        """Look at every script."""
        found = [updater for file in self.subject.files if (updater := updater_of(file))][:_MAX_UPDATERS]
        findings = [finding for updater in found for finding in self._judge(updater)]
        observations = self._observations(found)
        return Detection(
            findings=tuple(findings),
            observations=observations,
            facts=self._facts(found),
            evidence=tuple(self.evidence[key] for key in sorted(self.evidence)),
        )

    def _judge(self, updater: Updater) -> Iterator[Finding]:
        if not updater.fetches:
            return
        enabled = self._enabled(updater.file)
        proven = enabled is not None and bool(updater.plain)
        reach = Reach.STARTED if enabled is not None else Reach.PRESENT
        fetched = self._seen(updater.file, updater.plain or updater.fetches, "it fetches from here")
        if not updater.verifies:
            ids = (
                *fetched,
                *self._seen(updater.file, updater.installs, "it installs what it fetched"),
                *(enabled or ()),
            )
            title = f"{updater.file.path} installs an update without checking who signed it"
            confidence = Confidence.A if proven else Confidence.B
            yield UNSIGNED.finding(title, tuple(dict.fromkeys(ids)), confidence=confidence, reach=reach)
        if updater.plain:
            ids = (*self._seen(updater.file, updater.plain, "it fetches from here"), *(enabled or ()))
            title = f"{updater.file.path} fetches updates over a connection without protection"
            confidence = Confidence.A if proven else Confidence.B
            yield PLAIN_HTTP.finding(title, tuple(dict.fromkeys(ids)), confidence=confidence, reach=reach)

    def _seen(self, file: FileFacts, lines: Sequence[Line], statement: str) -> tuple[str, ...]:
        return tuple(self.see(file, statement, line) for line in lines[:3])

    # What runs it --------------------------------------------------------------------------------

    @cached_property
    def _scripts(self) -> tuple[Script, ...]:
        return tuple(script for script in trace(self.subject).scripts if script.certain)

    def _enabled(self, file: FileFacts) -> tuple[str, ...] | None:
        """Return evidence of what runs the script: init or cron; ``None`` when nothing was seen that does."""
        for script in self._scripts:
            if script.root == file.root and script.path == file.path:
                self.evidence |= {one.id: one for one in script.chain}
                return tuple(one.id for one in script.chain)
        return self._scheduled(file) or self._called(file)

    def _scheduled(self, file: FileFacts) -> tuple[str, ...] | None:
        if not any(one.root == file.root and one.name in _CRON_DAEMONS for one in self.subject.services):
            return None
        found = self._in_crontabs.get((file.root, file.path))
        return (self.see(found[0], "cron runs it", found[1]),) if found else None

    @cached_property
    def _in_crontabs(self) -> Mapping[tuple[str, str], tuple[FileFacts, Line]]:
        """Absolute paths that a crontab names, with the line."""
        named: dict[tuple[str, str], tuple[FileFacts, Line]] = {}
        for table in self.subject.files:
            if table.text and _CRONTABS.fullmatch(table.path):
                for line in _lines(table.text):
                    for path in re.findall(r"(?<!\S)/[\w./-]+", line.text):
                        named.setdefault((table.root, path), (table, line))
        return named

    def _called(self, file: FileFacts) -> tuple[str, ...] | None:
        """A script that a started script names on a line of its own is called from there, though perhaps rarely."""
        found = self._in_scripts.get((file.root, file.path))
        if found is None:
            return None
        script, caller, line = found
        self.evidence |= {one.id: one for one in script.chain}
        return (*(one.id for one in script.chain), self.see(caller, "it is called here", line))

    @cached_property
    def _in_scripts(self) -> Mapping[tuple[str, str], tuple[Script, FileFacts, Line]]:
        """Absolute paths that are commands of a started script, with the line."""
        named: dict[tuple[str, str], tuple[Script, FileFacts, Line]] = {}
        for script in self._scripts:
            caller = self.subject.file(script.path, script.root)
            for line in _lines(caller.text or "" if caller else ""):
                match = re.match(r"\s*(?:exec\s+|sh\s+|nohup\s+)?(/[\w./-]+)(?:[\s&;]|$)", line.text)
                if caller and match and match[1] != caller.path:
                    named.setdefault((script.root, match[1]), (script, caller, line))
        return named

    # What is right -------------------------------------------------------------------------------

    def _observations(self, found: Sequence[Updater]) -> tuple[Observation, ...]:
        """Every updater checks a signature, and the public key that it checks with is in the image."""
        fetching = [updater for updater in found if updater.fetches]
        if not fetching or not all(updater.verifies for updater in fetching):
            return ()
        ids: list[str] = []
        keys = True
        for updater in fetching:
            ids += self._seen(updater.file, updater.verifies, "it checks a signature")
            key = self._key(updater)
            keys = keys and key is not None
            if key:
                ids.append(key)
        names = ", ".join(updater.file.path for updater in fetching)
        statement = f"The signature of an update is checked before it is installed ({names})"
        if not keys:
            statement += "; but the public key was not found in the image"
        evidence = tuple(dict.fromkeys(ids))
        complete = keys and all(_checks_first(updater) for updater in fetching)
        return (
            Observation(
                rule="updates", capability="update-signed", statement=statement, complete=complete, evidence=evidence
            ),
        )

    def _key(self, updater: Updater) -> str | None:
        """Return evidence of the public key file that a signature check names."""
        for line in updater.verifies:
            for match in _PUBLIC_KEY.finditer(line.text):
                item = self.subject.file(match["path"], updater.file.root)
                if item:
                    seen = self.subject.evidence(item, "the public key that updates are checked with")
                    self.evidence[seen.id] = seen
                    return seen.id
        for item in self.subject.files:
            if item.root == updater.file.root and item.path.startswith(_KEY_FOLDERS) and item.size:
                seen = self.subject.evidence(item, "a key or certificate that updates are checked with")
                self.evidence[seen.id] = seen
                return seen.id
        return None

    def _facts(self, found: Sequence[Updater]) -> tuple[SeenFact, ...]:
        if not found:
            return ()
        first = next((updater for updater in found if updater.fetches), found[0])
        installs = self.see(first.file, "it installs an update", first.installs[0])
        facts = [
            SeenFact(
                fact="update.mechanism",
                value=True,
                statement=f"{first.file.path} installs updates",
                evidence=(installs,),
            )
        ]
        if first.fetches:
            fetched = self._seen(first.file, first.fetches[:1], "it fetches from here")
            statement = f"{first.file.path} fetches updates over the network"
            facts.append(SeenFact(fact="update.network", value=True, statement=statement, evidence=fetched))
        return tuple(facts)


def updater_of(file: FileFacts) -> Updater | None:
    """Return what a script fetches, installs and checks; ``None`` for everything that installs nothing."""
    if not file.text or not _SCRIPT.match(file.text) or _OUTSIDE.search(file.path):
        return None
    lines = _logical_lines(file.text)
    installs = tuple(line for line in lines if _FLASH.search(line.text) or _RUN_FETCHED.search(line.text))
    if not installs:
        return None
    fetches = tuple(line for line in lines if _FETCH.search(line.text))
    variables = [
        line for line in lines if re.match(r"\s*(?:export\s+|local\s+)?\w+=[\"']?(?:https?|t?ftp)://", line.text)
    ]
    addressed = (*fetches, *(variables if fetches else ()))
    plain = tuple(line for line in addressed if any(match[1] != "https" for match in _ADDRESS.finditer(line.text)))
    return Updater(file, fetches, installs, tuple(line for line in lines if _VERIFY.search(line.text)), plain)


def _checks_first(updater: Updater) -> bool:
    """Whether the first check stands before the first line that writes, and its answer is looked at."""
    check = updater.verifies[0]
    if check.number > updater.installs[0].number:
        return False
    text = updater.file.text or ""
    after = text.splitlines()[check.number : check.number + 3]
    stops_on_failure = re.search(r"^[ \t]*set[ \t]+-\w*e|^#!.*sh[ \t]+-\w*e", text, re.MULTILINE) is not None
    is_asked = re.search(r"\|\||&&|\b(?:if|while|until)\b", check.text) is not None
    return stops_on_failure or is_asked or any("$?" in line for line in after)


def _lines(text: str) -> list[Line]:
    """Return the lines that are no comments, with their numbers."""
    every = (Line(number, line[:_MAX_LINE]) for number, line in enumerate(text.splitlines()[:_MAX_LINES], start=1))
    return [line for line in every if line.text.strip() and not is_comment(line.text) and not _is_talk(line.text)]


def _logical_lines(text: str) -> list[Line]:
    """Return the lines of a script with continued lines joined to the first of them."""
    joined: list[Line] = []
    open_end = False
    for line in _lines(text):
        if open_end and joined:
            joined[-1] = Line(joined[-1].number, joined[-1].text[:-1] + " " + line.text.strip())
        else:
            joined.append(line)
        open_end = joined[-1].text.endswith("\\")
    return joined


def _is_talk(line: str) -> bool:
    """Whether a line only says something: what an echo prints is not done."""
    talks = re.match(r"\s*(?:echo|printf|logger|log\w*|usage)\b", line) is not None
    return talks and not re.search(r"[|>`]|\$\(", line)


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(id="updates", title="Updates", rules=(UNSIGNED, PLAIN_HTTP), detect=_detect)
