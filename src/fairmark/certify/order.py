"""What an issuer hands in to have a label made: the claims, and the words that are printed beside the code."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from fairmark.certify.label import Claims, is_gtin
from fairmark.certify.label_verdict import DECLARED, month_text, number_text, words
from fairmark.certify.trust import DEMO, Host, Id, Name
from fairmark.errors import WrongUsageError
from fairmark.model.value import Value

LARGEST_ORDER = 64 << 10
_EPOCH = date(1970, 1, 1)
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Place(Value):
    """Where the certificate's state is kept."""

    list: Id
    index: int = Field(ge=0)


class InWords(Value):
    """What a buyer reads without scanning anything; None is printed as "not stated"."""

    issuer: Name
    scheme: Name
    level: Name
    automatic_updates: bool | None = None
    sensors: tuple[Word, ...] | None = Field(default=None, max_length=12)


class Order(Value):
    """One label. ``scheme`` 0 is the scheme of nobody: its labels are tests."""

    host: Host
    issuer: Id
    model: str
    gtin: Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$")] | None = None
    number: int
    scheme: Id
    level: int
    issued: date
    expires: date
    support_until: date
    evidence: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    status: Place
    printed: InWords

    @property
    def claims(self) -> Claims:
        """What is signed."""
        return Claims(
            issuer=self.issuer,
            model=self.model,
            number=self.number,
            scheme=self.scheme,
            level=self.level,
            issued=(self.issued - _EPOCH).days,
            expires=(self.expires - _EPOCH).days,
            support_until=(self.support_until - _EPOCH).days,
            evidence=bytes.fromhex(self.evidence),
            status=(self.status.list, self.status.index),
            gtin=int(self.gtin) if self.gtin is not None else None,
        )

    @property
    def is_test(self) -> bool:
        """Whether the label is nobody's word."""
        return self.scheme == 0 or self.printed.scheme == DEMO

    @property
    def lines(self) -> tuple[str, ...]:
        """What is printed beside the code, the model first; a test says so before everything else."""
        beside, updates = self.printed, {True: "yes", False: "no", None: "not stated"}
        statement = " (maker's statement, not tested by others)" if self.level <= DECLARED else ""
        sensors = "not stated" if beside.sensors is None else ", ".join(beside.sensors) or "none"
        return (
            *((str(words()["test"]),) if self.is_test else ()),
            self.model,
            f"Level: {beside.level}{statement}",
            f"Security updates until {month_text((self.support_until - _EPOCH).days)}",
            f"Automatic updates: {updates[beside.automatic_updates]}",
            f"Sensors: {sensors}",
            f"Scheme: {beside.scheme}",
            f"Issuer: {beside.issuer}",
            f"Certificate {number_text(self.claims)} at {self.host}",
        )


def read_order(content: bytes, name: str) -> Order:
    """Return an order; raises WrongUsageError with what is wrong."""
    try:
        order = Order.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise WrongUsageError(f"{name}: {place}: {first['msg']}", hint="See docs/howto/verify-a-label.md.") from None
    if order.gtin is not None and not is_gtin(int(order.gtin)):
        raise WrongUsageError(f"{name}: gtin: the check digit is wrong", hint="Copy it from the bar code.")
    return order
