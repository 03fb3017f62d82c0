"""Events: what happened, when it happened and when it became known here."""

from pydantic import AwareDatetime

from fairmark.model.value import Value


class Event(Value):
    """One entry of the journal that organisation and liability count from.

    ``happened_at`` and ``received_at`` are kept apart: who knew what and when is decided by
    the second. ``digest`` is the SHA-256 of the document that the event speaks of.
    """

    type: str
    subject: str
    happened_at: AwareDatetime
    received_at: AwareDatetime
    source: str
    digest: str
