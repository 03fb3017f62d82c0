"""The assessment: everything known about one device build, as one canonical document."""

from typing import Literal

from pydantic import AwareDatetime, Field

from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, Tool
from fairmark.model.finding import Finding, Observation, SeenFact
from fairmark.model.image import Build, Component, Coverage, ImageRecord
from fairmark.model.listing import Folder
from fairmark.model.marketing import Advertised
from fairmark.model.reported import Reported, Scanner
from fairmark.model.risk import Plan, Risk
from fairmark.model.service import Service
from fairmark.model.standard import Level, Verdict
from fairmark.model.test_case import CarriedOver, TestCase
from fairmark.model.value import Value
from fairmark.model.vulnerability import Vulnerabilities

SCHEMA: Literal["fairmark.assessment/1"] = "fairmark.assessment/1"


class Inputs(Value):
    """SHA-256 of everything that went in; empty where there was none."""

    image: str = ""
    device: str = ""
    sbom: str = ""
    vex: tuple[str, ...] = Field(default=(), description="the maker's VEX documents, sorted")
    reports: tuple[str, ...] = Field(default=(), description="the reports of code scanners, sorted")
    documents: tuple[str, ...] = Field(default=(), description="the maker's documents that were read, sorted")
    results: str = Field(default="", description="the results of tests by hand")
    marketing: str = Field(default="", description="what the maker advertises")
    vulnerability_db: str = ""
    rules: str = ""
    examination: str = Field(default="", description="rules, program code and data that the test cases follow from")
    calibration: str = ""
    vocabulary: str = ""
    crosswalk: str = ""
    catalogues: dict[str, str] = Field(default_factory=dict)


class Assessment(Value):
    """One device build, judged and priced. Same input, same bytes.

    ``created`` is SOURCE_DATE_EPOCH where it is set, else the time of the newest input file.
    """

    format: Literal["fairmark.assessment/1"] = Field(default=SCHEMA, alias="schema")
    created: AwareDatetime
    tool: Tool
    inputs: Inputs
    device: Device
    image: ImageRecord
    components: tuple[Component, ...]
    build: Build = Build()
    services: tuple[Service, ...] = Field(
        default=(), description="what the device starts, with the chain that proves it"
    )
    conditional_services: tuple[Service, ...] = Field(
        default=(), description="started under a condition that only the running device can answer"
    )
    vulnerabilities: Vulnerabilities = Vulnerabilities()
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    reported: tuple[Reported, ...] = Field(default=(), description="what other tools report: no findings of ours")
    scanners: tuple[Scanner, ...] = ()
    observations: tuple[Observation, ...]
    facts: tuple[SeenFact, ...]
    verdicts: tuple[Verdict, ...]
    advertised: tuple[Advertised, ...] = Field(default=(), description="what the maker advertises, beside the evidence")
    risk: Risk
    plan: Plan
    level: Level
    coverage: Coverage
    files: tuple[Folder, ...] = Field(default=(), description="the regular files of the image, folder by folder")
    cases: tuple[TestCase, ...] = Field(default=(), description="what was asked of which part, what was read for it")
    carried: CarriedOver | None = Field(default=None, description="what was taken over from an older assessment")
