"""From what was heard to network.json, and from network.json to verdicts."""

import json
from datetime import UTC, datetime

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.examine.probe.order import Conducted, Order, Scan
from fairmark.model.device import Device
from fairmark.model.finding import Detection, Method, Observation
from fairmark.model.image import Coverage
from fairmark.model.network import NetworkReport, NetworkService, ProbedDevice, SeenLogin, Slowing
from fairmark.model.standard import Outcome
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards.judge import judge
from fairmark.workflows.probe import network_detection, read_network, report_of
from tests.doubles.network_reports import DEVICE, SLOWED, claiming, report, slowed, ssh, web

WHEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = Order(name="camera", address="192.0.2.7", tcp=((1, 1024),))


def conducted(*services: NetworkService, refused: int = 5, **more) -> Conducted:
    ports = tuple(int(one.port.partition("/")[2]) for one in services if one.port.startswith("tcp/"))
    parts = {
        "scan": Scan(open=ports, refused=refused, silent=(), not_asked=()),
        "services": services,
        "udp_silent": (),
        "udp_refused": (),
        "throttling": (),
        "defaults": (),
    }
    return Conducted(**{**parts, **more})


def test_the_report_says_what_was_asked_and_what_was_not() -> None:
    made = report_of(ORDER, conducted(web()), DEVICE, when=WHEN)

    assert made.asked.tcp == ((1, 1024),)
    assert made.device == ProbedDevice(maker=DEVICE.maker, model=DEVICE.model, firmware_version=DEVICE.firmware_version)
    assert made.not_asked[0] == "Of TCP only the ports 1-1024 were asked."
    assert "Known default passwords were not tried." in made.not_asked
    assert read_network(canonical_json(made), "network.json") == made


def test_a_login_that_cannot_be_tried_is_named() -> None:
    form = web(logins=(SeenLogin(kind="form", protected=True),))
    order = Order(name="camera", address="192.0.2.7", tcp=((1, 65_535),), defaults=True, throttling=True)

    made = report_of(order, conducted(form), DEVICE, when=WHEN, only_interface=True)

    assert any("cannot try" in sentence and "tcp/443" in sentence for sentence in made.not_asked)


def test_a_device_that_does_not_answer_at_all_is_an_error_and_no_clean_report() -> None:
    with pytest.raises(UnreadableInputError, match="nothing answers"):
        report_of(ORDER, conducted(refused=0), DEVICE, when=WHEN)


def test_the_same_report_is_the_same_bytes() -> None:
    assert canonical_json(report()) == canonical_json(read_network(canonical_json(report()), "x"))


def _changed(**more: object) -> bytes:
    return json.dumps(json.loads(canonical_json(report())) | more).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"schema": "fairmark.network/1", "schema": "fairmark.network/1"}',
        _changed(schema="fairmark.network/2"),
        _changed(owned=False),
        _changed(surprise=1),
        _changed(when="2026-11-24T12:00:00"),
        _changed(services=[{"port": "tcp/70000"}]),
        _changed(services=[{"port": "tcp/1", "banner": "x" * 400}]),
        _changed(services=[{"port": "tcp/1"}] * 5_000),
        _changed(target={"name": "x", "address": "javascript:1"}),
        _changed(asked={"tcp": [[0, 70_000]], "udp": [], "defaults": 1, "throttling": 1, "only_interface": 1}),
        _changed(throttling=[{"port": "tcp/1", "protocol": "x", "result": "none", "tries": 11}]),
        _changed(defaults=[{"port": "tcp/1", "protocol": "x", "tried": [0], "accepted": [], "ended": "locked"}]),
    ],
)
def test_what_is_no_report_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as told:
        read_network(content, "network.json")

    assert "network.json" in told.value.message
    assert len(told.value.message) < 2_000


def test_a_report_of_another_product_is_refused_and_one_of_another_build_is_doubted() -> None:
    other = canonical_json(report(device=ProbedDevice(model="EC-900")))
    older = canonical_json(report(device=ProbedDevice(model="EC-100", firmware_version="1.0")))

    with pytest.raises(WrongUsageError, match="of another product"):
        network_detection(other, "network.json", DEVICE)
    assert not any(one.complete for one in network_detection(older, "network.json", DEVICE).observations)


def test_evidence_bears_the_digest_of_the_file() -> None:
    content = canonical_json(report())

    detection = network_detection(content, "network.json", DEVICE)

    assert {one.where.sha256 for one in detection.evidence} == {sha256_hex(content)}


def verdict(
    provision: str, one: NetworkReport, *, beside: tuple[tuple[str, Method], ...] = (), **facts: bool
) -> Outcome:
    """Judge one provision; ``beside`` names capabilities of which something else gave a complete observation."""
    device = claiming(provision, **facts)
    detection: Detection = network_detection(canonical_json(one), "network.json", device)
    others = tuple(
        Observation(rule="other", capability=name, statement="seen", complete=True, method=method, evidence=("ev-1",))
        for name, method in beside
    )
    settled = declared_facts(device, vocabulary()) | {fact.fact: bool(fact.value) for fact in detection.facts}
    coverage = Coverage(root_file_systems=("main",))
    verdicts = judge(device, detection.findings, (*detection.observations, *others), settled, coverage)
    return next(v.outcome for v in verdicts if (v.catalogue, v.provision) == ("en303645", provision))


IN_CLEAR = web(tls=None, logins=(SeenLogin(kind="basic", protected=False),))
NOT_SLOWED = (slowed("tcp/22", "ssh", Slowing.NONE, 10), SLOWED[0])
DECIDED = [
    ("5.1-5", (), report(throttling=NOT_SLOWED), {"constraint__no_brute_force_defence": False}),
    ("5.5-1", (("secure-comms", Method.HUMAN),), report(ssh(), IN_CLEAR), {}),
    ("5.5-7", (), report(ssh(), IN_CLEAR), {"secrets__leave_device": True}),
    (
        "5.6-1",
        (("attack-surface", Method.FIRMWARE_STATIC),),
        report(ssh(), web(), NetworkService(port="tcp/81", protocol="http")),
        {"interface__unused_network": True},
    ),
    ("5.6-2", (), report(ssh(), web(tells=("server header: x/1.2",))), {}),
]


@pytest.mark.parametrize(("provision", "beside", "flawed", "facts"), DECIDED, ids=lambda one: str(one)[:6])
def test_five_mandatory_provisions_are_decided_both_ways_with_a_probe(
    provision: str, beside: tuple[tuple[str, Method], ...], flawed: NetworkReport, facts: dict[str, bool]
) -> None:
    whole = report()
    partly = report(asked=whole.asked.model_copy(update={"only_interface": False}))

    assert verdict(provision, whole, beside=beside, **facts) is Outcome.PASS
    assert verdict(provision, flawed, beside=beside, **facts) is Outcome.FAIL
    assert verdict(provision, partly, beside=beside, **facts) is Outcome.INCONCLUSIVE


def test_the_model_that_the_device_names_itself_is_recognised() -> None:
    assert verdict("5.3-16", report()) is Outcome.PASS
    assert verdict("5.3-16", report(ssh(), web(names=()))) is Outcome.INCONCLUSIVE


def test_no_probe_passes_the_rule_of_default_passwords() -> None:
    assert verdict("5.1-1", report(), auth__password=True) is Outcome.INCONCLUSIVE


def test_a_report_without_a_profile_is_evidence_all_the_same() -> None:
    detection = network_detection(canonical_json(report()), "network.json", Device())

    assert {one.method for one in detection.observations} == {Method.NETWORK_PROBE}
    assert detection.findings == ()
