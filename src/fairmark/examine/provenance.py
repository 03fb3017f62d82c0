"""Name the rules of an examination by one digest: two results compare only when it is the same."""

import hashlib
from dataclasses import asdict
from functools import cache

from fairmark.examine.detectors import DETECTORS
from fairmark.examine.probe.rules import RULES as PROBE_RULES
from fairmark.model.data import data_files, digest_of, files_below
from fairmark.model.value import canonical_json, sha256_hex

RULE_FOLDERS = ("fairmark.examine.rules", "fairmark.examine.rules.components")


def rules_digest() -> str:
    """Return the SHA-256 over the rule files and the rules of every detector, in hexadecimal."""
    files = {
        f"{folder}/{name}": digest_of(folder, name) for folder in RULE_FOLDERS for name in data_files(folder, ".yaml")
    }
    rules = [asdict(rule) for rule in (*(one for detector in DETECTORS for one in detector.rules), *PROBE_RULES)]
    return sha256_hex(canonical_json([files, rules]))


PROGRAM_PARTS = ("examine", "vulnerabilities", "model")
_PROGRAM = (".py", ".yaml", ".txt")


@cache
def program_digest() -> str:
    """Return the SHA-256 over the code and data that examine an image: two builds of one version are told apart."""
    whole = hashlib.sha256()
    for part in PROGRAM_PARTS:
        for name, content in files_below(f"fairmark.{part}", _PROGRAM):
            whole.update(f"{part}/{name} {len(content)}\n".encode() + content)
    return whole.hexdigest()
