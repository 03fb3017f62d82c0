"""Fixed words that let a caller in."""

import pytest

from fairmark.examine.scripts.flow import Compared
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.reading import fixed_words, read_script


@pytest.mark.parametrize(
    ("name", "literal", "after", "expected"),
    [
        ("QUERY_STRING", "opensesame", "telnetd &", [False]),
        ("enable", "enable", "telnetd &", []),
        ("QUERY_STRING", "opensesame", "echo ok", []),
        ("$_POST[password]", "W8king", "login();", [True]),
        ("$_POST[password]", "letmein", "login();", [True]),
        ("$_POST[password_mode]", "userdefined", "login();", []),
        ("HTTP_USER_AGENT", "tool-77af", "ok=1", [False]),
        ("HTTP_USER_AGENT", "Mozilla", "ok=1", []),
        ("HTTP_X_REQUESTED_WITH", "XMLHttpRequest", "ok=1", []),
    ],
)
def test_words_that_open_are_told_from_choices(name: str, literal: str, after: str, expected: list[bool]) -> None:
    found = fixed_words((Compared(name, 1, literal),), f"if x == y\n{after}\n")

    assert [one.is_password for one in found] == expected


def test_every_language_has_its_reader() -> None:
    codes = {
        Language.SHELL: 'eval "$QUERY_STRING"',
        Language.LUA: "os.execute(luci.http.formvalue('a'))",
        Language.PYTHON: "import os\nos.system(request.args['a'])",
        Language.PHP: "<?php system($_GET['a']);",
        Language.PERL: "use CGI; system(param('a'));",
        Language.JAVASCRIPT: "require('child_process').exec(req.query.a)",
    }

    assert {language for language, code in codes.items() if read_script("/www/a", code, language).flows} == set(
        Language
    )
