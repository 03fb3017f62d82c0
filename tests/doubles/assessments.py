"""Builders of whole assessments: a flawed camera and its repaired twin, as a user would get them."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256

from fairmark.model.assessment import Assessment, Inputs
from fairmark.model.device import Asset, Device, DeviceClass, Economics, Market, Network, PhysicalAccess
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Finding, Observation, Reach, SeenFact, Severity
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Component, Container, Coverage, ImageRecord
from fairmark.model.risk import (
    Assumption,
    Cost,
    CurvePoint,
    Input,
    Loss,
    LossBounds,
    Plan,
    PlanItem,
    Reduction,
    Risk,
    ScenarioLoss,
)
from fairmark.model.standard import Automation, Catalogue, Level, Outcome, Provision, Status, Verdict

TOOL = Tool(name="fairmark", version="0.1.0")
CREATED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
EDITIONS = {"psti": "SI 2023/1007", "cra": "Regulation (EU) 2024/2847", "en303645": "V3.1.3 (2024-09)"}
NAMES = {
    "psti": "UK PSTI Regulations 2023, Schedule 1",
    "cra": "EU Cyber Resilience Act, Annex I",
    "en303645": "ETSI EN 303 645, consumer IoT security baseline",
}


def digest(text: str) -> str:
    """A SHA-256 that stands for a file of that name."""
    return sha256(text.encode()).hexdigest()


def evidence(path: str, statement: str, **place: object) -> Evidence:
    """A file of the image in which something was seen."""
    where = Where.model_validate({"path": path, "sha256": digest(path)} | place)
    return Evidence(kind=EvidenceKind.FILE, where=where, tool=TOOL, statement=statement)


SHADOW = evidence(
    "/etc/shadow",
    "The hash of root is that of default password 17 of our list.",
    line=1,
    quote="root:[redacted]:19000:",
)
INIT = evidence(
    "/etc/init.d/rcS", "The start script runs telnetd for every interface.", line=14, quote="telnetd -l /bin/login.sh &"
)
TELNETD = evidence("/usr/sbin/telnetd", "The program that the script starts is in the image.", offset=0)
KEY = evidence(
    "/etc/ssl/private/server.key",
    "A 1024-bit RSA key; SHA-256 of its public part 3f1c0a9be2d4.",
    line=1,
    quote="[redacted]",
)
HTTPD = evidence(
    "/usr/sbin/httpd", "ELF header without a non-executable stack, without position independence.", offset=52
)
OPENSSL = Evidence(
    kind=EvidenceKind.PACKAGE,
    where=Where(path="/usr/lib/opkg/status", line=212, sha256=digest("opkg")),
    tool=TOOL,
    statement="The package database names openssl 1.0.2u.",
)
NO_POLICY = Evidence(
    kind=EvidenceKind.CLAIM,
    where=Where(path="documents.disclosure_policy"),
    tool=TOOL,
    statement="The profile gives no address of a disclosure policy.",
)


def finding(title: str, proof: Evidence, *more: Evidence, **changes: object) -> Finding:
    """A proven finding of high severity; name only what the test is about."""
    given = {
        "rule": "default-password",
        "weakness": "default-password",
        "capability": "no-default-password",
        "title": title,
        "severity": Severity.HIGH,
        "confidence": Confidence.A,
        "reach": Reach.EXPOSED,
        "cwe": "CWE-1392",
        "fix": "Give every unit a password of its own, printed on its label.",
        "evidence": (proof.id, *(one.id for one in more)),
    }
    return Finding.model_validate(given | changes)


PASSWORD = finding("Default password for account root", SHADOW)
TELNET = finding(
    "telnet is started at boot",
    INIT,
    TELNETD,
    rule="service-telnet",
    weakness="service-telnet",
    capability="attack-surface",
    cwe="CWE-319",
    fix="Remove telnetd from the image, and the line that starts it.",
)
PRIVATE_KEY = finding(
    "Private key shared by all units",
    KEY,
    rule="private-key-in-image",
    weakness="private-key-in-image",
    capability="no-hardcoded-secrets",
    cwe="CWE-321",
    reach=Reach.STARTED,
    fix="Make the key on the device at first start, and keep it out of the image.",
)
UNHARDENED = finding(
    "Web server without compiler protections",
    HTTPD,
    rule="unhardened-daemon",
    weakness="unhardened-daemon",
    capability="exploit-mitigation",
    severity=Severity.MEDIUM,
    confidence=Confidence.B,
    cwe="CWE-693",
    fix="Build with -fPIE -pie -Wl,-z,relro,-z,now -fstack-protector-strong.",
)
HINT = finding(
    "A string looks like an access token",
    HTTPD,
    rule="hardcoded-secret",
    weakness="hardcoded-secret",
    capability="no-hardcoded-secrets",
    severity=Severity.LOW,
    confidence=Confidence.C,
    reach=Reach.PRESENT,
    cwe="CWE-798",
    fix="Look at the place.",
)
KNOWN_FLAW = finding(
    "openssl 1.0.2u has a known-exploited flaw",
    OPENSSL,
    rule="kev-cve-exposed",
    weakness="kev-cve-exposed",
    capability="no-known-vulns",
    cve="CVE-2021-3449",
    cwe="CWE-476",
    fix="Update openssl to 1.1.1k or newer.",
)

COMPONENTS = (
    Component(
        name="busybox",
        version="1.31.1",
        purl="pkg:opkg/busybox@1.31.1",
        cpe="cpe:2.3:a:busybox:busybox:1.31.1:*:*:*:*:*:*:*",
        source="package database opkg",
        licence="GPL-2.0",
        paths=("/bin/busybox",),
    ),
    Component(name="linux", version="4.9.118", source="version pattern", paths=("/lib/modules/4.9.118",)),
    Component(
        name="openssl",
        version="1.0.2u",
        purl="pkg:opkg/openssl@1.0.2u",
        source="package database opkg",
        licence="OpenSSL",
        paths=("/usr/lib/libcrypto.so.1.0.0", "/usr/lib/libssl.so.1.0.0"),
    ),
    Component(
        name="vendor-httpd", source="version pattern", licence="a licence of its own", paths=("/usr/sbin/httpd",)
    ),
)


def device(**changes: object) -> Device:
    """A cheap camera that is sold in the EU and the UK."""
    given = {
        "maker": "Example Maker",
        "model": "Pico Cam 2",
        "firmware_version": "1.4.2",
        "device_class": DeviceClass.CAMERA,
        "network": Network.BEHIND_NAT,
        "physical_access": PhysicalAccess.OWNER,
        "assets": (Asset.PERSONAL,),
        "markets": (Market.EU, Market.UK),
        "economics": Economics(currency="USD", units_in_field=250_000, price=29.0),
        "support_until": date(2028, 12, 31),
    }
    return Device.model_validate(given | changes)


def loss(median: float, spread: float = 1.1) -> Loss:
    """A lognormal year with that median and spread (standard deviation of the logarithm)."""

    def at(z: float) -> float:
        return median * math.exp(z * spread)

    def chance(x: float, middle: float) -> float:
        if not middle:
            return 0.0
        return 0.5 * math.erfc(math.log(x / middle) / (spread * math.sqrt(2)))

    points = [median * 10 ** (step / 10) for step in range(-25, 26)]
    quantiles = {"p50": at(0), "p90": at(1.2816), "p95": at(1.6449), "p99": at(2.3263)}
    mean = at(spread / 2)
    return Loss(
        mean=mean,
        **quantiles,
        tvar95=at(2.1),
        any_loss=0.97,
        bounds=LossBounds(mean=(mean * 0.99, mean * 1.01), **{k: (v * 0.98, v * 1.02) for k, v in quantiles.items()}),
        epistemic=(mean / 3.5, mean * 3.3),
        yearly=(at(-1), at(1)),
        curve=tuple(
            CurvePoint(loss=x, exceedance=chance(x, median), low=chance(x, median / 2.6), high=chance(x, median * 2.6))
            for x in points
        ),
    )


def risk(private: float, external: float) -> Risk:
    """The price with 66 inputs, 58 of them assumed."""
    inputs = tuple(
        Input(
            id=f"tef-input-{number:02d}",
            what=f"Number {number} of the model, such as tries per exposed device and year",
            kind="ln90",
            low=0.01 * (number + 1),
            high=120.0 * (number + 1),
            mean=14.2 * (number + 1),
            unit="per device and year",
            source="Public measurement study, table 3",
            assumed=number >= 8,
            generic=number % 9 == 0,
        )
        for number in range(66)
    )
    scenario = ScenarioLoss(
        id="botnet",
        title="Devices join a botnet",
        private=private * 0.6,
        external=external * 0.8,
        inputs=("tef-input-00", "tef-input-01"),
        findings=(PASSWORD.id, TELNET.id),
        equation="units x tef-input-00 x tef-input-01",
    )
    theft = scenario.model_copy(
        update={
            "id": "spying",
            "title": "Strangers watch the pictures",
            "private": private * 0.4,
            "external": external * 0.2,
        }
    )
    return Risk(
        currency="USD",
        price_year=2025,
        model="fairmark-risk/1",
        assumed_inputs=58,
        inputs=inputs,
        assumptions=(
            Assumption(
                field="economics.units_per_year",
                used="80,000 units a year, typical of a camera",
                effect="Twice as many units double the loss that grows with sales.",
            ),
        ),
        private=loss(private),
        external=loss(external),
        social=loss(private + external),
        scenarios=(theft, scenario),
        notes=("Losses of one year, before insurance.",),
    )


def plan_item(control: str, title: str, **changes: object) -> PlanItem:
    """A control that costs little and saves more."""
    given = {
        "control": control,
        "title": title,
        "cost": Cost(once=18_000, per_unit=0.1, per_year=1_000, annualised=15_000, range=(6_000, 31_000)),
        "effort_days": 12.0,
        "delay_days": 20.0,
        "alone": Reduction(private=310_000, external=4_100_000),
        "step": Reduction(private=290_000, external=3_900_000),
        "fixes": (PASSWORD.id,),
        "law": ("psti 1-2", "cra I.2.b"),
        "assumed": True,
    }
    return PlanItem.model_validate(given | changes)


def flawed_plan() -> Plan:
    """One control that law requires, two that are worth it, one that is not."""
    return Plan(
        required_by_law=(plan_item("unique-passwords", "Password of its own for every unit"),),
        worth_it=(
            plan_item(
                "remove-telnet",
                "Telnet and the like taken out",
                effort_days=2.0,
                delay_days=1.0,
                law=(),
                fixes=(TELNET.id,),
            ),
            plan_item("per-device-keys", "Keys made on each device", law=(), fixes=(PRIVATE_KEY.id,)),
        ),
        not_worth_it=(
            plan_item(
                "secure-element",
                "Secure element",
                law=(),
                fixes=(),
                step=Reduction(private=-10.0, external=0),
                effort_days=90.0,
            ),
        ),
    )


def verdicts(failed: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]) -> tuple[Verdict, ...]:
    """Three catalogues; ``failed`` maps (catalogue, provision) to a reason and ids of findings."""
    sizes = {"psti": ("1-2", "2-2a", "3-2"), "cra": tuple(f"I.2.{c}" for c in "abcdefghijklm")}
    sizes["en303645"] = tuple(f"5.{group}-{number}" for group in range(1, 12) for number in range(1, 4))
    made = []
    for catalogue, provisions in sizes.items():
        for index, provision in enumerate(provisions):
            reason, because = failed.get((catalogue, provision), ("", ()))
            quiet = (
                Outcome.INCONCLUSIVE,
                Outcome.INCONCLUSIVE,
                Outcome.INCONCLUSIVE,
                Outcome.INCONCLUSIVE,
                Outcome.PASS,
            )
            outcome = Outcome.FAIL if reason else (*quiet, Outcome.NOT_APPLICABLE)[index % 6]
            made.append(
                Verdict(
                    catalogue=catalogue,
                    edition=EDITIONS[catalogue],
                    provision=provision,
                    title=f"What provision {provision} asks of the device, in a short sentence",
                    status=Status.MANDATORY if index % 3 == 0 else Status.RECOMMENDED,
                    outcome=outcome,
                    reason=reason or "No evidence of the kind that decides this was found.",
                    settled_by="A test of the running device" if outcome is Outcome.INCONCLUSIVE else "",
                    because=because,
                )
            )
    return tuple(made)


def catalogues() -> tuple[Catalogue, ...]:
    """The three catalogues that the verdicts belong to; two are law."""
    return tuple(
        Catalogue(
            id=key,
            name=NAMES[key],
            edition=EDITIONS[key],
            kind="standard" if key == "en303645" else "law",
            publisher="A publisher",
            groups={"1": "Passwords"},
            provisions=(
                Provision(
                    id="1-2", title="A provision", status=Status.MANDATORY, group="1", automation=Automation.PARTLY
                ),
            ),
        )
        for key in NAMES
    )


def _image(name: str) -> ImageRecord:
    containers = (
        Container(id="0", kind="trx", offset=0, size=5_300_000, sha256=digest(name), opened=True, note="version 1"),
        Container(
            id="0.0",
            kind="squashfs",
            offset=1_310_720,
            size=3_900_000,
            sha256=digest(name + "/0"),
            opened=True,
            note="xz",
        ),
        Container(id="0.1", kind="data", offset=5_210_720, size=89_280, opened=False, note="looks encrypted or random"),
    )
    return ImageRecord(sha256=digest(name), size=5_300_000, containers=containers)


def _coverage() -> Coverage:
    return Coverage(
        image_bytes=5_300_000,
        opened_bytes=5_210_720,
        files=157,
        file_bytes=12_000_000,
        elf_files=62,
        root_file_systems=("0.0",),
        detectors=("accounts", "binaries", "keys", "services"),
        gaps=(
            Gap(
                where="0.1",
                reason=GapReason.ENCRYPTED_OR_RANDOM,
                detail="No known header; entropy 7.99 bits.",
                bytes=89_280,
            ),
            Gap(
                where="/opt/model.bin",
                reason=GapReason.UNKNOWN_FORMAT,
                detail="No reader for this format.",
                bytes=410_000,
            ),
        ),
        not_examined=("The running device: ports, radio, behaviour", "Known vulnerabilities of components (CVE)"),
        hints=4,
    )


def assessment(**changes: object) -> Assessment:
    """The flawed camera; name only what the test is about."""
    given = {
        "created": CREATED,
        "tool": TOOL,
        "inputs": Inputs(image=digest("flawed"), rules=digest("rules"), catalogues={key: digest(key) for key in NAMES}),
        "device": device(),
        "image": _image("flawed"),
        "components": COMPONENTS,
        "evidence": tuple(sorted((SHADOW, INIT, TELNETD, KEY, HTTPD, OPENSSL, NO_POLICY), key=lambda one: one.id)),
        "findings": (PASSWORD, TELNET, PRIVATE_KEY, UNHARDENED),
        "observations": (
            Observation(
                rule="private-key-in-image",
                capability="no-hardcoded-secrets",
                statement="No private key in any other file.",
                complete=False,
                evidence=(KEY.id,),
            ),
        ),
        "facts": (
            SeenFact(fact="auth.password", value=True, statement="Accounts with passwords.", evidence=(SHADOW.id,)),
        ),
        "verdicts": verdicts(
            {
                ("psti", "1-2"): ("All units share the password of root.", (PASSWORD.id,)),
                ("psti", "2-2a"): ("The profile gives no contact for security reports.", (NO_POLICY.id,)),
                ("cra", "I.2.b"): ("The default settings open a known password.", (PASSWORD.id,)),
                ("cra", "I.2.j"): ("telnet is started and nothing needs it.", (TELNET.id,)),
                ("en303645", "5.1-1"): ("All units share the password of root.", (PASSWORD.id,)),
                ("en303645", "5.4-1"): ("A private key lies in the image.", (PRIVATE_KEY.id,)),
                ("en303645", "5.6-1"): ("telnet is started and nothing needs it.", (TELNET.id,)),
            }
        ),
        "risk": risk(620_000, 4_200_000),
        "plan": flawed_plan(),
        "level": Level(required=2, reached=0, why=("Network behind NAT and class important_I ask for level 2.",)),
        "coverage": _coverage(),
    }
    return Assessment.model_validate(given | changes)


def repaired() -> Assessment:
    """The twin in which nothing wrong was found: much is still inconclusive."""
    return assessment(
        inputs=Inputs(image=digest("repaired"), rules=digest("rules")),
        device=device(firmware_version="1.5.0"),
        image=_image("repaired"),
        findings=(),
        evidence=(),
        observations=(),
        facts=(),
        verdicts=verdicts({}),
        risk=risk(90_000, 310_000).model_copy(update={"scenarios": ()}),
        plan=Plan(),
        level=Level(required=2, reached=1, why=("An assessment that a maker runs on its own gives at most level 1.",)),
    )


def hostile(name: str) -> Assessment:
    """A camera whose image is full of names that ``name`` gives: in paths, quotes, titles, components and gaps."""
    proof = evidence("/" + name, name, line=3, quote=name[:300])
    return assessment(
        device=device(model=name[:200]),
        evidence=(proof,),
        findings=(finding(name, proof, fix=name),),
        components=(Component(name=name, version=name, purl=name, source=name, licence=name, paths=("/" + name,)),),
        coverage=_coverage().model_copy(
            update={"gaps": (Gap(where="/" + name, reason=GapReason.DAMAGED, detail=name),), "not_examined": (name,)}
        ),
        image=ImageRecord(
            sha256=digest(name),
            size=9,
            containers=(Container(id="0", kind=name, offset=0, size=9, opened=False, note=name),),
        ),
        verdicts=verdicts({("psti", "1-2"): (name, ())}),
        observations=(),
        facts=(),
    )
