import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from fairmark.certify.adapters.office import make_office
from fairmark.certify.bundle import check_disclosure, disclose, read_kept
from fairmark.certify.certificate import opened
from fairmark.certify.cose import public_key
from fairmark.certify.label import check, from_digits, take_apart
from fairmark.certify.office import OwnKey
from fairmark.certify.status import State
from fairmark.certify.trust import encoded
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.proofs import check_proof, parse_proof
from fairmark.model.image import ImageRecord
from fairmark.model.listing import Folder
from fairmark.model.standard import Level, Outcome
from fairmark.model.vulnerability import FeedState, Vulnerabilities
from fairmark.workflows.certify import KEPT, Issued, RefusedError, Request, issue
from fairmark.workflows.status import publish_if_short, publish_status, set_state, stand
from tests.doubles.labels import LAB, LAB_P256, NOW
from tests.doubles.offices import DEMO_SCHEME, SCHEME, SEED, Trial, assessed, request, settings, verdict, written

DAY = 86_400


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "office")


def issued(trial: Trial, wanted: Request) -> Issued:
    return issue(trial.desk(), wanted, lambda: SEED)


def refused(trial: Trial, wanted: Request) -> str:
    with pytest.raises(RefusedError) as error:
        issued(trial, wanted)
    assert trial.office.numbers() == []
    return "\n".join(error.value.reasons)


def test_a_certificate_is_signed_logged_and_has_its_label(trial: Trial) -> None:
    made = issued(trial, request(assessed()))

    found, _ = opened(made.signed, [public_key(LAB)])
    printed = take_apart(made.address)
    claims, _ = check(from_digits(printed.digits), [public_key(LAB)])
    proof = parse_proof(made.logged.proof)
    entry = json.loads(proof.extra)
    assert found == made.certificate
    assert claims == found.claims
    assert printed.number == "1"
    assert check_proof(proof, proof.extra, trial.desk().ledger.key).index == made.logged.index
    assert entry["digest"] == sha256(found.written()).hexdigest()
    assert (found.level.granted, found.level.reached, found.level.self_run) == (1, 1, False)
    assert trial.office.published("certificates/1.json") == made.signed


def test_it_says_how_much_is_open_and_what_was_not_looked_at(trial: Trial) -> None:
    found = issued(trial, request(assessed())).certificate

    assert {one.id: one.inconclusive for one in found.catalogues} == {
        "en303645": ("5.1-1", "5.2-1"),
        "psti": ("1-2",),
        "cra": ("I.2.a",),
    }
    assert found.inconclusive == 4
    assert found.not_examined == assessed().coverage.not_examined
    assert all(len(one.digest) == 64 for one in found.catalogues)


def test_a_higher_level_is_certified_on_independent_evidence(trial: Trial) -> None:
    found = issued(trial, request(assessed(outcome=Outcome.PASS), level=2)).certificate

    assert (found.level.granted, found.level.name, found.level.reached, found.inconclusive) == (2, "Tested", 2, 0)


def test_the_same_decision_gives_the_same_certificate_and_another_the_next_number(trial: Trial) -> None:
    first = issued(trial, request(assessed()))
    again = issued(trial, request(assessed()))
    other = issued(trial, request(assessed(), why="The maker asked for a second one."))

    assert again.again
    assert (again.signed, again.address, again.logged.index) == (first.signed, first.address, first.logged.index)
    assert other.certificate.number == 2
    assert trial.office.numbers() == [1, 2]


def test_the_evidence_can_be_shown_in_part(trial: Trial) -> None:
    made = issued(trial, request(assessed(), evidence={"lab/raw.csv": b"1,2"}))

    kept = trial.office.read(1, KEPT)
    assert kept
    part = disclose(read_kept(kept), ["lab/raw.csv"])
    check_disclosure(part, made.certificate.evidence, {sha256(b"1,2").hexdigest(): b"1,2"})
    assert {one.path for one in read_kept(kept).entries} == {"assessment.json", "lab/raw.csv"}


