"""Name the rules of an examination by one digest: two results compare only when it is the same."""

from dataclasses import asdict

from fairmark.examine.detectors import DETECTORS
from fairmark.model.data import digest_of
from fairmark.model.value import canonical_json, sha256_hex

PACKAGE = "fairmark.examine"
RULE_FILES = ("rules/components.yaml", "rules/daemons.yaml", "rules/default_passwords.yaml", "rules/end_of_life.yaml")


def rules_digest() -> str:
    """Return the SHA-256 over the rule files and the rules of every detector, in hexadecimal."""
    files = {name: digest_of(PACKAGE, name) for name in RULE_FILES}
    rules = [asdict(rule) for detector in DETECTORS for rule in detector.rules]
    return sha256_hex(canonical_json([files, rules]))
