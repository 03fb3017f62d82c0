"""Threats and where they stand by evidence: silence answers nothing, and no finding is without a threat."""

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.finding import Confidence, Finding, Method, Observation, Reach, SeenFact
from fairmark.model.threat import ControlState, Standing, Threat
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.entry_points import Ground
from fairmark.risk.fleet import SCENARIOS
from fairmark.risk.threat_rules import ThreatRule, threat_rules
from fairmark.risk.threats import NOTHING, Added, Proposed, propose
from tests.doubles import assessments as given
from tests.doubles.threat_models import HTTP, TELNET, camera, repaired, service


def proposed(assessment: Assessment, added: Added = NOTHING, **facts: bool) -> Proposed:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return propose(Ground(assessment, named, threat_rules()), vocabulary(), added)


def threats(assessment: Assessment, added: Added = NOTHING, **facts: bool) -> dict[str, Threat]:
    return {one.id: one for one in proposed(assessment, added, **facts).threats}


def observed(capability: str, *, complete: bool = True, method: Method = Method.FIRMWARE_STATIC) -> Observation:
    return Observation(
        rule="r",
        capability=capability,
        statement="looked",
        complete=complete,
        method=method,
        evidence=(given.HTTPD.id,),
    )


def finding(weakness: str, **changes: object) -> Finding:
    return given.finding(
        f"a flaw: {weakness}",
        given.KEY,
        weakness=weakness,
        capability=vocabulary().weaknesses[weakness].capability,
        **changes,
    )


def test_a_finding_of_a_service_makes_its_threat_open_there_and_only_there() -> None:
    found = threats(camera())

    assert found["worm-door@telnet:tcp/23"].standing is Standing.OPEN
    assert found["worm-door@telnet:tcp/23"].here == (given.TELNET.id,)
    assert given.TELNET.title in found["worm-door@telnet:tcp/23"].why


def test_a_finding_of_the_whole_device_counts_at_every_service_and_says_so() -> None:
    one = threats(camera())["known-password@http:tcp/80"]

    assert one.standing is Standing.OPEN
    assert one.device_wide == (given.PASSWORD.id,)
    assert "device as a whole" in one.why


def test_a_finding_that_nobody_starts_is_no_threat_of_a_service_but_is_not_lost() -> None:
    flaw = finding("cve-exposed", reach=Reach.PRESENT)

    found = threats(camera(findings=(flaw,)))

    assert found["code-by-input@http:tcp/80"].standing is not Standing.OPEN
    assert found["flaw-of-component@components"].here == (flaw.id,)


def test_silence_is_not_examined() -> None:
    found = threats(repaired())

    assert found["known-password@http:tcp/80"].standing is Standing.NOT_EXAMINED
    assert found["flooded@http:tcp/80"].standing is Standing.NOT_EXAMINED
    assert not any(one.standing is Standing.ANSWERED for one in found.values())


def test_only_a_complete_observation_answers() -> None:
    found = threats(repaired(observations=(observed("update-signed"),)))
    halves = (observed("update-signed"), observed("update-signed", complete=False))
    partly = threats(repaired(observations=halves))
    elsewhere = threats(repaired(observations=(observed("update-signed", method=Method.DOCUMENT),)))

    assert found["update-forged@update"].standing is Standing.ANSWERED
    assert found["update-forged@update"].answers[0].state is ControlState.IN_PLACE
    assert partly["update-forged@update"].standing is Standing.NOT_EXAMINED
    assert elsewhere["update-forged@update"].standing is Standing.NOT_EXAMINED


def test_an_observation_answers_only_the_weaknesses_that_it_looks_for() -> None:
    one = threats(repaired(observations=(observed("no-default-password"),)))["known-password@http:tcp/80"]

    assert one.standing is Standing.NOT_EXAMINED
    assert "Ruled out: factory password common to units" in one.why


def test_a_control_that_the_maker_names_is_claimed_until_somebody_sees_it() -> None:
    one = threats(repaired(device=given.device(controls=("signed-updates",))))["update-forged@update"]

    assert one.standing is Standing.CLAIMED
    assert one.answers[0].state is ControlState.CLAIMED


def test_a_claim_does_not_stand_against_a_finding() -> None:
    made = camera(findings=(finding("update-unsigned"),), device=given.device(controls=("signed-updates",)))

    one = threats(made)["update-forged@update"]

    assert one.standing is Standing.OPEN
    assert one.answers[0].state is ControlState.MISSING


def test_what_the_maker_admits_to_be_missing_is_open() -> None:
    one = threats(repaired(), update__automatic=False)["update-missing@update"]

    assert one.standing is Standing.OPEN
    assert "device.yaml states that update.automatic is false" in one.why


