"""Debug interfaces."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.debug import DETECTOR
from fairmark.examine.services import started_services
from tests.doubles.settings import device, graded
from tests.doubles.start_files import PROGRAM, busybox
from tests.doubles.subjects import subject


def plain(files: dict[str, str | bytes], links: dict[str, str] | None = None) -> list[tuple[str, str]]:
    made = subject({path: one.encode() if isinstance(one, str) else one for path, one in files.items()}, links=links)
    return graded(DETECTOR, replace(made, services=started_services(made)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ttyS0::respawn:/bin/sh", [("debug-console-shell", "A")]),
        ("::askfirst:-/bin/sh", [("debug-console-shell", "A")]),
        ("console::respawn:-/bin/ash --login  # service", [("debug-console-shell", "A")]),
        ("T0:23:respawn:/bin/login -f root", [("debug-console-shell", "A")]),
        ("ttyS0::respawn:/usr/bin/setsid /bin/cttyhack /bin/sh", [("debug-console-shell", "A")]),
        ("ttyS0::respawn:/bin/sh </dev/ttyS0 >/dev/ttyS0 2>&1", [("debug-console-shell", "A")]),
        ("ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100", []),
        ("ttyS0::respawn:/sbin/sulogin", []),
        ("::sysinit:/bin/sh /etc/init.d/rcS", []),
        ("null::respawn:/bin/sh", []),
        ("# ttyS0::respawn:/bin/sh", []),
        ("::once:/bin/sh /etc/rc.local", []),
        ("ttyS0::askfirst:/usr/libexec/login.sh", []),
    ],
)
def test_what_init_gives_to_the_console(line: str, expected: list[tuple[str, str]]) -> None:
    assert (
        plain({"/etc/inittab": line + "\n", "/bin/busybox": busybox("getty")}, {"/sbin/getty": "../bin/busybox"})
        == expected
    )


def test_with_systemd_an_inittab_is_not_read() -> None:
    found = plain({"/etc/inittab": "::askfirst:/bin/sh\n", "/lib/systemd/systemd": PROGRAM})

    assert found == [("debug-console-shell", "C")]


def test_without_an_inittab_busybox_offers_a_shell() -> None:
    files = {"/bin/busybox": busybox("init"), "/etc/init.d/rcS": "#!/bin/sh\nmount -a\n"}

    assert plain(files, {"/sbin/init": "../bin/busybox"}) == [("debug-console-shell", "B")]


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        (
            "getty -n -l /usr/bin/auto -L ttyS0 115200",
            {"/usr/bin/auto": "#!/bin/sh\nexec /bin/login -f root\n"},
            [("debug-console-shell", "A")],
        ),
        ("getty -n -l /usr/bin/ask -L ttyS0 115200", {"/usr/bin/ask": "#!/bin/sh\necho hello\nexec /bin/login\n"}, []),
        ("getty -L ttyS0 115200 vt100", {}, []),
    ],
)
def test_what_getty_starts(command: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert graded(DETECTOR, device(f"{command} &\n", files, applets=("getty",))) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "/etc/systemd/system/getty@tty1.service.d/a.conf": "[Service]\nExecStart=-/sbin/agetty --autologin pi %I\n"
            },
            [("debug-console-shell", "B")],
        ),
        (
            {"/etc/systemd/system/serial-getty@.service.d/a.conf": "[Service]\nExecStart=-/sbin/agetty -a root %I\n"},
            [("debug-console-shell", "B")],
        ),
        (
            {
                "/etc/systemd/system/serial-getty@.service.d/a.conf": "[Service]\nExecStart=-/sbin/agetty --keep-baud %I\n"
            },
            [],
        ),
        (
            {"/lib/systemd/system/debug-shell.service": "[Service]\nExecStart=/bin/sh\nStandardInput=tty\n"},
            [("debug-console-shell", "C")],
        ),
    ],
)
def test_units_that_log_in_by_themselves(files: dict[str, str | bytes], expected: list[tuple[str, str]]) -> None:
    assert plain({"/lib/systemd/systemd": PROGRAM, **files}) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("ro.adb.secure=1\nro.debuggable=0\npersist.sys.usb.config=mtp,adb\n", []),
        ("ro.adb.secure=0\npersist.sys.usb.config=adb\n", [("debug-adb-open", "A")]),
        ("persist.sys.usb.config=adb\n", [("debug-adb-open", "B")]),
        ("ro.adb.secure=1\nro.debuggable=1\n", [("debug-adb-open", "B")]),
        ("ro.adb.secure=0\npersist.sys.usb.config=mtp\n", []),
    ],
)
def test_adb_is_open_when_it_starts_without_keys(properties: str, expected: list[tuple[str, str]]) -> None:
    assert plain({"/sbin/adbd": PROGRAM, "/default.prop": properties}) == expected


def test_properties_without_adb_say_nothing() -> None:
    assert plain({"/default.prop": "ro.debuggable=1\nro.adb.secure=0\n"}) == []


def test_tools_that_nothing_starts_are_a_hint() -> None:
    assert plain({"/usr/bin/gdbserver": PROGRAM, "/usr/sbin/tcpdump": PROGRAM}) == [("debug-tools-present", "C")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/boot/extlinux/extlinux.conf", "append root=/dev/x kgdboc=ttyS0,115200\n", [("debug-boot-arguments", "B")]),
        ("/boot/cmdline.txt", "root=/dev/x init=/sbin/init quiet\n", []),
        ("/etc/u-boot-initial-env", "bootdelay=2\n", [("debug-boot-arguments", "C")]),
        ("/etc/u-boot-initial-env", "bootdelay=-2\n", []),
        ("/usr/share/doc/cmdline.txt", "init=/bin/sh\n", []),
    ],
)
def test_boot_settings(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert plain({path: text}) == expected


def test_dumps_count_where_something_applies_the_setting() -> None:
    files = {"/etc/sysctl.conf": "fs.suid_dumpable = 1\n"}

    assert graded(DETECTOR, device("sysctl -p\n", files)) == [("debug-core-dumps", "B")]
    assert graded(DETECTOR, device("true\n", files)) == [("debug-core-dumps", "C")]


def test_a_shell_that_a_start_script_puts_on_the_serial_port() -> None:
    line = "/bin/sh </dev/ttyS0 >/dev/ttyS0 2>&1 &\n"

    assert graded(DETECTOR, device(line, {})) == [("debug-console-shell", "B")]
    assert graded(DETECTOR, device("true\n", {"/usr/bin/unused": "#!/bin/sh\n" + line})) == [
        ("debug-console-shell", "C")
    ]
