"""``threats.yaml``: strict reading, every fault at once, and nothing hostile gets further."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.threat import DecisionKind
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.threat_rules import threat_rules
from fairmark.workflows.threat_edits import MAX_BYTES, MOST_FAULTS, Edits, read_edits

SIGNED = 'reason: "a reason that is long enough", owner: QA lead, date: 2026-11-24'


def read(text: str | bytes) -> Edits:
    content = text.encode() if isinstance(text, str) else text
    return read_edits(content, "threats.yaml", threat_rules(), vocabulary())


def test_an_empty_file_and_empty_headings_decide_nothing() -> None:
    assert read("") == Edits()
    assert read("decisions:\nthreats:\n") == Edits()


def test_everything_an_engineer_may_say_is_read() -> None:
    edits = read(
        f"""
decisions:
  - {{threat: "a@b", decision: mitigated_elsewhere, reference: "DOC-7", review: 2027-01-01, {SIGNED}}}
entry_points:
  - {{id: app, title: App, kind: account, {SIGNED}}}
threats:
  - {{id: own, title: T, stride: spoofing, entry: "own:app", scenarios: [takeover], weaknesses: [no-mfa], {SIGNED}}}
requirements:
  - {{point: I.2.g, applies: false, {SIGNED}}}
"""
    )

    assert edits.decisions[0].decision is DecisionKind.MITIGATED_ELSEWHERE
    assert edits.entry_points[0].kind == "account"
    assert edits.threats[0].weaknesses == ("no-mfa",)
    assert edits.requirements[0].point == "I.2.g"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('decisions: [{threat: "a@b", decision: accept}]', "decisions.0.reason: is missing"),
        (f'decisions: [{{threat: "a@b", decision: ignore, {SIGNED}}}]', "expected 'accept', 'mitigated_elsewhere'"),
        (f'decisions: [{{threat: "a@b", decision: mitigated_elsewhere, {SIGNED}}}]', "needs a reference"),
        ('decisions: [{threat: "a@b", decision: accept, reason: short, owner: x, date: 2026-01-01}]', "at least 10"),
        (
            'decisions: [{threat: "a@b", decision: accept, reason: "long enough now", owner: x, date: soon}]',
            "decisions.0.date",
        ),
        (f'decisions: [{{threat: "a@b", decision: accept, q: 1, {SIGNED}}}]', "decisions.0.q: is not a field"),
        ("decisons: []", "decisons: is not a field"),
        (f"decisions: [{', '.join([f'{{threat: t, decision: accept, {SIGNED}}}'] * 2)}]", "t stands 2 times"),
        (f"entry_points: [{{id: app, title: A, kind: acount, {SIGNED}}}]", "did you mean account?"),
        (f'entry_points: [{{id: "a b", title: A, kind: account, {SIGNED}}}]', "entry_points.0.id"),
        (
            f"threats: [{{id: a, title: A, stride: spoofing, entry: b, scenarios: [takover], {SIGNED}}}]",
            "did you mean takeover?",
        ),
        (
            f"threats: [{{id: a, title: A, stride: spoofing, entry: b, scenarios: [takeover], weaknesses: [nothing], {SIGNED}}}]",
            "nothing is no weakness",
        ),
        (f"threats: [{{id: a, title: A, stride: lying, entry: b, scenarios: [takeover], {SIGNED}}}]", "stride"),
        (f"requirements: [{{point: I.2.g, applies: true, {SIGNED}}}]", "requirements.0.applies"),
        ("decisions: yes", "decisions"),
        ("decisions: {a: 1}", "decisions"),
        ("- a", "must hold fields"),
        ("a: 1\na: 2", "stands here twice"),
        ("a: &x [1]\nb: *x", "aliases are not accepted"),
        ("decisions: !!python/object:os.system {}", "not readable as YAML"),
        ("decisions: [" * 3000, "not readable as YAML"),
        (b"\xff\xfe\x00", "not readable as YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str | bytes, expected: str) -> None:
    with pytest.raises(WrongUsageError) as caught:
        read(text)

    assert expected in caught.value.message
    assert caught.value.hint


def test_a_file_of_many_bytes_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(WrongUsageError, match="larger than"):
        read(b"#" * (MAX_BYTES + 1))


def test_faults_without_end_are_counted_and_the_first_are_shown() -> None:
    rows = "\n".join(f"  - {{threat: t{number}}}" for number in range(200))

    with pytest.raises(WrongUsageError) as caught:
        read(f"decisions:\n{rows}\n")

    assert len(caught.value.message.splitlines()) == MOST_FAULTS + 2
    assert "more" in caught.value.message.splitlines()[-1]


def test_a_fault_shows_no_control_characters() -> None:
    with pytest.raises(WrongUsageError) as caught:
        read('"a\\u001b[31m": 1')

    assert "\x1b" not in caught.value.message
