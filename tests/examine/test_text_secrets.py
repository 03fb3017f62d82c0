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
        'options = {"username": "-u", "passwd": "--password"}\n',
        "HOSTNAME = 'NET|HOSTNAME'\nPASS = 'PASSWORD|-PASS'\n",
        """url = 'x'\nuser = re.search(r'{"passedToken":"([^"]+)",', page)\n""",
        '{"Remote Host": "Remote Host", "Remote Secret": "Fernes Geheimnis"}\n',
        """ssid = 'x'\nlines.append('    psk="' + psk + '"')\n""",
        '<ui>\n <accounts enabled="no" timeout="30">\n  <account user="fleet" password="Zu8rt4Kp"/>\n </accounts>\n</ui>\n',
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


def test_a_table_of_test_data_holds_no_secret_of_the_program() -> None:
    table = "class A:\n    {} = [{{\n        'url': 'https://a.net/1',\n        'params': {{\n            'password': 'Zu8rt4Kp',\n"
    table = table.replace("'url'", "'first': 1,\n    }}, {{\n        'url'")

    assert find_secrets("/usr/lib/app.py", table.format("_TESTS")) == ()
    assert len(find_secrets("/usr/lib/app.py", table.format("LATEST"))) == 1


@pytest.mark.parametrize(
    ("path", "code", "there"),
    [
        ("/lib/a.py", "EXAMPLES = r'''\n  username: x\n  'password': 'Zu8rt4Kp'\n'''\n", 0),
        ("/lib/a.py", "SETTINGS = r'''\n  username: x\n  'password': 'Zu8rt4Kp'\n'''\n", 1),
        ("/lib/a.php", "<?php\n/*\n 'username' => 'x',\n 'password' => 'Zu8rt4Kp',\n*/\n", 0),
        ("/lib/a.php", "<?php\n/* Whom? */\n$a = ['username' => 'x',\n 'password' => 'Zu8rt4Kp'];\n", 1),
        ("/lib/a.py", "names = {'username': 'u', 'token': 'controller_oauthtoken', 'secret': 'AZURE_SECRET'}\n", 0),
        ("/lib/a.py", "user = find()\napi_key = 'USE_KEYRING'\n", 0),
        ("/lib/a.py", "get(user='x', head={'X-Atlassian-Token': 'no-check'})\n", 0),
        ("/lib/a.ps1", "'username' = 'x'\n'certificate_password' = 'certificate'\n", 0),
        ("/lib/vendor/a.py", "headers = {'user': 'x', 'Metadata-Token': 'vendor'}\n", 0),
        ("/lib/a.rb", "user = 'x'\npassword = 'REDACTED'\n", 0),
        ("/lib/a.py", "login(user='anonymous', password='anonymous@')\n", 0),
    ],
)
def test_what_only_stands_in_code_is_no_secret_of_it(path: str, code: str, there: int) -> None:
    assert len(find_secrets(path, code)) == there


def test_a_token_that_is_the_name_of_the_file_is_no_secret() -> None:
    code = "url = 'https://a.net'\n_TOKEN = 'puls4'\n"

    assert find_secrets("/usr/lib/puls4.py", code) == ()
    assert len(find_secrets("/usr/lib/channel.py", code)) == 1


@pytest.mark.parametrize(
    ("path", "line", "there"),
    [
        ("/lib/a.py", "self.token = 'token:' + secret", 0),
        ("/lib/a.py", "api_key = '&key=' + settings.key", 0),
        ("/lib/a.php", "$password = 'Zu8rt4Kp' . $salt;", 0),
        ("/lib/a.lua", "password = 'Zu8rt4Kp' .. salt", 0),
        ("/bin/a.sh", 'PASSWORD="Zu8rt4Kp"$SERIAL', 0),
        ("/lib/a.py", "self.token = 'token:Zu8rt4Kp'", 1),
        ("/bin/a.sh", 'PASSWORD="Zu8rt4Kp"', 1),
    ],
)
def test_the_first_piece_of_a_text_that_is_put_together_is_no_secret(path: str, line: str, there: int) -> None:
    assert len(find_secrets(path, f"user = 'x'\n{line}\n")) == there


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("query = {'user': 'x', 'apikey': 'hbbtv'}", 0),
        ("query = {'user': 'x', 'token': 'Prosieben'}", 0),
        ("query = {'user': 'x', 'token': 'zyGtQcGPE'}", 1),
        ("query = {'user': 'x', 'token': 'abcdefghijklmnop'}", 1),
        ("query = {'user': 'x', 'password': 'hbbtv'}", 1),
        ("query = {'user': 'x', 'client_secret': 'dropbox_client_secret_placeholder'}", 0),
    ],
)
def test_a_key_is_made_by_a_machine_and_a_password_by_a_person(line: str, there: int) -> None:
    assert len(find_secrets("/usr/lib/app.py", line + "\n")) == there


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
