"""Web servers."""

import pytest

from fairmark.examine.detectors.web_servers import DETECTOR
from tests.doubles.settings import device, graded


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("lighttpd", {"/etc/lighttpd.conf": 'server.bind = "127.0.0.1"\nserver.document-root = "/"\n'}, []),
        ("lighttpd", {"/etc/lighttpd.conf": 'server.document-root = "/www"\n'}, []),
        (
            "lighttpd -f /tmp/l.conf",
            {"/etc/lighttpd.conf": 'server.document-root = "/"\n'},
            [("web-root-too-wide", "C")],
        ),
        ("nginx", {"/etc/nginx/nginx.conf": "http { server { listen 80; root /; } }"}, [("web-root-too-wide", "A")]),
        ("nginx", {"/etc/nginx/nginx.conf": "http { server { listen 80; root /srv; } }"}, []),
        ("boa", {"/etc/boa.conf": "Port 80\nDocumentRoot /mnt\n"}, [("web-root-too-wide", "B")]),
        ("thttpd -C /etc/thttpd.conf", {"/etc/thttpd.conf": "dir=/\n"}, [("web-root-too-wide", "A")]),
        ("thttpd -C /etc/thttpd.conf", {"/etc/thttpd.conf": "dir=/www\n"}, []),
        (
            "goahead /www",
            {"/etc/goahead/auth.txt": "user name=admin password=admin roles=x\n"},
            [("web-default-password", "A")],
        ),
        ("goahead /www", {"/etc/goahead/auth.txt": "user name=admin password=qq91-unknown roles=x\n"}, []),
    ],
)
def test_what_a_server_gives_out(command: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    program = f"/usr/sbin/{command.split(maxsplit=1)[0]}"

    assert graded(DETECTOR, device(f"{command}\n", files, programs=(program,))) == expected


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("httpd -h /", {}, [("web-root-too-wide", "A")]),
        ("httpd -h /www", {}, []),
        ("httpd -h / -p 127.0.0.1:80", {}, []),
        ("httpd -h / -c /etc/h.conf", {"/etc/h.conf": "/:admin:$1$a$b\n"}, []),
    ],
)
def test_the_applet_of_busybox(script: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert graded(DETECTOR, device(f"{script}\n", files, applets=("httpd",))) == expected


def test_a_login_without_tls_is_a_hint() -> None:
    text = "http { server { listen 80; root /srv; auth_basic x; auth_basic_user_file /data/u; } }"

    assert graded(DETECTOR, device("nginx\n", {"/etc/nginx/nginx.conf": text}, programs=("/usr/sbin/nginx",))) == [
        ("web-login-plain", "C")
    ]


def test_a_crypt_hash_in_a_usual_file_is_left_to_the_accounts() -> None:
    text = "http { server { listen 443 ssl; auth_basic x; auth_basic_user_file /etc/.htpasswd; } }"
    files = {
        "/etc/nginx/nginx.conf": text,
        "/etc/.htpasswd": "admin:$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/\nroot:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n",
    }

    found = graded(DETECTOR, device("nginx\n", files, programs=("/usr/sbin/nginx",)))

    assert found == [("web-default-password", "A")]
