"""Credentials in text: found where they are fixed, silent about placeholders, variables and comments."""

import pytest

from fairmark.examine.redaction import redacted
from fairmark.examine.text_secrets import find_secrets


@pytest.mark.parametrize(
    "text",
    [
        "server = a.net\npassword = Zu8rt4Kp\n",
        'HOST=a.net\nPASSWORD="Zu8rt4Kp"\n',
        '{"broker": "a.net", "mqttPassword": "Zu8rt4Kp"}\n',
        "mosquitto_pub -h x -L mqtt://fleet:Zu8rt4Kp@cloud.maker.net/x\n",
        "wget http://fw:Zu8rt4Kp@updates.maker.net/fw.bin\n",
        'network={\n  ssid="factory"\n  psk="Zu8rt4Kp"\n}\n',
        "config wifi-iface\n option ssid 'x'\n option encryption 'psk2'\n option key 'Zu8rt4Kp'\n",
        "ID=AKIAQQQQQQQQQQQQQQQQ\nSECRET=abcdefghijabcdefghijabcdefghijabcdefghij\n",
    ],
)
def test_a_fixed_credential_is_found(text: str) -> None:
    found = find_secrets("/etc/x.conf", text)

    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "server = a.net\n# password = Zu8rt4Kp\n",
        "server = a.net\npassword = changeme\n",
        "server = a.net\npassword = $PASSWORD\n",
        "server = a.net\npassword = <password>\n",
        "server = a.net\npassword = /etc/secret\n",
        "server = a.net\npassword_file = Zu8rt4Kp\n",
        "password = Zu8rt4Kp\n",
        "passwd: files\nhosts: files dns\n",
        "http://user:password@host/\n",
        "http://www.w3.org/2000/svg\n",
        "ID=AKIAQQQQQQQQQQQQQQQQ\n",
        "mqtt://$USER:$PASS@cloud.maker.net\n",
        'user = input()\npassword = getpass("word")\n',
        "np_user = 'x'\nentry = ' NOPASSWD: Zu8rt4Kp'\n",
        'URL="https://a.net"\nID="x"\nuser=x\nTOKEN="unknown"\n',
        "host = AccountHost\nmd5secret = AccountRealmedPassword\n",
        "[shop]\nenabled => no\nusername => oscar\npassword => Zu8rt4Kp\n",
    ],
)
def test_what_is_no_credential_is_not_found(text: str) -> None:
    found = find_secrets("/etc/x.conf", text)

    assert found == ()


def test_a_section_that_is_off_says_nothing_of_the_next_one() -> None:
    text = "[shop]\nenabled => no\n\n[store]\nenabled => yes\nusername => oscar\npassword => Zu8rt4Kp\n"

    assert [one.line for one in find_secrets("/etc/x.conf", text)] == [7]


def test_in_code_only_a_quoted_text_is_fixed() -> None:
    code = "user = get('user')\npassword = stored\n"

    assert find_secrets("/usr/lib/app.py", code) == ()
    assert len(find_secrets("/usr/lib/app.py", code.replace("stored", "'Zu8rt4Kp'"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "password = Zu8rt4Kp",
        "--password Zu8rt4Kp",
        '"api_key": "Zu8rt4Kp",',
        "mqtt://fleet:Zu8rt4Kp@cloud.maker.net",
        "root:$6$salt$Zu8rt4Kp:19000:::",
        "export AWS_SECRET_ACCESS_KEY='Zu8rt4Kp'",
        "psk=Zu8rt4Kp",
    ],
)
def test_a_quoted_line_does_not_show_the_secret(line: str) -> None:
    assert "Zu8rt4Kp" not in redacted(line)


def test_a_harmless_line_is_quoted_as_it_stands() -> None:
    assert redacted("  /usr/sbin/telnetd -p 23 -l /bin/login & ") == "/usr/sbin/telnetd -p 23 -l /bin/login &"


def test_long_lines_cost_little() -> None:
    text = "\n".join(["a" * 999, "password=" * 100, "x:" * 400, "usermod " * 100] * 60)

    assert find_secrets("/etc/x.conf", text) == ()
