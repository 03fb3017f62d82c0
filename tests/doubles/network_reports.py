"""Make reports of the probe, sound or flawed, without a device."""

from datetime import UTC, date, datetime

from fairmark.examine.probe.ports import ALL
from fairmark.model.device import Claim, Device
from fairmark.model.evidence import Tool
from fairmark.model.network import (
    Answered,
    Asked,
    Heard,
    LoginKind,
    NetworkReport,
    NetworkService,
    ProbedDevice,
    SeenCertificate,
    SeenLogin,
    SeenTls,
    Slowing,
    Target,
    Throttling,
)

DEVICE = Device(
    maker="Example Cameras Ltd",
    model="EC-100",
    firmware_version="1.4.2",
    declared_services=("tcp/443 https", "tcp/22 ssh"),
)
BASIC = SeenLogin(kind=LoginKind.BASIC, protected=True)
PASSWORD = SeenLogin(kind=LoginKind.PASSWORD, protected=True)


def tls(**more) -> SeenTls:
    parts = {
        "versions": {
            **dict.fromkeys(("SSLv3", "TLSv1.0", "TLSv1.1"), Answered.NO),
            **dict.fromkeys(("TLSv1.2", "TLSv1.3"), Answered.YES),
        },
        "weak_suites": dict.fromkeys(("NULL", "EXPORT", "anonymous", "RC4", "DES"), Answered.NO),
        "certificate": shown(),
    }
    return SeenTls(**{**parts, **more})


def shown(**more) -> SeenCertificate:
    parts = {
        "sha256": "0" * 64,
        "subject": "CN=EC-100",
        "issuer": "CN=maker",
        "self_signed": False,
        "begins": date(2026, 1, 1),
        "ends": date(2027, 1, 1),
        "key": "ec 256",
        "digest": "sha256",
    }
    return SeenCertificate(**{**parts, **more})


def web(**more) -> NetworkService:
    parts = {"port": "tcp/443", "protocol": "http", "tls": tls(), "logins": (BASIC,), "names": ("EC-100",)}
    return NetworkService(**{**parts, **more})


def ssh(**more) -> NetworkService:
    return NetworkService(**{"port": "tcp/22", "protocol": "ssh", "logins": (PASSWORD,), **more})


def slowed(port: str, protocol: str, result: Slowing = Slowing.LOCKED, tries: int = 4) -> Throttling:
    return Throttling(port=port, protocol=protocol, result=result, tries=tries)


SLOWED = (slowed("tcp/443", "http"), slowed("tcp/22", "ssh"))


def report(*services: NetworkService, **more) -> NetworkReport:
    """Make a report of a whole probe, of the build that DEVICE describes."""
    asked = Asked(
        tcp=ALL, udp=(53, 67, 69, 123, 161, 1900, 5353, 5683), defaults=True, throttling=True, only_interface=True
    )
    parts = {
        "tool": Tool(name="fairmark", version="1"),
        "when": datetime(2026, 11, 24, 12, tzinfo=UTC),
        "target": Target(name="camera", address="192.0.2.7"),
        "owned": True,
        "device": ProbedDevice(maker=DEVICE.maker, model=DEVICE.model, firmware_version=DEVICE.firmware_version),
        "asked": asked,
        "heard": Heard(),
        "services": services or (ssh(), web()),
        "throttling": SLOWED,
    }
    return NetworkReport(**{**parts, **more})


def claiming(*provisions: str, device: Device = DEVICE, **facts: bool) -> Device:
    """Return the device with the maker's claim for provisions of EN 303 645, and facts (``auth__network``)."""
    claims = {"en303645": {one: Claim(implemented=True) for one in provisions}}
    stated = {name.replace("__", "."): value for name, value in facts.items()}
    return device.model_copy(update={"claims": claims, "facts": stated})
