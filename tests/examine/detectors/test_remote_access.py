"""ssh, remote screens, web shells."""

import pytest

from fairmark.examine.detectors.remote_access import DETECTOR
from tests.doubles.settings import device, graded

SSHD = ("/usr/sbin/sshd",)
SET = "root:$6$salt$" + "a" * 86 + ":1:0:9:7:::\n"
PASSWD = "root:x:0:0:root:/root:/bin/sh\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8q1b0vXo5nZ1cQm3d2uYt7Hn2yJ0nF5rW8pK4sLzQe x\n"


def sshd(text: str, shadow: str = SET, **components: str) -> list[tuple[str, str]]:
    files = {"/etc/ssh/sshd_config": text, "/etc/passwd": PASSWD, "/etc/shadow": shadow}
    return graded(DETECTOR, device("/usr/sbin/sshd\n", files, programs=SSHD, components=components))


@pytest.mark.parametrize(
    ("text", "shadow"),
    [
        ("PermitRootLogin no\n", SET),
        ("PermitRootLogin prohibit-password\n", SET),
        ("PermitRootLogin no\nPermitRootLogin yes\n", SET),
        ("PermitRootLogin yes\n", "root:*:1:0:9:7:::\n"),
        ("PermitRootLogin yes\n", "root:!:1:0:9:7:::\n"),
        ("PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n", SET),
        ("PermitRootLogin yes\nAuthenticationMethods publickey\n", SET),
        ("Match User x\n PermitRootLogin yes\n", SET),
        ("ListenAddress 127.0.0.1\nPermitRootLogin yes\n", SET),
        ("#PermitEmptyPasswords yes\n", SET),
        ("Ciphers -3des-cbc,arcfour\n", SET),
    ],
)
def test_a_careful_server_is_no_finding(text: str, shadow: str) -> None:
    assert sshd(text, shadow) == []


def test_included_settings_count_in_their_place() -> None:
    files = {
        "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n",
        "/etc/ssh/sshd_config.d/dev.conf": "PermitRootLogin yes\n",
        "/etc/passwd": PASSWD,
        "/etc/shadow": SET,
    }

    assert graded(DETECTOR, device("/usr/sbin/sshd\n", files, programs=SSHD)) == [("ssh-root-password", "A")]


def test_protocol_1_is_gone_from_new_servers() -> None:
    assert sshd("Protocol 2,1\n", openssh="9.2") == []
    assert sshd("Protocol 2,1\n", openssh="6.6") == [("ssh-weak-protocol", "A")]
    assert sshd("Protocol 1\n") == [("ssh-weak-protocol", "B")]


def test_empty_passwords_are_worse_where_there_is_one() -> None:
    assert sshd("PermitEmptyPasswords yes\n") == [("ssh-empty-passwords", "B")]
    assert sshd("PermitEmptyPasswords yes\n", "root::1:0:9:7:::\n") == [("ssh-empty-passwords", "A")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/root/.ssh/authorized_keys", KEY, [("ssh-authorized-key", "A")]),
        ("/etc/skel/.ssh/authorized_keys", KEY, []),
        ("/root/.ssh/authorized_keys", "# none\n", []),
        ("/root/.ssh/authorized_keys", "ssh-rsa AAAA-not-a-key\n", []),
        ("/etc/dropbear/authorized_keys", KEY, [("ssh-authorized-key", "C")]),
        ("/usr/share/doc/authorized_keys", KEY, []),
    ],
)
def test_a_key_counts_where_the_server_looks(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert graded(DETECTOR, device("/usr/sbin/sshd\n", {path: text}, programs=SSHD)) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("x11vnc -display :0 -forever -nopw", [("screen-without-login", "A")]),
        ("x11vnc -display :0 -forever", [("screen-without-login", "B")]),
        ("x11vnc -display :0 -rfbauth /data/vnc", []),
        ("x11vnc -display :0 -nopw -localhost", []),
        ("Xvnc :0 -rfbauth /data/vnc", []),
        ("Xvnc :0 -SecurityTypes=None", [("screen-without-login", "A")]),
        ("ttyd -p 80 bash", [("screen-without-login", "A")]),
        ("ttyd -p 80 -c a:b bash", []),
        ("ttyd -p 80 login", []),
        ("ttyd -i lo bash", []),
    ],
)
def test_screens_and_shells_ask_or_do_not(command: str, expected: list[tuple[str, str]]) -> None:
    program = f"/usr/bin/{command.split(maxsplit=1)[0]}"

    assert graded(DETECTOR, device(f"{command} &\n", {}, programs=(program,))) == expected


def test_dropbear_with_blank_passwords() -> None:
    files = {"/etc/passwd": PASSWD, "/etc/shadow": "root::1:0:9:7:::\n"}

    assert graded(DETECTOR, device("dropbear -RB\n", files, programs=("/usr/sbin/dropbear",))) == [
        ("ssh-empty-passwords", "A")
    ]
    assert graded(DETECTOR, device("dropbear -R\n", files, programs=("/usr/sbin/dropbear",))) == []
