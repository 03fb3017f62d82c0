"""The threat model of a build: decisions outlive the image, and an edit that fits nothing is never lost in silence."""

from datetime import date

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from fairmark.examine.probe.detection import detect
from fairmark.model.assessment import Assessment
from fairmark.model.device import Claim, Device
from fairmark.model.finding import Detection, joined
from fairmark.model.network import NetworkService
from fairmark.model.service import Service
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.model.threat import Standing, ThreatModel
from fairmark.model.value import canonical_json
from fairmark.workflows.threat_edits import (
    AddedEntryPoint,
    AddedThreat,
    DecisionRow,
    Edits,
    RequirementRow,
)
from fairmark.workflows.threats import NO_CATALOGUE, Given, conflicts, threat_model
from tests.doubles import assessments as given
from tests.doubles.network_reports import report
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, repaired, service

SIGNED = {"reason": "the network is closed", "owner": "QA lead", "date": date(2026, 11, 1)}


def decided(threat: str, decision: str = "accept", **more: object) -> Edits:
    return Edits(decisions=(DecisionRow.model_validate({"threat": threat, "decision": decision, **SIGNED, **more}),))


def model(assessment: Assessment, edits: Edits | None = None, previous: Assessment | None = None) -> ThreatModel:
    return threat_model(assessment, Given(edits or Edits(), "digest" if edits else "", previous))


def verdict(point: str, outcome: Outcome, reason: str = "because") -> Verdict:
    return Verdict(
        catalogue="cra",
        edition="2024",
        provision=point,
        title=f"Point {point}",
        status=Status.MANDATORY,
        outcome=outcome,
        reason=reason,
    )


def test_every_started_service_stands_behind_an_entry_point() -> None:
    made = model(camera(conditional_services=(service("ftp", "tcp/21", kind="ftp"),)))

    behind = {program for point in made.entry_points for program in point.programs}

    assert {f"{one.root}:{one.program}" for one in (TELNET, HTTP, SYSLOG)} <= behind
    assert ":/usr/sbin/ftpd" in behind


PORT = st.builds("{}/{}".format, st.sampled_from(["tcp", "udp"]), st.integers(1, 65_535))
NAME = st.sampled_from(["telnet", "http", "port", "program", "more", "own", "a b", "camhttpd", "untraced", "é"])
SERVICE = st.builds(
    lambda name, ports, root, program: service(name, *sorted(ports), root=root, program=f"/usr/bin/{program}"),
    NAME,
    st.sets(PORT, max_size=25),
    st.sampled_from(["", "recovery"]),
    NAME,
)


def heard(ports: frozenset[str], device: Device) -> Detection:
    return detect(report(*(NetworkService(port=one) for one in sorted(ports))), device, "d")


@settings(max_examples=40, deadline=None)
@drawn(st.lists(SERVICE, max_size=6), st.lists(SERVICE, max_size=6), st.frozensets(PORT, min_size=1, max_size=30))
def test_no_started_or_exposed_service_and_no_open_port_is_missing(
    certain: list[Service], conditional: list[Service], ports: frozenset[str]
) -> None:
    whole = camera(services=tuple(certain), conditional_services=tuple(conditional))
    seen = joined([heard(ports, whole.device), Detection(evidence=whole.evidence)])

    made = model(whole.model_copy(update={"facts": seen.facts, "evidence": seen.evidence}))

    behind = {(program, port) for point in made.entry_points for program in point.programs for port in point.ports}
    assert {f"{one.root}:{one.program}" for one in (*certain, *conditional)} <= {
        program for point in made.entry_points for program in point.programs
    }
    assert {
        (f"{one.root}:{one.program}", str(port)) for one in (*certain, *conditional) for port in one.ports
    } <= behind
    assert ports <= {port for point in made.entry_points for port in point.ports}
    assert {threat.entry for threat in made.threats} <= {one.id for one in made.entry_points}


def test_the_same_input_gives_the_same_bytes() -> None:
    assert canonical_json(model(camera())) == canonical_json(model(camera()))
    assert ThreatModel.model_validate_json(canonical_json(model(camera()))) == model(camera())


def test_a_decision_stands_beside_the_evidence_and_does_not_replace_it() -> None:
    made = model(camera(), decided("known-password@telnet:tcp/23"))

    (one,) = [threat for threat in made.threats if threat.decision]

    assert one.standing is Standing.OPEN
    assert one.decision
    assert one.decision.owner == "QA lead"
    assert made.unmatched == ()
    assert conflicts(made) == ()


def test_a_decision_outlives_an_image_in_which_everything_moved() -> None:
    moved = TELNET.model_copy(update={"program": "/opt/telnetd", "chain": (given.KEY.id,), "arguments": "-l sh"})
    edits = decided("known-password@telnet:tcp/23")

    made = model(camera(services=(HTTP, moved), findings=(given.PASSWORD,)), edits, previous=camera())

    assert any(threat.decision for threat in made.threats)
    assert made.unmatched == ()


