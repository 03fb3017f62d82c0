"""What was not examined, and why."""

from enum import StrEnum

from pydantic import Field

from fairmark.model.value import Value


class GapReason(StrEnum):
    """Why something was not examined."""

    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED_OR_RANDOM = "encrypted_or_random"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    LIMIT = "limit"
    UNSAFE = "unsafe"
    NOT_IMPLEMENTED = "not_in_this_release"
    TOOL = "tool_failed"


class Gap(Value):
    """Something that was not examined. A gap makes what depends on it INCONCLUSIVE, never PASS."""

    where: str
    reason: GapReason
    detail: str
    bytes: int = Field(default=0, ge=0)
