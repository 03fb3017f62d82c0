"""Lines that switch off the check of certificates, and lines that only look like it."""

import pytest

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tls_checks import unchecked_tls


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.SHELL, "curl -k https://a.example/"),
        (Language.SHELL, "curl -sSfkL https://a.example/"),
        (Language.SHELL, "x=$(curl --insecure $URL)"),
        (Language.SHELL, "wget -q --no-check-certificate -O /tmp/a https://a.example/"),
        (Language.SHELL, "uclient-fetch --no-check-certificate $URL"),
        (Language.SHELL, "curl -s \\\n  -k https://a.example/"),
        (Language.PYTHON, "r = requests.get(url, verify=False)"),
        (Language.PYTHON, "ctx = ssl._create_unverified_context()"),
        (Language.PYTHON, "client.tls_insecure_set(True)"),
        (Language.PYTHON, 'os.system("curl -k https://a.example")'),
        (Language.PHP, "curl_setopt($c, CURLOPT_SSL_VERIFYPEER, 0);"),
        (Language.PERL, "my $ua = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 });"),
        (Language.LUA, 'https.request { url = u, verify = "none" }'),
        (Language.JAVASCRIPT, "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';"),
    ],
)
def test_an_unchecked_server_is_found(language: Language, line: str) -> None:
    assert [one.chosen for one in unchecked_tls(line + "\n", language)] == [False]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.SHELL, "# curl -k https://a.example/"),
        (Language.SHELL, 'echo "use curl -k to skip"'),
        (Language.SHELL, "curl -o kernel https://a.example/"),
        (Language.SHELL, "curl -sk https://127.0.0.1:8443/"),
        (Language.SHELL, "curl -k http://a.example/"),
        (Language.SHELL, "curl https://a.example/ | grep -k"),
        (Language.PYTHON, "jwt.decode(token, verify=False)"),
        (Language.PHP, "curl_setopt($c, CURLOPT_SSL_VERIFYPEER, true);"),
        (Language.JAVASCRIPT, "opts = { rejectUnauthorized: true }"),
    ],
)
def test_what_is_checked_local_or_only_said_is_not(language: Language, line: str) -> None:
    assert list(unchecked_tls(line + "\n", language)) == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (Language.SHELL, 'if [ "$insecure" = 1 ]; then\n  curl -k $URL\nfi\n'),
        (Language.SHELL, '[ -n "$SKIP_VERIFY" ] && wget --no-check-certificate $URL\n'),
        (Language.PYTHON, "if not check_cert:\n    x = 1\n    ctx.verify_mode = ssl.CERT_NONE\n"),
        (Language.PYTHON, "if verify:\n    a()\nelse:\n    conn.cert_reqs = 'CERT_NONE'\n"),
        (Language.PYTHON, "ctx.verify_mode = ssl.CERT_NONE if insecure else ssl.CERT_REQUIRED\n"),
        (Language.PYTHON, "def get(url, verify=False):\n    pass\n"),
    ],
)
def test_what_the_owner_chooses_is_marked(language: Language, code: str) -> None:
    assert [one.chosen for one in unchecked_tls(code, language)] == [True]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        (Language.PERL, "my %o = (\n Listen => 5,\n SSL_verify_mode => 0x00,\n SSL_key_file => $key,\n);\n", 0),
        (Language.PERL, "my %o = (\n PeerAddr => $host,\n SSL_verify_mode => 0x00,\n SSL_key_file => $key,\n);\n", 1),
        (Language.PYTHON, "c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\nc.verify_mode = ssl.CERT_NONE\n", 0),
        (Language.PYTHON, "c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\nc.verify_mode = ssl.CERT_NONE\n", 1),
        (Language.JAVASCRIPT, "const o = {\n requestCert: true,\n rejectUnauthorized: false,\n};\n", 0),
    ],
)
def test_a_server_need_not_ask_its_callers_for_a_certificate(language: Language, text: str, found: int) -> None:
    assert len(list(unchecked_tls(text, language))) == found


def test_defaults_of_a_server_ask_nobody_for_a_certificate() -> None:
    text = 'local defaults = {\n  verify = "none";\n  options = {\n    cipher_server_preference = true;\n  };\n};\n'

    assert list(unchecked_tls(text, Language.LUA)) == []


def test_a_default_of_a_parameter_is_the_callers_choice() -> None:
    code = "import ssl\ndef open(host,\n         cert_reqs=ssl.CERT_NONE):\n    pass\n"
    call = "import ssl\ndef open(host):\n    s = ssl.wrap_socket(host,\n         cert_reqs=ssl.CERT_NONE)\n"

    assert [[one.chosen for one in unchecked_tls(text, Language.PYTHON)] for text in (code, call)] == [[True], [False]]


def test_a_condition_is_found_behind_lines_that_are_out_of_step() -> None:
    text = (
        "<?php\nif (cfg('verify_peer')) {\n  $o = a();\n\n$path = cfg('path');\nif ($path)\n  $o['cafile'] = $path;\n"
        "} else {\n  $o = array('verify_peer' => false);\n}\n"
    )

    assert [one.chosen for one in unchecked_tls(text, Language.PHP)] == [True]
