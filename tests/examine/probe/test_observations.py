"""What the running device shows to be right, and when that is complete."""

from datetime import date

import pytest

from fairmark.examine.adapters.crypt import crack
from fairmark.examine.detectors.accounts import DETECTOR as ACCOUNTS
from fairmark.examine.probe.detection import detect
from fairmark.model.device import Claim
from fairmark.model.finding import Method, Observation, joined
from fairmark.model.network import (
    Answered,
    DefaultTries,
    Ending,
    Heard,
    LoginKind,
    NetworkReport,
    NetworkService,
    SeenLogin,
    Slowing,
)
from fairmark.model.standard import Outcome, Verdict
from tests.doubles.network_reports import DEVICE, SLOWED, report, shown, slowed, ssh, tls, web
from tests.doubles.provisions import verdicts
from tests.doubles.start_files import started

SOUND = ("attack-surface", "auth-strength", "brute-force", "info-disclosure", "secure-comms", "unique-identity")


def seen(one: NetworkReport, device=DEVICE) -> dict[str, Observation]:
    return {one.capability: one for one in detect(one, device, "f" * 64).observations}


def complete(one: NetworkReport, device=DEVICE) -> tuple[str, ...]:
    return tuple(sorted(name for name, said in seen(one, device).items() if said.complete))


def asked(**more) -> NetworkReport:
    return report(asked=report().asked.model_copy(update=more))


def test_a_whole_probe_of_a_sound_device_is_complete_where_it_can_be() -> None:
    assert complete(report()) == SOUND
    assert not seen(report())["access-control"].complete
    assert {one.method for one in seen(report()).values()} == {Method.NETWORK_PROBE}


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (asked(tcp=((1, 1024),)), "not every TCP port was asked"),
        (asked(only_interface=False), "no other address or radio"),
        (report(heard=Heard(tcp_not_asked=((5, 6),))), "could not ask TCP 5-6"),
        (report(ssh(), web(), NetworkService(port="tcp/9"), throttling=SLOWED), "tcp/9 was not recognised"),
    ],
)
def test_what_was_not_asked_makes_everything_incomplete(one: NetworkReport, why: str) -> None:
    device = DEVICE.model_copy(update={"declared_services": ("tcp/443", "tcp/22", "tcp/9")})

    found = seen(one, device)

    assert complete(one, device) == ("unique-identity",)
    assert why in found["attack-surface"].statement


def test_without_a_list_of_services_the_surface_is_not_complete() -> None:
    device = DEVICE.model_copy(update={"declared_services": None})

    assert "attack-surface" not in complete(report(), device)
    assert "lists no services" in seen(report(), device)["attack-surface"].statement


def test_nothing_is_said_for_what_a_finding_speaks_against() -> None:
    open_port = report(ssh(), web(), NetworkService(port="tcp/81", protocol="http", only_redirects=True))

    assert "attack-surface" not in seen(open_port)
    assert "secure-comms" in complete(open_port)
    assert "brute-force" not in seen(report(throttling=(slowed("tcp/22", "ssh", Slowing.NONE, 10), SLOWED[0])))
    assert "info-disclosure" not in seen(report(ssh(), web(tells=("server header: x/1.2",))))


@pytest.mark.parametrize(
    "service",
    [
        web(tls=tls(certificate=None)),
        web(tls=tls(certificate=shown(self_signed=True))),
        web(tls=tls(versions={"SSLv3": Answered.UNCLEAR, "TLSv1.2": Answered.YES})),
        web(tls=tls(weak_suites={"RC4": Answered.UNCLEAR})),
        web(tls=None, logins=()),
        NetworkService(port="udp/5683", protocol="coap"),
    ],
)
def test_transport_that_is_not_shown_to_be_sound_is_not_complete(service: NetworkService) -> None:
    assert "secure-comms" not in complete(report(ssh(), service))


def test_discovery_over_udp_needs_no_protection() -> None:
    device = DEVICE.model_copy(update={"declared_services": ("tcp/443", "tcp/22", "udp/5353")})

    assert complete(report(ssh(), web(), NetworkService(port="udp/5353", protocol="mdns")), device) == SOUND


