"""The probe against programs that devices really run: dropbear, mosquitto and lighttpd, on the loopback."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fairmark.examine.known_defaults import Default
from fairmark.examine.probe.adapters.conduct import conduct
from fairmark.examine.probe.order import Conducted, Order, Pace
from fairmark.model.network import Answered, LoginKind, SeenLogin, Slowing
from tests.doubles import probe_servers as servers
from tests.doubles.certificates import certificate, key_of

KNOWN = (Default(4, "admin", "admin"), Default(14, "root", "root"))
_TRIES = 200


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin")
    assert found, f"{name} is missing: run tests/setup/system-packages.sh"
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind((servers.HOST, 0))
        return one.getsockname()[1]


@contextmanager
def running(port: int, *command: str) -> Iterator[None]:
    """Run a server until the end of the block; it is asked for a connection until it takes one."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(_TRIES):
                assert process.poll() is None, command
                with socket.socket() as asker:
                    if asker.connect_ex((servers.HOST, port)) == 0:
                        break
                time.sleep(0.02)
            yield
        finally:
            process.kill()


def asked(port: int, **more) -> Conducted:
    order = Order(
        name=servers.HOST,
        address=servers.HOST,
        tcp=((port, port),),
        udp={},
        known=KNOWN,
        pace=Pace(connect=2.0, greeting=0.4, answer=5.0),
        **more,
    )
    return conduct(order, progress=lambda _text: None, random=servers.words)


def test_dropbear_with_passwords_is_told_from_dropbear_with_keys_alone(tmp_path: Path) -> None:
    key = str(tmp_path / "key")
    subprocess.run([program("dropbearkey"), "-t", "ed25519", "-f", key], check=True, capture_output=True)
    common = (program("dropbear"), "-F", "-E", "-r", key, "-P", str(tmp_path / "pid"))
    open_port, shut_port = free_port(), free_port()

    with running(open_port, *common, "-p", f"{servers.HOST}:{open_port}"):
        passwords = asked(open_port, defaults=True, throttling=True)
    with running(shut_port, *common, "-s", "-p", f"{servers.HOST}:{shut_port}"):
        keys = asked(shut_port, defaults=True, throttling=True)

    (ssh,) = passwords.services
    assert ssh.protocol == "ssh"
    assert ssh.banner.startswith("SSH-2.0-dropbear")
    assert ssh.weak == ()
    assert SeenLogin(kind=LoginKind.PASSWORD, protected=True) in ssh.logins
    assert [one.accepted for one in passwords.defaults] == [()]
    assert [(one.result, one.tries) for one in passwords.throttling] == [(Slowing.NONE, 10)]
    assert keys.services[0].logins == (SeenLogin(kind=LoginKind.KEY, protected=True),)
    assert keys.defaults == keys.throttling == ()


def test_mosquitto_for_anybody_is_told_from_mosquitto_with_a_default_password(tmp_path: Path) -> None:
    words = tmp_path / "words"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", str(words), "admin", "admin"], check=True)
    words.chmod(0o644)
    tmp_path.chmod(0o755)
    found = []
    for name, rule in (("open", "allow_anonymous true"), ("shut", f"allow_anonymous false\npassword_file {words}")):
        port = free_port()
        settings = tmp_path / f"{name}.conf"
        settings.write_text(f"user root\nlistener {port} {servers.HOST}\n{rule}\n")
        with running(port, program("mosquitto"), "-c", str(settings)):
            found.append(asked(port, defaults=True))

    anybody, guarded = found
    assert anybody.services[0].protocol == guarded.services[0].protocol == "mqtt"
    assert anybody.services[0].open_to_all == ("a client without name and password is taken",)
    assert guarded.services[0].open_to_all == ()
    assert [one.accepted for one in guarded.defaults] == [(4,)]


def test_lighttpd_with_tls_a_password_and_a_list_of_files(tmp_path: Path) -> None:
    private = key_of("rsa2048").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(private + certificate("rsa2048", issuer="maker"))
    (tmp_path / "words").write_text("admin:admin\n")
    (tmp_path / "pages").mkdir()
    plain, secured = free_port(), free_port()
    settings = tmp_path / "lighttpd.conf"
    settings.write_text(
        f"""server.document-root = "{tmp_path}/pages"
server.bind = "{servers.HOST}"
server.port = {plain}
server.modules = ("mod_auth", "mod_authn_file", "mod_dirlisting", "mod_openssl")
dir-listing.activate = "enable"
$SERVER["socket"] == "{servers.HOST}:{secured}" {{
  ssl.engine = "enable"
  ssl.pemfile = "{tmp_path}/both.pem"
  ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2", "CipherString" => "ECDHE+AESGCM")
  auth.backend = "plain"
  auth.backend.plain.userfile = "{tmp_path}/words"
  auth.require = ("/" => ("method" => "basic", "realm" => "EC-100", "require" => "valid-user"))
}}
"""
    )

    with running(plain, program("lighttpd"), "-D", "-f", str(settings)):
        clear, safe = asked(plain), asked(secured, defaults=True)

    assert clear.services[0].open_to_all == ("it lists the files of a folder",)
    assert clear.services[0].tells[0].startswith("server header: lighttpd/1.4")
    (web,) = safe.services
    assert web.protocol == "http"
    assert web.names == ("EC-100",)
    assert web.logins == (SeenLogin(kind=LoginKind.BASIC, protected=True),)
    assert web.tls
    assert {label for label, said in web.tls.versions.items() if said is Answered.YES} == {"TLSv1.2", "TLSv1.3"}
    assert set(web.tls.weak_suites.values()) == {Answered.NO}
    assert [one.accepted for one in safe.defaults] == [(4,)]