def test_a_decision_about_what_is_gone_is_an_error_that_says_so() -> None:
    made = model(repaired(), decided("worm-door@telnet:tcp/23"), previous=camera())

    (said,) = made.unmatched

    assert "worm-door@telnet:tcp/23 is no threat of this build any more" in said
    assert "QA lead" in said


def test_a_misspelt_threat_is_answered_with_the_nearest() -> None:
    (said,) = model(camera(), decided("known-pasword@telnet:tcp/23")).unmatched

    assert "did you mean known-password@telnet:tcp/23?" in said


def test_not_applicable_against_the_evidence_is_a_conflict() -> None:
    made = model(camera(), decided("known-password@telnet:tcp/23", "not_applicable"))

    (said,) = conflicts(made)

    assert given.PASSWORD.title in said


def test_a_review_that_is_due_is_a_conflict() -> None:
    due = decided("known-password@telnet:tcp/23", review=date(2026, 11, 19))
    later = decided("known-password@telnet:tcp/23", review=date(2027, 11, 19))

    assert "review was due on 2026-11-19" in conflicts(model(camera(), due))[0]
    assert conflicts(model(camera(), later)) == ()


def test_what_the_engineer_adds_is_in_the_model() -> None:
    edits = Edits(
        entry_points=(
            AddedEntryPoint.model_validate(
                {"id": "app", "title": "App", "kind": "account", "source": "telephones", **SIGNED}
            ),
        ),
        threats=(
            AddedThreat.model_validate(
                {
                    "id": "partner",
                    "title": "A partner watches",
                    "stride": "information disclosure",
                    "entry": "own:app",
                    "scenarios": ("takeover",),
                    **SIGNED,
                }
            ),
        ),
        decisions=decided("own:partner@own:app").decisions,
    )

    made = model(camera(), edits)

    (point,) = [one for one in made.entry_points if one.added]
    (threat,) = [one for one in made.threats if one.added]
    assert (point.id, point.source) == ("own:app", "telephones")
    assert (threat.id, threat.source, threat.date) == ("own:partner@own:app", "QA lead", date(2026, 11, 1))
    assert threat.decision
    assert made.unmatched == ()


def test_an_added_threat_without_its_entry_point_is_an_error() -> None:
    threat = {"id": "x", "title": "X", "stride": "spoofing", "entry": "telnet:tcp/2323", "scenarios": ("takeover",)}

    (said,) = model(camera(), Edits(threats=(AddedThreat.model_validate(threat | SIGNED),))).unmatched

    assert "telnet:tcp/2323, which is no entry point of this build (did you mean telnet:tcp/23?)" in said


def test_without_the_catalogue_the_table_says_what_is_missing() -> None:
    made = model(repaired(verdicts=()), Edits(requirements=(RequirementRow(point="I.2.g", applies=False, **SIGNED),)))

    assert made.requirements == ()
    assert made.requirements_note == NO_CATALOGUE
    assert "cannot be placed" in made.unmatched[0]


def test_a_point_held_not_applicable_without_a_reason_shows_that_it_is_missing() -> None:
    outcomes = (
        verdict("I.1", Outcome.INCONCLUSIVE),
        verdict("I.2.g", Outcome.NOT_APPLICABLE),
        verdict("II.1", Outcome.FAIL),
    )

    made = model(repaired(verdicts=outcomes))

    assert [one.point for one in made.requirements] == ["I.1", "I.2.g"]
    assert [one.applies for one in made.requirements] == [True, False]
    assert made.requirements[1].reason_not_applicable == ""


def test_a_reason_comes_from_the_claim_or_from_the_engineer() -> None:
    claims = {
        "cra": {"I.2.g": Claim(implemented=None, reason="no data"), "I.2.m": Claim(implemented=None, reason="none")}
    }
    outcomes = (
        verdict("I.2.g", Outcome.NOT_APPLICABLE),
        verdict("I.2.m", Outcome.INCONCLUSIVE),
        verdict("I.2.l", Outcome.FAIL),
    )
    row = RequirementRow(point="I.2.l", applies=False, **SIGNED)

    made = model(repaired(verdicts=outcomes, device=given.device(claims=claims)), Edits(requirements=(row,)))

    by_point = {one.point: one for one in made.requirements}
    assert by_point["I.2.g"].reason_not_applicable == "no data (the maker, in device.yaml)"
    assert by_point["I.2.m"].applies is None
    assert by_point["I.2.l"].applies is False
    assert "QA lead" in by_point["I.2.l"].reason_not_applicable


def test_the_model_names_what_it_was_made_from() -> None:
    made = model(repaired(), decided("known-password@http:tcp/80"), previous=camera())

    assert made.edits == "digest"
    assert len(made.assessment) == len(made.previous) == len(made.rules) == 64
    assert made.image == given.digest("repaired")