def test_every_login_must_have_been_tried_and_have_slowed_down() -> None:
    form = web(logins=(SeenLogin(kind=LoginKind.FORM, protected=True),))
    keys = ssh(logins=(SeenLogin(kind=LoginKind.KEY, protected=True),))

    assert "brute-force" not in complete(report(throttling=SLOWED[:1]))
    assert "brute-force" not in complete(report(ssh(), form))
    assert "brute-force" in complete(report(keys, web(logins=()), throttling=()))
    assert "brute-force" not in seen(
        report(ssh(), web(), throttling=(slowed("tcp/22", "ssh", Slowing.CONSTANT_DELAY, 10),))
    )


def test_a_digest_over_plain_http_is_neither_a_finding_nor_sound() -> None:
    digest = web(tls=None, logins=(SeenLogin(kind=LoginKind.DIGEST, protected=False),))

    assert "auth-strength" not in complete(report(ssh(), digest))
    assert "is not protected" in seen(report(ssh(), digest))["auth-strength"].statement


def test_refused_defaults_are_never_complete() -> None:
    tried = DefaultTries(port="tcp/22", protocol="ssh", tried=(1, 2), accepted=(), ended=Ending.LOCKED)

    said = seen(report(defaults=(tried,)))["no-default-password"]

    assert not said.complete
    assert "2 at tcp/22; the tries ended early" in said.statement


def test_the_model_is_recognised_only_when_it_is_named() -> None:
    other = DEVICE.model_copy(update={"model": "EC-900"})

    assert "unique-identity" in complete(report())
    assert "unique-identity" not in seen(report(), other)


def test_an_old_certificate_is_never_called_sound_later() -> None:
    expired = report(ssh(), web(tls=tls(certificate=shown(ends=date(2026, 11, 24)))))

    assert "secure-comms" in complete(expired)  # valid on the day of the probe, which is the day that counts


KEY = SeenLogin(kind=LoginKind.KEY, protected=True)
KEYS_ONLY = DEVICE.model_copy(
    update={
        "facts": {"access.managed_user_interface": False, "auth.cryptographic": True},
        "claims": {"en303645": {"5.1-3": Claim(implemented=True)}},
    }
)


def judged(one: NetworkReport, field: str = "*") -> Verdict:
    """The verdict on 5.1-3 from a probe and an image whose root account has the given password field."""
    passwd = b"root:x:0:0:root:/root:/bin/sh\n"
    files = {"/etc/passwd": passwd, "/etc/shadow": f"root:{field}:19000:0:99999:7:::\n".encode()}
    image = ACCOUNTS.detect(started("true\n", files, crack=crack, device=KEYS_ONLY))
    found = joined([image, detect(one, KEYS_ONLY, "f" * 64)])
    return verdicts(KEYS_ONLY, *found.findings, observations=found.observations)["en303645", "5.1-3"]


def test_5_1_3_passes_where_keys_alone_open_the_device_and_no_password_is_kept() -> None:
    verdict = judged(report(ssh(logins=(KEY,)), web(logins=()), throttling=()))

    assert verdict.outcome is Outcome.PASS, verdict.reason


def test_5_1_3_fails_where_a_password_travels_in_clear_or_is_kept_as_a_weak_hash() -> None:
    unprotected = SeenLogin(kind=LoginKind.BASIC, protected=False)
    clear = report(ssh(logins=(KEY,)), web(tls=None, logins=(unprotected,)), throttling=())
    weak = judged(report(ssh(logins=(KEY,)), web(logins=()), throttling=()), "$1$abcdefgh$" + "a" * 22)

    assert judged(clear).outcome is Outcome.FAIL
    assert weak.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "one",
    [
        report(),
        report(ssh(logins=(KEY,)), web(), throttling=()),
        report(ssh(logins=(KEY,), weak=("ssh-dss",)), web(logins=()), throttling=()),
        report(
            ssh(logins=(KEY,)),
            web(logins=()),
            throttling=(),
            asked=report().asked.model_copy(update={"tcp": ((1, 9),)}),
        ),
        report(web(logins=()), throttling=()),
    ],
)
def test_5_1_3_does_not_pass_where_passwords_open_something_or_not_everything_was_asked(one: NetworkReport) -> None:
    assert judged(one).outcome is Outcome.INCONCLUSIVE
