"""The second readings: each sample is its seed's, what differs is settled, and the agreement is counted by round."""

from fairmark.model.data import load_yaml
from fairmark.standards.library import CATALOGUES, PACKAGE, catalogues
from fairmark.standards.readings import FILE, ReadingsFile, Round, Twice, agreements, faults, samples

READ = ReadingsFile.model_validate(load_yaml(PACKAGE, FILE))
OURS = catalogues()[: len(CATALOGUES)]
FIRST = READ.rounds[0]


def of(*rounds: Round) -> ReadingsFile:
    return READ.model_copy(update={"rounds": rounds})


def with_reading(one: Round, number: int, reading: Twice) -> Round:
    readings = (*one.readings[:number], reading, *one.readings[number + 1 :])
    return one.model_copy(update={"readings": readings})


def test_fifty_provisions_of_all_catalogues_were_read_twice_and_nothing_hangs_loose() -> None:
    drawn = samples(READ, OURS)

    assert {len(one.readings) for one in READ.rounds} == {50}
    assert list(faults(READ, OURS)) == []
    for one in READ.rounds:
        assert drawn[one.id] == tuple((part.catalogue, part.provision) for part in one.readings)


def test_no_provision_is_drawn_in_two_rounds() -> None:
    pairs = [(part.catalogue, part.provision) for one in READ.rounds for part in one.readings]

    assert len(pairs) == len(set(pairs))


def test_the_first_round_agrees_on_what_is_demanded_and_stays_as_it_was_read() -> None:
    found = agreements(READ)[0]

    assert (found.round, found.of, found.demands, found.opinions) == ("1", 50, 48, 24)
    assert found.redefined == ("automation",)


def test_the_second_round_found_conditions_that_were_missing_and_keeps_its_counts() -> None:
    second = READ.rounds[1]
    found = agreements(READ)[1]

    missed = {f"{part.catalogue} {part.provision}" for part in second.readings if "condition" in part.differs}
    assert (found.round, found.of, found.demands, found.opinions) == ("2", 50, 46, 48)
    assert missed == {"en303645 5.8-1", "isvs 3.3.5", "isvs 4.1.3", "isvs 4.5.7"}
    assert all("condition" in part.moved_on for part in second.readings if "condition" in part.differs)


def test_a_later_round_draws_nothing_that_it_leaves_out() -> None:
    later = FIRST.model_copy(update={"id": "later", "left_out": ("1",)})

    drawn = samples(of(FIRST, later), OURS)

    assert len(drawn["later"]) == 50
    assert set(drawn["1"]).isdisjoint(drawn["later"])


def test_another_sample_a_value_that_moved_on_and_a_difference_without_reason_are_faults() -> None:
    first = FIRST.readings[0]
    moved = first.model_copy(update={"first": first.first.model_copy(update={"condition": "auth.password"})})
    number = next(at for at, one in enumerate(FIRST.readings) if one.differs)
    loose = FIRST.readings[number].model_copy(update={"differs": {}})

    other_seed = list(faults(of(FIRST.model_copy(update={"seed": 1})), OURS))
    changed = list(faults(of(with_reading(FIRST, 0, moved)), OURS))
    settled_by_nothing = list(faults(of(with_reading(FIRST, number, loose)), OURS))

    assert other_seed == ["readings: round 1: the sample is not the one that the seed draws from these catalogues"]
    assert any("condition is another now than it was when it was read" in fault for fault in changed)
    assert any("differs, without a reason" in fault for fault in settled_by_nothing)


def test_a_value_that_was_corrected_after_the_reading_needs_its_reason_and_one_that_was_not_has_none() -> None:
    first = FIRST.readings[0]
    corrected = first.model_copy(
        update={
            "first": first.first.model_copy(update={"condition": "auth.password"}),
            "second": first.second.model_copy(update={"condition": "auth.password"}),
            "moved_on": {"condition": "the amendment took it away"},
        }
    )
    idle = first.model_copy(update={"moved_on": {"status": "nothing changed"}})

    with_reason = list(faults(of(with_reading(FIRST, 0, corrected)), OURS))
    without_change = list(faults(of(with_reading(FIRST, 0, idle)), OURS))

    assert with_reason == []
    assert without_change == [f"readings: round 1: {first.catalogue} {first.provision}: status has not moved on"]


def test_a_round_that_stands_twice_leaves_out_what_is_not_there_or_rests_on_nothing_is_a_fault() -> None:
    stray = FIRST.model_copy(update={"id": "2", "left_out": ("9",)})
    bare = FIRST.model_copy(update={"basis": {}})

    twice = list(faults(of(FIRST, FIRST), OURS))
    nowhere = list(faults(of(stray), OURS))
    resting_on_nothing = list(faults(of(bare), OURS))
    resting_on_one_thing = list(faults(of(FIRST.model_copy(update={"basis": {"*": "the titles alone"}})), OURS))

    assert twice == ["readings: round 1 stands twice"]
    assert nowhere == ["readings: round 2: there is no earlier round 9"]
    assert len(resting_on_nothing) == 50
    assert resting_on_one_thing == []


def test_a_round_larger_than_what_is_left_gets_all_of_it() -> None:
    huge = FIRST.model_copy(update={"size": 10**9})

    drawn = samples(of(huge), OURS)

    assert len(drawn["1"]) == sum(len(one.provisions) for one in OURS)
