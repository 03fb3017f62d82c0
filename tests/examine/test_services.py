"""The chain from init to an open port: only a service that really starts is one."""

import pytest

from fairmark.examine.detectors import services as detector
from fairmark.examine.services import MOST_SERVICES, started_services, trace
from fairmark.examine.subject import Service, Subject
from fairmark.model.gap import GapReason
from tests.doubles.start_files import PROGRAM, busybox, started
from tests.doubles.subjects import subject


def ports(made: Subject) -> dict[str, tuple[str, ...]]:
    """Return the ports of the started services by name."""
    return {service.name: service.ports for service in started_services(made)}


def only(made: Subject) -> Service:
    """Return the one service that is started."""
    (service,) = started_services(made)
    return service


def test_a_started_telnet_daemon_is_found_with_its_whole_chain() -> None:
    service = only(started("telnetd -p 2323 -l /bin/login &\n"))

    assert (service.name, service.program, service.ports, service.user) == (
        "telnet",
        "/bin/busybox",
        ("tcp/2323",),
        "root",
    )
    assert [(one.where.path, one.where.line) for one in service.chain] == [
        ("/etc/inittab", 1),
        ("/etc/init.d/rcS", 3),
        ("/etc/init.d/S50x", 2),
        ("/bin/busybox", None),
    ]
    assert service.started_by == "/etc/inittab"


def test_a_telnet_script_without_a_telnet_program_starts_nothing() -> None:
    made = started("/usr/sbin/telnetd &\n", applets=())

    assert started_services(made) == ()


def test_a_link_to_a_busybox_without_the_applet_starts_nothing() -> None:
    made = started("/usr/sbin/telnetd &\n", applets=(), links={"/usr/sbin/telnetd": "../../bin/busybox"})

    assert started_services(made) == ()


def test_an_applet_without_a_link_is_proven_by_the_table_in_busybox() -> None:
    made = started("telnetd\n", applets=("telnetd",), links={})

    assert ports(made) == {"telnet": ("tcp/23",)}


def test_a_word_in_busybox_that_is_not_in_the_table_is_no_applet() -> None:
    made = started("telnetd\n", {"/bin/busybox": busybox() + b"\0zz\0telnetd\0aa\0"}, links={})

    assert started_services(made) == ()


def test_a_program_that_cannot_be_executed_starts_nothing() -> None:
    made = started("/usr/sbin/utelnetd\n", {"/usr/sbin/utelnetd": (PROGRAM, 0o644)})

    assert started_services(made) == ()


def test_a_script_that_no_init_runs_starts_nothing() -> None:
    made = subject({"/etc/init.d/S50telnet": b"#!/bin/sh\ntelnetd\n", "/bin/busybox": busybox("telnetd")})

    assert started_services(made) == ()
    assert trace(made).recognised == ()


def test_a_conditional_start_is_kept_apart() -> None:
    traced = trace(started('[ "$(fw_printenv -n telnet)" = 1 ] && telnetd\n'))

    assert traced.services == ()
    assert [service.name for service in traced.conditional] == ["telnet"]


@pytest.mark.parametrize(("value", "expected"), [("1", {"telnet": ("tcp/23",)}), ("0", {})])
def test_the_factory_settings_answer_a_condition(value: str, expected: dict[str, tuple[str, ...]]) -> None:
    made = started(
        '[ "$(nvram get telnet_enabled)" = 1 ] && telnetd\n',
        {"/etc/nvram.default": f"telnet_enabled={value}\n".encode()},
    )

    assert ports(made) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("dropbear", ("tcp/22",)),
        ("dropbear -p 2222", ("tcp/2222",)),
        ("dropbear -p 127.0.0.1:2222", ()),
        ("dropbear -p 127.0.0.1:22 -p 0.0.0.0:2022", ("tcp/2022",)),
        ("dropbear -i", ()),
        ("telnetd -b 127.0.0.1", ()),
        ("vendord -p 8080 -c /etc/vendor.conf", ("tcp/8080",)),
        ("vendord", ()),
    ],
)
def test_the_port_comes_from_the_arguments(command: str, expected: tuple[str, ...]) -> None:
    made = started(command + "\n", {f"/usr/sbin/{name}": PROGRAM for name in ("dropbear", "vendord")})

    assert only(made).ports == expected


