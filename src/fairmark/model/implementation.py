"""What a maker states of the implementation (ICS) and the facts that a test needs (IXIT), ready to be written down."""

from datetime import date

from pydantic import Field

from fairmark.model.standard import Outcome, Status
from fairmark.model.value import Value


class ClaimRow(Value):
    """One provision, what the maker states of it, and what stands against that."""

    provision: str
    title: str
    status: Status
    condition: str = Field(default="", description="the condition in words; empty: always applies")
    applies: bool | None = Field(description="null while the facts do not decide it")
    claim: str = Field(description="Y, N or N/A; empty where the maker states nothing")
    reason: str = ""
    outcome: Outcome | None = Field(default=None, description="the verdict, where an assessment was given")
    faults: tuple[str, ...] = Field(default=(), description="what is missing, in a sentence each")
    contradicted: tuple[str, ...] = Field(default=(), description="what facts and evidence say against the claim")


class FactTable(Value):
    """Facts of one kind that a test needs. A cell without a value is for the maker to fill in."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class Implementation(Value):
    """The statement for one device and one edition of a standard."""

    maker: str
    model: str
    hardware_revision: str
    firmware_version: str
    catalogue: str
    name: str
    edition: str
    day: date | None = Field(description="the day of the assessment; null: none was given")
    rows: tuple[ClaimRow, ...]
    tables: tuple[FactTable, ...]

    @property
    def faulty(self) -> tuple[ClaimRow, ...]:
        """The rows in which something is missing."""
        return tuple(row for row in self.rows if row.faults)

    @property
    def contradicted(self) -> tuple[ClaimRow, ...]:
        """The rows whose claim is contradicted."""
        return tuple(row for row in self.rows if row.contradicted)
