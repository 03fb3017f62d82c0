"""Perl: input that reaches a shell, and what stops it."""

import pytest

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.perl import PERL
from fairmark.examine.scripts.taint import follow


@pytest.mark.parametrize(
    "code",
    [
        "use CGI;\nmy ($a) = param('a');\nsystem(\"x $a\");",
        "use CGI;\nsub run { my ($c) = @_; return `$c`; }\nrun(param('a'));",
        "if ($ENV{'QUERY_STRING'} =~ /a=(.*)/) { $a = $1; }\nsystem $a;",
    ],
)
def test_input_is_followed_to_the_shell(code: str) -> None:
    found = follow(code, PERL).flows

    assert [one for one in found if one.harm is Harm.COMMAND and not one.origin.weak]


@pytest.mark.parametrize(
    "code",
    [
        "use CGI;\nmy $a = param('a');\nsystem('x', $a);",
        "use CGI;\nmy $a = param('a');\n$a =~ s/[^a-z0-9]//g;\nsystem(\"x $a\");",
        "use CGI;\nmy $a = param('a');\ndie unless $a =~ /^\\d+$/;\nsystem(\"x $a\");",
        "use CGI;\nmy $a = param('a');\nif ($a =~ /^([\\w.-]+)$/) { $a = $1; } else { die; }\nsystem(\"x $a\");",
    ],
)
def test_checks_and_quoting_stop_it(code: str) -> None:
    assert [one for one in follow(code, PERL).flows if not one.origin.weak] == []


@pytest.mark.parametrize(
    ("call", "harm"),
    [
        ('open(F, "|mail $a")', Harm.COMMAND),
        ('open(F, "ls $a |")', Harm.COMMAND),
        ("open(F, '-|', \"ls $a\")", Harm.COMMAND),
        ("open(F, '-|', 'ls', $a)", None),
        ("open(F, '<', \"/x/$a\")", Harm.READ),
        ('open(F, ">/x/$a")', Harm.WRITE),
        ("open(F, '>>', \"/x/$a\")", Harm.WRITE),
    ],
)
def test_open_is_what_its_mode_says(call: str, harm: Harm | None) -> None:
    found = follow(f"use CGI;\nmy $a = param('a');\n{call};", PERL).flows

    assert [one.harm for one in found] == ([harm] if harm else [])
