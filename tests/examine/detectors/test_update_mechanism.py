"""How updates get in is proven only where nothing else could be a way in."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fairmark.examine.detectors.update_mechanism import DETECTOR
from fairmark.examine.detectors.updates import DETECTOR as UPDATES
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.finding import Detection, joined
from fairmark.model.standard import Outcome, Verdict
from tests.doubles.elves import elf
from tests.doubles.provisions import device, verdicts
from tests.doubles.start_files import started

KEY = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
SHORT = (
    rsa.RSAPublicNumbers(65537, (1 << 1023) + 9)
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
UPDATER = (
    b"#!/bin/sh\nset -e\ncurl -fsS -o /tmp/fw https://u.maker.net/fw\ncurl -fsS -o /tmp/fw.sig https://u.maker.net/fw.sig\n"
    b"openssl dgst -sha256 -verify /etc/update.pub -signature /tmp/fw.sig /tmp/fw\nflashcp /tmp/fw /dev/mtd3\nreboot\n"
)
TOOLS = {f"/usr/bin/{name}": elf() for name in ("curl", "openssl", "usign", "flashcp")}
FILES = {
    "/usr/sbin/update": UPDATER,
    "/etc/update.pub": KEY,
    "/etc/crontabs/root": b"1 3 * * * /usr/sbin/update\n",
    **TOOLS,
}
Files = dict[str, bytes | tuple[bytes, int]]
FACTS = {"constraint.no_update": False, "update.software": True, "update.mechanism": True}


def look(files: Files, script: str = "crond\n") -> Detection:
    """Run both detectors of updates the way the assessment does."""
    made: Subject = started(script, files, applets=("crond", "telnetd"))
    subject = replace(made, services=started_services(made))
    return joined([UPDATES.detect(subject), DETECTOR.detect(subject)])


def judged(provision: str, found: Detection) -> Verdict:
    claiming = device(FACTS, {"en303645": {provision: (True, "")}})
    return verdicts(claiming, *found.findings, observations=found.observations)["en303645", provision]


def whole(found: Detection) -> dict[str, bool]:
    return {one.rule: one.complete for one in found.observations if one.rule != "updates"}


@pytest.mark.parametrize("provision", ["5.3-2", "5.3-3", "5.3-7"])
def test_a_device_whose_only_way_in_is_proven_passes(provision: str) -> None:
    verdict = judged(provision, look(FILES))

    assert verdict.outcome is Outcome.PASS, verdict.reason


@pytest.mark.parametrize("provision", ["5.3-2", "5.3-7"])
def test_a_device_that_installs_what_it_does_not_check_fails(provision: str) -> None:
    unchecked = b"\n".join(line for line in UPDATER.splitlines() if b"openssl" not in line)

    assert judged(provision, look(FILES | {"/usr/sbin/update": unchecked})).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("added", "why"),
    [
        ({"/usr/sbin/flash": b"#!/bin/sh\nflashcp $1 /dev/mtd3\n"}, "/usr/sbin/flash writes to the flash too"),
        ({"/usr/sbin/get": b"#!/bin/sh\nwget -O /tmp/x https://x\n"}, "/usr/sbin/get fetches what may be installed"),
        ({"/etc/usb.sh": b"#!/bin/sh\ntar xzf /mnt/usb/new.tgz -C /\n"}, "/etc/usb.sh takes from a medium"),
        ({"/usr/sbin/more": b"#!/bin/sh\nopkg --force install $1\n"}, "/usr/sbin/more installs packages"),
        ({"/usr/bin/ota-client": elf()}, "/usr/bin/ota-client may install updates by itself"),
        ({"/etc/update.pub": (KEY, 0o666)}, "the key /etc/update.pub is not in the image, or others may change it"),
        ({"/etc/update.pub": b"nothing\n"}, "/etc/update.pub holds no public key that was understood"),
        (
            {"/usr/sbin/update": UPDATER.replace(b"/etc/update.pub", b"/tmp/update.pub")},
            "the key /tmp/update.pub is not in the image",
        ),
        ({"/etc/crontabs/root": b"# nothing\n"}, "nothing was seen that runs /usr/sbin/update"),
    ],
)
def test_what_could_be_another_way_leaves_the_gate_incomplete(added: Files, why: str) -> None:
    found = look(FILES | added)

    assert {name for name, complete in whole(found).items() if complete} <= {"updates-itself"}
    assert any(why in one.statement for one in found.observations), [one.statement for one in found.observations]
    for provision in ("5.3-2", "5.3-7"):
        assert judged(provision, found).outcome is not Outcome.PASS


@pytest.mark.parametrize("program", ["camera-app", "uhttpd", "lighttpd"])
def test_a_started_program_that_may_do_anything_leaves_it_open(program: str) -> None:
    found = look(FILES | {f"/usr/bin/{program}": (elf(), 0o755)}, f"crond\n/usr/bin/{program} &\n")

    assert whole(found) == {"update-gate": False, "update-cryptography": False, "updates-itself": True}
    assert "inside was not seen" in found.observations[0].statement


@pytest.mark.parametrize(
    "changed",
    [
        {"/usr/sbin/update": UPDATER.replace(b"-sha256", b"-sha1")},
        {"/usr/sbin/update": UPDATER.replace(b"https:", b"http:")},
        {"/usr/sbin/update": UPDATER.replace(b"curl -fsS", b"curl -fsSk")},
        {"/etc/update.pub": SHORT},
    ],
)
def test_a_weak_algorithm_key_or_transport_is_no_best_practice(changed: Files) -> None:
    found = look(FILES | changed)

    assert whole(found)["update-gate"]
    assert not whole(found)["update-cryptography"]
    assert judged("5.3-7", found).outcome is not Outcome.PASS


def test_a_check_that_can_be_passed_by_shows_nothing() -> None:
    passed_by = UPDATER.replace(b"set -e\n", b"")

    assert whole(look(FILES | {"/usr/sbin/update": passed_by})) == {}


@pytest.mark.parametrize(
    "line",
    [b'[ "$(cat /etc/auto)" = 1 ] || exit 0\n', b"uci -q get update.auto || exit 0\n", b"case $1 in auto) ;; esac\n"],
)
def test_an_updater_that_asks_a_setting_first_may_never_install(line: bytes) -> None:
    asking = UPDATER.replace(b"set -e\n", b"set -e\n" + line)

    assert not whole(look(FILES | {"/usr/sbin/update": asking}))["updates-itself"]


def test_without_its_key_an_update_is_never_installed() -> None:
    found = look({path: content for path, content in FILES.items() if path != "/etc/update.pub"})

    assert set(whole(found).values()) == {False}


def test_what_is_no_shell_script_proves_nothing() -> None:
    other = UPDATER.replace(b"#!/bin/sh", b"#!/usr/bin/lua")

    assert whole(look(FILES | {"/usr/sbin/update": other})) == {}


def test_hostile_scripts_cost_little() -> None:
    hostile = b"#!/bin/sh\n" + b"cp apt -apt " * 8_000 + b"\n" + b"a>a>" * 8_000 + b"\nflashcp a>b /dev/mtd3\n"
    huge = hostile * 20

    for script, why in ((hostile, "/usr/sbin/x writes to the flash too"), (huge, "/usr/sbin/x can be run and was not")):
        found = look(FILES | {"/usr/sbin/x": script})

        assert not whole(found)["update-gate"]
        assert any(why in one.statement for one in found.observations)


@pytest.mark.parametrize("name", ["curl", "openssl", "flashcp"])
def test_without_a_program_that_it_runs_no_update_is_ever_installed(name: str) -> None:
    found = look({path: content for path, content in FILES.items() if path != f"/usr/bin/{name}"})

    assert set(whole(found).values()) == {False}
    assert any(
        f"{name}, which /usr/sbin/update runs, is not in the image" in one.statement for one in found.observations
    )


def test_an_updater_at_a_place_that_nobody_runs_is_not_simple() -> None:
    found = look(FILES | {"/etc/crontabs/root": b""})

    assert "updates-itself" not in whole(found)


def test_a_key_in_the_form_of_signify_is_understood() -> None:
    key = b"untrusted comment: k\nRWQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
    script = UPDATER.replace(
        b"openssl dgst -sha256 -verify /etc/update.pub -signature /tmp/fw.sig /tmp/fw",
        b"usign -V -m /tmp/fw -p /etc/update.pub",
    )

    assert set(whole(look(FILES | {"/usr/sbin/update": script, "/etc/update.pub": key})).values()) == {True}
