"""What the example cameras hold besides programs: scripts, settings, accounts, keys, web pages.

Two twins: the flawed camera has flaws that real cameras were sold with, the fixed one has each
of them mended. ``examples/ip-camera/README.md`` lists them with their history. Every text here
was written for Fairmark.
"""

import stat

from fairmark.demo import keys
from fairmark.demo.formats import Node

BUILT = 1_709_251_200  # 2024-03-01T00:00:00Z: the date of every file

FLAWED_VERSION, FIXED_VERSION = "1.0.4", "2.0.0"


def text(path: str, content: str | bytes, mode: int = 0o644, owner: int = 0) -> Node:
    """Make the node of a plain file."""
    data = content.encode() if isinstance(content, str) else content
    return Node(path.encode(), stat.S_IFREG | mode, data=data, uid=owner, gid=owner, mtime=BUILT)


def program(path: str, content: str | bytes) -> Node:
    """Make the node of a file that can be run."""
    return text(path, content, 0o755)


def link(path: str, target: str) -> Node:
    """Make the node of a symbolic link."""
    return Node(path.encode(), stat.S_IFLNK | 0o777, target=target.encode(), mtime=BUILT)


def folder(path: str, mode: int = 0o755) -> Node:
    """Make the node of a directory."""
    return Node(path.encode(), stat.S_IFDIR | mode, mtime=BUILT)


def service(path: str, start: str) -> Node:
    """Make the node of a start script with the commands to run on ``start``."""
    lines = "".join(f"    {line}\n" for line in start.strip().splitlines())
    return program(path, f'#!/bin/sh\ncase "$1" in\nstart)\n{lines}    ;;\nesac\n')


_RCS = """\
#!/bin/sh
# Run once by init: mount what is needed, then start the services in order.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t jffs2 /dev/mtdblock5 /data
for script in /etc/init.d/S??*; do
    [ -x "$script" ] && "$script" start
done
"""

_FLAWED_INITTAB = """\
::sysinit:/etc/init.d/rcS
ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100
::ctrlaltdel:/sbin/reboot
"""

_FIXED_INITTAB = """\
::sysinit:/etc/init.d/rcS
::ctrlaltdel:/sbin/reboot
"""

_FLAWED_ACCOUNTS = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false
"""

_FIXED_ACCOUNTS = """\
root:x:0:0:root:/root:/bin/false
daemon:x:1:1:daemon:/:/bin/false
www:x:33:33:web server:/var/www:/bin/false
stream:x:34:34:video server:/:/bin/false
cloud:x:35:35:cloud client:/:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false
"""

# md5crypt of root's password as the source of Mirai (2016) lists it first: xc3511.
_FLAWED_SHADOW = """\
root:$1$7GcIzwQ2$6czuD/bN5e.jYPlv3QxkQ0:19783:0:99999:7:::
daemon:*:19783:0:99999:7:::
nobody:*:19783:0:99999:7:::
"""

_FIXED_SHADOW = """\
root:!:19783:0:99999:7:::
daemon:*:19783:0:99999:7:::
www:*:19783:0:99999:7:::
stream:*:19783:0:99999:7:::
cloud:*:19783:0:99999:7:::
nobody:*:19783:0:99999:7:::
"""

_FLAWED_GROUP = "root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n"
_FIXED_GROUP = """\
root:x:0:
daemon:x:1:
www:x:33:
stream:x:34:
cloud:x:35:
device:x:36:www,stream,cloud
nogroup:x:65534:
"""

_FLAWED_UPDATE = """\
#!/bin/sh
# Started at boot. The owner asks for an update on the web page, which leaves a mark in /data.
[ -f /data/update-requested ] || exit 0
wget -q -O /tmp/fw.bin http://updates.camera.example/fw.bin || exit 1
flashcp /tmp/fw.bin /dev/mtd3
rm -f /data/update-requested
reboot
"""

_FIXED_UPDATE = """\
#!/bin/sh
# Run by cron every night, and at boot. Nothing reaches the flash before its signature is right.
set -eu
[ -f /data/updates-off ] && exit 0
base=https://updates.camera.example/ip-camera
work=$(mktemp -d /run/fwupdate.XXXXXX)
trap 'rm -rf "$work"' EXIT
curl --fail --silent --cacert /etc/ssl/update-ca.pem --output "$work/fw.sig" "$base/fw.sig"
curl --fail --silent --cacert /etc/ssl/update-ca.pem --output "$work/fw.bin" "$base/fw.bin"
openssl dgst -sha256 -verify /etc/ssl/update.pub -signature "$work/fw.sig" "$work/fw.bin" || exit 1
# The last eight digits of an image are its number, under the same signature: older ones are refused.
[ "$(tail -c 8 "$work/fw.bin")" -gt "$(cat /etc/firmware-number)" ] || exit 0
flashcp "$work/fw.bin" /dev/mtd4
fw_setenv boot_slot b
reboot
"""

_FIRST_BOOT = """\
#!/bin/sh
# The owner chooses the password in the app, over Bluetooth. No other service starts before that is done.
set -eu
[ -s /data/owner ] && exit 0
umask 077
# This unit's own key and certificate are made here; no image ever holds a private key.
mkdir -p /data/ssl
openssl ecparam -genkey -name prime256v1 -noout -out /data/ssl/device.key
openssl req -new -x509 -key /data/ssl/device.key -subj "/CN=camera-$(cat /sys/class/net/wlan0/address)" \\
    -days 3650 -out /data/ssl/device.crt
