"""Jobs of cron: they run without being asked, but only where a cron daemon is started."""

from fairmark.examine.services import started_services, trace
from tests.doubles.start_files import PROGRAM, started

REBOOT = {"/etc/crontabs/root": b"# a comment\n@reboot /usr/sbin/telnetd -l /bin/sh\n"}


def test_a_job_at_start_of_a_started_cron_is_followed_to_its_line() -> None:
    made = started("crond -c /etc/crontabs\n", REBOOT, applets=("crond", "telnetd"))

    telnet = next(one for one in started_services(made) if one.name == "telnet")

    assert telnet.ports == ("tcp/23",)
    assert ("/etc/crontabs/root", 2) in [(one.where.path, one.where.line) for one in telnet.chain]


def test_a_job_without_a_cron_daemon_starts_nothing() -> None:
    made = started("true\n", REBOOT, applets=("crond", "telnetd"))

    assert started_services(made) == ()


def test_a_job_that_is_commented_out_starts_nothing() -> None:
    jobs = {"/etc/crontabs/root": b"#* * * * * telnetd\n"}

    names = [one.name for one in started_services(started("crond\n", jobs, applets=("crond", "telnetd")))]

    assert "telnet" not in names


def test_a_job_under_a_condition_of_the_running_device_is_not_certain() -> None:
    jobs = {"/etc/crontabs/root": b"0 3 * * * grep -q debug /proc/cmdline && telnetd\n"}

    traced = trace(started("crond\n", jobs, applets=("crond", "telnetd")))

    assert [one.name for one in traced.conditional] == ["telnet"]


def test_the_crontab_of_the_system_names_a_user_and_busybox_does_not_read_it() -> None:
    jobs = {"/etc/crontab": b"*/5 * * * * root /usr/sbin/telnetd\n"}

    by_cron = started("cron\n", {**jobs, "/usr/sbin/cron": PROGRAM})
    by_busybox = started("crond\n", jobs, applets=("crond", "telnetd"))

    assert "telnet" in [one.name for one in started_services(by_cron)]
    assert "telnet" not in [one.name for one in started_services(by_busybox)]