def test_an_assessment_that_somebody_changed_is_refused(trial: Trial) -> None:
    camera = assessed()
    good = request(camera)
    changed = written(camera).replace(b'"reached":1', b'"reached":1 ')
    raised = assessed(level=Level(required=1, reached=2, why=("x",)))
    bare = assessed(verdict("psti", "1-2", Outcome.PASS))

    assert "about another assessment" in refused(trial, Request(changed, "a", good.decision, good.decision_file, {}))
    assert "not written as the program writes it" in refused(
        trial, Request(changed, "a", good.decision, good.decision_file, {})
    )
    assert "says level 2; its own verdicts give level 1" in refused(trial, request(raised))
    assert "rests on no evidence that is there: psti 1-2" in refused(trial, request(bare))


def test_law_and_standard_speak_and_nothing_is_left_behind(trial: Trial) -> None:
    camera = assessed(
        verdict("psti", "1-2", Outcome.FAIL),
        verdict("en303645", "5.1-1", Outcome.FAIL),
        level=Level(required=2, reached=0, why=("Reached: 0, because mandatory provisions fail.",)),
    )

    told = refused(trial, request(camera))

    assert told.splitlines()[0] == "Law is broken, psti 1-2: What is asked"
    assert "Mandatory provisions of en303645 fail: 5.1-1." in told
    assert "Level 2 would be enough, level 1 was decided." in told


@pytest.mark.parametrize(
    ("feeds", "told"),
    [
        ((), "Only the starter set"),
        ((FeedState(name="starter", updated="2026-11-24"),), "Only the starter set"),
        ((FeedState(name="kev", updated="2026-11-10"),), "The kev data is 14 days old"),
        ((FeedState(name="kev"),), "The kev data is of unknown age"),
    ],
)
def test_old_or_little_data_of_flaws_must_be_accepted(trial: Trial, feeds: tuple[FeedState, ...], told: str) -> None:
    camera = assessed(vulnerabilities=Vulnerabilities(feeds=feeds))

    assert told in refused(trial, request(camera))
    accepting = request(camera, accepts=[{"accepts": "old-data", "why": "the next look is in a week"}])
    (condition,) = issued(trial, accepting).certificate.conditions
    assert (condition.id, condition.why) == ("old-data", "the next look is in a week")


def test_data_grows_old_between_assessment_and_decision(trial: Trial) -> None:
    with pytest.raises(RefusedError, match="The cve data is 31 days old"):
        issue(trial.desk(now=NOW + 31 * DAY), request(assessed()), lambda: SEED)


def test_a_key_signs_only_in_its_time(trial: Trial) -> None:
    late = trial.desk(now=(settings().not_after + 1) * DAY)

    with pytest.raises(RefusedError, match="The issuer's key is for certificates from"):
        issue(late, request(assessed()), lambda: SEED)


def test_evidence_that_would_give_secrets_away_is_refused(trial: Trial) -> None:
    image = b"the firmware"
    digest = sha256(b"root:$1$").hexdigest()
    camera = assessed(
        image=ImageRecord(sha256=sha256(image).hexdigest(), size=12),
        files=(Folder(path="/etc", files={"shadow": f"600 {digest[:16]}"}),),
    )

    for name, content in (("a.bin", image), ("shadow", b"root:$1$"), ("k", b"-----BEGIN PRIVATE KEY-----")):
        with pytest.raises(WrongUsageError, match=f"{name} (is|holds) "):
            issued(trial, request(camera, evidence={name: content}))
    assert trial.office.numbers() == []


@pytest.mark.parametrize("gtin", ["4006381333932", "abc", "\u0664", "0", "1" * 40])
def test_a_gtin_that_is_none_is_refused(trial: Trial, gtin: str) -> None:
    good = request(assessed())

    with pytest.raises(WrongUsageError, match="is no GTIN"):
        issued(trial, Request(good.assessment, "a", good.decision, good.decision_file, {}, gtin=gtin))


