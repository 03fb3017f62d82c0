"""A script is believed only where no way through it writes a file that it did not check."""

import pytest

from fairmark.examine.update_gate import Check, gate

FETCH = "curl -fsS -o /tmp/fw https://u.maker.net/fw\ncurl -fsS -o /tmp/fw.sig https://u.maker.net/fw.sig\n"
CHECK = "openssl dgst -sha256 -verify /etc/update.pub -signature /tmp/fw.sig /tmp/fw"
WRITE = "flashcp /tmp/fw /dev/mtd3"

GOOD = {
    "set -e": f"set -e\n{FETCH}{CHECK}\n{WRITE}\nreboot\n",
    "or exit": f"{FETCH}{CHECK} || exit 1\n{WRITE}\n",
    "or a block that exits": f"{FETCH}{CHECK} || {{ logger bad; rm /tmp/fw; exit 1; }}\n{WRITE}\n",
    "if not": f"{FETCH}if ! {CHECK}; then\n  logger bad\n  exit 1\nfi\nlogger good\n{WRITE}\n",
    "if": f"{FETCH}if {CHECK} >/dev/null 2>&1; then\n  {WRITE}\nelse\n  exit 1\nfi\n",
    "and": f"{FETCH}{CHECK} && {WRITE}\n",
    "and and": "curl -o /tmp/fw https://u.maker.net/fw && " + f"{CHECK} && {WRITE} && reboot\n",
    "asked afterwards": f"{FETCH}{CHECK}\nif [ $? -ne 0 ]; then exit 1; fi\n{WRITE}\n",
    "in a loop": f"while true; do\n{FETCH}{CHECK} || continue\n{WRITE}\ndone\n",
    "variables": f"set -e\nFW=/tmp/fw\nKEY=/etc/update.pub\n{FETCH}"
    'openssl dgst -sha256 -verify "$KEY" -signature "$FW.sig" "$FW"\nflashcp "$FW" /dev/mtd3\n',
    "usign": f"{FETCH}usign -V -q -m /tmp/fw -p /etc/update.pub || exit 1\nmtd -r write /tmp/fw firmware\n",
    "dd": f"set -e\n{FETCH}{CHECK}\ndd if=/tmp/fw of=/dev/mmcblk0p2 bs=1M\n",
}
BAD = {
    "no check": f"set -e\n{FETCH}{WRITE}\n",
    "an answer that nobody asks for": f"{FETCH}{CHECK}\n{WRITE}\n",
    "an answer that is told and passed by": f"{FETCH}if {CHECK}; then echo good; else echo bad; fi\n{WRITE}\n",
    "the wrong branch": f"{FETCH}if ! {CHECK}; then\n{WRITE}\nfi\n",
    "the other answer": f"{FETCH}{CHECK}\nif [ $? -eq 0 ]; then exit 1; fi\n{WRITE}\n",
    "or": f"{FETCH}{CHECK} || {WRITE}\n",
    "or true": f"set -e\n{FETCH}{CHECK} || true\n{WRITE}\n",
    "fetched again": f"set -e\n{FETCH}{CHECK}\n{FETCH}{WRITE}\n",
    "fetched to a place that is not seen": f"set -e\n{FETCH}{CHECK}\nwget https://u.maker.net/fw\n{WRITE}\n",
    "another file": f"set -e\n{FETCH}{CHECK}\nflashcp /tmp/other /dev/mtd3\n",
    "copied over": f"set -e\n{FETCH}{CHECK}\ncp /tmp/other /tmp/fw\n{WRITE}\n",
    "written over": f"set -e\n{FETCH}{CHECK}\necho x > /tmp/fw\n{WRITE}\n",
    "a name given anew": f"set -e\nFW=/tmp/fw\n{FETCH}{CHECK.replace(' /tmp/fw', ' $FW')}\nFW=/tmp/b\nflashcp $FW /dev/mtd3\n",
    "a name exported anew": f"set -e\nFW=/tmp/fw\n{FETCH}export FW=/tmp/b\n"
    "openssl dgst -sha256 -verify /etc/update.pub -signature /tmp/s $FW\nflashcp /tmp/fw /dev/mtd3\n",
    "positional parameters set anew": "set -e\nusign -V -m $1 -p /etc/k\nset -- /tmp/b\nflashcp $1 /dev/mtd3\n",
    "set -e taken back": f"set -e\nset +e\n{FETCH}{CHECK}\n{WRITE}\n",
    "in the background": f"set -e\n{FETCH}{CHECK} &\n{WRITE}\n",
    "in a pipe": f"set -e\n{FETCH}{CHECK} | cat\n{WRITE}\n",
    "in a subshell": f"{FETCH}({CHECK} || exit 1)\n{WRITE}\n",
    "in a function": f"install() {{ {WRITE}; }}\nset -e\n{FETCH}{CHECK}\ninstall\n",
    "a function in its name": f"openssl() {{ true; }}\nset -e\n{FETCH}{CHECK}\n{WRITE}\n",
    "an alias in its name": f"alias openssl=true\nset -e\n{FETCH}{CHECK}\n{WRITE}\n",
    "a program of its own": f"set -e\n{FETCH}{CHECK.replace('openssl', '/tmp/openssl')}\n{WRITE}\n",
    "another path": f"PATH=/tmp:$PATH\nset -e\n{FETCH}{CHECK}\n{WRITE}\n",
    "a second writer": f"set -e\n{WRITE}\n{FETCH}{CHECK}\n{WRITE}\n",
    "a loop that writes the second time": f"set -e\n{FETCH}{CHECK}\nwhile true; do {WRITE}; {FETCH}\ndone\n",
    "what another file brings": f"set -e\n. /tmp/settings\n{FETCH}{CHECK}\n{WRITE}\n",
    "only sometimes": f"{FETCH}if [ -f /etc/update.pub ]; then\n{CHECK} || exit 1\nfi\n{WRITE}\n",
    "a pattern": f"set -e\n{FETCH}{CHECK.replace(' /tmp/fw', ' /tmp/f*')}\nflashcp /tmp/f* /dev/mtd3\n",
    "nothing written": FETCH + CHECK,
}


def writes(script: str) -> bool:
    return gate("#!/bin/sh\n" + script).proves(())


@pytest.mark.parametrize("name", GOOD)
def test_a_script_that_cannot_write_what_it_did_not_check(name: str) -> None:
    assert writes(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_a_script_that_may(name: str) -> None:
    assert not writes(BAD[name])


@pytest.mark.parametrize("name", sorted(GOOD))
def test_without_its_check_no_script_is_believed(name: str) -> None:
    lines = [line for line in GOOD[name].splitlines() if "-V" not in line and "-verify" not in line]

    assert not writes("\n".join([*lines, WRITE, ""]))


def test_what_checks_is_told_with_its_key_and_algorithm() -> None:
    assert gate(GOOD["or exit"]).checks == (Check("/tmp/fw", "/etc/update.pub", "SHA-256", 3),)
    assert gate(GOOD["usign"]).checks[0].algorithm == "Ed25519"
    assert gate(GOOD["or exit"].replace("-sha256", "-sha1")).checks[0].algorithm == ""


def test_a_line_that_writes_and_was_not_followed_proves_nothing() -> None:
    assert not gate(GOOD["set -e"]).proves([99])


def test_hostile_scripts_cost_little() -> None:
    deep = "if true; then " * 500 + WRITE + " fi" * 500
    wide = (CHECK + " && ") * 3000 + WRITE

    assert not writes(deep)
    assert gate(wide).installs is not None
