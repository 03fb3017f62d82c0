"""What the running device shows to be wrong, one flaw at a time."""

from datetime import date

import pytest

from fairmark.examine.probe.detection import detect
from fairmark.examine.probe.rules import RULES
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Confidence, Detection, Reach
from fairmark.model.network import (
    Answered,
    DefaultTries,
    Ending,
    LoginKind,
    NetworkReport,
    NetworkService,
    ProbedDevice,
    SeenLogin,
    Slowing,
)
from fairmark.model.vocabulary import vocabulary
from tests.doubles.network_reports import DEVICE, SLOWED, report, shown, slowed, ssh, tls, web

CLEAR = SeenLogin(kind=LoginKind.PASSWORD, protected=False)


def found(one: NetworkReport) -> Detection:
    return detect(one, DEVICE, "f" * 64)


def rules_of(one: NetworkReport) -> list[str]:
    return sorted({finding.rule for finding in found(one).findings})


def service(port: str, protocol: str, **more) -> NetworkService:
    return NetworkService(port=port, protocol=protocol, **more)


def test_a_sound_device_has_no_finding() -> None:
    assert found(report()).findings == ()


@pytest.mark.parametrize(
    ("services", "rules"),
    [
        ([service("tcp/8080", "http")], ["probe-undeclared"]),
        (
            [service("tcp/23", "telnet", logins=(CLEAR,))],
            ["probe-clear-login", "probe-clear-service", "probe-plain-transport"],
        ),
        ([ssh(weak=("3des-cbc",))], ["probe-broken-algorithm"]),
        ([ssh(open_to_all=("a session without any login",))], ["probe-open-to-all"]),
        ([service("tcp/22", "adb", open_to_all=("a debug shell without a key",))], ["probe-debug-bridge"]),
        ([web(tls=tls(versions={"TLSv1.0": Answered.YES}))], ["probe-old-tls"]),
        ([web(tls=tls(weak_suites={"RC4": Answered.YES}))], ["probe-old-tls"]),
        ([web(tls=tls(certificate=shown(ends=date(2026, 11, 23))))], ["probe-certificate"]),
        ([web(tls=tls(certificate=shown(begins=date(2026, 11, 25))))], ["probe-certificate"]),
        ([web(tls=tls(certificate=shown(key="rsa 1024")))], ["probe-certificate"]),
        ([web(tells=("server header: x/1.2",))], ["probe-told-before-login"]),
        ([web(open_to_all=("it lists the files of a folder",))], ["probe-told-before-login"]),
        (
            [web(tls=None, logins=(SeenLogin(kind=LoginKind.BASIC, protected=False),))],
            ["probe-clear-login", "probe-plain-transport"],
        ),
        ([web(tls=None, logins=(SeenLogin(kind=LoginKind.DIGEST, protected=False),))], []),
    ],
)
def test_each_flaw_is_one_finding(services: list[NetworkService], rules: list[str]) -> None:
    assert rules_of(report(*services, throttling=())) == rules


def test_a_known_default_is_named_by_its_index_alone() -> None:
    tried = DefaultTries(port="tcp/22", protocol="ssh", tried=(4, 14), accepted=(14,), ended=Ending.ALL_TRIED)
    empty = tried.model_copy(update={"without_password": True})

    (finding,) = found(report(defaults=(tried,))).findings
    (second,) = found(report(defaults=(empty,))).findings

    assert finding.rule == "probe-default-password"
    assert finding.title == "SSH at tcp/22 accepts entry 14 of the list of known defaults"
    assert (finding.confidence, finding.reach) == (Confidence.A, Reach.EXPOSED)
    assert second.rule == "probe-empty-password"


def test_ten_wrong_passwords_without_an_effect_are_a_finding_of_grade_b() -> None:
    slow = (SLOWED[0], slowed("tcp/22", "ssh", Slowing.NONE, 10))

    (finding,) = found(report(throttling=slow)).findings

    assert (finding.rule, finding.confidence) == ("probe-no-throttling", Confidence.B)
    assert rules_of(report(throttling=(slowed("tcp/22", "ssh", Slowing.CONSTANT_DELAY, 10),))) == []


def test_evidence_names_the_address_the_port_and_the_file() -> None:
    detection = found(report(service("tcp/8080", "http", banner="Cam")))

    (finding,) = detection.findings
    (evidence,) = (one for one in detection.evidence if one.id in finding.evidence)
    assert evidence.kind is EvidenceKind.NETWORK
    assert evidence.where.path == "tcp/192.0.2.7:8080"
    assert evidence.where.sha256 == "f" * 64
    assert evidence.where.quote == "Cam"


def test_of_another_build_nothing_is_proven() -> None:
    for device in (ProbedDevice(firmware_version="1.4.1"), ProbedDevice()):
        detection = found(report(service("tcp/8080", "http"), device=device))

        assert [finding.confidence for finding in detection.findings] == [Confidence.B]
        assert any("was probed" in sentence for sentence in detection.unseen)
        assert not any(one.complete for one in detection.observations)


def test_every_rule_names_a_weakness_and_a_capability() -> None:
    words = vocabulary()

    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.weakness for rule in RULES} <= set(words.weaknesses)
    assert all(words.weaknesses[rule.weakness].capability in words.capabilities for rule in RULES)
