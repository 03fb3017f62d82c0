"""Scripts and pages: request input in shells, code and paths; fetched code; TLS; credentials; back doors.

Grade A: the whole way from the request to the harm was seen in one file, and a started web server
serves the file or the device starts it. Grade B: the way was seen, nothing was seen that runs the
file. Grade C: a filter is on the way, the input is a setting, or the file is a sample.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.scripts import rules
from fairmark.examine.scripts.credentials import credentials, hidden
from fairmark.examine.scripts.downloads import run_downloads
from fairmark.examine.scripts.flow import Flow, Flows, Harm, Via
from fairmark.examine.scripts.language import Language, language_of
from fairmark.examine.scripts.places import Places, Standing
from fairmark.examine.scripts.reading import fixed_words, read_script
from fairmark.examine.scripts.system_changes import Change, changes
from fairmark.examine.scripts.tls_checks import unchecked_tls
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.text_secrets import find_secrets
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach
from fairmark.model.gap import Gap, GapReason

_SAMPLES = re.compile(
    r"/(?:doc|docs|man|info|tests?|testing|testdata|test_data|examples?|samples?|demos?|licenses?|fixtures|benchmarks?|__tests__)/|"
    r"(?:^|[/_.-])(?:test|tests|example|sample)[\w-]*\.\w+$",
    re.IGNORECASE,
)
_LIBRARIES = re.compile(
    r"/(?:dist-packages|site-packages|node_modules|perl5|perl-base|perl/[\d.]+|nodejs|python3?(?:\.\d+)?|php|gems|vim|emacs|zsh|bash-completion|completions|"
    r"pyshared|lib2to3|idlelib|third_party|3rd_?party|vendored|_vendor)/|(?<=.)/vendor/",
    re.IGNORECASE,
)
_HARM_RULES = {
    Harm.COMMAND: rules.COMMAND_INJECTION,
    Harm.CODE: rules.CODE_INJECTION,
    Harm.READ: rules.PATH_FROM_REQUEST,
    Harm.WRITE: rules.PATH_FROM_REQUEST,
}
_HARM_TITLES = {
    rules.COMMAND_INJECTION.id: "{path} hands what a request brings to a shell (line {line})",
    rules.CODE_INJECTION.id: "{path} runs what a request brings as code (line {line})",
    rules.PATH_FROM_REQUEST.id: "{path} lets a request choose a file (line {line})",
}
_CHANGE_RULES = {
    Change.OPENS_RIGHTS: (rules.OPENS_RIGHTS, "{path} lets every account write to {what}"),
    Change.SHELL: (rules.SHELL_WITHOUT_LOGIN, "{path} opens a shell without a login ({what})"),
    Change.ACCOUNT: (rules.BACK_DOOR, "{path} adds the account {what} with the rights of root"),
    Change.REMOVABLE: (rules.REMOVABLE_SCRIPT, "{path} runs {what} from removable storage"),
    Change.TEMPORARY: (rules.TEMPORARY_FILE, "{path} writes to {what}"),
}
_DRASTIC = re.compile(
    r"(?<![\w-])(?:reboot|sysupgrade|firstboot|jffs2reset|mtd\s+(?:-\S+\s+)*(?:write|erase)|mtd_write|flash_?erase\w*|nvram\s+(?:erase|reset|restore)|"
    r"fw_setenv|factory_?reset|flashcp)\b"
)
_ASKS = re.compile(
    r"(?i)auth|session|login|logged|cookie|token|password|passwd|REMOTE_USER|sysauth|permission|credential"
)
_MOST_SHOWN = 5
_MOST_FINDINGS = 2000


@dataclass(frozen=True, slots=True)
class _Script:
    """A script, its language, and whether it is only a sample or part of a library."""

    file: FileFacts
    text: str
    language: Language
    is_sample: bool
    is_library: bool


def _left(unread: Sequence[_Script]) -> tuple[Gap, ...]:
    """Say which scripts nobody judged."""
    if not unread:
        return ()
    detail = f"{_MOST_FINDINGS:,} findings in scripts are enough: {len(unread):,} more scripts were not judged"
    size = sum(script.file.size for script in unread)
    return (Gap(where=unread[0].file.path, reason=GapReason.LIMIT, detail=detail, bytes=size),)


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.places = Places(subject)
        self.evidence: dict[str, Evidence] = {}
        self.findings: list[Finding] = []

    def detect(self) -> Detection:
        """Read every script; then judge, because what one page stores another may run."""
        read = [(script, read_script(script.file.path, script.text, script.language)) for script in self.scripts]
        stored = {one.name.rpartition(".")[2] for _, found in read for one in found.stored}
        unread = [script for script, found in read if not self._judge(script, found, stored)]
        evidence = tuple(self.evidence[key] for key in sorted(self.evidence))
        return Detection(findings=tuple(self.findings), evidence=evidence, gaps=_left(unread))

    def _judge(self, script: _Script, found: Flows, stored: set[str]) -> bool:
        """Judge one script; False when there are too many findings already."""
        if len(self.findings) >= _MOST_FINDINGS:
            return False
        self._flows(script, found, stored)
        self._fixed_words(script, found)
        self._lines(script)
        return True

    @cached_property
    def scripts(self) -> Sequence[_Script]:
        """The scripts of the image."""
        found: list[_Script] = []
        for file in self.subject.files:
            if file.text:
                language = language_of(file.path, file.text)
                if language is not None:
                    is_library = _LIBRARIES.search(file.path) is not None
                    found.append(_Script(file, file.text, language, _SAMPLES.search(file.path) is not None, is_library))
        return found

    # Making findings ---------------------------------------------------------------------------------

    def _see(self, script: _Script, line: int, statement: str, secret: str = "") -> str:
        lines = script.text.split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        quote = redacted(hidden(text, secret) if secret else text)
        item = self.subject.evidence(script.file, statement, line=line or None, quote=quote)
        self.evidence[item.id] = item
        return item.id

    def _report(
        self,
        rule: Rule,
        title: str,
        script: _Script,
        seen: Iterable[str],
        *,
        hint: bool,
        standing: Standing | None = None,
    ) -> None:
        """Add a finding: A where the script is served or started, C for hints and samples, else B."""
        standing = standing or self.places.standing(script.file, script.language)
        reach = Reach.PRESENT if script.is_sample else standing.reach
        confidence = Confidence.C if hint or script.is_sample else Confidence.A if reach.rank > 1 else Confidence.B
        chain = standing.chain if reach.rank > 1 else ()
        self.evidence |= {one.id: one for one in chain}
        ids = tuple(dict.fromkeys((*seen, *(one.id for one in chain))))
        self.findings.append(rule.finding(title, ids, confidence=confidence, reach=reach))

    # Flows ---------------------------------------------------------------------------------------------

    def _flows(self, script: _Script, found: Flows, stored: set[str]) -> None:
        for rule in (rules.COMMAND_INJECTION, rules.CODE_INJECTION, rules.PATH_FROM_REQUEST):
            flows = [flow for flow in found.flows if _HARM_RULES[flow.harm] is rule]
            if rule is rules.PATH_FROM_REQUEST:
                worse = {flow.line for flow in found.flows if flow.harm in {Harm.COMMAND, Harm.CODE}}
                flows = [flow for flow in flows if flow.line not in worse]
            strong = [flow for flow in flows if self._is_strong(script, flow, stored)]
            for chosen in (strong, [] if strong else flows):
                if chosen:
                    self._flow_finding(rule, script, chosen, hint=chosen is not strong)

    @staticmethod
    def _is_strong(script: _Script, flow: Flow, stored: set[str]) -> bool:
        """Whether the whole way was seen, without a filter. A setting counts when a page stores it from a request."""
        if flow.origin.weak or (
            script.is_library and (flow.harm is not Harm.COMMAND or flow.origin.via is Via.MESSAGE)
        ):
            return False
        return flow.origin.via is not Via.SETTING or flow.origin.name.rpartition(".")[2] in stored

    def _flow_finding(self, rule: Rule, script: _Script, flows: Sequence[Flow], *, hint: bool) -> None:
        first = flows[0]
        title = _HARM_TITLES[rule.id].format(path=script.file.path, line=first.line)
        seen: list[str] = []
        for flow in flows[:_MOST_SHOWN]:
            seen.append(self._see(script, flow.origin.line, f"input comes in here: {_named(flow.origin.name)}"))
            seen.append(self._see(script, flow.line, f"it reaches {_named(flow.sink)}"))
        standing = self.places.standing(script.file, script.language)
        only_settings = all(flow.origin.via is Via.SETTING for flow in flows)
        if only_settings or script.is_library:
            standing = Standing(Reach.PRESENT)
        self._report(rule, title, script, seen, hint=hint, standing=standing)

    def _fixed_words(self, script: _Script, found: Flows) -> None:
        for one in fixed_words(found.compared, script.text):
            seen = [self._see(script, one.line, "a part of the request is compared with a fixed text", one.literal)]
            if one.opens_line:
                seen.append(self._see(script, one.opens_line, "this is what follows", one.literal))
            rule = rules.CREDENTIAL if one.is_password else rules.BACK_DOOR
            title = (
                f"{script.file.path} accepts a fixed password (line {one.line})"
                if one.is_password
                else f"{script.file.path} opens up to a fixed word in a request (line {one.line})"
            )
            self._report(rule, title, script, seen, hint=script.is_library)

    # Lines ---------------------------------------------------------------------------------------------

    def _lines(self, script: _Script) -> None:
        self._downloads(script)
        self._tls(script)
        self._credentials(script)
        self._changes(script)
        self._without_login(script)

    def _downloads(self, script: _Script) -> None:
        for one in run_downloads(script.text, script.language):
            title = f"{script.file.path} runs what it fetches (line {one.line})"
            seen = [self._see(script, one.line, "what was fetched is run here")]
            standing = None if one.plain else Standing(Reach.PRESENT)
            self._report(
                rules.RUNS_DOWNLOAD, title, script, seen, hint=one.protected or one.checksum, standing=standing
            )

    def _tls(self, script: _Script) -> None:
        found = list(unchecked_tls(script.text, script.language))
        certain = [one for one in found if not one.chosen]
        for lines, hint in ((certain, script.is_library), ([] if certain else found, True)):
            if lines:
                seen = [self._see(script, one.line, "the check is switched off") for one in lines[:_MOST_SHOWN]]
                title = f"{script.file.path} does not check whom it talks to (line {lines[0].line})"
                self._report(rules.TLS_UNCHECKED, title, script, seen, hint=hint)

    def _credentials(self, script: _Script) -> None:
        found = list(credentials(script.text, script.language))
        if not found:
            return
        known = {secret.line for secret in find_secrets(script.file.path, script.text)}
        by_kind: dict[str, list[str]] = {}
        for one in found:
            if one.line not in known:
                by_kind.setdefault(one.what, []).append(self._see(script, one.line, one.what, one.value))
        for what, seen in sorted(by_kind.items()):
            title = f"{script.file.path} holds {what}"
            standing = self.places.standing(script.file, script.language)
            self._report(rules.CREDENTIAL, title, script, seen[:_MOST_SHOWN], hint=script.is_library, standing=standing)

    def _changes(self, script: _Script) -> None:
        grouped: dict[tuple[Change, str], list[int]] = {}
        for one in changes(script.text, script.language):
            grouped.setdefault((one.change, one.what), []).append(one.line)
        for (change, what), lines in sorted(grouped.items()):
            rule, title = _CHANGE_RULES[change]
            seen = [self._see(script, line, "this line does it") for line in lines[:_MOST_SHOWN]]
            hint = change is Change.TEMPORARY or script.is_library
            self._report(rule, title.format(path=script.file.path, what=_named(what)), script, seen, hint=hint)

    def _without_login(self, script: _Script) -> None:
        if not self.places.is_page(script.file) or _ASKS.search(script.text):
            return
        match = next(_drastic_lines(script.text), None)
        if match:
            title = f"{script.file.path} may be used without a login (line {match})"
            self._report(rules.NO_LOGIN, title, script, [self._see(script, match, "it does this")], hint=True)


def _drastic_lines(text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines()[:5000], start=1):
        if _DRASTIC.search(line[:1000]) and not line.lstrip().startswith(("#", "//", "--", "*", "<")):
            yield number


def _named(name: str) -> str:
    """Return a name for people: printable, short."""
    return "".join(char if char.isprintable() else "?" for char in name)[:60]


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(id="scripts", title="Scripts and pages", rules=rules.RULES, detect=_detect)
