"""Certificates: weak keys and signatures, those that are over, not yet valid, or over before support is; old bundles.

No clock is read: statements about time name the day that the examination was given. It is no later than
the real day, so what was over then is over now; what begins later than that day may have begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fairmark.examine.certificates import FoundCertificate
from fairmark.examine.configs.inspection import joined, where
from fairmark.examine.held_keys import A_BUNDLE, HeldKeys, held_keys, is_documentation, is_public
from fairmark.examine.naming import nearest
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.data import load_yaml
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity

WEAK_KEY = Rule(
    id="certificate-weak-key",
    title="The key of a certificate is too short",
    weakness="shared-key",
    severity=Severity.MEDIUM,
    what="A certificate that the device presents or trusts has an RSA or DSA key of less than 2048 bits, or a curve of "
    "less than 224: whoever computes the private key poses as its owner. Where the private key is in the image too, "
    "key-too-short says so instead.",
    false_positives="A certificate that nothing uses any more; it is graded B when no started service names it.",
    fix="Issue it again over an RSA key with 3072 bits or an elliptic curve such as P-256.",
    cwe="CWE-326",
)
WEAK_SIGNATURE = Rule(
    id="certificate-weak-signature",
    title="A certificate is signed over a broken digest",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The signature of a certificate rests on MD5 or SHA-1, for which collisions can be made. What an authority or "
    "a device signs by itself is left out: nobody relies on that signature.",
    false_positives="A certificate that nothing uses any more; it is graded B when no started service names it.",
    fix="Issue it again with SHA-256.",
    cwe="CWE-327",
)
EXPIRED = Rule(
    id="certificate-expired",
    title="A certificate is over",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The device presents or trusts a certificate whose last day lies before the day of the examination. A peer "
    "that checks refuses it; what still works does not check. Grade A: a service that waits at a port names it.",
    false_positives="One that is replaced at first boot, or that nothing uses any more: if no started service names it "
    "and its key is not there, the finding is grade C.",
    fix="Issue it again, and renew it in time from then on; a device that lives for years needs a way to do so.",
    cwe="CWE-298",
)
EXPIRES_EARLY = Rule(
    id="certificate-ends-before-support",
    title="A certificate ends before the support that the maker states",
    weakness="weak-tls",
    severity=Severity.LOW,
    what="The profile states until when the device is supported, and a certificate that it presents or trusts is over "
    "before that day. Devices that were not updated by then lose the connection, also that to the update server.",
    false_positives="A device that renews the certificate by itself.",
    fix="Renew it by update well before its last day, or issue it for longer than the support.",
    cwe="CWE-298",
)
NOT_YET_VALID = Rule(
    id="certificate-not-yet-valid",
    title="A certificate begins in the future",
    weakness="weak-tls",
    severity=Severity.LOW,
    what="The first day of a certificate lies after the day of the examination and after the day of the rules.",
    false_positives="A certificate that was issued ahead of a change of keys.",
    fix="Find out whose clock was wrong when it was issued.",
    cwe="CWE-298",
)
BUNDLE_OLD = Rule(
    id="certificate-bundle-old",
    title="The list of public authorities is old",
    weakness="weak-tls",
    severity=Severity.LOW,
    what="One certificate in ten or more of a list of public authorities is over on the day of the examination: the "
    "list has not been renewed for years. It lacks new authorities and keeps those that lost their trust since.",
    false_positives="A list that the device renews outside of its image.",
    fix="Take the list from a release of this year with every build.",
    cwe="CWE-1104",
)

RULES = (WEAK_KEY, WEAK_SIGNATURE, EXPIRED, EXPIRES_EARLY, NOT_YET_VALID, BUNDLE_OLD)
_LEAST_OVER, _SHARE_OVER = 5, 10
_EARLIEST_DAY = date(2000, 1, 1)  # before it, the day is none: files without a time
_MOST_SHOWN = 8
_PACKAGE, _FILE = "fairmark.examine.rules", "end_of_life.yaml"


@dataclass(frozen=True, slots=True)
class _Held:
    """A certificate of the device's own or of somebody it trusts, and how near it lies."""

    file: FileFacts
    found: FoundCertificate
    reach: Reach
    has_key: bool

    @property
    def in_use(self) -> bool:
        """Whether a started service names it, or its private key lies in the image."""
        return self.has_key or self.reach is not Reach.PRESENT

    @property
    def what(self) -> str:
        """Name it in a title."""
        kind = "the certificate of an authority" if self.found.is_authority else "a certificate"
        return f"{where(self.file)} holds {kind}"


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}
        given = subject.today
        self.today = given if given is not None and given >= _EARLIEST_DAY else None
        self.sure_past = max(given or _EARLIEST_DAY, date.fromisoformat(load_yaml(_PACKAGE, _FILE)["date"]))

    def detect(self) -> Detection:
        """Look at every certificate, public authorities by the list."""
        held = held_keys(self.subject)
        keys = {key.public_sha256 for _, key in held.keys}
        findings: dict[str, Finding] = {}
        for file, inside in held.certificates:
            if len(inside) >= A_BUNDLE:
                findings |= {one.id: one for one in self._bundle(file, inside)}
            elif not is_public(file, inside) and not is_documentation(file):
                level = nearest(self.subject, file)
                for one in inside:
                    made = self._one(_Held(file, one, level, one.public_sha256 in keys))
                    findings |= {finding.id: finding for finding in made}
        findings |= {one.id: one for one in self._single_files(held)}
        return Detection(
            findings=tuple(findings[key] for key in sorted(findings)),
            evidence=tuple(self.evidence[key] for key in sorted(self.evidence)),
        )

    def _see(self, file: FileFacts, one: FoundCertificate, statement: str) -> str:
        item = self.subject.evidence(file, f"{statement}; SHA-256 of the certificate {one.sha256}", line=one.line)
        self.evidence[item.id] = item
        return item.id

    # One certificate -----------------------------------------------------------------------------

    def _one(self, held: _Held) -> Iterator[Finding]:
        yield from self._strength(held)
        yield from self._time(held)

    def _strength(self, held: _Held) -> Iterator[Finding]:
        one = held.found
        grade = Confidence.A if held.reach is not Reach.PRESENT else Confidence.B
        if one.is_short and not held.has_key:
            seen = self._see(held.file, one, f"a key of {one.key_bits} bits ({one.key_kind})")
            title = f"{held.what} over a key of only {one.key_bits} bits ({one.key_kind})"
            yield WEAK_KEY.finding(title, (seen,), confidence=grade, reach=held.reach)
        if one.digest and not one.is_self_signed:
            seen = self._see(held.file, one, f"signed over {one.digest}")
            severity = Severity.LOW if one.digest == "SHA-1" else None
            title = f"{held.what} that is signed over {one.digest}"
            yield WEAK_SIGNATURE.finding(title, (seen,), confidence=grade, reach=held.reach, severity=severity)

    def _time(self, held: _Held) -> Iterator[Finding]:
        one, until = held.found, self.subject.device.support_until
        if one.begins is None or one.ends is None:
            return
        if self.today is not None and one.ends < self.today:
            seen = self._see(held.file, one, f"valid until {one.ends}; examined for {self.today}")
            presents = held.reach is Reach.EXPOSED and not one.is_authority
            grade = Confidence.A if presents else Confidence.B if held.in_use else Confidence.C
            title = f"{held.what} that was over on {self.today}: its last day was {one.ends}"
            severity = None if held.reach is not Reach.PRESENT else Severity.LOW
            yield EXPIRED.finding(title, (seen,), confidence=grade, reach=held.reach, severity=severity)
        elif self.today is not None and until is not None and one.ends < until:
            seen = self._see(held.file, one, f"valid until {one.ends}; support is stated until {until}")
            grade = Confidence.B if held.in_use else Confidence.C
            title = f"{held.what} that ends on {one.ends}, before the support stated until {until}"
            yield EXPIRES_EARLY.finding(title, (seen,), confidence=grade, reach=held.reach)
        if one.begins > self.sure_past:
            seen = self._see(held.file, one, f"valid from {one.begins}; examined for {self.sure_past}")
            title = f"{held.what} that begins on {one.begins}, after {self.sure_past}"
            grade = Confidence.B if held.in_use else Confidence.C
            yield NOT_YET_VALID.finding(title, (seen,), confidence=grade, reach=held.reach)

    # Public authorities --------------------------------------------------------------------------

    def _bundle(self, file: FileFacts, inside: tuple[FoundCertificate, ...]) -> Iterator[Finding]:
        """One finding for the list, never one for each authority."""
        if self.today is None:
            return
        over = [one for one in inside if one.ends is not None and one.ends < self.today]
        if len(over) >= _LEAST_OVER and _SHARE_OVER * len(over) >= len(inside):
            counted = f"{len(over)} of {len(inside)} authorities were over on {self.today}"
            seen = [self._see(file, one, f"valid until {one.ends}") for one in over[:_MOST_SHOWN]]
            title = f"{where(file)} is an old list of authorities: {counted}"
            yield BUNDLE_OLD.finding(title, tuple(dict.fromkeys(seen)), confidence=Confidence.B, reach=Reach.PRESENT)

    def _single_files(self, held: HeldKeys) -> Iterator[Finding]:
        """A list that lies as one file for each authority counts as a whole, if no file holds all of them."""
        singles = [
            (file, inside[0])
            for file, inside in held.certificates
            if len(inside) < A_BUNDLE and is_public(file, inside)
        ]
        whole = any(len(inside) >= A_BUNDLE for _, inside in held.certificates)
        if self.today is None or whole or len(singles) < A_BUNDLE:
            return
        over = [(file, one) for file, one in singles if one.ends is not None and one.ends < self.today]
        if len(over) >= _LEAST_OVER and _SHARE_OVER * len(over) >= len(singles):
            seen = [self._see(file, one, f"valid until {one.ends}") for file, one in over[:_MOST_SHOWN]]
            folders = joined(file.path.rpartition("/")[0] for file, _ in singles[:1])
            title = f"{folders} is an old list of authorities: {len(over)} of {len(singles)} were over on {self.today}"
            yield BUNDLE_OLD.finding(title, tuple(dict.fromkeys(seen)), confidence=Confidence.B, reach=Reach.PRESENT)


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(id="certificates", title="Certificates", rules=RULES, detect=_detect)