@pytest.mark.parametrize(
    ("command", "path", "text", "expected"),
    [
        ("sshd", "/etc/ssh/sshd_config", "#Port 22\nPort 2200\n", ("tcp/2200",)),
        ("sshd", "/etc/ssh/sshd_config", "ListenAddress 127.0.0.1\n", ()),
        ("lighttpd -f /etc/l.conf", "/etc/l.conf", 'server.port = 8081\nserver.bind = "0.0.0.0"\n', ("tcp/8081",)),
        ("lighttpd -f /etc/l.conf", "/etc/l.conf", 'server.port = 80\nserver.bind = "127.0.0.1"\n', ()),
        ("mosquitto -c /etc/m.conf", "/etc/m.conf", "listener 1883\n", ("tcp/1883",)),
        ("mosquitto -c /etc/m.conf", "/etc/m.conf", "listener 1883 127.0.0.1\n", ()),
        ("mosquitto -c /etc/m.conf", "/etc/m.conf", "# listener 1883\n", ()),
        ("vsftpd", "/etc/vsftpd.conf", "listen=NO\n", ()),
        ("vsftpd", "/etc/vsftpd.conf", "listen=YES\nlisten_port=2121\n", ("tcp/2121",)),
        ("dnsmasq", "/etc/dnsmasq.conf", "port=0\n", ()),
        ("dnsmasq", "/etc/dnsmasq.conf", "cache-size=100\n", ("tcp/53", "udp/53")),
    ],
)
def test_the_port_comes_from_the_settings(command: str, path: str, text: str, expected: tuple[str, ...]) -> None:
    made = started(command + "\n", {f"/usr/sbin/{command.partition(' ')[0]}": PROGRAM, path: text.encode()})

    assert only(made).ports == expected


def test_inetd_starts_what_its_settings_name_and_has() -> None:
    table = (
        b"#ftp stream tcp nowait root /usr/sbin/ftpd ftpd\ntelnet stream tcp nowait root /usr/sbin/telnetd telnetd -i\n"
    )
    table += b"ftp stream tcp nowait root /usr/sbin/tcpd /usr/sbin/vsftpd\nssh stream tcp nowait root /usr/sbin/sshd sshd -i\n"
    made = started("inetd\n", {"/etc/inetd.conf": table, "/usr/sbin/sshd": PROGRAM}, applets=("inetd", "telnetd"))

    assert ports(made) == {"inetd": (), "telnet": ("tcp/23",), "ssh": ("tcp/22",)}


def test_inetd_settings_without_inetd_start_nothing() -> None:
    table = b"telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"
    made = started("true\n", {"/etc/inetd.conf": table})

    assert started_services(made) == ()


@pytest.mark.parametrize(("disable", "expected"), [("no", {"telnet": ("tcp/23",)}), ("yes", {})])
def test_xinetd_services_can_be_disabled(disable: str, expected: dict[str, tuple[str, ...]]) -> None:
    table = f"service telnet\n{{\n  disable = {disable}\n  socket_type = stream\n  server = /usr/sbin/telnetd\n}}\n"
    made = started("xinetd\n", {"/etc/xinetd.d/telnet": table.encode(), "/usr/sbin/xinetd": PROGRAM})

    assert {name: found for name, found in ports(made).items() if name != "xinetd"} == expected


