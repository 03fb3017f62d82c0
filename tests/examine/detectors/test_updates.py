"""Updates: fetched in clear and flashed unchecked is proven only when something runs it."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.updates import DETECTOR
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.finding import Confidence, Detection
from tests.doubles.start_files import started

PLAIN = b"#!/bin/sh\nwget -O /tmp/fw http://u.maker.net/fw\nflashcp /tmp/fw /dev/mtd3\n"
SIGNED = (
    b"#!/bin/sh\nset -e\ncurl -o /tmp/fw https://u.maker.net/fw\n"
    b"openssl dgst -sha256 -verify /etc/update.pub -signature /tmp/fw.sig /tmp/fw\nflashcp /tmp/fw /dev/mtd3\n"
)


def look(made: Subject) -> Detection:
    """Run the detector the way the assessment does."""
    return DETECTOR.detect(replace(made, services=started_services(made)))


def grades(found: Detection) -> dict[str, Confidence]:
    """Return the grade of each rule that spoke."""
    return {finding.rule: finding.confidence for finding in found.findings}


def test_a_started_updater_without_any_check_is_proven() -> None:
    found = look(started("/usr/sbin/update &\n", {"/usr/sbin/update": PLAIN}))

    assert grades(found) == {"update-unsigned": Confidence.A, "update-plain-http": Confidence.A}
    assert [(fact.fact, fact.value) for fact in found.facts] == [("update.mechanism", True), ("update.network", True)]
    assert found.observations == ()


def test_an_updater_that_cron_runs_is_proven() -> None:
    files = {"/usr/sbin/update": PLAIN, "/etc/crontabs/root": b"1 3 * * * /usr/sbin/update\n"}
    with_cron = look(started("crond\n", files, applets=("crond",)))
    without = look(started("true\n", files))

    assert set(grades(with_cron).values()) == {Confidence.A}
    assert set(grades(without).values()) == {Confidence.B}


def test_a_path_with_the_name_of_an_updater_is_no_check() -> None:
    script = PLAIN.replace(b"/tmp/fw", b"/run/fwupdate/fw")

    found = look(started("/usr/sbin/update &\n", {"/usr/sbin/update": script}))

    assert grades(found)["update-unsigned"] is Confidence.A


def test_an_updater_over_https_without_a_check_is_strong() -> None:
    found = look(started("/usr/sbin/update\n", {"/usr/sbin/update": PLAIN.replace(b"http:", b"https:")}))

    assert grades(found) == {"update-unsigned": Confidence.B}


def test_a_checked_update_with_its_key_is_a_complete_observation() -> None:
    found = look(started("true\n", {"/usr/sbin/update": SIGNED, "/etc/update.pub": b"-----BEGIN PUBLIC KEY-----\n"}))

    (observation,) = found.observations
    assert (found.findings, observation.capability, observation.complete) == ((), "update-signed", True)


@pytest.mark.parametrize(
    "script",
    [
        SIGNED.replace(b"set -e\n", b""),
        SIGNED.replace(b"/etc/update.pub", b"/etc/none.pub"),
        b"#!/bin/sh\ncurl -o /tmp/fw https://u.maker.net/fw\nflashcp /tmp/fw /dev/mtd3\nusign -V -m /tmp/fw -p /etc/update.pub || exit 1\n",
    ],
)
def test_a_check_that_may_not_stop_anything_is_no_complete_observation(script: bytes) -> None:
    found = look(started("true\n", {"/usr/sbin/update": script, "/etc/update.pub": b"key\n"}))

    assert [observation.complete for observation in found.observations] == [False]


@pytest.mark.parametrize(
    "script",
    [
        b"#!/bin/sh\nwget -O /tmp/list http://u.maker.net/list\n",
        b"#!/bin/sh\necho 'wget http://x; flashcp fw /dev/mtd3'\n",
        b"#!/bin/sh\n# wget http://x\n# flashcp fw /dev/mtd3\n",
        b"wget http://u.maker.net/fw\nflashcp fw /dev/mtd3\n",
    ],
)
def test_what_installs_nothing_is_no_updater(script: bytes) -> None:
    found = look(started("true\n", {"/usr/sbin/update": script}))

    assert found == Detection()


def test_a_script_that_runs_what_it_fetches_is_an_updater() -> None:
    found = look(
        started("/usr/sbin/update\n", {"/usr/sbin/update": b"#!/bin/sh\nwget -O - http://u.maker.net/run | sh\n"})
    )

    assert grades(found)["update-unsigned"] is Confidence.A


def test_a_local_flash_script_alone_states_a_mechanism_and_no_flaw() -> None:
    found = look(started("true\n", {"/sbin/restore": b"#!/bin/sh\nmtd -r write /tmp/fw firmware\n"}))

    assert found.findings == ()
    assert [fact.fact for fact in found.facts] == ["update.mechanism"]


def test_hostile_lines_cost_little() -> None:
    script = b"#!/bin/sh\n" + b"mtd -a -a -a -a " * 6000 + b"\n" + b"usermod " * 6000 + b"\n" + b"\n" * 20000

    assert look(started("true\n", {"/usr/sbin/update": script})).findings == ()
