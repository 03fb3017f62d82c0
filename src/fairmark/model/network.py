"""What the running device answered: the content of ``network.json``, written by `fairmark probe`.

It says as much about what was asked as about what was heard: an observation is complete only
where everything that could have held the opposite was asked. It never holds a password: a known
default is named by its index in the list of known defaults.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from fairmark.model.evidence import Tool
from fairmark.model.value import Value

SCHEMA = "fairmark.network/1"
MOST_SERVICES = 4_096
Text = Annotated[str, StringConstraints(max_length=300)]
Texts = Annotated[tuple[Text, ...], Field(max_length=64)]
PortName = Annotated[str, StringConstraints(pattern=r"^(tcp|udp)/([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-5][0-9]{3})$")]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
Span = tuple[PortNumber, PortNumber]
Spans = Annotated[tuple[Span, ...], Field(max_length=65_535)]
ProtocolName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,20}$")]
VersionName = Annotated[str, StringConstraints(pattern=r"^(SSLv3|TLSv1\.[0-3])$")]
SuiteName = Annotated[str, StringConstraints(pattern=r"^(NULL|EXPORT|anonymous|RC4|DES)$")]
DIGEST = r"^[0-9a-f]{64}$"


class Answered(StrEnum):
    """What came back for one question."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class LoginKind(StrEnum):
    """How a service asks who it is."""

    PASSWORD = "password"  # noqa: S105 - a kind of login
    BASIC = "basic"
    DIGEST = "digest"
    FORM = "form"
    COMMUNITY = "community"
    KEY = "key"


class Slowing(StrEnum):
    """What ten wrong passwords in a row led to."""

    LOCKED = "locked"
    SLOWED = "slowed"
    CONSTANT_DELAY = "constant_delay"
    NONE = "none"
    UNCLEAR = "unclear"


class Ending(StrEnum):
    """Why the tries with known defaults ended."""

    ALL_TRIED = "all_tried"
    LOCKED = "locked"
    SLOWED = "slowed"
    UNCLEAR = "unclear"


class SeenCertificate(Value):
    """The certificate that a server showed."""

    sha256: str = Field(pattern=DIGEST, description="of the whole certificate")
    subject: Text
    issuer: Text
    self_signed: bool
    begins: date
    ends: date
    key: Text = Field(description="kind and bits: 'rsa 2048'")
    digest: Text = Field(description="hash of its signature: 'sha256'; empty for a kind without one")


class SeenTls(Value):
    """What a TLS server accepts."""

    versions: dict[VersionName, Answered] = Field(max_length=5)
    weak_suites: dict[SuiteName, Answered] = Field(max_length=5)
    certificate: SeenCertificate | None = None


class SeenLogin(Value):
    """A login that was met."""

    kind: LoginKind
    protected: bool = Field(description="by TLS or SSH: nobody on the way reads what is typed")


class NetworkService(Value):
    """What was heard at one port."""

    port: PortName
    protocol: ProtocolName = Field(default="", description="empty: not recognised")
    tls: SeenTls | None = None
    banner: Text = Field(default="", description="the first line that it says, redacted")
    tells: Texts = Field(default=(), description="versions, serial numbers and the like, told before any login")
    names: Texts = Field(default=(), description="names of maker and model that it gives itself")
    logins: Annotated[tuple[SeenLogin, ...], Field(max_length=16)] = ()
    open_to_all: Texts = Field(default=(), description="what was reached without any login")
    weak: Texts = Field(default=(), description="broken algorithms or dialects that it offers")
    only_redirects: bool = Field(default=False, description="plain HTTP that only leads to HTTPS of the same device")
    notes: Texts = ()


class Throttling(Value):
    """Wrong passwords, one after the other, at one login."""

    port: PortName
    protocol: ProtocolName
    result: Slowing
    tries: int = Field(ge=0, le=10)
    seconds: tuple[Annotated[float, Field(ge=0, le=3600)], ...] = Field(default=(), max_length=10)


class DefaultTries(Value):
    """Known defaults that were tried at one login, by their index in the list of known defaults."""

    port: PortName
    protocol: ProtocolName
    tried: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=64)]
    accepted: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=64)]
    without_password: bool = Field(default=False, description="one that was accepted has an empty password")
    ended: Ending


class Target(Value):
    """Whom was spoken to. The name was looked up once; no other address was contacted."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    address: Annotated[str, StringConstraints(min_length=2, max_length=64, pattern=r"^[0-9A-Fa-f:.]+(%[\w.-]+)?$")]


class ProbedDevice(Value):
    """Which device the user said it is, from device.yaml."""

    maker: str | None = None
    model: str | None = None
    firmware_version: str | None = None


class Asked(Value):
    """What was asked, as far as the time allowed."""

    tcp: Spans = Field(description="ports, as pairs of first and last")
    udp: Annotated[tuple[PortNumber, ...], Field(max_length=64)]
    defaults: bool = Field(description="known defaults were tried")
    throttling: bool = Field(description="wrong passwords were tried")
    only_interface: bool = Field(description="the user states that the device answers at no other address or radio")


class Heard(Value):
    """How ports answered that are not open."""

    tcp_silent: Spans = Field(default=(), description="no answer at all: filtered, or lost")
    tcp_not_asked: Spans = Field(default=(), description="this machine could not ask")
    udp_silent: Annotated[tuple[PortNumber, ...], Field(max_length=64)] = ()
    udp_refused: Annotated[tuple[PortNumber, ...], Field(max_length=64)] = ()


class NetworkReport(Value):
    """The content of ``network.json``."""

    schema_name: Literal["fairmark.network/1"] = Field(default="fairmark.network/1", alias="schema")
    tool: Tool
    when: AwareDatetime
    target: Target
    owned: Literal[True] = Field(description="the user states that the device is his")
    device: ProbedDevice = ProbedDevice()
    asked: Asked
    heard: Heard
    services: Annotated[tuple[NetworkService, ...], Field(max_length=MOST_SERVICES)] = ()
    throttling: Annotated[tuple[Throttling, ...], Field(max_length=MOST_SERVICES)] = ()
    defaults: Annotated[tuple[DefaultTries, ...], Field(max_length=MOST_SERVICES)] = ()
    not_asked: Texts = Field(default=(), description="what nobody asked, in a sentence each")