OPENWRT = {
    "/etc/rc.common": b"#!/bin/sh\n",
    "/etc/inittab": b"::sysinit:/etc/init.d/rcS S boot\n::askconsole:/bin/ash --login\n",
    "/sbin/procd": PROGRAM,
    "/usr/sbin/dropbear": PROGRAM,
    "/bin/busybox": busybox("telnetd"),
    "/etc/init.d/dropbear": b"#!/bin/sh /etc/rc.common\nSTART=19\nUSE_PROCD=1\nPROG=/usr/sbin/dropbear\n"
    b'one() {\n local enable\n config_get_bool enable "$1" enable 1\n [ "$enable" = 0 ] && return 1\n'
    b' procd_open_instance\n procd_set_param command "$PROG" -F\n procd_close_instance\n}\n'
    b"start_service() {\n config_load dropbear\n config_foreach one dropbear\n}\n",
}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("config dropbear\n option Port '22'\n", {"ssh": ("tcp/22",)}),
        ("config dropbear\n option Port '2022'\n", {"ssh": ("tcp/2022",)}),
        ("config dropbear\n option enable '0'\n option Port '22'\n", {}),
    ],
)
def test_openwrt_starts_what_its_links_and_settings_say(settings: str, expected: dict[str, tuple[str, ...]]) -> None:
    files = {**OPENWRT, "/etc/config/dropbear": settings.encode()}
    made = subject(files, links={"/etc/rc.d/S19dropbear": "../init.d/dropbear"})

    assert ports(made) == expected


def test_openwrt_without_a_start_link_starts_nothing() -> None:
    made = subject({**OPENWRT, "/etc/config/dropbear": b"config dropbear\n"})

    assert started_services(made) == ()


SYSTEMD = {
    "/lib/systemd/systemd": PROGRAM,
    "/etc/machine-id": b"0123456789abcdef0123456789abcdef\n",
    "/usr/sbin/sshd": PROGRAM,
    "/lib/systemd/system/ssh.service": b"[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"
    b"User=sshd\n[Install]\nWantedBy=multi-user.target\n",
    "/etc/default/ssh": b"SSHD_OPTS='-p 2022'\n",
}
WANTED = "/etc/systemd/system/multi-user.target.wants/ssh.service"


def test_systemd_starts_wanted_units_with_their_environment() -> None:
    service = only(subject(SYSTEMD, links={WANTED: "/lib/systemd/system/ssh.service"}))

    assert (service.name, service.ports, service.user) == ("ssh", ("tcp/2022",), "sshd")
    assert [one.where.path for one in service.chain] == [WANTED, "/lib/systemd/system/ssh.service", "/usr/sbin/sshd"]


def test_systemd_leaves_masked_and_unwanted_units_alone() -> None:
    unwanted = subject(SYSTEMD)
    masked = subject(SYSTEMD, links={WANTED: "ssh.service", "/etc/systemd/system/ssh.service": "/dev/null"})

    assert (started_services(unwanted), started_services(masked)) == ((), ())


def test_a_systemd_socket_names_the_port() -> None:
    files = {
        **SYSTEMD,
        "/lib/systemd/system/t.socket": b"[Socket]\nListenStream=23\nAccept=yes\n",
        "/lib/systemd/system/t@.service": b"[Service]\nExecStart=-/usr/sbin/telnetd -i\n",
        "/usr/sbin/telnetd": PROGRAM,
    }
    made = subject(files, links={"/etc/systemd/system/sockets.target.wants/t.socket": "/lib/systemd/system/t.socket"})

    assert ports(made) == {"telnet": ("tcp/23",)}


def test_a_preset_counts_only_before_the_first_boot() -> None:
    preset = {"/lib/systemd/system-preset/90.preset": b"enable ssh.service\ndisable *\n"}
    new = subject({**SYSTEMD, **preset, "/etc/machine-id": b""})
    used = subject({**SYSTEMD, **preset})

    assert (set(ports(new)), set(ports(used))) == ({"ssh"}, set())


def test_sysv_links_of_the_default_level_are_followed() -> None:
    files = {
        "/etc/inittab": b"id:3:initdefault:\n1:2345:respawn:/sbin/getty 38400 tty1\n",
        "/etc/init.d/ssh": b'#!/bin/sh\ncase "$1" in\nstart) start-stop-daemon --start --exec /usr/sbin/sshd;;\nesac\n',
        "/usr/sbin/sshd": PROGRAM,
        "/sbin/getty": PROGRAM,
    }
    here = subject(files, links={"/etc/rc3.d/S01ssh": "../init.d/ssh"})
    elsewhere = subject(files, links={"/etc/rc5.d/S01ssh": "../init.d/ssh", "/etc/rc3.d/K01ssh": "../init.d/ssh"})

    assert ports(here) == {"getty": (), "ssh": ("tcp/22",)}
    assert ports(elsewhere) == {"getty": ()}


