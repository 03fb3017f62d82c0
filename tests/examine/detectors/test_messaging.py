"""Message brokers and their clients."""

import pytest

from fairmark.examine.detectors.messaging import DETECTOR
from tests.doubles.settings import device, findings, graded

CONF = "/etc/mosquitto/mosquitto.conf"
BROKER = ("/usr/sbin/mosquitto",)


def broker(text: str, **components: str) -> list[tuple[str, str]]:
    return graded(DETECTOR, device(f"mosquitto -c {CONF}\n", {CONF: text}, programs=BROKER, components=components))


@pytest.mark.parametrize(
    "text",
    [
        "listener 1883 127.0.0.1\nallow_anonymous true\n",
        "listener 1883 localhost\nallow_anonymous true\n",
        "listener 0 /run/mqtt.sock\nallow_anonymous true\n",
        "bind_address 127.0.0.1\nport 1883\nallow_anonymous true\n",
        "listener 8883\ncertfile /a\nkeyfile /b\nrequire_certificate true\nallow_anonymous true\n",
        "listener 8883\ncertfile /a\nkeyfile /b\npassword_file /c\n",
        "listener 8883\npsk_hint x\nplugin /usr/lib/dynsec.so\nallow_anonymous true\n",
        "# listener 1883\n# allow_anonymous true\n",
    ],
)
def test_a_broker_that_asks_or_stays_inside_is_no_finding(text: str) -> None:
    assert broker(text) == []


def test_the_default_depends_on_the_version() -> None:
    text = "port 8883\ncertfile /a\nkeyfile /b\n"

    assert broker(text, mosquitto="1.6.9") == [("mqtt-anonymous", "A")]
    assert broker(text, mosquitto="2.0.11") == []
    assert broker(text) == []


def test_without_a_listener_a_new_broker_stays_inside() -> None:
    assert broker("allow_anonymous true\n", mosquitto="2.0.11") == []
    assert broker("allow_anonymous true\n") == [("mqtt-anonymous", "B")]


def test_an_old_broker_without_settings_is_open() -> None:
    made = device("mosquitto -d\n", {}, programs=BROKER, components={"mosquitto": "1.4.8"})

    assert graded(DETECTOR, made) == [("mqtt-anonymous", "A")]


def test_an_access_list_makes_it_a_hint() -> None:
    assert ("mqtt-anonymous", "C") in broker("listener 1883\nallow_anonymous true\nacl_file /etc/acl\n")


def test_old_tls_and_an_unchecked_bridge_are_found() -> None:
    text = (
        "listener 8883\ncertfile /a\nkeyfile /b\ntls_version tlsv1\npassword_file /p\n"
        "connection c\naddress b.maker.net:8883\nbridge_cafile /c\nbridge_insecure true\n"
    )

    assert broker(text) == [("mqtt-old-tls", "A"), ("mqtt-old-tls", "A")]


def test_settings_that_nothing_reads_are_hints() -> None:
    made = device("true\n", {CONF: "listener 1883\nallow_anonymous true\n"})

    assert {grade for _, grade in graded(DETECTOR, made)} == {"C"}


@pytest.mark.parametrize(
    "text",
    [
        '{"mqtt": {"host": "127.0.0.1", "port": 1883, "username": "a", "password": "secret9"}}',
        '{"mqtt": {"host": "b.maker.net", "port": 8883, "username": "a", "password": "secret9"}}',
        '{"mqtt": {"url": "mqtts://b.maker.net", "username": "a", "password": "secret9"}}',
        '{"mqtt": {"url": "mqtt://b.maker.net", "topic": "x"}}',
        '{"mqtt": {"url": "mqtt://b.maker.net", "use_tls": true, "password": "secret9"}}',
    ],
)
def test_a_client_that_stays_inside_or_uses_tls_is_no_finding(text: str) -> None:
    made = device("agentd -c /etc/agent.json\n", {"/etc/agent.json": text}, programs=("/usr/bin/agentd",))

    assert graded(DETECTOR, made) == []


def test_a_client_with_a_password_in_clear_shows_no_secret() -> None:
    files = {"/etc/agent.ini": "[mqtt]\nserver = mqtt://dev:s3cretword@b.maker.net\n"}
    made = device("agentd -c /etc/agent.ini\n", files, programs=("/usr/bin/agentd",))

    found = DETECTOR.detect(made)

    assert [(one.rule, one.confidence.value) for one in found.findings] == [("mqtt-client-plain", "A")]
    assert "s3cretword" not in found.model_dump_json()


def test_the_users_of_a_broker_that_stays_inside_are_a_hint() -> None:
    files = {CONF: "listener 1883 127.0.0.1\npassword_file /etc/pw\n", "/etc/pw": "admin:admin\n"}
    made = device(f"mosquitto -c {CONF}\n", files, programs=BROKER)

    assert graded(DETECTOR, made) == [("mqtt-default-password", "C")]
    assert all("admin:admin" not in one.title for one in findings(DETECTOR, made))
