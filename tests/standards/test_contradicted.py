"""Which claims the evidence contradicts."""

from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Finding
from fairmark.standards.contradicted import contradicted_claims, failing
from tests.doubles.provisions import device, finding, verdicts

FACTS = {"auth.password": True, "update.software": True}


def against(subject: Device, *found: Finding) -> dict[str, tuple[str, ...]]:
    judged = verdicts(subject, *found).values()
    return {
        f"{one.verdict.catalogue} {one.verdict.provision}": tuple(f.weakness for f in one.findings)
        for one in contradicted_claims(subject, judged, found)
    }


def test_a_claim_of_implementation_against_a_finding_is_contradicted() -> None:
    subject = device(FACTS, {"en303645": {"5.1-1": (True, ""), "5.2-1": (True, "")}})

    assert against(subject, finding("default-password")) == {"en303645 5.1-1": ("default-password",)}


def test_a_claim_that_it_does_not_apply_is_contradicted_too() -> None:
    subject = device(FACTS, {"en303645": {"5.1-1": (None, "no password exists")}})

    assert against(subject, finding("default-password")) == {"en303645 5.1-1": ("default-password",)}


def test_whoever_admits_it_or_states_nothing_is_not_contradicted() -> None:
    admits = device(FACTS, {"en303645": {"5.1-1": (False, "being mended")}})

    assert against(admits, finding("default-password")) == {}
    assert against(device(FACTS), finding("default-password")) == {}


def test_hints_contradict_nothing() -> None:
    subject = device(FACTS, {"en303645": {"5.1-1": (True, "")}})

    assert against(subject, finding("default-password", confidence=Confidence.C)) == {}


def test_the_surest_finding_stands_first() -> None:
    subject = device(FACTS, {"en303645": {"5.1-1": (True, "")}})
    strong = finding("default-password", confidence=Confidence.B, title="strong")
    proven = finding("empty-password", title="proven")
    judged = verdicts(subject, strong, proven)["en303645", "5.1-1"]

    assert [one.title for one in failing(judged, {one.id: one for one in (strong, proven)})] == ["proven", "strong"]


def test_a_failure_by_a_missing_reason_is_no_contradiction_by_the_finding_behind_it() -> None:
    subject = device(FACTS, {"en303645": {"5.0-1": (True, ""), "5.7-1": (True, "")}})

    assert set(against(subject, finding("no-secure-boot"))) == {"en303645 5.7-1"}
