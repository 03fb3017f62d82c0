"""The threat model of a device build: what is worth attacking, where one gets in, what may happen, what answers."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from fairmark.model.device import Device
from fairmark.model.evidence import Tool
from fairmark.model.finding import Reach
from fairmark.model.standard import Outcome
from fairmark.model.value import Value

Day = date
"""The same, under a name that no field takes."""

SCHEMA: Literal["fairmark.threats/1"] = "fairmark.threats/1"


class Stride(StrEnum):
    """The six kinds of threat."""

    SPOOFING = "spoofing"
    TAMPERING = "tampering"
    REPUDIATION = "repudiation"
    DISCLOSURE = "information disclosure"
    DENIAL = "denial of service"
    ELEVATION = "elevation of privilege"


class Presence(StrEnum):
    """How we know that something is there. Unknown is not absent."""

    SEEN = "seen"  # proven in the image or at the device
    DECLARED = "declared"  # the maker says so, in device.yaml or in the engineer's edits
    ASSUMED = "assumed"  # every device has it
    POSSIBLE = "possible"  # it starts under a condition that only the running device can answer
    UNKNOWN = "unknown"  # nobody looked, or nobody said
    DENIED = "denied"  # the maker says that there is none; nothing seen speaks against it


class Standing(StrEnum):
    """Where a threat stands by evidence, whatever anybody decided about it."""

    OPEN = "open"  # a finding makes it real now
    NOT_EXAMINED = "not examined"  # nothing was seen that makes it real, or rules it out
    CLAIMED = "claimed"  # the maker names a control that answers it; nobody has seen it work
    ANSWERED = "answered by evidence"  # every weakness that it needs was looked for everywhere, and not found


class ControlState(StrEnum):
    """Whether a control that answers a threat is there."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    IN_PLACE = "in place"


class DecisionKind(StrEnum):
    """What an engineer may decide about a threat."""

    ACCEPT = "accept"
    MITIGATED_ELSEWHERE = "mitigated_elsewhere"
    NOT_APPLICABLE = "not_applicable"


class Boundary(Value):
    """A line behind which somebody else is trusted."""

    id: str
    title: str
    short: str = Field(description="the title in a word or two, for pictures")
    beyond: str = Field(description="who or what stands on its outer side")
    what: str


class Holding(Value):
    """An asset: what an attacker wants."""

    id: str
    title: str
    presence: Presence
    why: str
    evidence: tuple[str, ...] = Field(default=(), description="ids of evidence")


class EntryPoint(Value):
    """A place where data or a hand gets in. Its id names what it is, so the next build has the same."""

    id: str
    title: str
    kind: str
    presence: Presence
    why: str
    source: str = Field(description="who stands at the other end")
    programs: tuple[str, ...] = Field(default=(), description="'root:path' of the programs behind it")
    ports: tuple[str, ...] = ()
    user: str = Field(default="", description="user that the programs run as; empty: not known")
    reach: Reach | None = None
    declared: bool | None = None
    boundaries: tuple[str, ...] = Field(description="ids of the boundaries that one crosses there, the outermost first")
    assets: tuple[str, ...] = Field(description="ids of the assets behind it")
    evidence: tuple[str, ...] = ()
    added: bool = Field(default=False, description="by the engineer, in threats.yaml")


class Flow(Value):
    """Data on its way from somebody outside to an entry point, or back."""

    id: str
    source: str
    target: str = Field(description="id of the entry point")
    boundaries: tuple[str, ...]
    carries: tuple[str, ...] = Field(description="ids of assets")
    protection: str = Field(description="what is known of the protection on the way")


class Answer(Value):
    """A control that answers a threat, and what is known of it."""

    control: str
    title: str
    state: ControlState
    why: str


class Decision(Value):
    """What an engineer decided about a threat, and why."""

    kind: DecisionKind
    reason: str
    owner: str
    date: Day
    reference: str = ""
    review: Day | None = None


class Threat(Value):
    """One thing that may be done to the device at one entry point.

    The id is 'rule@entry point': it says what and where, so that a decision outlives the build.
    """

    id: str
    rule: str
    stride: Stride
    title: str
    what: str
    entry: str
    assets: tuple[str, ...]
    weaknesses: tuple[str, ...] = Field(description="any of them makes it real")
    scenarios: tuple[str, ...] = Field(description="scenarios of the price that it is part of")
    factors: tuple[str, ...] = Field(default=(), description="inputs of the price that its weaknesses move")
    standing: Standing
    why: str
    here: tuple[str, ...] = Field(default=(), description="ids of findings at this entry point")
    device_wide: tuple[str, ...] = Field(default=(), description="ids of findings of the device as a whole")
    answers: tuple[Answer, ...] = ()
    open_facts: tuple[str, ...] = Field(default=(), description="facts that nobody stated and that could rule it out")
    decision: Decision | None = None
    conflict: str = Field(default="", description="how evidence contradicts the decision")
    source: str
    date: Day
    assumed: bool
    added: bool = False


class Surface(Value):
    """Where threats come from that an image cannot show: listed, and not examined."""

    id: str
    title: str
    presence: Presence
    why: str
    settled_by: str = Field(description="who or what could examine it")


class Requirement(Value):
    """One point of Annex I part I, and how it applies."""

    point: str
    title: str
    outcome: Outcome
    reason: str
    applies: bool | None = Field(description="null while a fact that decides it is unknown")
    reason_not_applicable: str = Field(default="", description="who says why it does not apply; empty: no reason given")
    threats: tuple[str, ...] = Field(default=(), description="ids of the threats that it answers")


class Change(Value):
    """What differs from the model of the build before."""

    kind: str = Field(description="new, vanished or changed")
    subject: str = Field(description="id of an entry point or a threat")
    text: str


class ThreatModel(Value):
    """Everything above for one build. Same assessment and same edits, same bytes."""

    format: Literal["fairmark.threats/1"] = Field(default=SCHEMA, alias="schema")
    created: AwareDatetime
    tool: Tool
    assessment: str = Field(description="SHA-256 of the assessment's canonical JSON")
    image: str = ""
    rules: str = Field(description="SHA-256 of the rules")
    edits: str = Field(default="", description="SHA-256 of threats.yaml; empty: none was given")
    previous: str = Field(default="", description="SHA-256 of the older assessment; empty: none was given")
    device: Device
    boundaries: tuple[Boundary, ...]
    assets: tuple[Holding, ...]
    entry_points: tuple[EntryPoint, ...]
    flows: tuple[Flow, ...]
    threats: tuple[Threat, ...]
    not_examined: tuple[Surface, ...]
    requirements: tuple[Requirement, ...] = ()
    requirements_note: str = ""
    review_months: int = Field(description="months after which the model is looked through at the latest")
    changes: tuple[Change, ...] = ()
    unmatched: tuple[str, ...] = Field(
        default=(), description="edits that speak of something that is not there (any more): each must be looked at"
    )
