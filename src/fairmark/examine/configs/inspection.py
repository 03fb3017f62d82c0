"""What one detector notes down while it looks at settings: flaws, with a grade that follows from who reads them."""

from collections.abc import Iterable, Sequence

from fairmark.examine.configs.lines import Setting
from fairmark.examine.configs.running import Running, Started
from fairmark.examine.configs.stored import Guesses
from fairmark.examine.redaction import HIDDEN, redacted
from fairmark.examine.rule import Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity

_MOST_SHOWN = 8
_MOST_OF_A_RULE = 100
_LONGEST_TITLE = 300
_GRADES = (Confidence.A, Confidence.B, Confidence.C)


class Inspection(Started):
    """A look at one subject: asks what runs, keeps evidence, and turns flaws into findings.

    The grade of a flaw is never better than its reading: a service that starts for certain leaves
    it as given, one that may start makes it B at best, settings that nothing started reads make it C.
    """

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.guesses = Guesses(subject)
        self._evidence: dict[str, Evidence] = {}
        self._findings: dict[str, Finding] = {}

    def flaw(
        self,
        rule: Rule,
        title: str,
        run: Running | None,
        shown: Sequence[Setting | Evidence],
        *,
        confidence: Confidence = Confidence.A,
        severity: Severity | None = None,
        reach: Reach | None = None,
        in_force: bool = False,
    ) -> None:
        """Note a flaw. ``run`` is the service that has it, ``None`` when nothing started is known to.

        ``in_force``: init itself or the kernel reads the settings, so they hold without any service.
        """
        pieces = [one if isinstance(one, Evidence) else self.seen(one) for one in shown[:_MOST_SHOWN]]
        pieces += run.service.chain if run else ()
        grade, level = (confidence, reach or Reach.STARTED) if in_force else graded(run, confidence, reach)
        worst = severity or rule.severity
        if not in_force and (run is None or not run.certain):
            worst = Severity.MEDIUM if worst is Severity.HIGH else worst
        if run is not None and not run.certain:
            title = f"{title}; it starts under a condition that only the running device can answer"
        self._evidence |= {one.id: one for one in pieces}
        ids = tuple(dict.fromkeys(one.id for one in pieces))
        if sum(one.rule == rule.id for one in self._findings.values()) >= _MOST_OF_A_RULE:
            return
        finding = rule.finding(printable(title)[:_LONGEST_TITLE], ids, confidence=grade, reach=level, severity=worst)
        self._findings[finding.id] = finding

    def seen(self, setting: Setting, statement: str = "") -> Evidence:
        """Make evidence of a line of settings. What may be a secret in it is hidden."""
        lines = (setting.file.text or "").splitlines()
        line = lines[setting.line - 1] if 0 < setting.line <= len(lines) else ""
        if any(mark in line for mark in "<{"):  # JSON and XML may hold much more on the same line
            line = f"{setting.name} = {setting.value}"
        quote = redacted(line)
        return self.subject.evidence(
            setting.file, statement or "this is set", line=setting.line, quote=printable(quote)
        )

    def hidden(self, setting: Setting, statement: str) -> Evidence:
        """Make evidence of a line that holds a secret: only the name of the setting is quoted."""
        quote = printable(f"{setting.name} {HIDDEN}")
        return self.subject.evidence(setting.file, statement, line=setting.line, quote=quote)

    def read(self, file: FileFacts, statement: str) -> Evidence:
        """Make evidence that a file was read and something is not in it."""
        return self.subject.evidence(file, statement)

    def detection(self) -> Detection:
        """Return everything that was noted, in a fixed order."""
        named = {one for finding in self._findings.values() for one in finding.evidence}
        return Detection(
            findings=tuple(self._findings[key] for key in sorted(self._findings)),
            evidence=tuple(self._evidence[key] for key in sorted(self._evidence) if key in named),
        )


def graded(run: Running | None, confidence: Confidence, reach: Reach | None) -> tuple[Confidence, Reach]:
    """Return grade and reach of a flaw of a service.

    >>> graded(None, Confidence.A, None)
    (<Confidence.C: 'C'>, <Reach.PRESENT: 'present'>)
    """
    if run is None:
        return Confidence.C, Reach.PRESENT
    if not run.certain:
        return max(confidence, Confidence.B, key=_GRADES.index), Reach.PRESENT
    return confidence, reach or run.reach


def where(file: FileFacts) -> str:
    """Name a file in a title, with its root file system unless that is the main one."""
    return f"{file.path} in {file.root}" if file.root else file.path


def printable(text: str) -> str:
    """Return the text with a question mark for each character that cannot be printed."""
    return "".join(c if c.isprintable() else "?" for c in text)


def joined(words: Iterable[str]) -> str:
    """List words for a title: sorted, each once."""
    return ", ".join(sorted(dict.fromkeys(words)))