chgrp device /data/ssl /data/ssl/device.key
chmod 750 /data/ssl
chmod 640 /data/ssl/device.key
/usr/sbin/camsetup --ask-password --min-length 12 --out /data/owner
"""

_FLAWED_CLOUD = """\
# Events and remote viewing
server = mqtt://mqtt.camera.example:1883
user = camera-fleet
password = Zu8rt4Kp0xWq
topic = cameras/%serial%/events
"""

_FIXED_CLOUD = """\
# Events and remote viewing
server = mqtts://mqtt.camera.example:8883
ca_file = /etc/ssl/cloud-ca.pem
client_certificate = /data/ssl/device.crt
client_key = /data/ssl/device.key
topic = cameras/%serial%/events
"""

_FLAWED_WIFI = """\
ctrl_interface=/run/wpa_supplicant
update_config=1
# test network of the factory
network={
    ssid="camera-factory"
    psk="line4-final-test"
    key_mgmt=WPA-PSK
}
"""

_FIXED_WIFI = """\
ctrl_interface=/run/wpa_supplicant
update_config=1
# networks are added at set-up, in /data/wpa_supplicant.conf
"""

_FLAWED_WEB = """\
port = 80
tls_port = 443
certificate = /etc/ssl/server.crt
key = /etc/ssl/server.key
accounts = /etc/shadow
root = /var/www
"""

_FIXED_WEB = """\
port = 443
certificate = /data/ssl/device.crt
key = /data/ssl/device.key
accounts = /data/owner
login_attempts = 5
login_lockout_seconds = 300
root = /var/www
"""

_INDEX = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Camera</title><link rel="stylesheet" href="camera.css"></head>
<body>
<h1>Camera</h1>
<form method="post" action="/login">
<label>User <input name="user" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Log in</button>
</form>
</body>
</html>
"""

_STYLE = """\
body { font-family: sans-serif; margin: 2rem auto; max-width: 30rem; }
label { display: block; margin: 0.5rem 0; }
button { padding: 0.4rem 1rem; }
"""

_SERVICES = """\
telnet  23/tcp
http    80/tcp
https   443/tcp
rtsp    554/tcp
rtsps   322/tcp
mqtt    1883/tcp
mqtts   8883/tcp
"""


# What the kernel of the camera was built with; it loads nothing later.
_BUILT_IN = (
    "crypto/sha256_generic",
    "drivers/i2c/i2c-core",
    "drivers/mmc/core/mmc_core",
    "drivers/mtd/mtd",
    "drivers/mtd/spi-nor/spi-nor",
    "drivers/net/ethernet/realtek/r8169",
    "drivers/watchdog/softdog",
    "fs/jffs2/jffs2",
    "fs/squashfs/squashfs",
    "net/ipv6/ipv6",
    "net/mac80211/mac80211",
    "net/wireless/cfg80211",
)


def _common(version: str) -> tuple[Node, ...]:
    return (
        program("etc/init.d/rcS", _RCS),
        text("etc/os-release", f'NAME="Example Camera OS"\nID=example-camera\nVERSION_ID="{version}"\n'),
        text("etc/hostname", "camera\n"),
        text("etc/hosts", "127.0.0.1 localhost\n"),
        text("etc/services", _SERVICES),
        text("lib/modules/5.10.209/modules.builtin", "".join(f"kernel/{name}.ko\n" for name in _BUILT_IN)),
        text("var/www/index.html", _INDEX),
        text("var/www/camera.css", _STYLE),
        *(folder(name) for name in ("data", "dev", "mnt", "proc", "root", "run", "sys")),
        folder("tmp", 0o1777),
        service("etc/init.d/S01syslogd", "/sbin/syslogd -O /data/messages -s 200 -b 4"),
    )


