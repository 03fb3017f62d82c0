"""Facts of the device, and what was not looked at."""

from fairmark.examine.probe.detection import detect, doubt
from fairmark.model.device import Device
from fairmark.model.network import Heard, NetworkService
from tests.doubles.network_reports import DEVICE, report, ssh, web


def test_what_answers_proves_facts_of_the_device() -> None:
    facts = {one.fact: one.value for one in detect(report(), DEVICE, "").facts}
    extra = {one.fact for one in detect(report(ssh(), NetworkService(port="tcp/9")), DEVICE, "").facts}

    assert facts == {
        "interface.network": True,
        "interface.exposed_services": True,
        "auth.password": True,
        "auth.network": True,
    }
    assert "interface.unused_network" in extra


def test_a_device_that_answers_nothing_proves_no_fact() -> None:
    silent = report().model_copy(update={"services": (), "heard": Heard(udp_refused=(53,))})

    assert detect(silent, DEVICE, "").facts == ()


def test_the_version_must_be_named_twice_and_alike() -> None:
    assert doubt(report(), DEVICE) == ""
    assert "1.4.2 was probed, and no version" in doubt(report(), Device())


def test_what_was_not_asked_is_handed_on() -> None:
    one = report(not_asked=("Known default passwords were not tried.",))

    assert detect(one, DEVICE, "").unseen == ("The running device: Known default passwords were not tried.",)


def test_the_same_report_gives_the_same_detection() -> None:
    assert detect(report(ssh(), web()), DEVICE, "a") == detect(report(ssh(), web()), DEVICE, "a")


def test_every_open_port_has_evidence_of_its_own_behind_the_fact_that_services_are_exposed() -> None:
    one = report(ssh(), web(), NetworkService(port="udp/9"), NetworkService(port="tcp/65535"))

    made = detect(one, DEVICE, "")

    (fact,) = [each for each in made.facts if each.fact == "interface.exposed_services"]
    paths = {each.where.path for each in made.evidence if each.id in fact.evidence}
    assert paths >= {f"{each.port.replace('/', '/192.0.2.7:')}" for each in one.services}
