import pytest

from fairmark.model.device import CraClass, Documents
from fairmark.model.finding import Reach
from fairmark.model.image import Coverage
from fairmark.model.service import Port, Service
from fairmark.model.standard import Outcome
from fairmark.model.test_case import CaseKind, TestCase
from fairmark.model.vulnerability import Statement, Status, Vulnerabilities
from fairmark.render import declaration_facts as facts
from fairmark.render import declarations
from tests.doubles import assessments as given


def test_every_name_that_a_document_uses_can_be_filled_in() -> None:
    documents = Documents(
        disclosure_policy="https://a.example",
        security_contact="https://b.example",
        update_policy="https://c.example",
        support_period="https://d.example",
    )
    flaw = Statement(cve="CVE-2024-1", component="x", status=Status.AFFECTED, reason="r", source="s", kev=True)
    full = given.assessment(
        device=given.device(cra_class=CraClass.IMPORTANT_I, hardware_revision="B", documents=documents),
        vulnerabilities=Vulnerabilities(statements=(flaw,)),
    )

    known = {"law", *facts.texts(full)}

    places = [
        place for one in declarations.skeletons().values() for section in one.sections for place in section.fields
    ]
    assert {place.of for place in places if place.of} <= known
    assert facts.texts(full)["flaws"] == "1 affected; 1 known to be exploited"


def test_what_is_not_known_is_left_out() -> None:
    bare = given.assessment(
        device=given.device(
            maker=None, model=None, firmware_version=None, network=None, physical_access=None, assets=None
        ),
        components=(),
    )

    known = facts.texts(bare)

    assert not {"maker", "product", "use", "cra_class", "procedures", "components", "sbom", "flaws"} & set(known)


@pytest.mark.parametrize("name", list(CraClass))
def test_every_class_has_its_procedures(name: CraClass) -> None:
    known = facts.texts(given.assessment(device=given.device(cra_class=name)))

    assert known["cra_class"]
    assert known["procedures"]


def test_services_and_gaps_are_rows() -> None:
    service = Service(
        name="telnet",
        program="/bin/telnetd",
        user="root",
        ports=(Port(protocol="tcp", number=23),),
        reach=Reach.EXPOSED,
    )
    made = given.assessment(services=(service,), coverage=Coverage(not_examined=("radio",)))

    assert facts.table("services", made)[1] == [("telnet", "/bin/telnetd", "root", "tcp/23", "exposed")]
    assert facts.table("gaps", made)[1] == [("radio", "not looked at", "")]


def test_the_tests_that_were_run_are_counted() -> None:
    cases = tuple(
        TestCase(
            examination="default-password",
            kind=CaseKind.FUNCTIONAL,
            unit=unit,
            outcome=outcome,
            reason="r",
        )
        for unit, outcome in (("image", Outcome.FAIL), ("/a", Outcome.PASS), ("/b", Outcome.PASS))
    )

    rows = facts.table("tests", given.assessment(cases=cases))[1]

    assert rows == [("default-password", "functional", "3", "1 fail, 2 pass")]
