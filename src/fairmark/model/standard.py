"""Standards: catalogues of provisions, the crosswalk, and verdicts."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from fairmark.model.risk import LevelPrice
from fairmark.model.value import Value, content_id


class Status(StrEnum):
    """What a catalogue demands."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    CONDITIONAL = "conditional"
    INFORMATIVE = "informative"  # demands nothing: a safe harbour, a definition


class Automation(StrEnum):
    """Who could judge a provision with known techniques; what is decided today is counted by the coverage.

    The first that fits each demand of the title is its answer (docs/howto/add-a-catalogue.md has
    the questions in full, with the words that a list or a number settles); answers that differ
    within one title make PARTLY.
    """

    DOCUMENT = "document"
    """Outside the device: a text, record, process or act of the maker, or what a server does.
    "A support period is published"; "reports are answered in time"."""
    HUMAN = "human"
    """Of the body, or of what a person finds, is asked or agrees to.
    "No needless plug on the casing"; "set-up is simple"."""
    PARTLY = "partly"
    """In the hardware or before the operating system starts; that somebody can do something; or on a
    word that nothing settles. "The user can reset it"; "secrets are stored securely"."""
    AUTOMATABLE = "automatable"
    """Settled by bytes and packets, with a number, a public list or the maker's list.
    "Updates are signed"; "no unneeded service runs"."""


class Provision(Value):
    """One requirement of one edition of a standard, in our own words."""

    id: str
    title: str
    status: Status
    group: str
    condition: str = Field(default="", description="expression over facts; empty: always applies")
    condition_text: str = ""
    levels: tuple[str, ...] = Field(default=(), description="levels of the catalogue at which it counts; empty: all")
    automation: Automation
    settled_by: str = Field(default="", description="what evidence would settle it")


class Restriction(Value):
    """Where meeting a harmonised standard to the letter gives no presumption of conformity."""

    provisions: tuple[str, ...] = Field(min_length=1)
    when: str = Field(default="", description="expression over facts; empty: always")
    text: str


class Earlier(Value):
    """The edition before, and where provisions come from that do not simply keep their id."""

    catalogue: str
    sources: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, alias="from", description="provision -> those of the earlier edition; empty: new"
    )


class Catalogue(Value):
    """One edition of one standard or law."""

    id: str
    name: str
    edition: str
    kind: str = Field(description="standard or law")
    publisher: str
    markets: tuple[str, ...] = Field(default=(), description="markets in which it is law")
    applies_from: date | None = Field(default=None, description="a law's first day of application; null: it applies")
    applies_from_by_group: dict[str, date] = Field(default_factory=dict, description="where a group's day differs")
    confidence: str = ""
    provenance: str = ""
    levels: dict[str, str] = Field(default_factory=dict, description="levels of the catalogue, and what they mean")
    outcomes: dict[str, str] = Field(default_factory=dict, description="fact -> provision whose outcome it is")
    restrictions: tuple[Restriction, ...] = ()
    earlier: Earlier | None = None
    groups: dict[str, str]
    provisions: tuple[Provision, ...]

    def first_day(self, group: str) -> date | None:
        """Return the day from which a group's provisions apply as law; ``None`` when no day is stated."""
        return self.applies_from_by_group.get(group, self.applies_from)


class Can(StrEnum):
    """What evidence for a capability can do to a provision. Support alone never decides."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    BOTH = "both"
    SUPPORT = "support"


class Outcome(StrEnum):
    """The verdicts of ETSI TS 103 701."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Verdict(Value):
    """The outcome for one provision, and why."""

    id: str = ""
    catalogue: str
    edition: str
    provision: str
    title: str
    status: Status
    outcome: Outcome
    reason: str
    settled_by: str = Field(default="", description="for INCONCLUSIVE: what would settle it")
    because: tuple[str, ...] = Field(default=(), description="ids of findings and evidence")
    applies_from: date | None = Field(default=None, description="the day from which it applies as law, where stated")
    warnings: tuple[str, ...] = Field(default=(), description="what a reader must know beside the outcome")

    @model_validator(mode="after")
    def _name_itself(self) -> Self:
        object.__setattr__(self, "id", content_id("vd", self.catalogue, self.edition, self.provision))
        return self


class Turn(Value):
    """Another answer of the profile, and the level that would then be required."""

    field: str = Field(description="field of device.yaml")
    value: str
    level: int = Field(ge=1, le=4)


class Level(Value):
    """Which assurance level is enough, and which is reached (0 to 4).

    ``required`` is the level with the smallest cost and loss to everybody, but never below the floor that law and
    exposure put under it.
    """

    required: int | None = Field(ge=0, le=4, description="null while a fact that decides it is unknown")
    reached: int = Field(ge=0, le=4)
    why: tuple[str, ...]
    floor: int | None = Field(default=None, ge=0, le=4, description="by law and exposure; null while not decided")
    by_money: int | None = Field(default=None, ge=1, le=4, description="smallest cost and loss to everybody")
    by_private_money: int | None = Field(default=None, ge=1, le=4, description="to the maker alone: no advice")
    prices: tuple[LevelPrice, ...] = ()
    turns: tuple[Turn, ...] = Field(default=(), description="answers of the profile that would change what is required")
