"""Only facts that still matter are asked, the most decisive first."""

from fairmark.model.device import Device, Network
from fairmark.model.standard import Automation, Catalogue, Provision, Status
from fairmark.model.vocabulary import declared_facts
from fairmark.standards.condition import evaluate, unknown_facts
from fairmark.standards.library import catalogues
from fairmark.standards.questions import questions
from tests.doubles.provisions import WORDS


def book(**conditions: str) -> Catalogue:
    """A catalogue with one provision for each condition."""
    provisions = tuple(
        Provision(
            id=name, title=name, status=Status.MANDATORY, group="1", condition=when, automation=Automation.AUTOMATABLE
        )
        for name, when in conditions.items()
    )
    return Catalogue(
        id="own", name="own", edition="1", kind="standard", publisher="us", groups={}, provisions=provisions
    )


def test_a_fact_that_no_open_condition_rests_on_is_not_asked() -> None:
    one = book(p1="auth.password and auth.user", p2="debug.present", p3="")

    asked = questions(Device(), {"auth.password": False, "debug.present": True}, [one])

    assert asked == ()


def test_the_fact_that_settles_most_comes_first() -> None:
    one = book(p1="debug.present", p2="auth.user", p3="auth.user", p4="auth.user and telemetry.collected")

    first, *rest = questions(Device(), {}, [one])

    assert (first.fact, first.if_true, first.if_false) == ("auth.user", 2, 3)
    assert [place.provision for place in first.waiting] == ["p2", "p3", "p4"]
    assert [question.fact for question in rest] == ["debug.present", "telemetry.collected"]
    assert first.text == WORDS.facts["auth.user"]


def test_what_an_answer_implies_counts_as_settled_by_it() -> None:
    one = book(p1="auth.mechanism", p2="auth.password")

    asked = {question.fact: question for question in questions(Device(), {}, [one])}

    assert (asked["auth.password"].if_true, asked["auth.password"].if_false) == (2, 1)


def test_what_can_only_be_false_is_told_to_be_written_down() -> None:
    one = book(p1="auth.password", p2="debug.present")

    asked = {question.fact: question.follows for question in questions(Device(), {"auth.mechanism": False}, [one])}

    assert asked == {"auth.password": True, "debug.present": False}


def test_a_field_that_would_state_the_fact_is_named_while_it_is_empty() -> None:
    one = book(p1="interface.network")

    (empty,) = questions(Device(), {}, [one])
    (filled,) = questions(Device(network=Network.LOCAL), {}, [one])

    assert empty.fields == ("network",)
    assert filled.fields == ()


def test_answering_every_question_settles_every_provision_of_the_library() -> None:
    facts: dict[str, bool] = {}

    for _ in range(len(WORDS.facts)):
        asked = questions(Device(), facts, catalogues())
        if not asked:
            break
        facts = declared_facts(Device(facts=facts | {asked[0].fact: False}), WORDS)

    assert questions(Device(), facts, catalogues()) == ()
    assert all(evaluate(p.condition, facts) is not None for one in catalogues() for p in one.provisions)


def test_every_waiting_provision_really_waits_for_the_fact() -> None:
    conditions = {(one.id, p.id): p.condition for one in catalogues() for p in one.provisions}

    for question in questions(Device(), {"auth.password": True}, catalogues()):
        assert all(
            question.fact in unknown_facts(conditions[place.catalogue, place.provision], {"auth.password": True})
            for place in question.waiting
        )
