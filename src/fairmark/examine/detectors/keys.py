"""Keys and secrets: private keys in the image, their strength and certificates, and credentials in text files.

Every key is also noted by a digest, whether or not it is a flaw by itself, so that the indexes over many
images can tell which of them share it. A passphrase has too few bits to be noted that way.
"""

import re
from collections.abc import Sequence

from fairmark.examine.certificates import FoundCertificate
from fairmark.examine.held_keys import held_keys, is_documentation, is_public
from fairmark.examine.key_files import FoundKey
from fairmark.examine.naming import nearest
from fairmark.examine.public_keys import public_keys
from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.text_secrets import find_secrets
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, SeenFact, Severity

PRIVATE_KEY = Rule(
    id="private-key-in-image",
    title="A private key ships with the image",
    weakness="private-key-in-image",
    severity=Severity.HIGH,
    what="A private key was found and parsed: of TLS, SSH or WireGuard, or a static key of OpenVPN. Every unit has the "
    "same one, and so has everybody who has the image: they can pose as the device or read its traffic.",
    false_positives="A key that something replaces at first boot. Below documentation and tests a key is graded C.",
    fix="Make the key on the device at first boot, or install one per unit at production; revoke what has shipped.",
    cwe="CWE-321",
    references=("ETSI EN 303 645 provision 5.4-3",),
)
KEY_TOO_SHORT = Rule(
    id="key-too-short",
    title="A key is too short",
    weakness="shared-key",
    severity=Severity.MEDIUM,
    what="An RSA or DSA key of less than 2048 bits, or an elliptic curve of less than 224 bits, no longer resists.",
    false_positives="None known.",
    fix="Use RSA with 3072 bits or an elliptic curve such as P-256 or Ed25519.",
    cwe="CWE-326",
)
SHARED_CERTIFICATE = Rule(
    id="certificate-shared",
    title="All units present the same certificate",
    weakness="shared-key",
    severity=Severity.MEDIUM,
    what="The image holds a certificate together with its private key, so that no unit can be told from another.",
    false_positives="A certificate that something replaces at first boot.",
    fix="Issue a certificate per unit.",
    cwe="CWE-321",
)
HARDCODED_SECRET = Rule(
    id="hardcoded-secret",
    title="A credential stands in clear in the image",
    weakness="hardcoded-secret",
    severity=Severity.HIGH,
    what="A settings file or script holds a password, token or cloud key with a fixed value: it is the same in all "
    "units and in the hands of everybody who has the image.",
    false_positives="A value that is only an example, or that the owner replaces at set-up.",
    fix="Take the credential out and revoke it; give each unit its own at production or at first connection.",
    cwe="CWE-798",
    references=("ETSI EN 303 645 provision 5.4-3",),
)

