"""Accounts: real hashes are opened by the list, locked ones are an observation, silence is neither."""

from dataclasses import replace

import pytest

from fairmark.examine.adapters.crypt import crack
from fairmark.examine.detectors.accounts import DETECTOR, entry_of
from fairmark.examine.known_defaults import known_defaults
from fairmark.examine.services import started_services
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Detection, Reach, Severity
from tests.doubles.start_files import RCS, started
from tests.doubles.subjects import service, subject

PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:*:99:99::/:/bin/false\n"
ROOT_IS_ROOT = "$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1"
UNKNOWN = "$6$fairmark$" + "a" * 86
BOMB = "$6$rounds=999999999$fairmark$" + "a" * 86


def look(files: dict[str, bytes], **more: object) -> Detection:
    """Run the detector with the real check of hashes."""
    return DETECTOR.detect(subject(files, crack=crack, **more))  # type: ignore[arg-type]


def shadow(field: str) -> dict[str, bytes]:
    """Return a database whose root has the given password field."""
    return {"/etc/passwd": PASSWD, "/etc/shadow": f"root:{field}:19000:0:99999:7:::\n".encode()}


def test_the_list_of_defaults_has_the_public_pairs_and_stable_ids() -> None:
    entries = known_defaults()

    assert len(entries) >= 80
    assert [entry.id for entry in entries] == list(range(1, len(entries) + 1))
    assert (entries[0].user, entries[0].password) == ("root", "xc3511")
    assert entry_of("root", "xc3511").id == 1


def test_a_default_password_is_named_by_its_number_alone() -> None:
    found = look(shadow(ROOT_IS_ROOT), services=(service("/usr/sbin/telnetd", ports=("tcp/23",), name="telnet"),))

    default, weak = found.findings
    number = entry_of("root", "root").id
    assert (default.rule, default.confidence, default.severity, default.reach) == (
        "account-default-password",
        Confidence.A,
        Severity.HIGH,
        Reach.EXPOSED,
    )
    assert f"entry {number} of the list" in default.title
    assert weak.rule == "account-weak-hash"
    assert ROOT_IS_ROOT not in str(found)
    assert [fact.fact for fact in found.facts] == ["auth.password", "auth.factory_default_password"]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ((), Reach.PRESENT),
        ((service("/sbin/getty", ports=(), name="getty"),), Reach.STARTED),
        ((service("/usr/sbin/dropbear", ports=("tcp/22",), name="ssh"),), Reach.EXPOSED),
        ((service("/usr/sbin/camd", ports=("tcp/554",), name="camd"),), Reach.PRESENT),
    ],
)
def test_reach_depends_on_what_asks_for_the_password(services: tuple[object, ...], expected: Reach) -> None:
    found = look(shadow(ROOT_IS_ROOT), services=services)

    assert found.findings[0].reach is expected


def test_a_web_server_whose_settings_name_the_database_exposes_it() -> None:
    made = started(
        "camhttpd -p 80 -c /etc/c.conf\n", {"/etc/c.conf": b"accounts = /etc/shadow\n", **shadow(ROOT_IS_ROOT)}
    )
    web = service("/usr/sbin/camhttpd").__class__(
        name="camhttpd",
        program="/usr/sbin/camhttpd",
        root="",
        arguments="-c /etc/c.conf",
        user="root",
        ports=("tcp/80",),
        started_by="",
        chain=service("/x").chain,
    )

    found = DETECTOR.detect(
        subject({item.path: (item.text or "").encode() for item in made.files}, crack=crack, services=(web,))
    )

    assert found.findings[0].reach is Reach.EXPOSED


def test_an_empty_password_with_a_login_shell_is_a_finding() -> None:
    found = look(shadow(""))

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("account-empty-password", Confidence.A)
    assert found.observations == ()


def test_an_empty_password_without_a_login_shell_is_none() -> None:
    found = look({"/etc/passwd": b"www::33:33::/:/bin/false\n"})

    assert found.findings == ()


def test_a_fixed_password_that_no_entry_opens_is_universal() -> None:
    (finding,) = look(shadow(UNKNOWN)).findings

    assert (finding.rule, finding.confidence, finding.severity) == (
        "account-universal-password",
        Confidence.B,
        Severity.MEDIUM,
    )


def test_a_fixed_password_that_a_start_script_replaces_is_only_a_hint() -> None:
    made = started('echo "root:$(cat /proc/serial)" | chpasswd\n', shadow(UNKNOWN), crack=crack)

    (finding,) = DETECTOR.detect(made).findings

    assert finding.confidence is Confidence.C


def test_a_hash_that_would_cost_minutes_was_not_tried_and_nothing_passes() -> None:
    found = look(shadow(BOMB))

    assert [finding.rule for finding in found.findings] == ["account-universal-password"]
    assert "not tried" in found.evidence[0].statement + found.evidence[-1].statement
    assert found.observations == ()


def test_locked_accounts_of_a_device_whose_start_was_traced_are_a_complete_observation() -> None:
    found = DETECTOR.detect(started("mount -a\n", shadow("!"), crack=crack))

    observation, _ = found.observations
    assert (found.findings, observation.capability, observation.complete) == ((), "no-default-password", True)


