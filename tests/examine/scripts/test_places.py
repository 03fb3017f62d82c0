"""Where a script stands: served, started, or just there."""

from dataclasses import replace

import pytest

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.places import Places
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.finding import Reach
from tests.doubles.start_files import PROGRAM, started

PAGE = b"#!/bin/sh\necho\n"


def reach(made: Subject, path: str, language: Language = Language.SHELL) -> Reach:
    subject = replace(made, services=started_services(made))
    item = subject.file(path)
    assert item is not None
    return Places(subject).standing(item, language).reach


@pytest.mark.parametrize(
    ("script", "settings", "path", "expected"),
    [
        ("httpd -h /web\n", {}, "/web/cgi-bin/a", Reach.EXPOSED),
        ("httpd -h /web\n", {}, "/www/cgi-bin/a", Reach.PRESENT),
        ("httpd\n", {}, "/www/cgi-bin/a", Reach.EXPOSED),
        ("httpd -p 127.0.0.1:80 -h /web\n", {}, "/web/cgi-bin/a", Reach.PRESENT),
        ("httpd\n", {"/etc/httpd.conf": b"H:/srv/pages\n"}, "/srv/pages/cgi-bin/a", Reach.EXPOSED),
        (
            "/usr/sbin/boa\n",
            {"/etc/boa/boa.conf": b"DocumentRoot /a\nScriptAlias /cgi-bin/ /b/\n"},
            "/b/a",
            Reach.EXPOSED,
        ),
        (
            "/usr/sbin/lighttpd -f /etc/l.conf\n",
            {"/etc/l.conf": b'server.document-root = "/d/"\nserver.port = 80\n'},
            "/d/a",
            Reach.EXPOSED,
        ),
        (":\n", {}, "/www/cgi-bin/a", Reach.PRESENT),
    ],
)
def test_a_page_is_as_near_as_the_server_that_serves_its_folder(
    script: str, settings: dict[str, bytes], path: str, expected: Reach
) -> None:
    programs = {"/usr/sbin/boa": PROGRAM, "/usr/sbin/lighttpd": PROGRAM}
    made = started(script, {**programs, **settings, path: (PAGE, 0o755)}, applets=("httpd",))

    assert reach(made, path) is expected


def test_a_script_that_init_runs_is_started() -> None:
    made = started(
        "/usr/bin/job.sh\n[ -f /proc/x ] && /usr/bin/perhaps.sh\n",
        {"/usr/bin/job.sh": PAGE, "/usr/bin/perhaps.sh": PAGE},
    )

    assert reach(made, "/usr/bin/job.sh") is Reach.STARTED
    assert reach(made, "/usr/bin/perhaps.sh") is Reach.PRESENT


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"app.run(host='0.0.0.0')\n", Reach.EXPOSED),
        (b"app.run(host='127.0.0.1')\n", Reach.STARTED),
        (b"print(1)\n", Reach.STARTED),
    ],
)
def test_a_started_application_is_exposed_when_it_listens(code: bytes, expected: Reach) -> None:
    made = started("/usr/bin/python3 /opt/app.py &\n", {"/usr/bin/python3": PROGRAM, "/opt/app.py": code})

    assert reach(made, "/opt/app.py", Language.PYTHON) is expected