def test_with_a_gtin_the_address_names_the_product(trial: Trial) -> None:
    good = request(assessed())

    made = issued(trial, Request(good.assessment, "a", good.decision, good.decision_file, {}, gtin="4006381333931"))

    assert made.address.startswith("https://registry.example.org/01/04006381333931#")


def test_a_model_that_no_label_can_hold_is_a_reason(trial: Trial) -> None:
    camera = assessed(device=assessed().device.model_copy(update={"model": "x" * 49}))

    assert "a model has 1 to 48 bytes" in refused(trial, request(camera))


def test_a_maker_gives_no_more_than_a_statement(tmp_path: Path) -> None:
    office = Trial(tmp_path / "maker", DEMO_SCHEME)
    camera = assessed(outcome=Outcome.PASS)

    assert "nobody answers for the scheme demo" in refused(office, request(camera, level=2))
    assert issued(office, request(camera)).certificate.level.self_run


def test_a_catalogue_that_the_scheme_asks_for_must_have_been_judged(tmp_path: Path) -> None:
    rules = SCHEME.model_copy(update={"catalogues": ("en303645", "isvs")})

    assert "isvs was not judged" in refused(Trial(tmp_path / "office", rules), request(assessed()))


def test_a_file_of_the_office_that_is_gone_is_named(trial: Trial) -> None:
    issued(trial, request(assessed()))
    for name in ("label.txt", "draft.json"):
        (trial.folder / "certificates" / "1" / name).unlink()

    with pytest.raises(UnreadableInputError, match=r"certificate 1 has no draft\.json"):
        issued(trial, request(assessed()))


def test_the_list_is_published_when_it_does_not_reach_the_certificate(trial: Trial) -> None:
    issued(trial, request(assessed()))

    publish_if_short(trial.desk(), 1)
    first = trial.office.published("status/1")
    publish_if_short(trial.desk(now=NOW + 5), 1)

    assert first
    assert trial.office.published("status/1") == first


def test_all_of_it_is_in_the_log_and_nothing_twice(trial: Trial) -> None:
    issued(trial, request(assessed()))
    set_state(trial.desk(), 1, "withdrawn", "flaw")
    publish_status(trial.desk(now=NOW + DAY))

    store = trial.desk().ledger._store  # type: ignore[attr-defined]
    rows = [json.loads(entry)["type"] for entry in store.entries(0, store.head().size)]
    assert rows == ["certificate", "claim", "state", "status-list", "trust-list", "status-list", "trust-list"]
    assert stand(trial.office).states == {1: State.WITHDRAWN}


def test_sensors_that_cannot_be_printed_are_refused_before_a_number_is_given(trial: Trial) -> None:
    good = request(assessed())

    for sensors in (("x" * 41,), ("camera",) * 13, ("a\nb",)):
        with pytest.raises(WrongUsageError, match="a sensor cannot be printed"):
            issued(trial, replace(good, sensors=sensors))
    assert trial.office.numbers() == []


def test_a_key_of_the_other_kind_signs_too_and_what_is_signed_is_not_signed_again(tmp_path: Path) -> None:
    office = Trial(tmp_path / "office")
    key = OwnKey(name="issuer", algorithm=LAB_P256.algorithm, public=encoded(LAB_P256.public))
    make_office(office.folder, settings(issuer_key=key))
    desk = replace(office.desk(), issuer=LAB_P256)

    made = issue(desk, request(assessed()), lambda: SEED)
    (office.folder / "certificates" / "1" / "label.txt").unlink()
    again = issue(replace(office.desk(), issuer=LAB_P256), request(assessed()), lambda: SEED)

    assert opened(made.signed, [public_key(LAB_P256)])[0] == made.certificate
    assert again.signed == made.signed
