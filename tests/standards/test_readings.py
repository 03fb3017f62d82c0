"""The second reading: the sample is the seed's, what differs is settled, and the agreement is counted."""

from fairmark.model.data import load_yaml
from fairmark.standards.library import CATALOGUES, PACKAGE, catalogues
from fairmark.standards.readings import FILE, ReadingsFile, agreement, faults, sample

READ = ReadingsFile.model_validate(load_yaml(PACKAGE, FILE))
OURS = catalogues()[: len(CATALOGUES)]


def test_fifty_provisions_of_all_catalogues_were_read_twice_and_nothing_hangs_loose() -> None:
    assert len(READ.readings) == 50
    assert list(faults(READ, OURS)) == []
    assert sample(READ, OURS) == tuple((one.catalogue, one.provision) for one in READ.readings)


def test_both_readings_agree_on_what_is_demanded_and_less_on_who_can_judge_it() -> None:
    found = agreement(READ)

    assert (found.of, found.demands, found.opinions) == (50, 48, 24)


def test_another_sample_a_value_that_moved_on_and_a_difference_without_reason_are_faults() -> None:
    first = READ.readings[0]
    moved = first.model_copy(update={"first": first.first.model_copy(update={"condition": "auth.password"})})
    bare = next(one for one in READ.readings if one.differs)
    loose = bare.model_copy(update={"differs": {}})
    changed = tuple(loose if one is bare else one for one in (moved, *READ.readings[1:]))

    other_seed = list(faults(READ.model_copy(update={"seed": 1}), OURS))
    found = list(faults(READ.model_copy(update={"readings": changed}), OURS))

    assert other_seed[0] == "readings: the sample is not the one that the seed draws from these catalogues"
    assert any("condition is another now than it was when it was read" in fault for fault in found)
    assert any("differs, without a reason" in fault for fault in found)
