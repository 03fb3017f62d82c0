"""Databases, container engines, dashboards."""

import pytest

from fairmark.examine.detectors.databases import DETECTOR
from tests.doubles.settings import device, graded

REDIS = ("/usr/bin/redis-server",)


def redis(text: str, command: str = "redis-server /etc/redis.conf", **components: str) -> list[tuple[str, str]]:
    return graded(DETECTOR, device(f"{command} &\n", {"/etc/redis.conf": text}, programs=REDIS, components=components))


@pytest.mark.parametrize(
    "text",
    [
        "bind 127.0.0.1 -::1\nprotected-mode no\n",
        "bind 0.0.0.0\nrequirepass Zr81-xx\n",
        "port 0\nunixsocket /run/redis.sock\nprotected-mode no\n",
        "protected-mode yes\n",
        "bind 0.0.0.0\naclfile /etc/acl\nprotected-mode no\n",
    ],
)
def test_redis_that_stays_inside_or_asks_is_no_finding(text: str) -> None:
    assert redis(text) == []


def test_what_protected_mode_does_depends_on_the_version() -> None:
    assert redis("bind 0.0.0.0\n", redis="7.0.15") == []
    assert redis("bind 0.0.0.0\n", redis="6.0.16") == [("database-open", "A")]
    assert redis("bind 0.0.0.0\n") == [("database-open", "B")]
    assert redis("port 6379\n", redis="2.8.17") == [("database-open", "A")]


def test_a_word_of_the_command_line_goes_first() -> None:
    assert redis("bind 127.0.0.1\n", "redis-server /etc/redis.conf --bind 0.0.0.0 --protected-mode no") == [
        ("database-open", "A")
    ]


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        (
            "mongod -f /etc/mongod.conf",
            {"/etc/mongod.conf": "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: enabled\n"},
            [],
        ),
        ("mongod -f /etc/mongod.conf", {"/etc/mongod.conf": "bind_ip = 0.0.0.0\n"}, [("database-open", "A")]),
        ("mysqld", {"/etc/my.cnf": "[mysqld]\nskip-grant-tables\n"}, [("database-open", "A")]),
        ("mysqld", {"/etc/my.cnf": "[mysqld]\nbind-address = 127.0.0.1\nskip-grant-tables\n"}, []),
        (
            "postgres -D /data",
            {"/etc/postgresql/pg_hba.conf": "host all all 0.0.0.0/0 trust\n"},
            [("database-open", "A")],
        ),
        (
            "postgres -D /data",
            {"/etc/postgresql/pg_hba.conf": "host all all 127.0.0.1/32 trust\nlocal all all trust\n"},
            [],
        ),
        ("memcached -l 0.0.0.0", {}, [("database-open", "A")]),
        ("memcached -l 127.0.0.1", {}, []),
        (
            "influxd -config /etc/influxdb.conf",
            {"/etc/influxdb.conf": '[http]\nauth-enabled = false\nbind-address = ":8086"\n'},
            [("database-open", "A")],
        ),
        ("influxd -config /etc/influxdb.conf", {"/etc/influxdb.conf": "[http]\nauth-enabled = true\n"}, []),
        ("dockerd", {"/etc/docker/daemon.json": '{"hosts": ["tcp://0.0.0.0:2375"]}'}, [("docker-socket-open", "A")]),
        ("dockerd", {"/etc/docker/daemon.json": '{"hosts": ["tcp://0.0.0.0:2376"], "tlsverify": true}'}, []),
        ("dockerd -H tcp://127.0.0.1:2375", {}, []),
        ("grafana-server", {"/etc/grafana/grafana.ini": "[auth.anonymous]\nenabled = true\norg_role = Viewer\n"}, []),
        (
            "grafana-server",
            {"/etc/grafana/grafana.ini": "[auth.anonymous]\nenabled = true\norg_role = Admin\n"},
            [("dashboard-open", "A")],
        ),
        ("grafana-server", {"/etc/grafana/grafana.ini": "[security]\n;admin_password = admin\n"}, []),
    ],
)
def test_other_stores_and_engines(command: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    program = f"/usr/sbin/{command.split(maxsplit=1)[0]}"

    assert graded(DETECTOR, device(f"{command} &\n", files, programs=(program,))) == expected


def test_node_red_that_nothing_starts_is_a_hint() -> None:
    made = device("true\n", {"/opt/app/node-red/settings.js": "module.exports = {}\n"})

    assert graded(DETECTOR, made) == [("dashboard-open", "C")]
