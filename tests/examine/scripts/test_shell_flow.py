"""Input followed through shell scripts."""

import pytest

from fairmark.examine.scripts.flow import Harm, Via
from fairmark.examine.scripts.shell_flow import follow_shell

HEAD = "#!/bin/sh\n"


def found(code: str, *, page: bool = False) -> list[tuple[Harm, str, bool]]:
    return [(one.harm, one.sink, one.origin.weak) for one in follow_shell(HEAD + code, is_page=page).flows]


REACHES = [
    'eval "$QUERY_STRING"',
    "eval `echo $QUERY_STRING | tr '&' ';'`",
    'a=${QUERY_STRING#a=}\nsh -c "x $a"',
    'echo "$HTTP_COOKIE" | sed s/x// | bash',
    'a=$(echo "$QUERY_STRING" | cut -d= -f2)\n$a',
    'read -n $CONTENT_LENGTH b\neval "$b"',
    "b=`dd bs=1 count=$CONTENT_LENGTH 2>/dev/null`\neval $b",
    'get() { echo "$QUERY_STRING" | sed -n "s/^$1=//p"; }\neval "x $(get a)"',
    'run() { sh -c "$1"; }\nrun "x $QUERY_STRING"',
    "for p in $(echo $QUERY_STRING | tr '&' ' '); do\n eval \"$p\"\ndone",
    "set -- $QUERY_STRING\neval $1",
    'echo "$QUERY_STRING" > /tmp/x.sh\nsh /tmp/x.sh',
    'echo "$QUERY_STRING" | while read l; do eval "$l"; done',
    'case $QUERY_STRING in a=*) eval "$QUERY_STRING";; esac',
    'if [ "$QUERY_STRING" != "" ]; then eval "$QUERY_STRING"; fi',
    'echo "$QUERY_STRING" | awk \'{ system("ping " $1) }\'',
    'HTTP_COOKIE="${HTTP_COOKIE:-none}"\neval "$HTTP_COOKIE"',
    'given="${HTTP_COOKIE:-none}"\nHTTP_COOKIE=none\neval "$given"',
]
STOPPED = [
    'HTTP_REQUEST_URL=/x\nHTTP_REQUEST="GET $HTTP_REQUEST_URL HTTP/1.1"\neval "printf \'$HTTP_REQUEST\' | nc"',
    'ping "$QUERY_STRING"',
    "ping $QUERY_STRING",
    'a="$QUERY_STRING"\necho "$a"',
    'a=$(echo "$QUERY_STRING" | tr -cd \'0-9\')\neval "x $a"',
    'a=$(echo "$QUERY_STRING" | sed \'s/[^a-z]//g\')\neval "x $a"',
    'a=$(echo "$QUERY_STRING" | grep -oE \'[0-9]+\')\neval "x $a"',
    'a=$(echo "$QUERY_STRING" | sed -n \'s/a=\\([0-9]*\\).*/\\1/p\')\neval "x $a"',
    'case "$QUERY_STRING" in *[!0-9]*) exit 1;; esac\neval "x $QUERY_STRING"',
    'case "$QUERY_STRING" in a|b) eval "x $QUERY_STRING";; esac',
    'case "$QUERY_STRING" in a|b) ;; *) exit 1;; esac\neval "x $QUERY_STRING"',
    '[ "$QUERY_STRING" = a ] && eval "x $QUERY_STRING"',
    '[ "$QUERY_STRING" = a ] || exit 1\neval "x $QUERY_STRING"',
    '[ "$QUERY_STRING" = a ] || [ "$QUERY_STRING" = b ] || { echo no; exit 1; }\neval "x $QUERY_STRING"',
    'if [ "$QUERY_STRING" != a ]; then exit; fi\neval "x $QUERY_STRING"',
    'if [ "$QUERY_STRING" = a ]; then eval "x $QUERY_STRING"; fi',
    '[ "$QUERY_STRING" -gt 0 ] || exit\neval "x $QUERY_STRING"',
    'echo "$QUERY_STRING" | grep -qE "^[a-z]+$" || exit 1\neval "x $QUERY_STRING"',
    'is_valid "$QUERY_STRING" || exit 1\neval "x $QUERY_STRING"',
    'ok() { case "$1" in *[!a-z]*) return 1;; esac; }\nok "$QUERY_STRING" || exit\neval "x $QUERY_STRING"',
    'a=${QUERY_STRING//[^0-9]/}\neval "x $a"',
    'eval "x ${#QUERY_STRING}"',
    "a=$QUERY_STRING\na=b\neval $a",
    'run() { "$@"; }\nrun ping "$QUERY_STRING"',
]


@pytest.mark.parametrize("code", REACHES)
def test_input_reaches_a_shell(code: str) -> None:
    assert [one for one in found(code) if one[0] is not Harm.READ and not one[2]]


@pytest.mark.parametrize("code", STOPPED)
def test_quoting_and_checks_stop_it(code: str) -> None:
    assert [one for one in found(code) if not one[2]] == []


@pytest.mark.parametrize(
    ("code", "harm"),
    [
        ('cat "/var/log/$QUERY_STRING"', Harm.READ),
        ('dd if="/x/$QUERY_STRING"', Harm.READ),
        ('while read l; do :; done < "$QUERY_STRING"', Harm.READ),
        ('rm -f "/x/$QUERY_STRING"', Harm.WRITE),
        ('echo a > "/x/$QUERY_STRING"', Harm.WRITE),
        ('wget -O "/x/$QUERY_STRING" http://a.example', Harm.WRITE),
    ],
)
def test_paths_of_the_request(code: str, harm: Harm) -> None:
    assert {one[0] for one in found(code)} == {harm}


def test_the_last_part_of_a_path_is_harmless() -> None:
    assert found('cat "/x/$(basename "$QUERY_STRING")"') == []
    assert found('a=${QUERY_STRING##*/}\ncat "/x/$a"') == []


def test_a_filter_of_some_signs_leaves_a_hint() -> None:
    assert found('a=$(echo "$QUERY_STRING" | sed \'s/[;|]//g\')\neval "x $a"') == [(Harm.COMMAND, "eval", True)]


def test_standard_input_is_a_request_only_in_a_page() -> None:
    script = "echo 'Content-type: text/plain'\nread a\neval $a\n"

    assert found(script) == []
    assert found(script, page=True) == [(Harm.COMMAND, "eval", False)]


def test_settings_are_origins_of_their_own_and_what_pages_store_is_told() -> None:
    flows = follow_shell(HEAD + 'nvram set host="$QUERY_STRING"\na=$(nvram get host)\neval "x $a"\n')

    assert [(one.origin.via, one.origin.name) for one in flows.flows] == [(Via.SETTING, "host")]
    assert [one.name for one in flows.stored] == ["host"]


def test_fixed_words_that_input_is_compared_with_are_kept() -> None:
    flows = follow_shell(HEAD + 'if [ "$QUERY_STRING" = "open-sesame" ]; then telnetd; fi\n')

    assert [(one.line, one.literal) for one in flows.compared] == [(2, "open-sesame")]


def test_fields_of_haserl_are_input_there_and_nowhere_else() -> None:
    assert [one.harm for one in follow_shell('#haserl\neval "$POST_a"\n').flows] == [Harm.COMMAND]
    assert found('eval "$POST_a"') == []


def test_nested_substitutions_end() -> None:
    assert isinstance(found("a=" + "$(echo " * 200 + "$QUERY_STRING" + ")" * 200), list)
