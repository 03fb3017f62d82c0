"""What lies between two assessments: what an update broke, what must be tested again, what it fixed."""

from datetime import datetime

from pydantic import Field

from fairmark.model.assessment import Inputs
from fairmark.model.risk import Interval
from fairmark.model.value import Value


class Side(Value):
    """One of the two assessments, by what tells it apart."""

    name: str
    version: str = ""
    image: str = Field(default="", description="SHA-256 of the image")
    created: datetime
    inputs: Inputs


class Change(Value):
    """One thing that is not as it was. Ids are of the older and the newer assessment; '' where there is none."""

    kind: str = Field(description="finding, verdict, service, level or money")
    title: str
    was: str = ""
    now: str = ""
    rule: str = ""
    old_id: str = ""
    new_id: str = ""


class Retest(Value):
    """A test case whose result of then says nothing about now, and what changed of what it had read."""

    case: str
    examination: str
    unit: str
    why: tuple[str, ...]
    was: str = ""
    now: str = ""
    by_hand: bool = Field(default=False, description="asks for the running device, a document or a person")


class FileChanges(Value):
    """Files by path; those of other roots begin with the root. At most some thousand of each are named."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    rights: tuple[str, ...] = Field(default=(), description="'PATH: 0755 -> 4755', content the same or not")
    same: int = Field(default=0, ge=0)
    known: bool = Field(default=True, description="false where one of the two keeps no listing")
    left_out: int = Field(default=0, ge=0, description="changes that are counted here and not named")


class ListChanges(Value):
    """Components, services or keys: what came, what went, what is another."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    newer: tuple[str, ...] = Field(default=(), description="components: 'NAME OLD -> NEW'")
    older: tuple[str, ...] = Field(default=(), description="components that went back to an older version")
    changed: tuple[str, ...] = ()
    same: int = Field(default=0, ge=0)


class MoneyChange(Value):
    """The yearly mean loss to one side before and after, with its 5-95 % range over the inputs."""

    side: str = Field(description="private, external or social")
    before: float
    before_range: Interval
    after: float
    after_range: Interval
    told_apart: bool = Field(description="the two ranges do not overlap")


class LevelChange(Value):
    """The assurance level before and after."""

    required: tuple[int | None, int | None]
    reached: tuple[int, int]


class Proof(Value):
    """A case whose result of then holds now: the same inputs by digest, the same tool, rules and data."""

    case: str
    examination: str
    unit: str
    inputs: int = Field(ge=0, description="inputs that were compared")


class Difference(Value):
    """Two assessments, compared. What the update broke comes first."""

    old: Side
    new: Side
    notes: tuple[str, ...] = Field(default=(), description="what a reader must know before comparing")
    broke: tuple[Change, ...] = ()
    retest: tuple[Retest, ...] = ()
    fixed: tuple[Change, ...] = ()
    same_findings: int = Field(default=0, ge=0)
    files: FileChanges
    components: ListChanges
    services: ListChanges
    keys: ListChanges
    money: tuple[MoneyChange, ...]
    currency: str = Field(default="", description="'' where the two count in different ones")
    level: LevelChange
    carried: tuple[Proof, ...] = ()
    cases: int = Field(default=0, ge=0, description="cases of the newer assessment")
