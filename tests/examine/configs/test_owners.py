"""Who reads settings of a maker's own."""

import pytest

from fairmark.examine.configs.inspection import Inspection
from fairmark.examine.configs.owners import Owners, settings_files
from fairmark.model.finding import Confidence
from tests.doubles.elves import elf
from tests.doubles.settings import device


def owner(script: str, path: str, **files: str | bytes) -> tuple[str, Confidence] | None:
    contents = {"/opt/cam/ipcd": files.pop("program", elf(imports=("listen",))), path: "auth=0\n", **files}
    look = Inspection(device(script, contents))
    file = look.text_file(path, "")
    assert file is not None
    found = Owners(look).of(file)
    return (found.run.program, found.confidence) if found else None


@pytest.mark.parametrize(
    ("script", "path", "confidence"),
    [
        ("/opt/cam/ipcd -x /opt/cam/settings.dat\n", "/opt/cam/settings.dat", Confidence.A),
        ("/opt/cam/ipcd --file=/mnt/a.ini\n", "/mnt/a.ini", Confidence.A),
        ("/opt/cam/ipcd\n", "/etc/ipcd.json", Confidence.A),
        ("/opt/cam/ipcd\n", "/etc/ipc/main.ini", Confidence.B),
    ],
)
def test_arguments_and_names_say_who_reads_a_file(script: str, path: str, confidence: Confidence) -> None:
    assert owner(script, path) == ("ipcd", confidence)


def test_a_program_that_holds_the_path_reads_the_file() -> None:
    program = elf(imports=("listen",), payload=b"\0/mnt/mtd/net.cfg\0")

    assert owner("/opt/cam/ipcd\n", "/mnt/mtd/net.cfg", program=program) == ("ipcd", Confidence.A)


def test_a_program_that_is_not_started_reads_nothing() -> None:
    assert owner("true\n", "/etc/ipcd.json") is None
    assert owner("/opt/cam/ipcd\n", "/etc/other.json") is None


def test_a_script_that_starts_or_a_served_page_uses_a_file() -> None:
    files = {"/etc/ui.conf": "a=1\n", "/etc/old.conf": "a=1\n", "/www/cgi-bin/x.cgi": "#!/bin/sh\n. /etc/ui.conf\n"}
    look = Inspection(device("httpd -h /www\n# /etc/old.conf\n", files, applets=("httpd",)))
    owners = Owners(look)

    used = [
        path
        for path in ("/etc/ui.conf", "/etc/old.conf")
        if (file := look.text_file(path, "")) and owners.is_used_by_script(file)
    ]

    assert used == ["/etc/ui.conf"]


def test_documents_pages_and_scripts_are_no_settings() -> None:
    files = {
        "/etc/a.ini": "pass=1",
        "/usr/share/doc/a.ini": "pass=1",
        "/www/a.js": "pass=1",
        "/bin/a": "#!/bin/sh\npass=1",
    }

    assert [one.path for one in settings_files(device("true\n", files), "pass")] == ["/etc/a.ini"]
