"""A file is as near as the started service that names it."""

from dataclasses import replace

import pytest

from fairmark.examine.naming import nearest
from fairmark.model.finding import Reach
from tests.doubles.subjects import service, subject

WEB = service("/usr/sbin/webd", ports=("tcp/443",))


@pytest.mark.parametrize(
    ("files", "reach"),
    [
        ({"/etc/webd.conf": b"key = /etc/a.key\n"}, Reach.EXPOSED),
        ({"/etc/webd.conf": b"# key = /etc/a.key\n"}, Reach.PRESENT),
        ({"/etc/other.conf": b"key = /etc/a.key\n"}, Reach.PRESENT),
    ],
)
def test_settings_of_the_program_count_unless_they_are_comments(files: dict[str, bytes], reach: Reach) -> None:
    made = subject({"/etc/a.key": b"x", **files}, services=(WEB,))

    assert nearest(made, made.by_path["", "/etc/a.key"]) is reach


def test_arguments_count_and_the_nearest_service_decides() -> None:
    inner = replace(service("/usr/bin/agent", ports=()), arguments="--key=/etc/a.key")
    outer = replace(WEB, arguments="-k /etc/a.key")
    made = subject({"/etc/a.key": b"x"}, services=(inner,))
    both = subject({"/etc/a.key": b"x"}, services=(inner, outer))

    assert nearest(made, made.by_path["", "/etc/a.key"]) is Reach.STARTED
    assert nearest(both, both.by_path["", "/etc/a.key"]) is Reach.EXPOSED


def test_host_keys_belong_to_their_servers() -> None:
    made = subject({"/etc/dropbear/dropbear_rsa_host_key": b"x"}, services=(service("/usr/sbin/dropbear"),))

    assert nearest(made, made.files[0]) is Reach.EXPOSED
