"""Settings that mean harm: every detector of settings comes to an end and raises nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.detectors import (
    client_links,
    databases,
    debug,
    file_sharing,
    firewall,
    management,
    messaging,
    remote_access,
    vendor_settings,
    web_servers,
    wireless,
)
from fairmark.examine.rule import Detector
from fairmark.examine.subject import Subject
from tests.doubles.settings import device
from tests.doubles.subjects import service

EVERY: tuple[Detector, ...] = tuple(
    module.DETECTOR
    for module in (
        client_links,
        databases,
        debug,
        file_sharing,
        firewall,
        management,
        messaging,
        remote_access,
        vendor_settings,
        web_servers,
        wireless,
    )
)
PATHS = (
    *("/etc/mosquitto/mosquitto.conf", "/etc/vsftpd.conf", "/etc/proftpd.conf", "/etc/samba/smb.conf", "/etc/exports"),
    *("/etc/rsyncd.conf", "/etc/ssh/sshd_config", "/etc/snmp/snmpd.conf", "/etc/miniupnpd.conf", "/etc/cwmp.conf"),
    *("/etc/redis.conf", "/etc/mongod.conf", "/etc/my.cnf", "/etc/pg_hba.conf", "/etc/docker/daemon.json"),
    *("/etc/grafana/grafana.ini", "/etc/lighttpd.conf", "/etc/nginx/nginx.conf", "/etc/apache2/apache2.conf"),
    *("/etc/boa.conf", "/etc/config/uhttpd", "/etc/config/firewall", "/etc/config/wireless", "/etc/hostapd.conf"),
    *("/etc/inittab", "/default.prop", "/boot/cmdline.txt", "/etc/sysctl.conf", "/etc/rtsp.json", "/etc/cam.xml"),
    *("/etc/stunnel/stunnel.conf", "/etc/goahead/auth.txt", "/etc/motion.conf", "/etc/passwd", "/etc/shadow"),
)
PROGRAMS = (
    *("mosquitto", "vsftpd", "proftpd", "pure-ftpd", "smbd", "rpc.nfsd", "rsync", "sshd", "dropbear", "snmpd"),
    *("miniupnpd", "cwmpd", "redis-server", "mongod", "mysqld", "postgres", "dockerd", "grafana-server", "memcached"),
    *(
        "lighttpd",
        "nginx",
        "apache2",
        "boa",
        "uhttpd",
        "hostapd",
        "getty",
        "adbd",
        "gdbserver",
        "rtspd",
        "stunnel",
        "motion",
    ),
)
WORDS = st.sampled_from(
    [
        *(
            "listener",
            "1883",
            "allow_anonymous",
            "true",
            "[",
            "]",
            "{",
            "}",
            "<",
            ">",
            "=",
            ":",
            ";",
            "\n",
            "\t",
            '"',
            "'",
        ),
        *(
            "include",
            "*",
            "/",
            "..",
            "config",
            "option",
            "list",
            "zone",
            "rule",
            "auth",
            "rtsp",
            "password",
            "user",
            "admin",
        ),
        *(
            "bind",
            "0.0.0.0",
            "server",
            "root",
            "location",
            "host",
            "trust",
            "::respawn:",
            "-A",
            "INPUT",
            "\\",
            "$6$",
            "\0x",
            "ü",
        ),
    ]
)


def every_service(text: str) -> Subject:
    made = device("true\n", dict.fromkeys(PATHS, text), programs=tuple(f"/usr/sbin/{name}" for name in PROGRAMS))
    started = tuple(service(f"/usr/sbin/{name}") for name in PROGRAMS)
    return replace(made, services=started)


@settings(max_examples=12, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_no_settings_are_an_error(words: list[str]) -> None:
    made = every_service(" ".join(words))

    for detector in EVERY:
        assert detector.detect(made).findings is not None


@pytest.mark.parametrize(
    "text",
    [
        "[a]\n" * 1000,
        "password = admin\nuser = admin\n" * 500,
        "listener 1\n" * 1000,
        "include *\n" * 500,
        '{"rtsp": {"auth": 0, "password": "admin", "user": "admin"}}' * 200,
        "<rtsp auth='0'><password>admin</password>" * 300,
        "http { server { listen 80; location / { autoindex on; } } }\n" * 200,
    ],
    ids=range(7),
)
def test_repeated_settings_end_in_a_bounded_report(text: str) -> None:
    made = every_service(text)

    found = [one for detector in EVERY for one in detector.detect(made).findings]

    assert len(found) <= 100 * sum(len(detector.rules) for detector in EVERY)
    assert len({rule.id for detector in EVERY for rule in detector.rules}) == sum(len(one.rules) for one in EVERY)
