from fairmark.model.finding import Confidence, Finding, Reach, Severity
from fairmark.workflows.changed_findings import Pairing, paired
from tests.doubles.assessments import HTTPD, INIT, KEY, PASSWORD, SHADOW, TELNET, assessment, evidence, finding


def compared(old: tuple[Finding, ...], new: tuple[Finding, ...], *more: object) -> Pairing:
    proofs = (SHADOW, INIT, KEY, HTTPD, *more)
    return paired(assessment(findings=old, evidence=proofs), assessment(findings=new, evidence=proofs))


def test_what_is_new_is_worse_and_what_is_gone_is_better() -> None:
    found = compared((PASSWORD,), (TELNET,))

    assert [(one.title, one.was) for one in found.worse] == [(TELNET.title, "not there")]
    assert [(one.title, one.now) for one in found.better] == [(PASSWORD.title, "not there")]
    assert found.same == 0


def test_the_same_finding_is_the_same() -> None:
    found = compared((PASSWORD, TELNET), (TELNET, PASSWORD))

    assert (found.worse, found.better, found.same) == ((), (), 2)


def test_a_flaw_in_a_file_that_was_rebuilt_is_the_same_flaw() -> None:
    rebuilt = evidence("/etc/shadow", SHADOW.statement, sha256="b" * 64)
    moved = finding(PASSWORD.title, rebuilt)

    found = compared((PASSWORD,), (moved,), rebuilt)

    assert PASSWORD.id != moved.id
    assert (found.worse, found.better, found.same) == ((), (), 1)


def test_a_count_in_a_title_that_changed_is_no_new_flaw() -> None:
    old = finding("No RELRO: 1 of 3 programs", HTTPD, rule="binary-no-relro")
    new = finding("No RELRO: 2 of 3 programs", HTTPD, KEY, rule="binary-no-relro")

    assert compared((old,), (new,)).same == 1


def test_of_two_flaws_of_one_rule_each_finds_its_own_place() -> None:
    first = finding("line 1", SHADOW, rule="r")
    second = finding("line 2", KEY, rule="r")
    now = finding("line 3", KEY, rule="r")

    found = compared((first, second), (now,))

    assert [one.title for one in found.better] == ["line 1"]
    assert found.same == 1


def test_a_flaw_of_the_same_rule_elsewhere_is_new() -> None:
    found = compared((finding("one", SHADOW, rule="r"),), (finding("other", KEY, rule="r"),))

    assert (len(found.worse), len(found.better)) == (1, 1)


def test_a_published_flaw_follows_its_component_through_versions() -> None:
    old = finding("CVE-2026-0001 in zlib 1.2.11", HTTPD, cve="CVE-2026-0001", rule="known-vulnerability")
    new = finding("CVE-2026-0001 in zlib 1.2.12", KEY, cve="CVE-2026-0001", rule="known-vulnerability")
    other = finding("CVE-2026-0001 in minizip 1.2.12", KEY, cve="CVE-2026-0001", rule="known-vulnerability")

    assert compared((old,), (new,)).same == 1
    assert compared((old,), (other,)).same == 0


def test_graver_nearer_or_exploited_is_worse_and_the_reverse_better() -> None:
    low = {"severity": Severity.LOW, "confidence": Confidence.B, "reach": Reach.PRESENT}
    mild = finding("a flaw", HTTPD, **low)
    for change in ({"severity": Severity.HIGH}, {"confidence": Confidence.A}, {"reach": Reach.EXPOSED}, {"kev": True}):
        grave = finding("a flaw", HTTPD, **(low | change))

        assert len(compared((mild,), (grave,)).worse) == 1, change
        assert len(compared((grave,), (mild,)).better) == 1, change


def test_a_hint_that_comes_or_goes_is_no_news() -> None:
    hint = finding("perhaps", HTTPD, confidence=Confidence.C)

    assert compared((), (hint,)) == compared((hint,), ()) == Pairing((), (), 0)


def test_an_absurd_number_of_findings_is_compared_in_the_time_of_few() -> None:
    old = tuple(finding(f"old {number}", HTTPD, rule="r") for number in range(3_000))
    new = tuple(finding(f"new {number}", KEY, rule="r") for number in range(3_000))

    found = compared(old, new)

    assert len(found.worse) == len(found.better) == 3_000