_OFFERED = re.compile(r"(/etc/.+)-available/([^/]+)")
_SHIPPED_SAMPLE = re.compile(  # in force only where something names it
    r"/usr/share/.+\.(?:conf|ini|cfg)|.+/(?:(?:dist|site)-packages|node_modules)/.+(?:\.(?:conf|ini|cfg|ya?ml)|/playbooks/.+)",
    re.IGNORECASE,
)
_MAX_NOTED = 100  # certificates and public keys that are noted for the indexes
_HOST_KEYS = re.compile(r"/ssh_host_\w+\.pub$")


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}
        self.findings: list[Finding] = []
        self.certificates: dict[str, tuple[FileFacts, FoundCertificate]] = {}
        self.reaches: dict[tuple[str, str], Reach] = {}
        self.noted = 0

    def see(self, file: FileFacts, statement: str, *, line: int | None = None, quote: str = "") -> str:
        """Keep a piece of evidence and return its id."""
        item = self.subject.evidence(file, statement, line=line, quote=quote)
        self.evidence[item.id] = item
        return item.id

    def detect(self) -> Detection:
        """Judge every private key, then every text."""
        held = held_keys(self.subject)
        for file, inside in held.certificates:
            for certificate in inside:
                self.certificates.setdefault(certificate.public_sha256, (file, certificate))
            if not is_public(file, inside):
                self._note(file, inside)
        for file in self.subject.files:
            self._note_public(file)
        for file, key in held.keys:
            self._judge(file, key)
        for file in self.subject.files:
            self._secrets(file)
        observations = self._observations()
        evidence = tuple(self.evidence[key] for key in sorted(self.evidence))
        return Detection(
            findings=tuple(self.findings), observations=observations, facts=self._facts(), evidence=evidence
        )

    def _note(self, file: FileFacts, certificates: Sequence[FoundCertificate]) -> None:
        """Note the keys of certificates: two products with the same one have the same private key."""
        for one in certificates[: max(0, _MAX_NOTED - self.noted)]:
            self.noted += 1
            known = f"certificate, {one.key_kind} {one.key_bits} bits; SHA-256 of its public part {one.public_sha256}"
            self.see(file, known, line=one.line)

    def _note_public(self, file: FileFacts) -> None:
        """Note who may log in, and as which host the device presents itself."""
        for one in public_keys(file.path, file.text or "")[: max(0, _MAX_NOTED - self.noted)]:
            self.noted += 1
            what = "public" if file.path.endswith(".pub") else "authorised"
            what = "host" if _HOST_KEYS.search(file.path) else what
            self.see(
                file,
                f"{what} key, {one.kind} {one.bits} bits; SHA-256 of its public part {one.public_sha256}",
                line=one.line,
            )

    # Keys ----------------------------------------------------------------------------------------

    def _judge(self, file: FileFacts, key: FoundKey) -> None:
        is_example = is_documentation(file)
        reach = Reach.PRESENT if is_example else self._reach(file)
        if key.encrypted:
            seen = self.see(file, "an encrypted private key", line=key.line)
            confidence = Confidence.C if is_example else Confidence.B
            title = f"{file.path} is a private key, encrypted with a passphrase"
            self.findings.append(
                PRIVATE_KEY.finding(title, (seen,), confidence=confidence, reach=reach, severity=Severity.MEDIUM)
            )
            return
        part = "body" if key.is_shared_secret else "public part"
        what = "key of an example" if is_example else "private key"
        statement = f"{what}, {key.kind} {key.bits} bits; SHA-256 of its {part} {key.public_sha256}"
        seen = self.see(file, statement, line=key.line)
        confidence = Confidence.C if is_example else Confidence.A
        title = f"{file.path} is a private key ({key.kind}, {key.bits} bits) that all units share"
        self.findings.append(PRIVATE_KEY.finding(title, (seen,), confidence=confidence, reach=reach))
        if key.is_short:
            title = f"The key in {file.path} has only {key.bits} bits ({key.kind})"
            self.findings.append(KEY_TOO_SHORT.finding(title, (seen,), confidence=confidence, reach=reach))
        if key.public_sha256 in self.certificates:
            holder, certificate = self.certificates[key.public_sha256]
            shown = self.see(holder, f"certificate of that key: SHA-256 {certificate.sha256}", line=certificate.line)
            signed = ", signed by itself," if certificate.is_self_signed else ""
            title = f"{holder.path} is a certificate{signed} that all units share"
            self.findings.append(SHARED_CERTIFICATE.finding(title, (seen, shown), confidence=confidence, reach=reach))

    def _reach(self, file: FileFacts) -> Reach:
        """A key is as near as the started service whose arguments or settings name it."""
        if (file.root, file.path) not in self.reaches:
            self.reaches[file.root, file.path] = nearest(self.subject, file)
        return self.reaches[file.root, file.path]

    # Secrets in text -----------------------------------------------------------------------------

    def _secrets(self, file: FileFacts) -> None:
        if file.text is None or is_documentation(file):
            return
        seen: dict[str, list[str]] = {}
        for secret in find_secrets(file.path, file.text):
            seen.setdefault(secret.what, []).append(
                self.see(file, secret.what, line=secret.line, quote=redacted(secret.text))
            )
        for what, ids in sorted(seen.items()):
            title = f"{file.path} holds {what}"
            grade, reach = Confidence.B, self._reach(file)
            if self._is_only_offered(file) or (reach is Reach.PRESENT and _SHIPPED_SAMPLE.fullmatch(file.path)):
                grade, reach = Confidence.C, Reach.PRESENT
            self.findings.append(HARDCODED_SECRET.finding(title, tuple(ids), confidence=grade, reach=reach))

    def _is_only_offered(self, file: FileFacts) -> bool:
        """Whether it lies where settings wait for a link that switches them on, as in sites-available, in vain."""
        match = _OFFERED.fullmatch(file.path)
        return match is not None and self.subject.file(f"{match[1]}-enabled/{match[2]}", file.root) is None

    # What is right -------------------------------------------------------------------------------

    def _observations(self) -> tuple[Observation, ...]:
        wrong = [one for one in self.findings if one.confidence is not Confidence.C]
        if wrong or not self.subject.files:
            return ()
        looked = sorted(self.subject.files, key=lambda one: (one.root, one.path))
        first = next((one for one in looked if one.text is not None), looked[0])
        statement = (
            f"No private key and no fixed credential in {len(looked)} files; every text file and every file named "
            "like a key was read, program code was searched for private keys alone"
        )
        seen = self.see(first, "one of the files that were all looked at")
        return (
            Observation(
                rule="keys",
                capability="no-hardcoded-secrets",
                statement=statement,
                complete=False,
                evidence=(seen,),
            ),
        )

    def _facts(self) -> tuple[SeenFact, ...]:
        keys = [one for one in self.findings if one.rule == PRIVATE_KEY.id and one.confidence is not Confidence.C]
        if not keys:
            return ()
        names = ("keys.preinstalled", "secrets.stored")
        statement = "a private key is in the image"
        return tuple(SeenFact(fact=name, value=True, statement=statement, evidence=keys[0].evidence) for name in names)


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(
    id="keys",
    title="Private keys and hard-coded secrets",
    rules=(PRIVATE_KEY, KEY_TOO_SHORT, SHARED_CERTIFICATE, HARDCODED_SECRET),
    detect=_detect,
)
