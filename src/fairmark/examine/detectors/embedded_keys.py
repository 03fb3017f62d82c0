"""Private keys that stand inside programs, libraries and the code of devices without a file system."""

import re

from fairmark.examine.configs.inspection import joined, where
from fairmark.examine.held_keys import is_documentation
from fairmark.examine.key_files import FoundKey, embedded_key
from fairmark.examine.key_marks import MOST_MARKS
from fairmark.examine.linkage import reach_by_file
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import LOOSE, FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity
from fairmark.model.gap import Gap, GapReason

KEY_IN_CODE = Rule(
    id="private-key-in-code",
    title="A private key stands inside program code",
    weakness="private-key-in-image",
    severity=Severity.HIGH,
    what="A private key in PEM or DER was found inside a program, a library or an image without a file system, and "
    "parsed. Every unit has the same one, and so has everybody who has the image. Told are the place and the digest "
    "of its public part. Grade A: the device starts the program, or needs the library.",
    false_positives="Keys with which a library or the kernel tests itself: in libraries of cryptography, the kernel "
    "and its modules, and below tests the finding is grade C. A static program may carry such a library: grade B "
    "unless it is started.",
    fix="Make the key on the device at first boot, or install one per unit at production; revoke what has shipped.",
    cwe="CWE-321",
    references=("ETSI EN 303 645 provision 5.4-3",),
)

_SELF_TESTS = re.compile(
    r"lib(?:gnutls|mbed\w*|polarssl|wolfssl|cyassl|crypto|ssl|gcrypt|nettle|hogweed|nss\w*|freebl\w*|softokn\w*|tomcrypt|"
    r"botan\w*|matrixssl|bearssl|sodium|ssh2?|cryptoauth\w*|axtls|fips)\b[\w.+-]*|openssl|gnutls-\w+|certtool|"
    r"fips(?:module)?\.so|libdovecot\b[\w.+-]*|res_stir_shaken\.so"
)
_KERNEL = re.compile(r"(?:vmlinu[xz]|[zu]?Image|bzImage|kernel)\b.*|.*\.ko(?:\.\w+)?")
_MAX_READ = 64 << 20
_MAX_FILES = 200
_BEHIND = 20_000  # bytes of a key with what stands around it
_MOST_SHOWN = 8


def _detect(subject: Subject) -> Detection:
    reach = reach_by_file(subject)
    marked = [file for file in subject.files if file.key_marks]
    findings: list[Finding] = []
    evidence: dict[str, Evidence] = {}
    gaps = _left_out(marked)
    for file in marked[:_MAX_FILES]:
        keys = _keys(subject, file)
        near = reach.get((file.root, file.path), Reach.PRESENT)
        grade = _grade(file, near, is_plain=any(not key.encrypted for _, key in keys))
        shown = [_shown(subject, file, at, key, grade) for at, key in keys[:_MOST_SHOWN]]
        if shown:
            evidence |= {one.id: one for one in shown}
            findings.append(_finding(file, [key for _, key in keys], shown, near, grade))
    used = {name for finding in findings for name in finding.evidence}
    return Detection(
        findings=tuple(findings),
        evidence=tuple(evidence[key] for key in sorted(evidence) if key in used),
        gaps=gaps,
    )


def _keys(subject: Subject, file: FileFacts) -> list[tuple[int, FoundKey]]:
    """Read the keys at the marks; each key once, encrypted ones included."""
    last = min(max(file.key_marks) + _BEHIND, _MAX_READ)
    try:
        data = subject.content(file, last)
    except UnreadableEntryError:  # the scan has recorded the gap
        return []
    found: dict[tuple[str, bool], tuple[int, FoundKey]] = {}
    for at in file.key_marks:
        key = embedded_key(data[: at + _BEHIND], at)
        if key is not None:
            found.setdefault((key.public_sha256, key.encrypted), (at, key))
    return list(found.values())


def _shown(subject: Subject, file: FileFacts, at: int, key: FoundKey, grade: Confidence) -> Evidence:
    """Point at one key. Keys for tests are worded otherwise, so that the indexes of keys pass over them."""
    what = "key for tests" if grade is Confidence.C else "private key"
    known = f"{what}, {key.kind} {key.bits} bits; SHA-256 of its public part {key.public_sha256}"
    return subject.evidence(file, "an encrypted private key" if key.encrypted else known, offset=at)


def _finding(file: FileFacts, keys: list[FoundKey], shown: list[Evidence], near: Reach, grade: Confidence) -> Finding:
    plain = [key for key in keys if not key.encrypted]
    kinds = f"{joined(f'{key.kind} {key.bits}' for key in plain)} bits" if plain else "encrypted with a passphrase"
    several = f"{len(keys)} private keys" if len(keys) > 1 else "a private key"
    return KEY_IN_CODE.finding(
        f"{where(file)} holds {several} ({kinds}) that all units share",
        tuple(one.id for one in shown),
        confidence=grade,
        reach=near,
        severity=None if plain else Severity.MEDIUM,
    )


def _grade(file: FileFacts, near: Reach, *, is_plain: bool) -> Confidence:
    name = file.path.rpartition("/")[2]
    if _SELF_TESTS.fullmatch(name) or is_documentation(file) or _is_kernel(file, name):
        return Confidence.C
    bare = file.root == LOOSE  # no file system says what runs: all of it does
    return Confidence.A if is_plain and (near is not Reach.PRESENT or bare) else Confidence.B


def _is_kernel(file: FileFacts, name: str) -> bool:
    """The kernel carries the keys with which it tests its cryptography at start."""
    return _KERNEL.fullmatch(name) is not None or any(hit.rule.startswith("linux") for hit in file.hits)


def _left_out(marked: list[FileFacts]) -> tuple[Gap, ...]:
    """Say where not every mark was looked at."""
    crowded = [file for file in marked[:_MAX_FILES] if len(file.key_marks) >= MOST_MARKS]
    found = [
        Gap(where=where(file), reason=GapReason.LIMIT, detail=f"more than {MOST_MARKS} places look like private keys")
        for file in crowded
    ]
    if len(marked) > _MAX_FILES:
        detail = f"{len(marked) - _MAX_FILES} more files hold places that look like private keys"
        found.append(Gap(where="/", reason=GapReason.LIMIT, detail=detail))
    return tuple(found)


DETECTOR = Detector(id="embedded_keys", title="Private keys inside program code", rules=(KEY_IN_CODE,), detect=_detect)
