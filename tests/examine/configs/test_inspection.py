"""What a detector notes down."""

from fairmark.examine.configs.inspection import Inspection, joined, where
from fairmark.examine.configs.lines import Setting, directives
from fairmark.examine.rule import Rule
from fairmark.model.finding import Confidence, Reach, Severity
from tests.doubles.settings import device

RULE = Rule(id="r", title="t", weakness="weak-tls", severity=Severity.HIGH, what="w", false_positives="f", fix="x")


def _setting(look: Inspection, path: str = "/etc/x.conf") -> Setting:
    file = look.text_file(path, "")
    assert file is not None
    return directives(file)[0]


def test_the_grade_follows_from_who_reads_the_settings() -> None:
    made = device(
        'snmpd\n[ "$(cat /proc/mode)" = 1 ] && mosquitto\n',
        {"/etc/x.conf": "a 1\n"},
        programs=("/usr/sbin/snmpd", "/usr/sbin/mosquitto"),
    )
    look = Inspection(made)
    one = _setting(look)

    look.flaw(RULE, "started", look.running("snmpd")[0], (one,))
    look.flaw(RULE, "maybe", look.running("mosquitto")[0], (one,))
    look.flaw(RULE, "unread", None, (one,))
    look.flaw(RULE, "init", None, (one,), in_force=True)

    found = {finding.title.partition(";")[0]: finding for finding in look.detection().findings}
    assert {title: (one.confidence, one.reach, one.severity) for title, one in found.items()} == {
        "started": (Confidence.A, Reach.EXPOSED, Severity.HIGH),
        "maybe": (Confidence.B, Reach.PRESENT, Severity.MEDIUM),
        "unread": (Confidence.C, Reach.PRESENT, Severity.MEDIUM),
        "init": (Confidence.A, Reach.STARTED, Severity.HIGH),
    }


def test_a_quoted_line_shows_no_secret() -> None:
    look = Inspection(
        device("true\n", {"/etc/x.conf": "password hunter22\n", "/etc/x.xml": "<p><a>1</a><pw>hunter22</pw></p>"})
    )
    one = _setting(look)
    xml = look.text_file("/etc/x.xml", "")
    assert xml is not None

    quotes = [
        look.seen(one).where.quote,
        look.hidden(one, "s").where.quote,
        look.seen(Setting(xml, 1, "a", "1")).where.quote,
    ]

    assert all("hunter22" not in quote for quote in quotes)


def test_one_rule_cannot_flood_a_report() -> None:
    look = Inspection(device("true\n", {"/etc/x.conf": "a 1\n"}))
    one = _setting(look)

    for number in range(500):
        look.flaw(RULE, f"flaw {number}", None, (one,))

    assert len(look.detection().findings) == 100


def test_names_are_listed_once_and_in_order() -> None:
    look = Inspection(device("true\n", {"/etc/x.conf": "a 1\n"}))

    assert joined(["b", "a", "b"]) == "a, b"
    assert where(_setting(look).file) == "/etc/x.conf"
