"""The device profile: what its maker says about it (``device.yaml``).

Nothing here is proof. Declared facts decide which provisions apply and feed the price;
only evidence decides a verdict. A value that the user did not give is ``None`` here: the
price then uses a generic assumption and says so, and applicability stays unknown.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from fairmark.model.value import Value

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Network(StrEnum):
    """How the device meets the network where it is used."""

    NONE = "none"
    ISOLATED = "isolated"
    LOCAL = "local"
    BEHIND_NAT = "behind_nat"
    INTERNET_EXPOSED = "internet_exposed"


class PhysicalAccess(StrEnum):
    """Who can touch the device."""

    OWNER = "owner"
    PUBLIC = "public"
    HOSTILE_OWNER = "hostile_owner"


class Asset(StrEnum):
    """What is worth attacking in it."""

    LOW = "low"
    PERSONAL = "personal"
    SAFETY = "safety"
    FINANCIAL = "financial"
    CRITICAL = "critical"


class CraClass(StrEnum):
    """Class under Regulation (EU) 2024/2847, Annexes III and IV."""

    DEFAULT = "default"
    IMPORTANT_I = "important_I"
    IMPORTANT_II = "important_II"
    CRITICAL = "critical"


class DeviceClass(StrEnum):
    """Kinds of device that the calibration has typical values for."""

    CAMERA = "camera"
    ROUTER = "router"
    SMART_METER = "smart_meter"
    LOCK = "lock"
    TOY = "toy"
    ASSISTANT = "assistant"
    BULB_PLUG = "bulb_plug"
    MEDICAL_SENSOR = "medical_sensor"
    INDUSTRIAL_GATEWAY = "industrial_gateway"
    SMART_CARD = "smart_card"


class Market(StrEnum):
    """Where the device is sold; decides which law is listed as required."""

    EU = "EU"
    UK = "UK"
    US_CA = "US-CA"
    US = "US"


class Economics(Value):
    """Sizes and prices that turn a chance into money."""

    currency: Currency | None = Field(default=None, description="ISO 4217 code of every amount in this file")
    price_year: int | None = Field(default=None, ge=2000, le=2100, description="year of these prices")
    units_in_field: int | None = Field(default=None, ge=0, le=10_000_000_000)
    units_per_year: int | None = Field(default=None, ge=0, le=10_000_000_000, description="units sold a year")
    price: float | None = Field(default=None, ge=0, le=1e9, description="retail price of one unit")
    margin: float | None = Field(default=None, ge=0, le=1, description="maker's margin as a share of the price")
    usd_rate: float | None = Field(default=None, gt=0, le=1e6, description="US dollars for one unit of the currency")
    usd_rate_date: date | None = Field(default=None, description="the day of that rate")


class Documents(Value):
    """Addresses of what the maker publishes, or files beside the profile that hold it."""

    disclosure_policy: str | None = None
    security_contact: str | None = None
    security_txt: str | None = None
    update_policy: str | None = None
    support_period: str | None = None
    statement_of_compliance: str | None = None
    privacy_information: str | None = None
    user_instructions: str | None = None


Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class Use(Value):
    """What the device is for, in sentences: a risk assessment starts there (Regulation (EU) 2024/2847, Art. 13(3))."""

    purpose: Words | None = Field(default=None, description="what it is meant to do, and for whom")
    foreseeable: Words | None = Field(default=None, description="how it will be used, as far as one can tell")
    misuse: Words | None = Field(default=None, description="how it may be used against what it is meant for")
    environment: Words | None = Field(default=None, description="where it stands, and what stands around it")
    years: float | None = Field(default=None, gt=0, le=100, description="for how long it is expected to be in use")


class Claim(Value):
    """What the maker claims for one provision (a row of the ICS of ETSI TS 103 701)."""

    implemented: bool | None = Field(description="true, false, or null for 'not applicable'")
    reason: str = Field(default="", max_length=2000, description="needed when not implemented or not applicable")


class Device(Value):
    """One device model in one firmware version, as its maker describes it."""

    maker: Name | None = Field(default=None, description="who puts it on the market")
    model: Name | None = Field(default=None, description="name of the model")
    hardware_revision: Name | None = None
    firmware_version: Name | None = None
    device_class: DeviceClass | None = Field(
        default=None, description="kind of device: gives typical sizes and threats"
    )
    network: Network | None = Field(default=None, description="how it meets the network where it is used")
    physical_access: PhysicalAccess | None = Field(default=None, description="who can touch it")
    assets: tuple[Asset, ...] | None = Field(default=None, description="what is worth attacking in it")
    actuation: bool | None = Field(default=None, description="it moves, heats, locks or switches something")
    cra_class: CraClass | None = None
    markets: tuple[Market, ...] = Field(default=(), description="where it is sold: decides which law is listed")
    facts: dict[str, bool] = Field(default_factory=dict, description="facts of the vocabulary, e.g. auth.password")
    claims: dict[str, dict[str, Claim]] = Field(default_factory=dict, description="catalogue id -> provision -> claim")
    declared_services: tuple[str, ...] | None = Field(default=None, description="'tcp/443 https', one per open port")
    economics: Economics = Economics()
    controls: tuple[str, ...] = Field(default=(), description="controls (vocabulary) that the maker has in place")
    support_until: date | None = Field(default=None, description="last day of security support, as 2031-12-31")
    documents: Documents = Documents()
    use: Use = Use()
