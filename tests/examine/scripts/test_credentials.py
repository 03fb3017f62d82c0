"""Credentials on command lines and tokens by how they begin."""

import pytest

from fairmark.examine.scripts.credentials import credentials, hidden
from fairmark.examine.scripts.language import Language


@pytest.mark.parametrize(
    "line",
    [
        "sshpass -p 'Ab9xKq' ssh a@b",
        "mysql -u root -pAb9xKq base",
        "curl -s -u dev:Ab9xKq https://a.example",
        "wget --user=dev --password=Ab9xKq https://a.example",
        "mosquitto_sub -h h -u u -P Ab9xKq -t '#'",
        "openssl enc -d -aes-256-cbc -k Ab9xKq -in a",
        "unzip -P Ab9xKq /tmp/a.zip",
        "htpasswd -b -c /etc/h admin Ab9xKq",
        "echo Ab9xKq | sudo -S reboot",
        'printf "Ab9xKq\\nAb9xKq\\n" | passwd root',
        'curl -H "Authorization: Basic YWRtaW46c2VjcmV0MTI=" https://a.example',
        "TOKEN=ghp_" + "a1B2" * 9,
    ],
)
def test_a_fixed_credential_is_found(line: str) -> None:
    assert len(list(credentials(line + "\n", Language.SHELL))) == 1


@pytest.mark.parametrize(
    "line",
    [
        'sshpass -p "$PW" ssh a@b',
        "mysql -u root -p",
        "curl -u $USER:$PW https://a.example",
        "curl -u dev:password https://a.example",
        "wget --password=YOUR_PASSWORD https://a.example",
        "openssl enc -k $KEY -in a",
        "openssl rsa -passin file:/data/k -in a",
        "# sshpass -p Ab9xKq",
        'echo "mysql -u root -pAb9xKq"',
        'curl -H "Authorization: Basic $B64" https://a.example',
        "task-ghp_short",
    ],
)
def test_variables_placeholders_and_talk_are_none(line: str) -> None:
    assert list(credentials(line + "\n", Language.SHELL)) == []


def test_documentation_inside_other_languages_is_none() -> None:
    assert list(credentials('"""\n> openssl rsa -passin pass:Ab9xKq -in a\n"""\n', Language.PYTHON)) == []


def test_the_value_never_shows() -> None:
    (one,) = credentials("sshpass -p 'Ab9xKq' ssh a@b\n", Language.SHELL)

    assert hidden("sshpass -p 'Ab9xKq' ssh a@b", one.value) == "sshpass -p '[hidden]' ssh a@b"