def test_a_password_in_the_arguments_is_not_kept() -> None:
    service = only(started("vendord --password hunter2secret -p 80\n", {"/usr/sbin/vendord": PROGRAM}))

    assert "hunter2secret" not in service.arguments
    assert not any("hunter2secret" in one.where.quote for one in service.chain)


def test_tcpsvd_opens_the_port_for_what_it_runs() -> None:
    made = started("tcpsvd -vE 0.0.0.0 21 ftpd /home &\n", applets=("ftpd", "tcpsvd"))

    assert ports(made) == {"ftp": ("tcp/21",)}


def test_inetd_may_name_busybox_and_give_it_the_applet() -> None:
    line = b"23 stream tcp nowait root /bin/busybox busybox telnetd -i\n"
    made = started("inetd\n", {"/etc/inetd.conf": line}, applets=("inetd", "telnetd"))

    assert ports(made)["telnet"] == ("tcp/23",)


@pytest.mark.parametrize(
    ("script", "starts"),
    [
        ("cd /opt/vendor\n./dbg.sh &\n", True),
        ("cd /opt && vendor/dbg.sh\n", True),
        ("cd /opt; cd vendor; . ./dbg.sh\n", True),
        ("(cd /opt/vendor; true)\n./dbg.sh\n", False),
        ('cd "$(cat /proc/where)"\n./dbg.sh\n', False),
        ('eval "telnetd -l /bin/sh"\n', True),
        ('eval "$(cat /proc/what)"\n', False),
    ],
)
def test_a_script_beside_the_working_directory_and_evaluated_words_are_followed(script: str, *, starts: bool) -> None:
    made = started(script, {"/opt/vendor/dbg.sh": b"#!/bin/sh\ntelnetd\n"})

    assert ("telnet" in ports(made)) is starts


@pytest.mark.parametrize(
    ("script", "unfollowed"),
    [("runsvdir /etc/service\n", ("runsvdir",)), ("/usr/bin/go.py\n", ("/usr/bin/go.py",)), ("telnetd\n", ())],
)
def test_programs_that_start_others_unseen_are_named(script: str, unfollowed: tuple[str, ...]) -> None:
    made = started(script, {"/usr/bin/go.py": b"#!/usr/bin/python3\n"})

    assert trace(made).unfollowed == unfollowed


def many(count: int) -> Subject:
    """Make a device that starts one program under many names of its own."""
    return started(
        "".join(f"/usr/bin/part{number}\n" for number in range(count)),
        {f"/usr/bin/part{number}": PROGRAM for number in range(count)},
        applets=(),
    )


def test_hundreds_of_services_are_all_kept() -> None:
    found = trace(many(700))

    assert len(found.services) == 700
    assert (found.gaps, found.unfollowed) == ((), ())


def test_services_beyond_the_bound_are_a_gap_and_nothing_is_complete_then() -> None:
    made = many(MOST_SERVICES + 3)

    found, said = trace(made), detector.DETECTOR.detect(made)

    assert len(found.services) == MOST_SERVICES
    assert [one.detail for one in said.gaps] == ["4,099 started services, of which 3 are left out"]
    assert found.unfollowed == ("every started service after the first 4,096",)
    assert not any(one.complete for one in said.observations)


def test_a_start_that_never_ends_is_a_gap() -> None:
    loop = "for a in 1 2 3 4 5 6 7 8 9 0; do\n" * 6 + "true\n" + "done\n" * 6

    found = trace(started(loop + "telnetd\n"))

    assert [(one.where, one.reason) for one in found.gaps] == [("main", GapReason.LIMIT)]
    assert found.unfollowed == ("the rest of the start of the device",)


def test_more_units_than_are_followed_are_a_gap() -> None:
    units = {f"/etc/systemd/system/u{number}.service": b"[Service]\nExecStart=/bin/no\n" for number in range(1100)}
    links = {f"/etc/systemd/system/multi-user.target.wants/u{number}.service": "../x" for number in range(1100)}

    found = trace(subject({**units, "/lib/systemd/systemd": PROGRAM, "/etc/machine-id": b"a\n"}, links=links))

    assert [one.reason for one in found.gaps] == [GapReason.LIMIT]
