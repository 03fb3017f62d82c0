"""Names that documents give themselves: derived from content, so that the same build keeps its name."""

import hashlib
import json
import re
from datetime import UTC
from typing import Any
from uuid import UUID, uuid5

from fairmark.model.assessment import Assessment
from fairmark.model.value import canonical_json, plain

# UUIDv5 of the name "fairmark" in the name space of URLs, as RFC 9562 lays down.
_NAMESPACE = uuid5(UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), "fairmark")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def document_uuid(form: str, ground: str) -> str:
    """Return the UUID of the document of that form; ``ground`` is the digest of what it rests on."""
    return str(uuid5(_NAMESPACE, f"{form}:{ground}"))


def assessment_digest(assessment: Assessment) -> str:
    """Return the SHA-256 by which an assessment is addressed: that of its canonical JSON."""
    return hashlib.sha256(canonical_json(assessment)).hexdigest()


def image_digest(assessment: Assessment) -> str:
    """Return the digest of the image, or of the whole assessment where there is no image."""
    return assessment.image.sha256 or assessment_digest(assessment)


def timestamp(assessment: Assessment) -> str:
    """Return the assessment's time as ``2026-11-20T08:30:00Z``."""
    return assessment.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_sha256(text: str) -> bool:
    """Say whether the text is a SHA-256 in hexadecimal."""
    return bool(_SHA256.fullmatch(text))


def document(content: dict[str, Any]) -> bytes:
    """Write a document as JSON that people can read and compare: indented, in its own order, UTF-8."""
    return json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"
