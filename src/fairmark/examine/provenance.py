"""Name the rules of an examination by one digest: two results compare only when it is the same."""

from dataclasses import asdict

from fairmark.examine.detectors import DETECTORS
from fairmark.model.data import data_files, digest_of
from fairmark.model.value import canonical_json, sha256_hex

RULE_FOLDERS = ("fairmark.examine.rules", "fairmark.examine.rules.components")


def rules_digest() -> str:
    """Return the SHA-256 over the rule files and the rules of every detector, in hexadecimal."""
    files = {
        f"{folder}/{name}": digest_of(folder, name) for folder in RULE_FOLDERS for name in data_files(folder, ".yaml")
    }
    rules = [asdict(rule) for detector in DETECTORS for rule in detector.rules]
    return sha256_hex(canonical_json([files, rules]))
