"""Scripts and pages: grades, reach, and that no secret leaves."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.scripts import DETECTOR
from fairmark.examine.services import started_services
from fairmark.model.finding import Confidence, Detection, Reach
from fairmark.model.gap import GapReason
from fairmark.model.vocabulary import vocabulary
from tests.doubles.start_files import started
from tests.doubles.subjects import subject

INJECTION = b'#!/bin/sh\neval "$QUERY_STRING"\n'


def look(files: dict[str, bytes]) -> Detection:
    return DETECTOR.detect(subject(files))


def served(files: dict[str, bytes]) -> Detection:
    """Look at a device whose busybox serves /www."""
    made = started("httpd -h /www\n", dict(files), applets=("httpd",))
    return DETECTOR.detect(replace(made, services=started_services(made)))


@pytest.mark.parametrize("rule", DETECTOR.rules, ids=lambda rule: rule.id)
def test_every_rule_is_documented_and_names_a_known_weakness(rule: object) -> None:
    assert rule.weakness in vocabulary().weaknesses
    assert all((rule.what, rule.false_positives, rule.fix, rule.cwe))


def test_a_flow_in_a_served_page_is_proven_and_shows_the_chain() -> None:
    found = served({"/www/cgi-bin/a": INJECTION})

    (finding,) = found.findings
    quotes = {one.where.quote for one in found.evidence if one.id in finding.evidence}
    assert (finding.rule, finding.confidence, finding.reach) == (
        "script-command-injection",
        Confidence.A,
        Reach.EXPOSED,
    )
    assert {'eval "$QUERY_STRING"', "httpd -h /www"} <= quotes


def test_the_same_flow_where_nothing_runs_it_is_strong_only() -> None:
    (finding,) = look({"/usr/lib/a.sh": INJECTION}).findings

    assert (finding.confidence, finding.reach) == (Confidence.B, Reach.PRESENT)


def test_a_sample_is_a_hint() -> None:
    (finding,) = look({"/usr/share/doc/a/a.sh": INJECTION}).findings

    assert finding.confidence is Confidence.C


def test_a_filtered_flow_is_a_hint() -> None:
    page = b'#!/bin/sh\na=$(echo "$QUERY_STRING" | sed \'s/[;|]//g\')\neval "x $a"\n'

    (finding,) = served({"/www/cgi-bin/a": page}).findings

    assert finding.confidence is Confidence.C


def test_a_setting_counts_only_when_a_page_stores_it() -> None:
    runs = b'#!/bin/sh\nh=$(nvram get host)\neval "ping $h"\n'
    stores = b'#!/bin/sh\nnvram set host="$QUERY_STRING"\n'

    alone = look({"/usr/bin/a.sh": runs}).findings
    both = look({"/usr/bin/a.sh": runs, "/www/cgi-bin/b": stores}).findings

    assert [one.confidence for one in alone] == [Confidence.C]
    assert [one.confidence for one in both] == [Confidence.B]


def test_one_line_is_no_injection_and_traversal_at_once() -> None:
    page = b'#!/bin/sh\nsh -c "cat $QUERY_STRING"\ncat "$QUERY_STRING"\n'

    assert [one.rule for one in look({"/www/cgi-bin/a": page}).findings] == [
        "script-command-injection",
        "script-path-from-request",
    ]


def test_a_credential_that_the_keys_detector_reports_is_not_reported_again() -> None:
    line = b"#!/bin/sh\nuser=dev\nwget --user=dev --password=Kq83xPz1 https://a.example/\n"

    assert look({"/usr/bin/a.sh": line}).findings == ()


def test_no_secret_leaves() -> None:
    script = (
        b"#!/bin/sh\nsshpass -p 'Kq83xPz1' ssh a@b\n"
        b'if [ "$QUERY_STRING" = "op3nup-Now" ]; then telnetd; fi\n'
        b'curl -H "Authorization: Basic YWRtaW46c2VjcmV0MTI=" https://a.example\n'
    )

    shown = str(look({"/www/cgi-bin/a": script}))

    assert "script-hardcoded-credential" in shown
    assert "script-back-door" in shown
    assert not any(secret in shown for secret in ("Kq83xPz1", "op3nup-Now", "YWRtaW46c2VjcmV0MTI="))


def test_tls_that_the_owner_may_choose_is_a_hint_and_a_library_too() -> None:
    chosen = b'#!/bin/sh\nif [ -n "$insecure" ]; then\n  curl -k "$URL"\nfi\n'
    library = b"import requests\nrequests.get('https://a.example', verify=False)\n"

    found = look({"/usr/bin/a.sh": chosen, "/usr/lib/python3/dist-packages/a.py": library}).findings

    assert [one.confidence for one in found] == [Confidence.C, Confidence.C]


def test_a_page_that_resets_without_asking_is_a_hint() -> None:
    page = b"#!/bin/sh\necho\n/sbin/reboot\n"

    (finding,) = served({"/www/cgi-bin/boot": page}).findings

    assert (finding.rule, finding.confidence, finding.reach) == ("script-without-login", Confidence.C, Reach.EXPOSED)


def test_a_predictable_temporary_file_is_a_hint() -> None:
    (finding,) = look({"/usr/bin/a.sh": b"#!/bin/sh\ndate > /tmp/a.$$\n"}).findings

    assert (finding.rule, finding.confidence) == ("script-temporary-file", Confidence.C)


def test_the_same_image_gives_the_same_findings() -> None:
    files = {f"/www/cgi-bin/{name}": INJECTION + b"chmod 777 /etc/x\ncurl -k https://a.example\n" for name in "cab"}

    assert look(files) == look(dict(reversed(files.items())))


def test_an_image_without_scripts_is_silent() -> None:
    assert look({"/etc/passwd": b"root:x:0:0::/:/bin/sh\n"}) == Detection()


def test_what_is_not_judged_because_too_much_was_found_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairmark.examine.detectors.scripts._MOST_FINDINGS", 1)
    page = b'#!/bin/sh\neval "$QUERY_STRING"\n'

    found = DETECTOR.detect(subject({f"/www/cgi-bin/{name}": page for name in ("a", "b", "c")}))

    assert len({one.title for one in found.findings}) == 1
    assert [(gap.where, gap.reason) for gap in found.gaps] == [("/www/cgi-bin/b", GapReason.LIMIT)]
    assert "2 more scripts were not judged" in found.gaps[0].detail
