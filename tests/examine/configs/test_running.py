"""Which programs are started, and which settings they read."""

from fairmark.examine.configs.running import Started
from tests.doubles.settings import device

SERVER = "/usr/sbin/snmpd"


def test_a_started_program_is_found_by_its_name_and_by_its_applet() -> None:
    made = device("snmpd -c /etc/a.conf\nftpd -w /\n", {}, programs=(SERVER,), applets=("ftpd",))

    look = Started(made)

    assert [run.service.name for run in look.running("snmpd")] == ["snmp"]
    assert [run.program for run in look.running("ftpd")] == ["busybox"]
    assert look.running("mosquitto") == ()


def test_a_program_that_may_start_is_not_certain() -> None:
    made = device('[ "$(cat /proc/mode)" = 1 ] && snmpd\n', {}, programs=(SERVER,))

    (run,) = Started(made).running("snmpd")

    assert not run.certain


def test_the_named_settings_are_read_and_else_the_usual_ones() -> None:
    files = {"/etc/a.conf": "x", "/etc/snmpd.conf": "y"}
    usual = ("/etc/snmpd.conf",)

    def read(arguments: str) -> str | None:
        look = Started(device(f"snmpd {arguments}\n", files, programs=(SERVER,)))
        (run,) = look.running("snmpd")
        found = look.settings_file(run, usual)
        return found.path if found else None

    assert read("-c /etc/a.conf") == "/etc/a.conf"
    assert read("-c/etc/a.conf") == "/etc/a.conf"
    assert read("--config=/etc/a.conf") == "/etc/a.conf"
    assert read("-Lsd") == "/etc/snmpd.conf"
    assert read("-c /tmp/made-at-run-time.conf") is None
    assert read("-c /etc") == "/etc/snmpd.conf"


def test_settings_that_nothing_reads_are_named() -> None:
    look = Started(device("true\n", {"/etc/snmpd.conf": "y"}))

    assert [one.path for one in look.unread(("/etc/snmpd.conf", "/etc/none"), ())] == ["/etc/snmpd.conf"]


def test_includes_may_be_relative_patterns_and_folders() -> None:
    look = Started(device("true\n", {"/etc/n/n.conf": "", "/etc/n/d/1.conf": "a", "/etc/n/d/2.conf": "b"}))
    main = look.text_file("/etc/n/n.conf", "")

    assert main is not None
    assert [one.path for one in look.included(main, "d/*.conf")] == ["/etc/n/d/1.conf", "/etc/n/d/2.conf"]
    assert [one.path for one in look.included(main, "/etc/n/d/")] == ["/etc/n/d/1.conf", "/etc/n/d/2.conf"]
    assert look.included(main, "/etc/n/n.conf") == ()


def test_a_version_is_numbers_and_unknown_when_there_are_two() -> None:
    look = Started(device("true\n", {}, components={"redis": "5:7.0.15-1~deb12u1", "openssh": "9.2p1"}))

    assert look.version("redis") == (7, 0, 15)
    assert look.version("openssh") == (9, 2)
    assert look.version("mosquitto") is None
