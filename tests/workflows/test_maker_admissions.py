"""What a maker writes against himself fails what he was asked for, and his record decides whether he mends in time."""

from datetime import UTC, datetime

import pytest

from fairmark.model.device import Claim, Device, Documents
from fairmark.model.finding import Confidence, Detection
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.vocabulary import vocabulary
from fairmark.workflows.maker_admissions import NAMED, RULES
from fairmark.workflows.maker_documents import read_documents
from tests.doubles import maker_papers
from tests.doubles.maker_papers import NOW, given
from tests.doubles.provisions import verdicts

DEVICE = Device(
    model="EC-100",
    facts={
        "update.mechanism": True, "update.software": True, "software.mutable": True, "constraint.no_update": False,
    },
    documents=Documents(update_policy="https://www.camera.example/security/updates"),
)  # fmt: skip
NO_UPDATES = b"The software of the camera cannot be updated.\n"
PAID = b"Security updates require a yearly subscription.\n"
EXPERT = b"To update the camera, open the case and connect a serial adapter to the board.\n"


def seen(device: Device = DEVICE, now: datetime = NOW, **papers: bytes) -> Detection:
    return read_documents(given(**papers), device, now)


def judged(catalogue: str, provision: str, found: Detection, device: Device = DEVICE) -> Verdict:
    claiming = device.model_copy(update={"claims": {catalogue: {provision: Claim(implemented=True)}}})
    return verdicts(claiming, *found.findings, observations=found.observations)[catalogue, provision]


@pytest.mark.parametrize(
    ("text", "catalogue", "provision"),
    [
        (NO_UPDATES, "en303645", "5.3-2"),
        (NO_UPDATES, "en18031-1", "SUM-1"),
        (NO_UPDATES, "cra", "I.2.c"),
        (PAID, "cra", "II.8"),
        (EXPERT, "en303645", "5.3-3"),
    ],
)
def test_an_admission_fails_what_it_admits(text: bytes, catalogue: str, provision: str) -> None:
    against = judged(catalogue, provision, seen(update_policy=text))
    silent = judged(catalogue, provision, seen(update_policy=maker_papers.UPDATES))

    assert against.outcome is Outcome.FAIL, against.reason
    assert silent.outcome is Outcome.INCONCLUSIVE, silent.reason


def test_a_constrained_device_may_be_without_updates() -> None:
    found = seen(update_policy=NO_UPDATES)
    unknown = DEVICE.model_copy(update={"facts": {}})
    exempt = DEVICE.model_copy(update={"facts": {"constraint.no_update": True}})

    assert judged("en303645", "5.3-2", found, unknown).outcome is Outcome.INCONCLUSIVE
    assert judged("en303645", "5.3-2", found, exempt).outcome is Outcome.NOT_APPLICABLE


def test_an_admission_is_strong_and_points_to_its_sentence() -> None:
    (finding,) = seen(update_policy=NO_UPDATES).findings

    assert (finding.rule, finding.confidence) == ("documents-no-updates", Confidence.B)
    (proof,) = seen(update_policy=NO_UPDATES).evidence
    assert (proof.where.line, proof.where.quote) == (1, NO_UPDATES.decode().strip())


def test_5_3_8_passes_where_the_record_keeps_the_stated_time() -> None:
    verdict = judged("en303645", "5.3-8", seen(update_policy=maker_papers.UPDATES))

    assert verdict.outcome is Outcome.PASS, verdict.reason


def test_5_3_8_fails_where_a_flaw_took_longer_than_the_stated_time() -> None:
    slow = maker_papers.UPDATES.replace(b"20 March 2026", b"20 May 2026")

    found = seen(update_policy=slow)
    verdict = judged("en303645", "5.3-8", found)

    assert verdict.outcome is Outcome.FAIL
    assert "after 78 days; the policy promises 30" in found.findings[0].title


@pytest.mark.parametrize(
    "policy",
    [
        maker_papers.UPDATES.replace(b"within 30 days", b"without delay"),
        maker_papers.UPDATES.replace(b"within 30 days", b"within 120 days"),
        maker_papers.UPDATES[: maker_papers.UPDATES.index(b"## Mended")],
        maker_papers.UPDATES.replace(b"20 March 2026", b"20 March 2027").replace(b"within 30", b"within 90"),
    ],
)
def test_5_3_8_stays_open_without_a_time_a_timely_one_or_a_record(policy: bytes) -> None:
    verdict = judged("en303645", "5.3-8", seen(update_policy=policy))

    assert verdict.outcome is not Outcome.PASS


def test_5_3_8_stays_open_on_an_old_record_and_on_a_policy_that_nobody_says_is_public() -> None:
    late = datetime(2030, 1, 1, tzinfo=UTC)
    hidden = DEVICE.model_copy(update={"documents": Documents()})

    old = judged("en303645", "5.3-8", seen(now=late, update_policy=maker_papers.UPDATES))
    unseen = judged("en303645", "5.3-8", seen(hidden, update_policy=maker_papers.UPDATES), hidden)

    assert old.outcome is Outcome.INCONCLUSIVE
    assert unseen.outcome is Outcome.INCONCLUSIVE


def test_every_rule_says_what_its_findings_are_called() -> None:
    words = vocabulary()

    assert set(NAMED) == {rule.id for rule in RULES}
    for weakness, capability in NAMED.values():
        assert weakness.startswith(f"unmet-{capability}")
        assert weakness not in words.weaknesses


LISTENS = DEVICE.model_copy(update={"facts": {"sensing.external": True, "sensing.microphone": True}})


def test_5_8_3_fails_where_the_instructions_name_a_sensor_of_the_profile_nowhere() -> None:
    silent = b"Put the camera on a shelf and choose a password when you set it up."

    found = seen(LISTENS, user_instructions=silent)

    assert judged("en303645", "5.8-3", found, LISTENS).outcome is Outcome.FAIL
    assert "The instructions speak nowhere of a microphone, which the profile states" in [
        one.title for one in found.findings
    ]


def test_5_8_3_stays_open_where_it_is_named_or_the_profile_says_nothing() -> None:
    told = seen(LISTENS, user_instructions=maker_papers.MANUAL)
    unknown = seen(user_instructions=b"Put it on a shelf.")

    assert judged("en303645", "5.8-3", told, LISTENS).outcome is Outcome.INCONCLUSIVE
    assert "documents-sensor-untold" not in {one.rule for one in unknown.findings}


def test_a_sensor_that_only_the_privacy_information_names_is_told() -> None:
    found = seen(LISTENS, user_instructions=b"Put it on a shelf.", privacy_information=b"It records sound.")

    assert "documents-sensor-untold" not in {one.rule for one in found.findings}