def test_locked_accounts_of_a_device_whose_start_nobody_found_are_an_incomplete_one() -> None:
    observation, _ = look(shadow("!")).observations

    assert observation.complete is False
    assert "how the device starts was not found" in observation.statement


def test_an_unknown_kind_of_hash_makes_the_observation_incomplete() -> None:
    found = look(shadow("{CUSTOM}abcdef"))

    observation, _ = found.observations
    assert observation.complete is False


def test_a_shadow_that_leads_out_of_the_image_makes_the_observation_incomplete() -> None:
    found = look({"/etc/passwd": PASSWD}, links={"/etc/shadow": "/data/shadow"})

    observation, _ = found.observations
    assert observation.complete is False


def test_no_database_is_no_observation() -> None:
    found = look({"/etc/init.d/rcS": RCS})

    assert found == Detection()


@pytest.mark.parametrize(
    "path", ["/usr/share/doc/x/passwd", "/etc/pam.d/passwd", "/usr/bin/passwd", "/etc/cron.daily/passwd"]
)
def test_other_files_of_that_name_are_no_database(path: str) -> None:
    found = look({path: b"root::0:0:root:/root:/bin/sh\n"})

    assert found == Detection()


def test_a_database_that_is_copied_at_start_counts() -> None:
    found = look({"/etc_ro/passwd": f"root:{ROOT_IS_ROOT}:0:0:root:/:/bin/sh\n".encode()})

    assert found.findings[0].rule == "account-default-password"


def test_a_backup_of_a_database_is_strong_but_not_proven() -> None:
    found = look({"/etc/passwd-": f"root:{ROOT_IS_ROOT}:0:0:root:/:/bin/sh\n".encode(), **shadow("!")})

    (finding,) = found.findings
    assert (finding.confidence, finding.reach) == (Confidence.B, Reach.PRESENT)


def test_a_password_in_clear_in_a_user_file_is_found_and_hidden() -> None:
    found = look({"/etc/lighttpd/lighttpd.user": b"viewer:Tulpenzwiebeln\n"})

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("credential-in-config", Confidence.B)
    assert "Tulpenzwiebeln" not in str(found)


@pytest.mark.parametrize("stored", ["$apr1$abcdefgh$aaaaaaaaaaaaaaaaaaaaaa", "{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk="])
def test_a_hashed_user_file_is_no_password_in_clear_but_leaves_the_question_open(stored: str) -> None:
    found = look({"/etc/.htpasswd": f"viewer:{stored}\n".encode(), **shadow("!")})

    assert found.findings == ()
    assert found.observations[0].complete is False


def test_hostile_databases_end_in_silence() -> None:
    found = look({"/etc/passwd": b"::::::\n" + b"a" * 5000 + b"\n\xff\xfe:x\n", "/etc/shadow": b":::\n"})

    assert found.findings == ()


@pytest.mark.parametrize("line", ['echo "root:root" | chpasswd', f"echo 'root:{ROOT_IS_ROOT}:1::::::' > /etc/shadow"])
def test_a_default_password_that_a_start_script_sets_is_found_once(line: str) -> None:
    found = DETECTOR.detect(started(f"{line}\n", shadow("*"), crack=crack))

    (default,) = found.findings
    assert (default.rule, default.confidence, default.severity) == (
        "account-default-password",
        Confidence.B,
        Severity.MEDIUM,
    )
    assert found.observations == ()


@pytest.mark.parametrize(
    "line",
    [
        "passwd -d root",
        "runsvdir /etc/service",
        "cp /mnt/shadow /etc/shadow",
        "sed -i s/x/y/ /etc/passwd",
        'echo "root:$P" | chpasswd',
    ],
)
def test_a_start_script_that_changes_accounts_makes_the_observation_incomplete(line: str) -> None:
    found = DETECTOR.detect(started(f"{line}\n", shadow("*"), crack=crack))

    observation, _ = found.observations
    assert observation.complete is False


def test_a_start_script_that_only_reads_the_accounts_leaves_the_observation_complete() -> None:
    script = "grep root /etc/passwd > /dev/null\nchmod 600 /etc/shadow\n"

    found = DETECTOR.detect(started(script, shadow("*"), crack=crack))

    assert found.observations[0].complete is True


def test_a_device_without_any_password_keeps_none_that_could_be_kept_badly() -> None:
    own = Device(facts={"access.managed_user_interface": False})

    told = [DETECTOR.detect(started("true\n", shadow("*"), crack=crack, device=one)) for one in (own, Device())]

    kept = [next(one for one in found.observations if one.rule == "no-password-kept") for found in told]
    assert [one.complete for one in kept] == [True, False]
    assert "does not rule out a login at the device itself" in kept[1].statement


def test_a_console_that_asks_for_a_password_leaves_it_open() -> None:
    own = Device(facts={"access.managed_user_interface": False})
    made = started("getty 115200 ttyS0 &\n", shadow("*"), crack=crack, device=own, applets=("getty", "telnetd"))

    found = DETECTOR.detect(replace(made, services=started_services(made)))

    kept = next(one for one in found.observations if one.rule == "no-password-kept")
    assert not kept.complete
    assert "a console asks for a password" in kept.statement