def flawed_files() -> tuple[Node, ...]:
    """Return everything but the programs of the flawed camera, without the script that starts telnet."""
    key = keys.rsa_key("flawed camera, web server", 1024)
    return (
        *_common(FLAWED_VERSION),
        text("etc/inittab", _FLAWED_INITTAB),
        text("etc/passwd", _FLAWED_ACCOUNTS),
        text("etc/shadow", _FLAWED_SHADOW, 0o600),
        text("etc/group", _FLAWED_GROUP),
        text("etc/ssl/server.key", keys.private_pem(key)),
        text("etc/ssl/server.crt", keys.device_certificate(key, "camera")),
        text("etc/camhttpd.conf", _FLAWED_WEB),
        text("etc/cloud.conf", _FLAWED_CLOUD),
        text("etc/wpa_supplicant.conf", _FLAWED_WIFI),
        program("usr/sbin/fwupdate", _FLAWED_UPDATE),
        service(
            "etc/init.d/S10network",
            "ifconfig lo 127.0.0.1 up\n"
            "/usr/sbin/wpa_supplicant -B -i wlan0 -c /etc/wpa_supplicant.conf\n"
            "/sbin/udhcpc -b -i wlan0",
        ),
        service("etc/init.d/S60camhttpd", "/usr/sbin/camhttpd -p 80 -c /etc/camhttpd.conf &"),
        service("etc/init.d/S61rtspd", "/usr/sbin/rtspd -p 554 -i /dev/video0 &"),
        service("etc/init.d/S70cloudlink", "/usr/bin/cloudlink -c /etc/cloud.conf &"),
        service("etc/init.d/S85fwupdate", "/usr/sbin/fwupdate &"),
    )


def fixed_files() -> tuple[Node, ...]:
    """Return everything but the programs of the fixed camera, without the script that starts cron."""
    return (
        *_common(FIXED_VERSION),
        text("etc/inittab", _FIXED_INITTAB),
        text("etc/passwd", _FIXED_ACCOUNTS),
        text("etc/shadow", _FIXED_SHADOW, 0o600),
        text("etc/group", _FIXED_GROUP),
        text("etc/firmware-number", "20240301\n"),
        text("etc/ssl/update.pub", keys.public_pem("fixed camera, updates")),
        text("etc/ssl/update-ca.pem", keys.authority_certificate("update server", "Example Cameras update CA")),
        text("etc/ssl/cloud-ca.pem", keys.authority_certificate("cloud server", "Example Cameras cloud CA")),
        text("etc/camhttpd.conf", _FIXED_WEB),
        text("etc/cloud.conf", _FIXED_CLOUD),
        text("etc/wpa_supplicant.conf", _FIXED_WIFI),
        program("usr/sbin/fwupdate", _FIXED_UPDATE),
        program("usr/sbin/first-boot", _FIRST_BOOT),
        service(
            "etc/init.d/S10network",
            "ifconfig lo 127.0.0.1 up\n"
            "[ -f /data/wpa_supplicant.conf ] || cp /etc/wpa_supplicant.conf /data/wpa_supplicant.conf\n"
            "/usr/sbin/wpa_supplicant -B -i wlan0 -c /data/wpa_supplicant.conf\n"
            "/sbin/udhcpc -b -i wlan0",
        ),
        service("etc/init.d/S20first-boot", "/usr/sbin/first-boot || exit 1"),
        service(
            "etc/init.d/S60camhttpd",
            "sysctl -q -w net.ipv4.ip_unprivileged_port_start=300\n"
            "start-stop-daemon -S -b -c www:www -x /usr/sbin/camhttpd -- -p 443 -c /etc/camhttpd.conf",
        ),
        service(
            "etc/init.d/S61rtspd",
            "start-stop-daemon -S -b -c stream:stream -x /usr/sbin/rtspd -- -p 322 -t /data/ssl -i /dev/video0",
        ),
        service(
            "etc/init.d/S70cloudlink",
            "start-stop-daemon -S -b -c cloud:cloud -x /usr/bin/cloudlink -- -c /etc/cloud.conf",
        ),
    )