def test_a_fact_that_is_only_stated_rules_nothing_out_by_evidence() -> None:
    stated = threats(repaired(), financial__assets=False)["own-owner@physical"]
    unknown = threats(repaired())["own-owner@physical"]

    assert stated.standing is Standing.CLAIMED
    assert unknown.standing is Standing.NOT_EXAMINED
    assert unknown.open_facts == ("financial.assets",)


def test_a_fact_that_was_seen_does() -> None:
    fact = SeenFact(fact="auth.password", value=False, statement="no account", evidence=(given.SHADOW.id,))

    one = threats(repaired(facts=(fact,)), auth__password=False)["known-password@http:tcp/80"]

    assert one.standing is Standing.ANSWERED


def test_a_stated_fact_does_not_hide_a_finding() -> None:
    one = threats(camera(), auth__password=False)["known-password@telnet:tcp/23"]

    assert one.standing is Standing.OPEN


def test_a_program_with_a_user_of_its_own_is_no_root_daemon() -> None:
    assert "Ruled out: network program runs as root" in threats(repaired())["from-program-to-device@http:tcp/80"].why


def test_a_hint_makes_nothing_real() -> None:
    hint = finding("update-unsigned", confidence=Confidence.C)

    assert threats(repaired(findings=(hint,)))["update-forged@update"].standing is Standing.NOT_EXAMINED


def test_every_threat_leads_to_a_scenario_and_says_where_the_judgement_comes_from() -> None:
    for one in proposed(camera()).threats:
        assert one.scenarios
        assert set(one.scenarios) <= SCENARIOS.keys()
        assert one.source
        assert one.assumed


def test_every_entry_point_has_a_threat_and_every_threat_an_entry_point() -> None:
    made = proposed(camera())

    assert {one.entry for one in made.threats} == {one.id for one in made.points}


weaknesses = st.sampled_from(sorted(vocabulary().weaknesses.keys() - threat_rules().no_threat.keys()))


@settings(max_examples=60, deadline=None)
@examples(
    found=st.lists(st.tuples(weaknesses, st.sampled_from(list(Reach))), min_size=1, max_size=5),
    with_services=st.booleans(),
)
def test_no_finding_that_counts_is_without_a_threat(found: list[tuple[str, Reach]], *, with_services: bool) -> None:
    findings = tuple(finding(weakness, reach=reach) for weakness, reach in found)

    made = proposed(camera(findings=findings, services=(HTTP, TELNET) if with_services else ()))

    tied = {link for one in made.threats for link in (*one.here, *one.device_wide)}
    assert {one.id for one in findings} <= tied
    assert all(one.standing is Standing.OPEN for one in made.threats if one.here or one.device_wide)


def test_the_same_assessment_gives_the_same_threats() -> None:
    assert proposed(camera()) == proposed(camera())


def test_a_threat_of_the_engineers_own_is_judged_like_any_other() -> None:
    rule = ThreatRule(
        id="own:clone",
        stride="spoofing",
        title="A clone",
        what="",
        at=(),
        weaknesses=("private-key-in-image",),
        scenarios=("takeover",),
        needs=(),
        source="an engineer",
    )
    kind = threat_rules().kind("account")

    found = threats(camera(), Added({"own:app": (kind, "App", "it exists")}, {"own:app": (rule,), "update": (rule,)}))

    assert found["own:clone@update"].standing is Standing.OPEN
    assert found["own:clone@update"].source == "an engineer"
    assert found["account-taken@own:app"].standing is Standing.NOT_EXAMINED
    assert found["own:clone@own:app"].device_wide == (given.PRIVATE_KEY.id,)


@pytest.mark.parametrize("device", [Device(), given.device()])
def test_an_assessment_without_an_image_still_has_its_threats(device: Device) -> None:
    empty = given.repaired().model_copy(update={"device": device, "components": ()})

    made = proposed(empty)

    assert {"untraced", "update", "debug", "physical", "components", "maker", "account"} <= {p.id for p in made.points}
    assert not any(one.standing is Standing.ANSWERED for one in made.threats)


def test_a_service_that_may_start_has_its_threats_too() -> None:
    made = threats(camera(services=(), conditional_services=(service("ftp", "tcp/21", kind="ftp"),)))

    assert "session-overheard@ftp:tcp/21" in made


def test_what_was_heard_at_a_port_counts_at_the_service_that_waits_there_and_nowhere_else() -> None:
    where = Where(path="tcp/192.0.2.1:80")
    heard = Evidence(kind=EvidenceKind.NETWORK, where=where, tool=given.TOOL, statement="no limit on tries")
    flaw = given.finding("tries without end", heard, weakness="no-rate-limit", capability="brute-force")

    found = threats(camera(findings=(flaw,), evidence=(*camera().evidence, heard)))

    assert found["guessed-password@http:tcp/80"].here == (flaw.id,)
    assert found["guessed-password@telnet:tcp/23"].standing is not Standing.OPEN
